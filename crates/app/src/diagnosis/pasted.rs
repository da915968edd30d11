//! Reads what somebody pasted: a whole error answer in JSON or XML, or the text of an SDK's exception around it. Knows no
//! code's meaning.

use crate::refusal::Refusal;

/// What was found in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pasted {
    /// The code.
    pub code: Option<String>,
    /// The message, of a whole answer.
    pub message: Option<String>,
    /// The id of the request, in capital letters.
    pub request_id: Option<String>,
    /// Of a denied permission the members of `AccessDeniedDetail` that can be read as they are.
    pub denied: Vec<(String, String)>,
    /// Of a denied permission the sealed message that says why.
    pub sealed: Option<String>,
}

/// The member of `AccessDeniedDetail` that is sealed.
const SEALED: &str = "EncodedDiagnosticMessage";

/// The largest text that is looked at.
pub const MAX_BYTES: usize = 256 * 1024;

impl Pasted {
    /// Reads it. `is_code` says what is a code; the first of a text that is no answer counts.
    pub fn read(text: &str, is_code: fn(&str) -> bool) -> Self {
        let text = text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
        let answer = Refusal::read(0, text.as_bytes());
        if answer.code.is_some() {
            let (sealed, denied): (Vec<_>, Vec<_>) = denied(text.trim_start_matches('\u{feff}').trim())
                .into_iter()
                .partition(|(name, _)| name == SEALED);
            return Self {
                code: answer.code,
                message: Some(answer.message).filter(|message| !message.is_empty()),
                request_id: answer.request_id.as_deref().and_then(request_id),
                denied,
                sealed: sealed.into_iter().next().map(|(_, text)| text),
            };
        }
        // Around the answer stands what a program or a log put there.
        if let (Some(from), Some(to)) = (text.find('{'), text.rfind('}'))
            && let Some(inner) = text.get(from..=to)
            && inner.len() < text.trim().len()
        {
            let inner = Self::read(inner, is_code);
            if inner.code.is_some() {
                return Self { request_id: inner.request_id.or_else(|| find_request_id(text)), ..inner };
            }
        }
        Self { code: find_code(text, is_code), request_id: find_request_id(text), ..Self::default() }
    }
}

/// The members of `AccessDeniedDetail` in a whole answer.
fn denied(answer: &str) -> Vec<(String, String)> {
    if answer.starts_with('<') {
        let Ok(document) = roxmltree::Document::parse(answer) else { return Vec::new() };
        let detail = document.root_element().children().find(|node| node.has_tag_name("AccessDeniedDetail"));
        let members =
            detail.into_iter().flat_map(|detail| detail.children()).filter(|node| node.is_element());
        let text = |node: roxmltree::Node<'_, '_>| {
            node.text().map(|text| (node.tag_name().name().to_owned(), text.to_owned()))
        };
        return members.filter_map(text).collect();
    }
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap_or_default();
    let members = answer.get("AccessDeniedDetail").and_then(serde_json::Value::as_object);
    let text =
        |(name, value): (&String, &serde_json::Value)| Some((name.clone(), value.as_str()?.to_owned()));
    members.into_iter().flatten().filter_map(text).filter(|(_, text)| !text.is_empty()).collect()
}

/// The id that a text is, in capital letters.
pub fn request_id(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    (text.len() == 36 && text.bytes().enumerate().all(fits)).then(|| text.to_ascii_uppercase())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.' && letter != '-')
        .map(|word| word.trim_matches(['.', '-']))
        .filter(|word| !word.is_empty())
}

fn find_request_id(text: &str) -> Option<String> {
    words(text).find_map(request_id)
}

fn find_code(text: &str, is_code: fn(&str) -> bool) -> Option<String> {
    words(text).find(|word| is_code(word)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::search::is_known;

    const ID: &str = "ABA822EE-85C2-4418-9577-A1831FC8466D";

    fn read(text: &str) -> (Option<String>, Option<String>) {
        let pasted = Pasted::read(text, is_known);
        (pasted.code, pasted.request_id)
    }

    #[test]
    fn an_answer_is_read_in_either_form_and_inside_of_other_text() {
        let both = (Some("NoPermission".to_owned()), Some(ID.to_owned()));
        let json = format!(r#"{{"RequestId":"{ID}","Code":"NoPermission","Message":"no"}}"#);
        let lower = ID.to_lowercase();
        let texts = [
            json.clone(),
            format!("<Error><RequestId>{ID}</RequestId><Code>NoPermission</Code></Error>"),
            format!("2026-11-01 failed: {json} while listing"),
            format!(
                "Error: NoPermission code: 403, You are not authorized to do this action. request id: {lower}"
            ),
            format!("HTTP Status: 403 Error:NoPermission You may not. RequestID: {ID}"),
        ];
        for text in texts {
            assert_eq!(read(&text), both, "{text}");
        }
    }

    #[test]
    fn what_was_denied_is_read_in_either_form() {
        let json = r#"{"Code":"NoPermission","AccessDeniedDetail":{"AuthAction":"ram:GetUser","AuthResource":"","EncodedDiagnosticMessage":"x+y="}}"#;
        let xml = "<Error><Code>NoPermission</Code><AccessDeniedDetail><AuthAction>ram:GetUser</AuthAction><AuthResource></AuthResource>\
                   <EncodedDiagnosticMessage>x+y=</EncodedDiagnosticMessage></AccessDeniedDetail></Error>";
        for text in [json, xml] {
            let pasted = Pasted::read(text, is_known);
            assert_eq!(pasted.denied, [("AuthAction".to_owned(), "ram:GetUser".to_owned())]);
            assert_eq!(pasted.sealed.as_deref(), Some("x+y="));
        }
    }

    #[test]
    fn what_is_none_gives_nothing() {
        assert_eq!(read(""), (None, None));
        assert_eq!(read("{} nothing happened here"), (None, None));
        assert_eq!(read("ABA822EE-85C2-4418-9577-A1831FC8466"), (None, None));
        assert_eq!(read(&"{".repeat(300_000)), (None, None));
    }
}
