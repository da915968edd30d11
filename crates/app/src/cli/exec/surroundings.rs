//! The environment of a command: the variables that lead the vendor's clients, and those of other tools, to the server.
//! Pure; what each variable is for stands in the list.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use super::target::Target;
use crate::tls::vendor_hosts;

/// Variables that name a proxy; both spellings are in use.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
/// Variables that could lead around the door, and those of a proxy for everything.
const AROUND: [&str; 4] = ["NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"];
/// Variables that name a file of CAs: OpenSSL and the new Python SDKs; the old Python core; Node; requests; curl.
const CA_FILES: [&str; 5] = [
    "SSL_CERT_FILE",
    "ALIBABA_CLOUD_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
];
/// Variables of an AccessKey's id: the SDKs; the old core; Ansible and Terraform.
const IDS: [&str; 3] = ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIYUN_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY"];
/// Of its secret.
const SECRETS: [&str; 3] =
    ["ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIYUN_ACCESS_KEY_SECRET", "ALICLOUD_SECRET_KEY"];
/// Of a temporary key's token.
const TOKENS: [&str; 2] = ["ALIBABA_CLOUD_SECURITY_TOKEN", "ALICLOUD_SECURITY_TOKEN"];
/// The services whose endpoints have a variable each.
const SERVICES: [(&str, &str); 3] = [
    ("ALIBABA_CLOUD_ENDPOINT_IMS", "ims"),
    ("ALIBABA_CLOUD_ENDPOINT_RAM", "ram"),
    ("ALIBABA_CLOUD_ENDPOINT_STS", "sts"),
];

/// What is set and what is taken away.
pub struct Surroundings {
    changes: Vec<(&'static str, Option<OsString>)>,
}

impl Surroundings {
    /// Those of a command that is to reach `target`, in a network of its own or beside it.
    pub fn of(target: &Target, is_isolated: bool) -> Self {
        let mut all = Self { changes: Vec::new() };
        if is_isolated {
            all.change(PROXIES, None::<&str>);
            all.change(AROUND, None::<&str>);
        } else {
            all.change(PROXIES, Some(&target.proxy));
            all.change(AROUND, None::<&str>);
            all.change(["NO_PROXY", "no_proxy"], Some("localhost,127.0.0.1,::1"));
        }
        all.change(CA_FILES, Some(&target.ca_file));
        let key = &target.credentials;
        all.change(IDS, Some(&key.access_key_id));
        all.change(SECRETS, Some(key.secret.expose()));
        all.change(TOKENS, key.security_token.as_ref().map(|token| token.expose()));
        // The last place where the vendor's libraries look for a key, on a fixed address outside of the machine.
        all.change(["ALIBABA_CLOUD_ECS_METADATA_DISABLED"], Some("true"));
        let addresses = &target.addresses;
        let beside = addresses.tls_endpoint.as_ref().unwrap_or(&addresses.endpoint);
        for (variable, service) in SERVICES {
            let inside = format!("https://{}", vendor_hosts::central_of(service));
            all.change([variable], Some(if is_isolated { &inside } else { beside }));
        }
        // For `ramward` itself.
        let inside = format!("https://{}", vendor_hosts::central_of("ims"));
        all.change(["RAMWARD_ENDPOINT"], Some(if is_isolated { &inside } else { &addresses.endpoint }));
        all
    }

    fn change<const N: usize>(&mut self, names: [&'static str; N], value: Option<impl AsRef<OsStr>>) {
        let value = value.map(|value| value.as_ref().to_owned());
        self.changes.extend(names.map(|name| (name, value.clone())));
    }

    /// Gives them to a command; later changes of a variable win.
    pub fn apply(&self, command: &mut Command) {
        for (name, value) in &self.changes {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ramward_rpc::sign::Secret;

    use super::*;
    use crate::credentials::Credentials;
    use crate::running::Addresses;

    fn changed(is_isolated: bool, token: Option<&str>) -> BTreeMap<String, Option<String>> {
        let target = Target {
            addresses: Addresses {
                endpoint: "http://127.0.0.1:1".to_owned(),
                tls_endpoint: Some("https://127.0.0.1:2".to_owned()),
                proxy: Some("http://127.0.0.1:3".to_owned()),
                ca_file: None,
            },
            proxy: "http://127.0.0.1:3".to_owned(),
            ca_file: "/data/ca.pem".into(),
            credentials: Credentials {
                access_key_id: "id".to_owned(),
                secret: Secret::from("secret"),
                security_token: token.map(Secret::from),
                source: String::new(),
                expires: None,
            },
            own: None,
        };
        let mut command = Command::new("none");
        Surroundings::of(&target, is_isolated).apply(&mut command);
        let text = |text: &OsStr| text.to_str().unwrap().to_owned();
        command.get_envs().map(|(name, value)| (text(name), value.map(text))).collect()
    }

    #[test]
    fn beside_it_a_proxy_leads_to_the_server() {
        let found = changed(false, None);
        for (name, value) in [
            ("HTTPS_PROXY", Some("http://127.0.0.1:3")),
            ("http_proxy", Some("http://127.0.0.1:3")),
            ("NO_PROXY", Some("localhost,127.0.0.1,::1")),
            ("ALL_PROXY", None),
            ("SSL_CERT_FILE", Some("/data/ca.pem")),
            ("ALIBABA_CLOUD_CA_BUNDLE", Some("/data/ca.pem")),
            ("NODE_EXTRA_CA_CERTS", Some("/data/ca.pem")),
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", Some("id")),
            ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", Some("secret")),
            ("ALIBABA_CLOUD_SECURITY_TOKEN", None),
            ("ALIBABA_CLOUD_ECS_METADATA_DISABLED", Some("true")),
            ("ALIBABA_CLOUD_ENDPOINT_STS", Some("https://127.0.0.1:2")),
            ("RAMWARD_ENDPOINT", Some("http://127.0.0.1:1")),
        ] {
            assert_eq!(found[name].as_deref(), value, "{name}");
        }
    }

    #[test]
    fn inside_the_names_themselves_lead_there() {
        let found = changed(true, Some("token"));
        for (name, value) in [
            ("HTTPS_PROXY", None),
            ("no_proxy", None),
            ("SSL_CERT_FILE", Some("/data/ca.pem")),
            ("ALIBABA_CLOUD_SECURITY_TOKEN", Some("token")),
            ("ALIBABA_CLOUD_ENDPOINT_RAM", Some("https://ram.aliyuncs.com")),
            ("RAMWARD_ENDPOINT", Some("https://ims.aliyuncs.com")),
        ] {
            assert_eq!(found[name].as_deref(), value, "{name}");
        }
    }
}
