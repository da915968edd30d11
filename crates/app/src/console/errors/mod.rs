//! The error centre: what a code means, by whatever the reader has of it: the code or a part of it, an HTTP status, an
//! operation, a whole error answer. All it tells comes from `diagnosis`. Must not know how refusals are made.

pub mod request;

use askama::Template;
use ramward_rpc::api::Product;
use serde_json::Value;

use self::request::Sides;
use super::answer::{self, PageAnswer};
use super::frame::Frame;
use super::lang::Lang;
use super::trouble::Trouble;
use super::visit::Visit;
use crate::diagnosis::operations::Callers;
use crate::diagnosis::pasted::{self, Pasted};
use crate::diagnosis::search;
use crate::diagnosis::signature::Expected;
use crate::diagnosis::{Both, Explained, explain};

/// The text in the page's language.
fn told(lang: Lang, text: &Both) -> String {
    lang.t(&text.en, &text.zh).to_owned()
}

/// A code in a list.
struct Row {
    code: String,
    status: u16,
    meaning: String,
}

/// A code with all that is told of it.
struct Told {
    code: String,
    status: u16,
    message: Option<String>,
    meaning: String,
    likely: Vec<(String, String)>,
    /// Who answers it, where that is not a list.
    everybody: &'static str,
    /// Product, product as paths spell it, operation.
    operations: Vec<(&'static str, String, &'static str)>,
}

impl Told {
    fn new(lang: Lang, explained: &Explained) -> Self {
        let (everybody, operations) = match &explained.callers {
            Callers::All => (lang.t("Every request may meet it.", "任何请求都可能遇到。"), Vec::new()),
            Callers::Signed => {
                (lang.t("Every signed request may meet it.", "任何已签名的请求都可能遇到。"), Vec::new())
            }
            Callers::Elsewhere => (
                lang.t(
                    "No operation of this server answers it; the vendor's services do.",
                    "本服务器的操作不会返回此错误码；厂商的服务会返回。",
                ),
                Vec::new(),
            ),
            Callers::These(list) => {
                let shown = |one: &crate::diagnosis::operations::Operation| {
                    (one.product.name(), one.product.name().to_ascii_lowercase(), one.action)
                };
                ("", list.iter().map(shown).collect())
            }
        };
        let likely = explained.likely.iter().map(|one| (told(lang, &one.cause), told(lang, &one.remedy)));
        Self {
            code: explained.code.clone(),
            status: explained.status,
            message: explained.message.clone(),
            meaning: told(lang, &explained.meaning),
            likely: likely.collect(),
            everybody,
            operations,
        }
    }
}

#[derive(Template)]
#[template(path = "console/errors/search.html")]
struct SearchPage {
    frame: Frame,
    asked: String,
    operation: Option<String>,
    rows: Vec<Row>,
    left_off: usize,
    nearest: Option<String>,
}

#[derive(Template)]
#[template(path = "console/errors/code.html")]
struct CodePage {
    frame: Frame,
    code: String,
    told: Option<Told>,
}

#[derive(Template)]
#[template(path = "console/errors/answer.html")]
struct AnswerPage {
    frame: Frame,
    pasted: Pasted,
    told: Option<Told>,
    /// Why a permission was denied, in words for machines.
    decoded: Option<String>,
    /// Whether the answer says what should have been signed, and nothing was compared with it yet.
    may_compare: bool,
    /// The answer, to be sent again with what it is compared with.
    answer: String,
    sides: Option<Sides>,
}

/// The longest text that is looked for.
const MAX_ASKED: usize = 200;

/// The search, and what it found. The link of a refusal leads here with code and RequestId.
pub fn search(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let asked: String = visit.query.get("q").trim().chars().take(MAX_ASKED).collect();
    if let Some(id) = pasted::request_id(visit.query.get("requestId")) {
        let code: String = form_urlencoded::byte_serialize(asked.as_bytes()).collect();
        return Ok(answer::see(&format!("/console/errors/requests/{id}?code={code}")));
    }
    let found = search::find(&asked);
    if let Some(id) = found.request_id {
        return Ok(answer::see(&format!("/console/errors/requests/{id}")));
    }
    let rows = found.codes.iter().map(|one| Row {
        code: one.code.clone(),
        status: one.status,
        meaning: told(visit.lang, &one.meaning),
    });
    answer::page(&SearchPage {
        frame: visit.frame(visit.lang.t("Error centre", "错误中心")),
        rows: rows.collect(),
        operation: found.operation.map(|one| format!("{}:{}", one.product.name(), one.action)),
        left_off: found.left_off,
        nearest: found.nearest,
        asked,
    })
}

/// What a pasted error answer says; where it says what should have been signed, also how the reader's text differs.
pub fn pasted(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let answer = visit.form.get("answer");
    let mut pasted = Pasted::read(answer, search::is_known);
    let told = pasted.code.as_deref().and_then(explain).map(|explained| Told::new(visit.lang, &explained));
    let frame = visit.frame(visit.lang.t("What the answer says", "返回内容的含义"));
    let own = visit.form.get("signed");
    let expected = pasted.message.as_deref().and_then(Expected::of_message);
    let sides = expected.as_ref().filter(|_| !own.trim().is_empty());
    let sides = sides.map(|expected| Sides::new(visit.lang, expected, own));
    let may_compare = expected.is_some() && sides.is_none();
    if expected.is_some() {
        // The rest repeats the request, secrets too.
        pasted.message =
            pasted.message.and_then(|message| message.split(" server ").next().map(str::to_owned));
    }
    let decoded = pasted.sealed.as_deref().map(|sealed| decode(visit, sealed)).transpose()?.flatten();
    let answer = if may_compare { answer.to_owned() } else { String::new() };
    answer::page(&AnswerPage { frame, pasted, told, decoded, may_compare, answer, sides })
}

/// What the sealed message of a denied permission says, where the reader may open it and it is of this server.
fn decode(visit: &Visit<'_>, sealed: &str) -> Result<Option<String>, Trouble> {
    let params = [("EncodedDiagnosticMessage", sealed)];
    let opened = visit.attempt(Product::Ram, "DecodeDiagnosticMessage", &params)?;
    let message =
        opened.ok().and_then(|mut answer| answer.get_mut("DecodedDiagnosticMessage").map(Value::take));
    Ok(message.and_then(|message| serde_json::to_string_pretty(&message).ok()))
}

/// One code.
pub fn code(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let code: String = visit.path_value("code").chars().take(MAX_ASKED).collect();
    let told = explain(&code).map(|explained| Told::new(visit.lang, &explained));
    let code = told.as_ref().map_or(code, |told| told.code.clone());
    let status = if told.is_some() { http::StatusCode::OK } else { http::StatusCode::NOT_FOUND };
    let mut answer = answer::page(&CodePage { frame: visit.frame(&code), code, told })?;
    *answer.status_mut() = status;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use ramward_domain::authn::Origin;
    use ramward_domain::service::first_start::NewKey;
    use ramward_domain::service::unsigned::Ask;
    use ramward_rpc::api::Product;
    use ramward_rpc::sign::Secret;

    use crate::console::testing::{Desk, Visitor};

    #[test]
    fn a_code_is_found_and_explained_in_both_languages() {
        let desk = Desk::new();
        let root = desk.sign_in(&desk.root);
        let page = desk.page(&root, "/console/errors?q=InvalidAccessKeyId");
        assert!(page.contains("href=\"/console/errors/codes/InvalidAccessKeyId.NotFound\""), "{page}");
        assert!(!page.contains("SignatureDoesNotMatch</code>"), "{page}");
        let page = desk.page(&root, "/console/errors/codes/EntityNotExist.User.AccessKey");
        for part in ["404", "ListAccessKeys", "UpdateAccessKey", "/console/explorer/ims/UpdateAccessKey"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let mut request = root.get("/console/errors/codes/SignatureDoesNotMatch");
        request.headers.insert(http::header::ACCEPT_LANGUAGE, "zh-CN".parse().unwrap());
        let answer = desk.console.respond(&request);
        let page = String::from_utf8(answer.body().to_vec()).unwrap();
        assert!(page.contains("签名与服务器") && page.contains("可能的原因"), "{page}");
    }

    #[test]
    fn by_status_and_by_operation() {
        let desk = Desk::new();
        let root = desk.sign_in(&desk.root);
        let page = desk.page(&root, "/console/errors?q=409");
        assert!(page.contains("DeleteConflict.User.AccessKey") && !page.contains("MissingAction"), "{page}");
        let page = desk.page(&root, "/console/errors?q=ram%3Acreateuser");
        assert!(page.contains("Ram:CreateUser") && page.contains("MissingUserName"), "{page}");
        let all = desk.page(&root, "/console/errors");
        assert!(all.len() < 100 * 1024, "{} bytes", all.len());
    }

    #[test]
    fn a_pasted_answer_is_read() {
        let desk = Desk::new();
        let root = desk.sign_in(&desk.root);
        let answer = r#"{"RequestId":"ABA822EE-85C2-4418-9577-A1831FC8466D","Code":"EntityAlreadyExists.Group","Message":"<b>x"}"#;
        let form: String = form_urlencoded::byte_serialize(answer.as_bytes()).collect();
        let answer = desk.console.respond(&root.post("/console/errors", &format!("answer={form}")));
        let page = String::from_utf8(answer.body().to_vec()).unwrap();
        for part in
            ["ListGroups", "/console/errors/requests/ABA822EE-85C2-4418-9577-A1831FC8466D", "&#60;b&#62;x"]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
        let message = "Specified signature is not matched with our calculation. server string to sign is:GET&%2F&A%3Db%2520c";
        let answer = format!(r#"{{"Code":"SignatureDoesNotMatch","Message":"{message}"}}"#);
        let form: String = form_urlencoded::byte_serialize(answer.as_bytes()).collect();
        let answer =
            desk.console.respond(&root.post("/console/errors", &format!("answer={form}&signed=A%3Db%2Bc")));
        let page = String::from_utf8(answer.body().to_vec()).unwrap();
        assert!(page.contains("A=b<mark>%</mark>20c") && page.contains("A=b<mark>+</mark>c"), "{page}");
        let nothing = desk.console.respond(&root.post("/console/errors", "answer=hello"));
        assert!(String::from_utf8(nothing.body().to_vec()).unwrap().contains("role=\"alert\""));
    }

    #[test]
    fn a_denied_permission_is_opened_for_who_may() {
        let desk = Desk::new();
        let root = desk.sign_in(&desk.root);
        let upn = format!("alice@{}.onaliyun.com", crate::console::testing::ACCOUNT);
        let named = [("UserPrincipalName", upn.as_str())];
        desk.ok(Product::Ims, "CreateUser", &[named[0], ("DisplayName", "alice")]);
        let made = desk.ok(Product::Ims, "CreateAccessKey", &named);
        let text = |name: &str| made["AccessKey"][name].as_str().unwrap().to_owned();
        let alice = desk.sign_in(&NewKey {
            access_key_id: text("AccessKeyId").parse().unwrap(),
            access_key_secret: Secret::from(text("AccessKeySecret")),
        });
        let signed_in = desk.console.service().signed_in(alice.token()).unwrap().unwrap();
        let origin = Origin { peer: std::net::Ipv4Addr::LOCALHOST.into(), secure: false, mfa: false };
        let ask = Ask::new(Product::Ims, "ListUsers", &[]);
        let refusal = desk.console.service().call_as(&signed_in.caller, origin, &ask);
        let form: String = form_urlencoded::byte_serialize(&refusal.body).collect();
        let page = |visitor: &Visitor| {
            let answer = desk.console.respond(&visitor.post("/console/errors", &format!("answer={form}")));
            String::from_utf8(answer.body().to_vec()).unwrap()
        };
        assert!(
            page(&root).contains("ram:ListUsers") && page(&root).contains("AuthPrincipal&#34;"),
            "{}",
            page(&root)
        );
        assert!(page(&alice).contains("ram:ListUsers") && !page(&alice).contains("AuthPrincipal&#34;"));
    }

    #[test]
    fn hostile_text_stays_text() {
        let desk = Desk::new();
        let root = desk.sign_in(&desk.root);
        for path in ["/console/errors?q=", "/console/errors/codes/"] {
            let request = root.get(&format!("{path}%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%3E%E2%80%AE"));
            let page = String::from_utf8(desk.console.respond(&request).body().to_vec()).unwrap();
            assert!(!page.contains("<script>alert") && page.contains("script"), "{page}");
        }
    }
}
