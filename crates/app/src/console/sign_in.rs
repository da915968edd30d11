//! Signing in and out. Must not tell which part of what was given was wrong.

use askama::Template;
use http::StatusCode;
use ramward_domain::service::console::{Begun, ConsoleStage};
use ramward_rpc::error::{Code, Plain};
use ramward_rpc::sign::Secret;

use super::answer::{self, Cookie, PageAnswer};
use super::frame::Frame;
use super::preferences::own_path;
use super::request::SESSION;
use super::trouble::Trouble;
use super::visit::Visit;

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignIn {
    frame: Frame,
    /// Where to go afterwards.
    back: String,
    refused: Option<&'static str>,
}

/// Sends whoever is not signed in to do so, and back afterwards.
pub fn first(visit: &Visit<'_>) -> PageAnswer {
    if visit.request.method != http::Method::GET {
        return answer::see("/console/sign-in");
    }
    let query = &visit.request.query;
    let here =
        if query.is_empty() { visit.request.path.clone() } else { format!("{}?{query}", visit.request.path) };
    let back: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    answer::see(&format!("/console/sign-in?back={back}"))
}

/// Sends whoever is on the way to be signed in to what is still asked for.
pub fn on_to(_stage: ConsoleStage) -> PageAnswer {
    answer::see("/console/sign-in")
}

/// The page to sign in on.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    form(visit, StatusCode::OK, None)
}

fn form(visit: &Visit<'_>, status: StatusCode, refused: Option<&'static str>) -> Result<PageAnswer, Trouble> {
    let sent = visit.form.get("back");
    let back = own_path(if sent.is_empty() { visit.query.get("back") } else { sent }).to_owned();
    let page = SignIn { frame: visit.frame(visit.lang.t("Sign in", "登录")), back, refused };
    let mut answer = answer::page(&page)?;
    *answer.status_mut() = status;
    Ok(answer)
}

/// Signs in with an AccessKey.
pub fn with_key(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let secret = Secret::from(visit.form.get("AccessKeySecret"));
    let service = visit.console.service();
    match service.sign_in_with_key(visit.form.get("AccessKeyId").trim(), &secret, visit.request.peer) {
        Ok(begun) => Ok(begin(visit, &begun)),
        Err(error) if error.code == Code::Plain(Plain::NoPermission) => {
            let refused = visit.lang.t(
                "What you gave does not fit together. Check the AccessKey id, its secret and that the key is active.",
                "输入的信息不匹配。请检查 AccessKey ID、AccessKey Secret 以及该密钥是否处于启用状态。",
            );
            form(visit, StatusCode::FORBIDDEN, Some(refused))
        }
        Err(error) => Err(error.into()),
    }
}

/// The cookie, and on to where the visitor wanted to go.
fn begin(visit: &Visit<'_>, begun: &Begun) -> PageAnswer {
    let mut answer = answer::see(own_path(visit.form.get("back")));
    // It ends with the browser at the latest; the server knows when.
    let seconds = begun.seconds;
    let secure = visit.request.secure;
    answer::set_cookie(&mut answer, &Cookie { name: SESSION, value: &begun.token, seconds, secure });
    answer
}

/// Signs out.
pub fn out(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    if let Some(token) = visit.request.cookie(SESSION) {
        visit.console.service().sign_out(token)?;
    }
    let mut answer = answer::see("/console/sign-in");
    let secure = visit.request.secure;
    answer::set_cookie(&mut answer, &Cookie { name: SESSION, value: "", seconds: 0, secure });
    Ok(answer)
}

/// Where the console begins for whoever is signed in.
pub fn home(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let is_operator = visit.signed_in.as_ref().is_some_and(|one| one.caller.is_operator());
    Ok(answer::see(if is_operator { "/console/accounts" } else { "/console/overview" }))
}

#[cfg(test)]
mod tests {
    use http::header::{LOCATION, SET_COOKIE};

    use crate::console::testing::{Desk, get, post};

    #[test]
    fn a_key_opens_the_console_and_leads_back_to_the_page() {
        let desk = Desk::new();
        let asked = desk.console.respond(&get("/console?MaxItems=5"));
        assert_eq!(asked.status(), 303);
        assert_eq!(asked.headers()[LOCATION], "/console/sign-in?back=%2Fconsole%3FMaxItems%3D5");
        let form = format!(
            "AccessKeyId={}&AccessKeySecret={}&back=%2Fconsole%2Fusers",
            desk.root.access_key_id,
            desk.root.access_key_secret.expose()
        );
        let begun = desk.console.respond(&post("/console/sign-in/key", &form));
        assert_eq!(
            (begun.status().as_u16(), begun.headers()[LOCATION].as_bytes()),
            (303, &b"/console/users"[..])
        );
        let cookie = begun.headers()[SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("; HttpOnly; SameSite=Strict; Max-Age=21600"), "{cookie}");
        let wrong =
            desk.console.respond(&post("/console/sign-in/key", "AccessKeyId=testid&AccessKeySecret=no"));
        assert_eq!(wrong.status(), 403);
        assert!(!wrong.headers().contains_key(SET_COOKIE));
    }

    #[test]
    fn a_form_needs_the_proof_of_its_session() {
        let desk = Desk::new();
        let root = desk.sign_in(&desk.root);
        let out = |body: &str| desk.console.respond(&root.post("/console/sign-out", body));
        assert_eq!(out("").status(), 303, "the visitor's own forms carry it");
        let mut foreign = root.post("/console/sign-out", "");
        foreign.headers.insert(http::header::ORIGIN, "http://example.com".parse().unwrap());
        assert_eq!(desk.console.respond(&foreign).status(), 403);
        let again = desk.sign_in(&desk.root);
        let mut bare = again.post("/console/sign-out", "");
        bare.body = "proof=x".into();
        assert_eq!(desk.console.respond(&bare).status(), 403);
    }
}
