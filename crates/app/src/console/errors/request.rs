//! One request that this server saw: what was checked in order and where it stopped, what its code means, and for a refused
//! signature the server's text beside the caller's. Asks GetRequest as whoever is signed in, so nobody sees another's.

use askama::Template;
use http::StatusCode;
use ramward_rpc::api::Product;
use serde_json::Value;

use super::super::answer::{self, PageAnswer};
use super::super::frame::Frame;
use super::super::lang::Lang;
use super::super::trouble::Trouble;
use super::super::visit::Visit;
use super::{Told, told};
use crate::diagnosis::checks::{self, Outcome};
use crate::diagnosis::signature::{Compared, Expected, Marked};
use crate::diagnosis::{explain, pasted};

/// The longest text that is compared; more than any that is kept.
const MAX_OWN_BYTES: usize = 16 * 1024;

/// A check as it is shown: its words, its name, how it ended, the class that colours it.
struct Check {
    words: String,
    name: &'static str,
    outcome: &'static str,
    class: &'static str,
}

/// Two texts side by side.
pub(super) struct Sides {
    pub(super) verdict: String,
    pub(super) place: Option<(usize, usize)>,
    pub(super) expected: Marked,
    pub(super) own: Marked,
}

impl Sides {
    pub(super) fn new(lang: Lang, expected: &Expected, own: &str) -> Self {
        let own = own.get(..own.floor_char_boundary(MAX_OWN_BYTES)).unwrap_or_default();
        let Compared { expected, own, place, verdict } = expected.compare(own);
        let differs = place.is_some();
        // What cannot be seen is spelt out.
        let visible = |mut text: Marked| {
            text.mark = match text.mark.as_str() {
                "" if differs => lang.t("(end)", "（结尾）").to_owned(),
                "\n" => "⏎\n".to_owned(),
                " " => "␠".to_owned(),
                _ => text.mark,
            };
            text
        };
        Self { verdict: told(lang, &verdict), place, expected: visible(expected), own: visible(own) }
    }
}

#[derive(Template)]
#[template(path = "console/errors/request.html")]
struct RequestPage {
    frame: Frame,
    request_id: String,
    is_known: bool,
    /// Label and value.
    facts: Vec<(&'static str, String)>,
    checks: Vec<Check>,
    code: Option<String>,
    told: Option<Told>,
    message: Option<String>,
    expected: Option<Expected>,
    is_signature: bool,
    sides: Option<Sides>,
}

/// The page, and the same with the caller's text compared where one was sent.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let request_id = pasted::request_id(&visit.path_value("request_id")).ok_or(Trouble::NotFound)?;
    let answer = match visit.attempt(Product::Ramward, "GetRequest", &[("OfRequestId", &request_id)])? {
        Ok(answer) => Some(answer),
        Err(refusal) if refusal.code == "EntityNotExist.Request" => None,
        Err(refusal) => return Err(refusal.into()),
    };
    let lang = visit.lang;
    let seen = answer.as_ref().and_then(|answer| answer.get("Request"));
    let text = |name: &str| seen.and_then(|seen| seen.get(name)).and_then(Value::as_str).map(str::to_owned);
    let asked = visit.query.get("code");
    let code = text("Code").or_else(|| (!asked.is_empty()).then(|| asked.to_owned()));
    let expected = answer.as_ref().and_then(Expected::of_answer);
    let own = visit.form.get("signed");
    let sides = expected.as_ref().filter(|_| !own.trim().is_empty());
    let sides = sides.map(|expected| Sides::new(lang, expected, own));
    let page = RequestPage {
        frame: visit.frame(lang.t("A request", "请求诊断")),
        is_known: seen.is_some(),
        facts: seen.map(|seen| facts(lang, seen)).unwrap_or_default(),
        checks: seen.map(|_| checked(lang, text("RefusedAt").as_deref())).unwrap_or_default(),
        told: code.as_deref().and_then(explain).map(|explained| Told::new(lang, &explained)),
        message: text("Message"),
        is_signature: text("RefusedAt").as_deref() == Some("Signature"),
        code,
        request_id,
        expected,
        sides,
    };
    let mut answer = answer::page(&page)?;
    if !page.is_known {
        *answer.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(answer)
}

fn checked(lang: Lang, refused_at: Option<&str>) -> Vec<Check> {
    let shown = checks::of_request(refused_at).into_iter().map(|one| {
        let (outcome, class) = match one.outcome {
            Outcome::Passed => (lang.t("passed", "通过"), "pass"),
            Outcome::Refused => (lang.t("refused here", "在此被拒绝"), "fail"),
            Outcome::NotReached => (lang.t("not reached", "未执行"), "soft"),
        };
        Check { words: told(lang, &one.words), name: one.name, outcome, class }
    });
    shown.collect()
}

fn facts(lang: Lang, seen: &Value) -> Vec<(&'static str, String)> {
    let rows = [
        ("Time", lang.t("Time", "时间")),
        ("Product", lang.t("Product", "产品")),
        ("Operation", lang.t("Operation", "操作")),
        ("Status", lang.t("HTTP status", "HTTP 状态码")),
        ("AccountId", lang.t("Account, once verified", "账号（验证后）")),
        ("AccessKeyId", "AccessKey"),
        ("SourceIp", lang.t("Came from", "来源地址")),
        ("Microseconds", lang.t("Microseconds", "耗时（微秒）")),
        ("FaultName", lang.t("Fault on demand", "注入的故障")),
    ];
    let value = |name: &str| match seen.get(name)? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    rows.into_iter().filter_map(|(name, label)| Some((label, value(name)?))).collect()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};
    use ramward_domain::service::Call;
    use ramward_domain::time::Clock;
    use ramward_rpc::request::RequestBuilder;
    use ramward_rpc::sign::{Scheme, Secret};

    use crate::console::testing::{Desk, Visitor};

    /// Sends a call of ListUsers that is signed with a wrong secret: the id of the request, and what was signed.
    fn refused(desk: &Desk, scheme: Scheme) -> (String, String) {
        let time = desk.clock.now().to_string();
        let signed = RequestBuilder::new("127.0.0.1:8686", "2019-08-15", "CreateLoginProfile")
            .params([("Password".to_owned(), "hunter2".to_owned()), ("Status".to_owned(), "a b".to_owned())])
            .scheme(scheme)
            .sign(desk.root.access_key_id.as_str(), &Secret::from("wrong"), &time, "nonce-1");
        let (path, query) = signed.path_and_query.split_once('?').unwrap_or((&signed.path_and_query, ""));
        let headers: HeaderMap = signed
            .headers
            .iter()
            .map(|(name, value)| {
                (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
            })
            .collect();
        let peer = std::net::Ipv4Addr::LOCALHOST.into();
        let call = Call {
            method: &signed.method,
            path,
            query,
            headers: &headers,
            body: &signed.body,
            peer,
            secure: false,
        };
        let service = desk.console.service();
        let answer = service.call(&call);
        service.note(&answer, peer, std::time::Duration::ZERO);
        (answer.request_id.to_string(), signed.canonical_request)
    }

    fn compared(desk: &Desk, visitor: &Visitor, id: &str, own: &str) -> String {
        let own: String = form_urlencoded::byte_serialize(own.as_bytes()).collect();
        let path = format!("/console/errors/requests/{id}");
        let answer = desk.console.respond(&visitor.post(&path, &format!("signed={own}")));
        assert_eq!(answer.status(), 200);
        String::from_utf8(answer.body().to_vec()).unwrap()
    }

    #[test]
    fn where_it_stopped_and_what_should_have_been_signed() {
        let desk = Desk::new();
        let root = desk.sign_in(&desk.root);
        let (id, _) = refused(&desk, Scheme::V3);
        let page = desk.page(&root, &format!("/console/errors/requests/{id}"));
        for part in [
            "refused here",
            "not reached",
            "SignatureDoesNotMatch",
            "x-acs-action:CreateLoginProfile",
            "HIDDEN",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("hunter2") && !page.contains("<mark"), "{page}");
    }

    #[test]
    fn the_first_differing_character_is_marked() {
        let desk = Desk::new();
        let root = desk.sign_in(&desk.root);
        let (id, own) = refused(&desk, Scheme::RpcV1);
        let page = compared(&desk, &root, &id, &own.replace("%20", "+"));
        assert!(
            page.contains("Status=a<mark>%</mark>20b") && page.contains("Status=a<mark>+</mark>b"),
            "{page}"
        );
        assert!(!page.contains("hunter2"), "{page}");
        let page = compared(&desk, &root, &id, &own);
        assert!(page.contains("Both texts are equal but") && !page.contains("<mark>"), "{page}");
        let (id, own) = refused(&desk, Scheme::V3);
        let page = compared(&desk, &root, &id, &own.replace("host:127", "host:\"><script>x</script>127"));
        assert!(page.contains("host:<mark>1</mark>") && !page.contains("<script>x"), "{page}");
    }

    #[test]
    fn nobody_sees_another_accounts_request() {
        let desk = Desk::new();
        let root = desk.sign_in(&desk.root);
        let answer = desk.console.service().call_as_operator(
            ramward_rpc::api::Product::Ramward,
            "CreateAccount",
            &[("AccountId", "2000000000000000")],
        );
        let made: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let text = |name: &str| made["AccessKey"][name].as_str().unwrap().to_owned();
        let other = desk.sign_in(&ramward_domain::service::first_start::NewKey {
            access_key_id: text("AccessKeyId").parse().unwrap(),
            access_key_secret: Secret::from(text("AccessKeySecret")),
        });
        let (id, _) = refused(&desk, Scheme::V3);
        let path = format!("/console/errors/requests/{id}");
        desk.page(&root, &path);
        let unknown = desk.console.respond(&other.get(&format!("{path}?code=SignatureDoesNotMatch")));
        let page = String::from_utf8(unknown.body().to_vec()).unwrap();
        assert_eq!(unknown.status(), 404);
        assert!(
            !page.contains("CreateLoginProfile") && page.contains("/codes/SignatureDoesNotMatch"),
            "{page}"
        );
    }

    #[test]
    fn the_link_of_a_refusal_leads_to_its_request() {
        let desk = Desk::new();
        let root = desk.sign_in(&desk.root);
        let (id, _) = refused(&desk, Scheme::V3);
        let link = format!("/console/errors?q=SignatureDoesNotMatch&product=Ims&requestId={id}");
        let answer = desk.console.respond(&root.get(&link));
        assert_eq!(answer.status(), 303);
        let to = answer.headers()[http::header::LOCATION].to_str().unwrap();
        assert_eq!(to, format!("/console/errors/requests/{id}?code=SignatureDoesNotMatch"));
        assert!(desk.page(&root, to).contains("refused here"));
    }
}
