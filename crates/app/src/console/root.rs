//! The root identity: its MFA device and its AccessKeys. Root alone sees and changes its keys; others see whether it has a
//! device.

use askama::Template;
use ramward_rpc::api::Product;

use super::answer::{self, PageAnswer};
use super::calls::{Refusal, part};
use super::frame::Frame;
use super::trouble::Trouble;
use super::users::one::{Key, keys};
use super::visit::Visit;

#[derive(Template)]
#[template(path = "console/root.html")]
struct Page {
    frame: Frame,
    home: &'static str,
    is_root: bool,
    is_bound: Result<bool, Refusal>,
    /// `None` for a caller that is not root: the operation would list the caller's own.
    keys: Option<Result<Vec<Key>, Refusal>>,
}

/// The page.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let is_root = visit.signed_in.as_ref().is_some_and(|signed_in| signed_in.caller.is_root());
    let is_bound = match visit.attempt(Product::Ims, "GetAccountMFAInfo", &[])? {
        Ok(answer) => Ok(part(&answer, "/IsMFAEnable")?),
        Err(refusal) => Err(refusal),
    };
    let page = Page {
        frame: visit.frame(visit.lang.t("Root", "主账号")),
        home: "/console/root",
        is_root,
        is_bound,
        keys: if is_root { Some(keys(visit, &[])?) } else { None },
    };
    answer::page(&page)
}
