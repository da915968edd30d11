//! The host names under which the vendor serves IMS, RAM and STS: which ones a door answers for, and which ones a hosts
//! file must name, because such a file knows no wildcards. Pure.

/// What every one of these names ends in.
const DOMAIN: &str = ".aliyuncs.com";

/// Services whose names are answered for, also inside the vendor's private networks (`-vpc`).
const SERVICES: [&str; 3] = ["ims", "ram", "sts"];

/// The region whose names the default certificate carries; clients without a region of their own use it.
pub const DEFAULT_REGION: &str = "cn-hangzhou";

/// The vendor's regions, as its list of STS endpoints names them (help page "Endpoints", 2026). A name of a region that is
/// not here is answered for too; only a hosts file has to list them.
const REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "cn-beijing",
    "cn-beijing-finance-1",
    "cn-chengdu",
    "cn-fuzhou",
    "cn-guangzhou",
    "cn-hangzhou",
    "cn-hangzhou-finance",
    "cn-heyuan",
    "cn-hongkong",
    "cn-huhehaote",
    "cn-nanjing",
    "cn-qingdao",
    "cn-shanghai",
    "cn-shanghai-finance-1",
    "cn-shenzhen",
    "cn-shenzhen-finance-1",
    "cn-wuhan-lr",
    "cn-wulanchabu",
    "cn-zhangjiakou",
    "cn-zhengzhou-jva",
    "eu-central-1",
    "eu-west-1",
    "me-central-1",
    "me-east-1",
    "na-south-1",
    "us-east-1",
    "us-west-1",
];

/// A name of the vendor for one of the three services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VendorHost<'a> {
    /// The region in the name; absent in a central name.
    pub region: Option<&'a str>,
}

impl<'a> VendorHost<'a> {
    /// Reads a host name in lower case and without a final dot, such as `sts.cn-beijing.aliyuncs.com`.
    pub fn read(host: &'a str) -> Option<Self> {
        let name = host.strip_suffix(DOMAIN)?;
        let (service, region) = match name.split_once('.') {
            Some((service, region)) => (service, Some(region)),
            None => (name, None),
        };
        let plain = service.strip_suffix("-vpc").unwrap_or(service);
        let is_region = |region: &str| {
            (2..=32).contains(&region.len())
                && region
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && !region.starts_with('-')
                && !region.ends_with('-')
        };
        (SERVICES.contains(&plain) && region.is_none_or(is_region)).then_some(Self { region })
    }
}

/// A host as names are compared: lower case, without the dot that may end it.
pub fn normal(host: &str) -> String {
    let mut host = host.to_ascii_lowercase();
    if host.ends_with('.') {
        host.pop();
    }
    host
}

/// The name that a certificate for all services of a region carries.
pub fn wildcard(region: &str) -> String {
    format!("*.{region}{DOMAIN}")
}

/// The name that covers every central host.
pub fn central_wildcard() -> String {
    format!("*{DOMAIN}")
}

/// The central name of each service.
pub fn central() -> impl Iterator<Item = String> {
    SERVICES.iter().map(|service| format!("{service}{DOMAIN}"))
}

/// The central name of one service.
pub fn central_of(service: &str) -> String {
    format!("{service}{DOMAIN}")
}

/// Every name that is known beforehand.
pub fn all() -> impl Iterator<Item = String> {
    let regional = REGIONS.iter().flat_map(|region| {
        SERVICES.iter().flat_map(move |service| {
            [format!("{service}.{region}{DOMAIN}"), format!("{service}-vpc.{region}{DOMAIN}")]
        })
    });
    central().chain(regional)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_three_services_and_no_others() {
        for (host, region) in [
            ("ims.aliyuncs.com", None),
            ("ram.aliyuncs.com", None),
            ("sts.aliyuncs.com", None),
            ("sts.cn-beijing.aliyuncs.com", Some("cn-beijing")),
            ("sts-vpc.ap-southeast-1.aliyuncs.com", Some("ap-southeast-1")),
            ("ram.a-region-of-2031.aliyuncs.com", Some("a-region-of-2031")),
        ] {
            assert_eq!(VendorHost::read(host), Some(VendorHost { region }), "{host}");
        }
        for host in [
            "",
            "aliyuncs.com",
            ".aliyuncs.com",
            "ecs.aliyuncs.com",
            "oss-cn-hangzhou.aliyuncs.com",
            "evil-ims.aliyuncs.com",
            "ims.aliyuncs.com.example",
            "ims.aliyuncs.community",
            "imsaliyuncs.com",
            "ims.a.b.aliyuncs.com",
            "ims..aliyuncs.com",
            "ims.-x.aliyuncs.com",
            "ims.x-.aliyuncs.com",
            "IMS.aliyuncs.com",
            "ims.aliyuncs.com:443",
            "user@ims.aliyuncs.com",
            "localhost",
            "127.0.0.1",
        ] {
            assert_eq!(VendorHost::read(host), None, "{host}");
        }
    }

    #[test]
    fn names_are_compared_without_case_and_final_dot() {
        assert_eq!(normal("IMS.AliyunCS.com."), "ims.aliyuncs.com");
        assert_eq!(normal("ims.aliyuncs.com.."), "ims.aliyuncs.com.");
    }

    #[test]
    fn every_name_known_beforehand_is_answered_for() {
        assert!(all().count() > 200);
        for host in all() {
            assert!(VendorHost::read(&host).is_some(), "{host}");
        }
    }
}
