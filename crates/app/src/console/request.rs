//! A request for a page as the gateway hands it over. Knows no page.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method};

/// The cookie of who is signed in.
pub const SESSION: &str = "ramward_console";
/// The cookie by which a browser is remembered after a code.
pub const REMEMBERED: &str = "ramward_remembered";
/// The cookie of the language that was chosen.
pub const LANGUAGE: &str = "ramward_lang";
/// The cookie of the theme that was chosen.
pub const THEME: &str = "ramward_theme";

/// A request for a page.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// The HTTP method.
    pub method: Method,
    /// The path as sent.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query: String,
    /// The headers as sent.
    pub headers: HeaderMap,
    /// The body as sent.
    pub body: Bytes,
    /// Where it came from.
    pub peer: IpAddr,
    /// Whether it came over TLS.
    pub secure: bool,
}

impl PageRequest {
    /// A header's text; empty where there is none.
    pub fn header(&self, name: HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let cookies =
            self.headers.get_all(http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The host and port at which the browser reached this server; empty if it said none.
    pub fn host(&self) -> &str {
        self.header(http::header::HOST)
    }
}

#[cfg(test)]
mod tests {
    use crate::console::testing::get;

    #[test]
    fn a_cookie_is_found_among_others_and_not_by_half_its_name() {
        let mut request = get("/console");
        let cookies = "a=1; ramward_console_old=x; ramward_console=1.y=z;ramward_lang=zh";
        request.headers.insert(http::header::COOKIE, cookies.parse().unwrap());
        assert_eq!(request.cookie(super::SESSION), Some("1.y=z"));
        assert_eq!(request.cookie(super::LANGUAGE), Some("zh"));
        assert_eq!(request.cookie(super::THEME), None);
    }
}
