//! Where refusals are explained: the address of this server's error centre as the caller can reach it. Knows no page.

use super::{Core, Frame, Service};

/// What names of the vendor's hosts end with. A client that asks for one reaches this server by a proxy or by a table of
/// hosts, which a browser need not have.
const VENDORS: &str = ".aliyuncs.com";

/// Where the vendor explains refusals, for a server that does not know its own address.
const OF_VENDOR: &str = "https://api.aliyun.com/troubleshoot";

/// The path of the error centre.
const PATH: &str = "/console/errors";

/// The longest host name with a port.
const MAX_HOST: usize = 261;

impl Service {
    /// Says once at which address pages of this server are found, such as `http://127.0.0.1:8686`.
    pub fn set_own_address(&self, address: String) {
        if self.core.own_address.set(address).is_err() {
            tracing::warn!("the address of this server is known already");
        }
    }
}

impl Frame {
    /// Where this refusal is explained.
    pub(super) fn error_centre(&self) -> &str {
        if self.error_centre.is_empty() { OF_VENDOR } else { &self.error_centre }
    }
}

impl Core {
    /// Notes which host was asked, as refusals repeat it, and where this refusal is explained: at the public address
    /// where one is set, else at that host, as the caller reaches it, unless it is one of the vendor's names or none.
    pub(super) fn note_host(&self, frame: &mut Frame, host: &str, secure: bool) {
        host.clone_into(&mut frame.host);
        if let Some(address) = &self.settings.public_url {
            frame.error_centre = format!("{address}{PATH}");
        } else if is_own(host) {
            let scheme = if secure { "https" } else { "http" };
            frame.error_centre = format!("{scheme}://{host}{PATH}");
        } else if let Some(address) = self.own_address.get() {
            frame.error_centre = format!("{address}{PATH}");
        }
    }
}

fn is_own(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_vendors = name.to_ascii_lowercase().ends_with(VENDORS);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
    !is_vendors && !host.is_empty() && host.len() <= MAX_HOST && host.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use ramward_rpc::request::RequestBuilder;
    use serde_json::Value;

    use super::is_own;
    use crate::testing::TestApp;

    fn recommended(app: &TestApp, host: &str) -> (String, String) {
        let request = RequestBuilder::new(host, "2019-08-15", "GetNothing");
        let answer = app.send(&app.sign(&app.root, &request));
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        (body["Recommend"].as_str().unwrap().to_owned(), answer.request_id.to_string())
    }

    #[test]
    fn the_link_leads_to_where_the_caller_reaches_this_server() {
        let app = TestApp::new();
        let tail = |id: &str| format!("?q=InvalidAction.NotFound&product=Ims&requestId={id}");
        let (link, id) = recommended(&app, "127.0.0.1:8686");
        assert_eq!(link, format!("http://127.0.0.1:8686/console/errors{}", tail(&id)));
        let (link, id) = recommended(&app, "ims.aliyuncs.com");
        assert_eq!(link, format!("https://api.aliyun.com/troubleshoot{}", tail(&id)));
        app.service.set_own_address("https://ramward.example:8443".to_owned());
        let (link, id) = recommended(&app, "ims.aliyuncs.com");
        assert_eq!(link, format!("https://ramward.example:8443/console/errors{}", tail(&id)));
    }

    #[test]
    fn a_public_address_is_where_everybody_is_sent() {
        let app = TestApp::with(|settings| settings.public_url = Some("https://ramward.example".to_owned()));
        for host in ["127.0.0.1:8686", "ims.aliyuncs.com"] {
            let (link, _) = recommended(&app, host);
            assert!(link.starts_with("https://ramward.example/console/errors?q="), "{link}");
        }
    }

    #[test]
    fn a_host_name_that_is_none_leads_nowhere() {
        for host in ["127.0.0.1:8686", "[::1]:8686", "ramward.internal", "localhost"] {
            assert!(is_own(host), "{host}");
        }
        for host in
            ["", "ims.aliyuncs.com", "RAM.ALIYUNCS.COM:443", "evil.example/?", "a b", "\"><script>", "中文"]
        {
            assert!(!is_own(host), "{host}");
        }
        assert!(!is_own(&"a".repeat(300)));
    }
}
