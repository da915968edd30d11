//! What `explain-error` prints: for people, or as one JSON value. Asks nobody.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::super::{print, table};
use super::Language;
use crate::config::Output;
use crate::diagnosis::Explained;
use crate::diagnosis::checks::{self, Outcome};
use crate::diagnosis::operations::Callers;
use crate::diagnosis::search::Found;
use crate::diagnosis::signature::{Compared, Expected, Marked};

/// A code, the request that met it and the comparison of its signed texts, as far as they are there.
pub(super) fn joined(
    explained: &Explained,
    request: Option<&Value>,
    compared: Option<&Compared>,
    lang: Language,
    output: Output,
) -> String {
    if output == Output::Json {
        let mut members = in_json(explained, lang);
        if let Some(request) = request {
            for name in ["Request", "SignedText"] {
                members.extend(request.get(name).map(|value| (name.to_owned(), value.clone())));
            }
        }
        if let Some(compared) = compared {
            let compared = json!({
                "Verdict": compared.verdict.of(lang == Language::Zh),
                "Line": compared.place.map(|(line, _)| line),
                "Character": compared.place.map(|(_, character)| character),
            });
            members.insert("Compared".to_owned(), compared);
        }
        return format!("{}\n", Value::Object(members));
    }
    let mut text = request.map(|request| request_in_words(request, lang)).unwrap_or_default();
    if let Some(compared) = compared {
        let _ = writeln!(text, "{}\n", sides(compared, lang));
    }
    text + &in_words(explained, lang)
}

/// What was checked of a request, and where it stopped.
pub(super) fn request_in_words(answer: &Value, lang: Language) -> String {
    let seen = answer.get("Request").unwrap_or(&Value::Null);
    let text = |name: &str| seen.get(name).and_then(Value::as_str);
    let told = |name: &str| print::tame(text(name).unwrap_or("-"));
    let mut shown =
        format!("{}  {}  {}  {}\n", told("RequestId"), told("Time"), told("Operation"), told("SourceIp"));
    if let Some(message) = text("Message") {
        let _ = writeln!(shown, "{}", print::tame(message));
    }
    let _ = writeln!(shown, "\n{}", lang.t("What was checked, in order", "按顺序执行的检查"));
    let rows = checks::of_request(text("RefusedAt")).into_iter().map(|one| {
        let outcome = match one.outcome {
            Outcome::Passed => lang.t("passed", "通过"),
            Outcome::Refused => lang.t("refused here", "在此被拒绝"),
            Outcome::NotReached => lang.t("not reached", "未执行"),
        };
        vec![format!("  {}", one.name), outcome.to_owned(), one.words.of(lang == Language::Zh).to_owned()]
    });
    shown.push_str(&table::render(&rows.collect::<Vec<_>>()));
    shown.push('\n');
    if let Some(expected) = Expected::of_answer(answer) {
        let heading = lang.t("What the server read", "服务器读取的文本");
        let _ =
            writeln!(shown, "{heading} ({})\n{}\n", expected.scheme.algorithm(), lines(&expected.canonical));
    }
    shown
}

/// A text of several lines as it may stand on a terminal.
fn lines(text: &str) -> String {
    text.split('\n').map(print::tame).collect::<Vec<_>>().join("\n")
}

/// Two signed texts with the first difference marked.
fn sides(compared: &Compared, lang: Language) -> String {
    let verdict = compared.verdict.of(lang == Language::Zh);
    let Some((line, character)) = compared.place else { return verdict.to_owned() };
    let marked = |text: &Marked| {
        let mark = if text.mark.is_empty() { lang.t("(end)", "（结尾）") } else { &text.mark };
        lines(&format!("{}>>{mark}<<{}", text.before, text.after))
    };
    format!(
        "{verdict}\n{} {line}:{character}\n\n{}\n{}\n\n{}\n{}",
        lang.t("First difference at", "第一处不同："),
        lang.t("What the server read", "服务器读取的文本"),
        marked(&compared.expected),
        lang.t("What you signed", "您签名的文本"),
        marked(&compared.own),
    )
}

/// One code with all that is told of it.
pub(super) fn shown(explained: &Explained, lang: Language, output: Output) -> String {
    joined(explained, None, None, lang, output)
}

fn callers(explained: &Explained, lang: Language) -> String {
    match &explained.callers {
        Callers::All => lang.t("every request", "任何请求").to_owned(),
        Callers::Signed => lang.t("every signed request", "任何已签名的请求").to_owned(),
        Callers::Elsewhere => lang
            .t("no operation of this server, but the vendor's services", "厂商的服务；本服务器不会返回")
            .to_owned(),
        Callers::These(list) => {
            let names = list.iter().map(|one| format!("{}:{}", one.product.name(), one.action));
            names.collect::<Vec<_>>().join(", ")
        }
    }
}

fn in_json(explained: &Explained, lang: Language) -> Map<String, Value> {
    let is_chinese = lang == Language::Zh;
    let likely = explained
        .likely
        .iter()
        .map(|one| json!({"Cause": one.cause.of(is_chinese), "WhatToDo": one.remedy.of(is_chinese)}));
    let operations = match &explained.callers {
        Callers::These(list) => {
            Value::from_iter(list.iter().map(|one| format!("{}:{}", one.product.name(), one.action)))
        }
        _ => Value::from(callers(explained, lang)),
    };
    let members = [
        ("Code", Value::from(explained.code.as_str())),
        ("Status", explained.status.into()),
        ("Message", explained.message.clone().into()),
        ("Meaning", explained.meaning.of(is_chinese).into()),
        ("Likely", Value::from_iter(likely)),
        ("AnsweredBy", operations),
    ];
    members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

fn in_words(explained: &Explained, lang: Language) -> String {
    let is_chinese = lang == Language::Zh;
    let mut text =
        format!("{} (HTTP {})\n{}\n", explained.code, explained.status, explained.meaning.of(is_chinese));
    if let Some(message) = &explained.message {
        let _ = writeln!(text, "{} {message}", lang.t("Message:", "错误信息："));
    }
    let _ = writeln!(text, "\n{}", lang.t("Likely causes and what to do", "可能的原因和解决方法"));
    for one in &explained.likely {
        let _ = writeln!(text, "  - {}\n    {}", one.cause.of(is_chinese), one.remedy.of(is_chinese));
    }
    let _ = writeln!(text, "\n{} {}", lang.t("Answered by:", "返回此错误码的："), callers(explained, lang));
    text
}

/// Several codes, one a line.
pub(super) fn list(found: &Found, lang: Language, output: Output) -> String {
    let meaning = |one: &Explained| one.meaning.of(lang == Language::Zh).to_owned();
    if output == Output::Json {
        let rows = found.codes.iter();
        let rows = rows.map(|one| json!({"Code": one.code, "Status": one.status, "Meaning": meaning(one)}));
        return format!("{}\n", Value::from_iter(rows));
    }
    let rows = found.codes.iter().map(|one| vec![one.code.clone(), one.status.to_string(), meaning(one)]);
    let heading = ["Code", "HTTP", lang.t("Meaning", "含义")].map(str::to_owned).to_vec();
    table::render(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::{explain, search};

    #[test]
    fn a_code_in_words() {
        let explained = explain("EntityAlreadyExists.OIDCProvider.ClientId").unwrap();
        insta::assert_snapshot!(shown(&explained, Language::En, Output::Table), @r"
        EntityAlreadyExists.OIDCProvider.ClientId (HTTP 409)
        It exists already: client ID of the OIDC identity provider. Names are unique in an account.

        Likely causes and what to do
          - The call was made before: a retry whose first attempt was done although its answer was lost.
            Look at it with GetOIDCProvider; if it is as wanted, go on.
          - Somebody else took the name or the place.
            Choose another name, or remove the other with RemoveClientIdFromOIDCProvider first.

        Answered by: Ims:AddClientIdToOIDCProvider
        ");
        let chinese = shown(&explained, Language::Zh, Output::Table);
        assert!(chinese.contains("可能的原因") && !chinese.contains("Likely"), "{chinese}");
    }

    #[test]
    fn a_code_for_machines() {
        let explained = explain("InvalidTimeStamp.Expired").unwrap();
        let object: Value = serde_json::from_str(&shown(&explained, Language::En, Output::Json)).unwrap();
        assert_eq!((&object["Code"], &object["Status"]), (&"InvalidTimeStamp.Expired".into(), &400.into()));
        assert_eq!(object["Likely"].as_array().unwrap().len(), 3);
        assert_eq!(object["AnsweredBy"], "every signed request");
    }

    #[test]
    fn codes_of_a_status() {
        let found = search::find("401");
        let text = list(&found, Language::En, Output::Table);
        assert!(text.starts_with("Code ") && text.contains("AuthenticationFail.OIDCToken.Expired"), "{text}");
        let rows: Value = serde_json::from_str(&list(&found, Language::Zh, Output::Json)).unwrap();
        assert_eq!(rows.as_array().unwrap().len(), found.codes.len());
    }

    #[test]
    fn a_request_with_its_signed_texts() {
        let answer = json!({
            "Request": {"RequestId": "R", "Time": "2026-11-01T00:00:00Z", "Operation": "ListUsers", "SourceIp": "::1",
                        "RefusedAt": "Signature", "Code": "SignatureDoesNotMatch", "Message": "no\u{1b}[2J"},
            "SignedText": {"SignatureMethod": "HMAC-SHA1", "HttpMethod": "POST", "CanonicalRequest": "A=b%20c&B=d"},
        });
        let words = request_in_words(&answer, Language::En);
        let line = |name: &str| {
            words.lines().find(|line| line.starts_with(&format!("  {name} "))).unwrap().to_owned()
        };
        assert!(words.starts_with("R  2026-11-01T00:00:00Z  ListUsers  ::1\nno [2J\n"), "{words}");
        assert!(line("AccessKey").contains(" passed "), "{words}");
        assert!(line("Signature").contains(" refused here "), "{words}");
        assert!(line("Operation").contains(" not reached "), "{words}");
        assert!(words.contains("What the server read (HMAC-SHA1)\nA=b%20c&B=d\n"), "{words}");
        let explained = explain("SignatureDoesNotMatch").unwrap();
        let compared =
            crate::diagnosis::signature::Expected::of_answer(&answer).unwrap().compare("A=b+c&B=d");
        let text = joined(&explained, Some(&answer), Some(&compared), Language::En, Output::Table);
        assert!(
            text.contains("A=b>>%<<20c&B=d") && text.contains("A=b>>+<<c&B=d") && !text.contains('\u{1b}'),
            "{text}"
        );
        let json = joined(&explained, Some(&answer), Some(&compared), Language::Zh, Output::Json);
        let read: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&read["Compared"]["Character"], &read["Request"]["RequestId"]), (&4.into(), &"R".into()));
    }
}
