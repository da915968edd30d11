//! A refusal as it comes over the wire: `Code`, `Message` and `RequestId` out of JSON or XML. Knows neither which
//! operation was called nor how a refusal is shown.

use std::fmt;

/// Why a server did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error code; `None` if the answer is not an API error.
    pub code: Option<String>,
    /// What the server says, or the beginning of an answer that is not an API error.
    pub message: String,
    /// The id under which the server's log has the call.
    pub request_id: Option<String>,
    /// Where a redirect leads.
    pub location: Option<String>,
}

/// How much of an answer that is not an API error is shown.
const EXCERPT_CHARS: usize = 120;

impl Refusal {
    /// Reads an error answer. The content type is not asked: clients of the vendor disagree on it, and the first
    /// character tells JSON from XML.
    pub fn read(status: u16, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim();
        let envelope = if text.starts_with('<') { from_xml(text) } else { from_json(text) };
        match envelope {
            Some(Envelope { code, message, request_id }) => Self {
                status,
                code: Some(code),
                message: message.unwrap_or_default(),
                request_id,
                location: None,
            },
            None => Self { status, code: None, message: excerpt(text), request_id: None, location: None },
        }
    }
}

impl fmt::Display for Refusal {
    /// One line, whatever the server sent: control characters could otherwise move the cursor of a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.request_id.as_deref().map(|id| format!("RequestId {id}"));
        let line = match &self.code {
            Some(code) => {
                let id = id.as_deref().unwrap_or("no RequestId");
                format!("{code}: {} (status {}, {id})", self.message, self.status)
            }
            None => {
                let id = id.map(|id| format!(", {id}")).unwrap_or_default();
                let what = if (300..400).contains(&self.status) {
                    let to = self
                        .location
                        .as_deref()
                        .map(|location| format!(" to {location}"))
                        .unwrap_or_default();
                    format!("a redirect{to}, which a signed call never follows; name the right --endpoint")
                } else if self.message.is_empty() {
                    "an empty body, which is not an API error".to_owned()
                } else {
                    format!("a body that is not an API error: {}", self.message)
                };
                format!("status {}{id}, with {what}", self.status)
            }
        };
        line.chars().try_for_each(|character| {
            fmt::Write::write_char(f, if character.is_control() { ' ' } else { character })
        })
    }
}

struct Envelope {
    code: String,
    message: Option<String>,
    request_id: Option<String>,
}

fn from_json(text: &str) -> Option<Envelope> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    // Some gateways of the vendor spell the members with a small letter; its SDKs read both.
    let member = |upper: &str, lower: &str| {
        let value = object.get(upper).or_else(|| object.get(lower))?;
        value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))
    };
    Some(Envelope {
        code: member("Code", "code")?,
        message: member("Message", "message"),
        request_id: member("RequestId", "requestId"),
    })
}

fn from_xml(text: &str) -> Option<Envelope> {
    let document = roxmltree::Document::parse(text).ok()?;
    let root = document.root_element();
    if !root.has_tag_name("Error") {
        return None;
    }
    let child = |name: &str| {
        let element = root.children().find(|node| node.has_tag_name(name))?;
        // CDATA beside text makes several text nodes of one element.
        Some(element.children().filter_map(|node| node.text()).collect::<String>())
    };
    Some(Envelope { code: child("Code")?, message: child("Message"), request_id: child("RequestId") })
}

fn excerpt(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut excerpt: String = line.chars().take(EXCERPT_CHARS).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(status: u16, body: &str) -> String {
        Refusal::read(status, body.as_bytes()).to_string()
    }

    #[test]
    fn json_and_xml_say_the_same() {
        let json = r#"{"RequestId":"R-1","HostId":"h","Code":"EntityNotExist.User","Message":"The User does not exist.","Recommend":"x"}"#;
        let xml = "<?xml version='1.0' encoding='UTF-8'?><Error><RequestId>R-1</RequestId><HostId>h</HostId>\
                   <Code>EntityNotExist.User</Code><Message>The User <![CDATA[does not]]> exist.</Message>\
                   <Recommend><![CDATA[https://x/?a=1&b=2]]></Recommend></Error>";
        assert_eq!(Refusal::read(404, json.as_bytes()), Refusal::read(404, xml.as_bytes()));
        assert_eq!(
            shown(404, json),
            "EntityNotExist.User: The User does not exist. (status 404, RequestId R-1)"
        );
    }

    #[test]
    fn members_in_small_letters_and_numbers_as_codes() {
        let refusal = Refusal::read(500, br#"{"code":500,"message":"m","requestId":"r"}"#);
        assert_eq!(refusal.code.as_deref(), Some("500"));
        assert_eq!(refusal.request_id.as_deref(), Some("r"));
    }

    #[test]
    fn what_is_not_an_api_error_is_said_to_be_none() {
        for (status, body, line) in [
            (
                502,
                "<html><body>Bad Gateway</body></html>",
                "status 502, with a body that is not an API error: <html><body>Bad Gateway</body></html>",
            ),
            (502, "<not xml", "status 502, with a body that is not an API error: <not xml"),
            (500, "", "status 500, with an empty body, which is not an API error"),
            (500, "[1,2]", "status 500, with a body that is not an API error: [1,2]"),
            (
                500,
                r#"{"Message":"no code"}"#,
                r#"status 500, with a body that is not an API error: {"Message":"no code"}"#,
            ),
            (500, "one\ntwo", "status 500, with a body that is not an API error: one…"),
            (
                302,
                "",
                "status 302, with a redirect, which a signed call never follows; name the right --endpoint",
            ),
        ] {
            assert_eq!(shown(status, body), line);
        }
    }

    #[test]
    fn a_terminal_is_safe_from_what_a_server_sends() {
        let body = r#"{"Code":"X","Message":"a\u001b[2Jb\nc\u0007","RequestId":"r\u009b"}"#;
        assert_eq!(shown(400, body), "X: a [2Jb c  (status 400, RequestId r )");
    }

    #[test]
    fn a_body_that_is_not_utf8_or_nested_too_deep_is_no_crash() {
        assert!(Refusal::read(500, &[0xff, 0xfe, b'{']).code.is_none());
        assert!(Refusal::read(500, "<a>".repeat(100_000).as_bytes()).code.is_none());
        assert!(Refusal::read(500, "[".repeat(1_000_000).as_bytes()).code.is_none());
    }
}
