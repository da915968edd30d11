//! Why a page cannot be shown, and the page that says so. Knows no other page.

use askama::Template;
use http::StatusCode;
use ramward_rpc::error::ApiError;

use super::answer::{self, PageAnswer};
use super::calls::Refusal;
use super::frame::Frame;
use super::known;
use super::visit::Visit;

/// Why a page cannot be shown.
#[derive(Debug)]
pub enum Trouble {
    /// There is no such page.
    NotFound,
    /// The page takes no such method.
    WrongMethod,
    /// The form was sent from another site.
    Foreign,
    /// The form is not of this session, or not one that this page takes.
    Stale,
    /// An operation refused.
    Refused(Box<Refusal>),
    /// The visitor may not even see the ten values of the report.
    Unseen(Box<Refusal>),
    /// What nobody foresaw; the log has it.
    Internal(String),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<Box<ApiError>> for Trouble {
    fn from(error: Box<ApiError>) -> Self {
        Self::Internal(format!("{}: {}", error.code, error.message))
    }
}

#[derive(Template)]
#[template(path = "console/trouble.html")]
struct Page<'a> {
    frame: Frame,
    status: u16,
    headline: &'a str,
    advice: &'a str,
    refusal: Option<&'a Refusal>,
    /// The policy to ask for.
    policy: Option<String>,
}

impl Trouble {
    /// The page that says so.
    pub fn page(&self, visit: &Visit<'_>) -> PageAnswer {
        let lang = visit.lang;
        let refusal = match self {
            Self::Refused(refusal) | Self::Unseen(refusal) => Some(&**refusal),
            _ => None,
        };
        let policy = matches!(self, Self::Unseen(_)).then(known::policy);
        let (status, headline, advice) = match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                lang.t("There is no such page", "没有这个页面"),
                lang.t("Choose one from the menu.", "请从菜单中选择。"),
            ),
            Self::WrongMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                lang.t("This page takes no such request", "该页面不接受这种请求"),
                lang.t("Open it from the menu.", "请从菜单中打开。"),
            ),
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                lang.t("This form was sent from another site", "该表单来自其他网站"),
                lang.t("Nothing was changed. Open the page here and send it again.", "未做任何更改。请在此处打开页面后重新提交。"),
            ),
            Self::Stale => (
                StatusCode::FORBIDDEN,
                lang.t("This form is no longer good", "该表单已失效"),
                lang.t(
                    "Nothing was changed. You signed in anew since it was opened; go back, load the page again and repeat.",
                    "未做任何更改。打开该表单之后您重新登录过；请返回、刷新页面后重试。",
                ),
            ),
            Self::Refused(refusal) => (
                StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                lang.t("The operation was refused", "操作被拒绝"),
                refusal.message.as_str(),
            ),
            Self::Unseen(_) => (
                StatusCode::FORBIDDEN,
                lang.t("You may not see the security report yet", "您暂无权限查看安全报告"),
                lang.t(
                    "Nothing is wrong: no policy permits it to you. Ask whoever manages this account to attach the system policy AliyunRAMReadOnlyAccess, or one that says what stands below and opens these pages alone.",
                    "系统没有出错，只是没有权限策略允许您查看。请联系该账号的管理员为您授予系统策略 AliyunRAMReadOnlyAccess，或内容如下、仅限于这些页面的自定义策略。",
                ),
            ),
            Self::Internal(reason) => {
                tracing::error!(reason, path = visit.request.path, "a page of the console failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    lang.t("The page could not be made", "无法生成该页面"),
                    lang.t("Try again; the server's log says why it failed.", "请重试；失败原因见服务器日志。"),
                )
            }
        };
        let frame = visit.frame(headline);
        let page = Page { frame, status: status.as_u16(), headline, advice, refusal, policy };
        let text = page.render().unwrap_or_else(|_| headline.to_owned());
        answer::html(status, text)
    }
}
