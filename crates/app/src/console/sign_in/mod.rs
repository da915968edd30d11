//! Signing in and out. Must not tell which part of what was given was wrong.

mod device;
mod stages;

use askama::Template;
use http::StatusCode;
use ramward_domain::service::console::{Begun, ConsoleStage, REMEMBERED_SECONDS, Shown};
use ramward_rpc::error::{ApiError, Code, Plain};
use ramward_rpc::sign::Secret;

pub use self::device::{DeviceForm, bind_device, create_device, device};
pub use self::stages::{code, new_password, prove_code, set_password};
use super::answer::{self, Cookie, PageAnswer};
use super::frame::Frame;
use super::preferences::own_path;
use super::request::{REMEMBERED, SESSION};
use super::trouble::Trouble;
use super::visit::Visit;

#[derive(Template)]
#[template(path = "console/sign_in/first.html")]
struct First<'a> {
    frame: Frame,
    /// Where to go afterwards.
    back: String,
    user_name: &'a str,
    refused: Option<String>,
}

/// Sends whoever is not signed in to do so, and back afterwards.
pub fn first(visit: &Visit<'_>) -> PageAnswer {
    to(visit, "/console/sign-in")
}

/// Sends whoever is on the way to be signed in to what is still asked for, and back afterwards.
pub fn on_to(visit: &Visit<'_>, stage: ConsoleStage) -> PageAnswer {
    to(visit, page_of(stage))
}

/// Where a stage is gone through.
const fn page_of(stage: ConsoleStage) -> &'static str {
    match stage {
        ConsoleStage::Code => "/console/sign-in/code",
        ConsoleStage::Password => "/console/sign-in/new-password",
        ConsoleStage::Device => "/console/sign-in/device",
        ConsoleStage::Done => super::ROOT,
    }
}

fn to(visit: &Visit<'_>, page: &str) -> PageAnswer {
    let path = &visit.request.path;
    if visit.request.method != http::Method::GET || path.starts_with("/console/sign-in") {
        return with_back(page, &back(visit));
    }
    let query = &visit.request.query;
    with_back(page, &if query.is_empty() { path.clone() } else { format!("{path}?{query}") })
}

fn with_back(page: &str, back: &str) -> PageAnswer {
    if back == super::ROOT {
        return answer::see(page);
    }
    let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    answer::see(&format!("{page}?back={back}"))
}

/// Where the visitor wanted to go before being asked to sign in.
fn back(visit: &Visit<'_>) -> String {
    let sent = visit.form.get("back");
    own_path(if sent.is_empty() { visit.query.get("back") } else { sent }).to_owned()
}

/// The page to sign in on.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    form(visit, None)
}

fn form(visit: &Visit<'_>, refused: Option<(StatusCode, String)>) -> Result<PageAnswer, Trouble> {
    let (status, refused) = refused.unzip();
    let frame = visit.frame(visit.lang.t("Sign in", "登录"));
    let page = First { frame, back: back(visit), user_name: visit.form.get("UserName"), refused };
    with_status(status, answer::page(&page)?)
}

fn with_status(status: Option<StatusCode>, mut answer: PageAnswer) -> Result<PageAnswer, Trouble> {
    *answer.status_mut() = status.unwrap_or(StatusCode::OK);
    Ok(answer)
}

/// A refusal in the words of the page; what is none is trouble.
fn refused(
    visit: &Visit<'_>,
    error: Box<ApiError>,
    words: &'static str,
) -> Result<(StatusCode, String), Trouble> {
    match error.code {
        Code::Plain(Plain::NoPermission | Plain::CheckAuthenticationCodeFail) => {
            Ok((StatusCode::FORBIDDEN, words.to_owned()))
        }
        Code::Plain(Plain::Throttling) => {
            let minutes = error.retry_after_ms.map_or(1, |wait| wait.div_ceil(60_000).max(1));
            let before = visit
                .lang
                .t("Too many sign-ins failed. Wait this many minutes:", "登录失败次数过多，请等待（分钟）：");
            Ok((StatusCode::TOO_MANY_REQUESTS, format!("{before} {minutes}")))
        }
        _ => Err(error.into()),
    }
}

/// Signs in with a password.
pub fn with_password(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let shown = Shown {
        name: visit.form.get("UserName"),
        password: visit.form.get("Password"),
        remembered: visit.request.cookie(REMEMBERED),
        peer: visit.request.peer,
    };
    match visit.console.service().sign_in_with_password(&shown) {
        Ok(begun) => Ok(go_on(visit, &begun)),
        Err(error) => {
            let words = visit.lang.t(
                "The sign-in is refused. Check name and password. The logon may also be locked for an hour, expired, disabled or not open to this address; an administrator can see that.",
                "登录被拒绝。请检查登录名称和密码。登录也可能已被锁定一小时、已过期、已禁用或不允许从该地址登录，管理员可以查看具体状态。",
            );
            form(visit, Some(refused(visit, error, words)?))
        }
    }
}

/// Signs in with an AccessKey.
pub fn with_key(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let secret = Secret::from(visit.form.get("AccessKeySecret"));
    let service = visit.console.service();
    match service.sign_in_with_key(visit.form.get("AccessKeyId").trim(), &secret, visit.request.peer) {
        Ok(begun) => Ok(go_on(visit, &begun)),
        Err(error) => {
            let words = visit.lang.t(
                "What you gave does not fit together. Check the AccessKey id, its secret and that the key is active.",
                "输入的信息不匹配。请检查 AccessKey ID、AccessKey Secret 以及该密钥是否处于启用状态。",
            );
            form(visit, Some(refused(visit, error, words)?))
        }
    }
}

/// The cookie, and on to what is still asked for, or to where the visitor wanted to go.
fn go_on(visit: &Visit<'_>, begun: &Begun) -> PageAnswer {
    let back = back(visit);
    let mut answer = match begun.stage {
        ConsoleStage::Done => answer::see(&back),
        stage => with_back(page_of(stage), &back),
    };
    // It ends with the browser at the latest; the server knows when.
    let (seconds, secure) = (begun.seconds, visit.is_over_tls());
    answer::set_cookie(&mut answer, &Cookie { name: SESSION, value: &begun.token, seconds, secure });
    if let Some(kept) = &begun.remembered {
        let seconds = REMEMBERED_SECONDS;
        answer::set_cookie(&mut answer, &Cookie { name: REMEMBERED, value: kept, seconds, secure });
    }
    answer
}

/// The token of the visitor's session.
fn token<'a>(visit: &Visit<'a>) -> &'a str {
    visit.request.cookie(SESSION).unwrap_or_default()
}

/// Signs out.
pub fn out(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    visit.console.service().sign_out(token(visit))?;
    let mut answer = answer::see("/console/sign-in");
    forget(visit, &mut answer);
    Ok(answer)
}

/// Takes the cookie of the session back.
pub fn forget(visit: &Visit<'_>, answer: &mut PageAnswer) {
    let secure = visit.is_over_tls();
    answer::set_cookie(answer, &Cookie { name: SESSION, value: "", seconds: 0, secure });
}

/// Gives up a sign-in that is on its way.
pub fn leave(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    visit.check_proof()?;
    out(visit)
}

/// Where the console begins for whoever is signed in.
pub fn home(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let is_operator = visit.signed_in.as_ref().is_some_and(|one| one.caller.is_operator());
    Ok(answer::see(if is_operator { "/console/accounts" } else { "/console/overview" }))
}

#[cfg(test)]
mod tests;
