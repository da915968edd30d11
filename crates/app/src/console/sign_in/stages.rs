//! What is asked for after the password: the code of a device, another password. Knows no device's seed.

use askama::Template;
use http::StatusCode;

use super::super::answer::{self, PageAnswer};
use super::super::calls::{self, Refusal};
use super::super::frame::Frame;
use super::super::request::REMEMBERED;
use super::super::trouble::Trouble;
use super::super::visit::Visit;
use super::{back, go_on, refused, token, with_status};

#[derive(Template)]
#[template(path = "console/sign_in/code.html")]
struct CodePage {
    frame: Frame,
    back: String,
    refused: Option<String>,
    may_be_remembered: bool,
}

#[derive(Template)]
#[template(path = "console/sign_in/password.html")]
struct PasswordPage {
    frame: Frame,
    back: String,
    user_name: String,
    refused: Option<&'static str>,
    refusal: Option<Refusal>,
}

/// The page that asks for a code.
pub fn code(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    code_page(visit, None)
}

fn code_page(visit: &Visit<'_>, refused: Option<(StatusCode, String)>) -> Result<PageAnswer, Trouble> {
    let (status, refused) = refused.unzip();
    let may_be_remembered = visit.console.service().may_be_remembered(token(visit))?;
    let frame = visit.frame(visit.lang.t("Give the code of your MFA device", "输入 MFA 验证码"));
    let page = CodePage { frame, back: back(visit), refused, may_be_remembered };
    with_status(status, answer::page(&page)?)
}

/// Takes a code.
pub fn prove_code(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (code, remember) = (visit.form.get("AuthenticationCode"), visit.form.has("Remember"));
    let service = visit.console.service();
    match service.prove_code(token(visit), code, remember, visit.request.peer) {
        Ok(begun) => Ok(go_on(visit, &begun)),
        Err(error) => {
            let words = visit.lang.t(
                "This code is not accepted: it is wrong, or was used already. Wait for the next one. Too many wrong ones lock the logon for an hour.",
                "验证码不正确或已被使用，请等待下一个验证码。多次输入错误会将登录锁定一小时。",
            );
            code_page(visit, Some(refused(visit, error, words)?))
        }
    }
}

/// The page that asks for another password.
pub fn new_password(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    password_page(visit, None, None)
}

fn password_page(
    visit: &Visit<'_>,
    refused: Option<&'static str>,
    refusal: Option<Refusal>,
) -> Result<PageAnswer, Trouble> {
    let status = match (&refusal, refused) {
        (Some(refusal), _) => refusal.http_status(),
        (None, Some(_)) => StatusCode::BAD_REQUEST,
        (None, None) => StatusCode::OK,
    };
    let frame = visit.frame(visit.lang.t("Choose another password", "设置新密码"));
    let page = PasswordPage { frame, back: back(visit), user_name: visit.sign_in_name(), refused, refusal };
    with_status(Some(status), answer::page(&page)?)
}

/// Takes another password.
pub fn set_password(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (old, new) = (visit.form.get("OldPassword"), visit.form.get("NewPassword"));
    if new != visit.form.get("NewPasswordAgain") {
        let words =
            visit.lang.t("The new password was not typed the same twice.", "两次输入的新密码不一致。");
        return password_page(visit, Some(words), None);
    }
    let service = visit.console.service();
    let remembered = visit.request.cookie(REMEMBERED);
    let (asked, elapsed) = calls::timed(|| {
        service.change_password_at_sign_in(token(visit), (old, new), remembered, visit.origin())
    });
    let asked = asked?;
    service.note(&asked.answer, visit.request.peer, elapsed);
    match asked.begun {
        Some(begun) => Ok(go_on(visit, &begun)),
        None => {
            let refusal = calls::read(&asked.answer, "ChangePassword").err();
            password_page(visit, None, refusal)
        }
    }
}
