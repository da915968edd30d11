//! The AccessKeys of a RAM user: made, switched off and on, deleted. The same for root's, which have no owner in the call.

use askama::Template;
use ramward_rpc::api::Product;
use serde_json::Value;

use super::owner::Owner;
use crate::console::answer::{self, PageAnswer};
use crate::console::calls::part;
use crate::console::change::Change;
use crate::console::frame::Frame;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

#[derive(Template)]
#[template(path = "console/users/new_key.html")]
struct Made {
    frame: Frame,
    id: String,
    secret: String,
    back: String,
}

impl Owner {
    fn create(self, visit: &Visit<'_>) -> Result<PageAnswer, Trouble> {
        let lang = visit.lang;
        let says = match self {
            Self::User => lang.t(
                "The secret is shown once, right after. Give it to one program only, and replace it before it is old.",
                "AccessKey Secret 仅在创建后显示一次。请仅用于一个程序，并在过期前轮换。",
            ),
            Self::Root => lang.t(
                "A key of root may do everything and no policy can limit it. Create a RAM user instead, unless there is no other way.",
                "主账号的访问密钥拥有全部权限且无法用策略限制。除非别无选择，请改用 RAM 用户。",
            ),
        };
        let mut change = self
            .change(visit, lang.t("Create an AccessKey", "创建访问密钥"), Product::Ims, "CreateAccessKey")
            .says(says)
            .submit(lang.t("Create AccessKey", "创建访问密钥"));
        change.is_dangerous = matches!(self, Self::Root);
        change.answer_with(visit, |change, answer: &Value| {
            let page = Made {
                frame: visit.frame(lang.t("The new AccessKey", "新的访问密钥")),
                id: part(answer, "/AccessKey/AccessKeyId")?,
                secret: part(answer, "/AccessKey/AccessKeySecret")?,
                back: change.back.clone(),
            };
            answer::page(&page)
        })
    }

    fn set_status(self, visit: &Visit<'_>) -> Result<PageAnswer, Trouble> {
        let (lang, id) = (visit.lang, visit.path_value("key"));
        let (is_off, title) = match visit.path_value("status").as_str() {
            "Inactive" => (true, lang.t("Disable AccessKey", "禁用访问密钥")),
            "Active" => (false, lang.t("Enable AccessKey", "启用访问密钥")),
            _ => return Err(Trouble::NotFound),
        };
        let change = self.change(visit, &format!("{title} {id}"), Product::Ims, "UpdateAccessKey");
        let change = change
            .with("UserAccessKeyId", id.as_str())
            .with("Status", if is_off { "Inactive" } else { "Active" });
        let change = if is_off {
            own_key(visit, &id, change)
                .says(lang.t(
                    "What signs with it is refused from now on. It can be enabled again.",
                    "使用该密钥签名的请求将立即被拒绝。之后可以重新启用。",
                ))
                .dangerous(title)
        } else {
            change
                .says(lang.t(
                    "Whoever has its secret can sign with it again.",
                    "持有其 Secret 的程序可以再次使用它。",
                ))
                .submit(title)
        };
        change.answer(visit)
    }

    fn delete(self, visit: &Visit<'_>) -> Result<PageAnswer, Trouble> {
        let (lang, id) = (visit.lang, visit.path_value("key"));
        let title = lang.t("Delete AccessKey", "删除访问密钥");
        let change = self.change(visit, &format!("{title} {id}"), Product::Ims, "DeleteAccessKey");
        own_key(visit, &id, change)
            .says(lang.t(
                "What signs with it is refused from now on. Disable it first and wait, if you are not sure who uses it.",
                "使用该密钥签名的请求将立即被拒绝。如果不确定是否仍在使用，请先禁用并观察一段时间。",
            ))
            .with("UserAccessKeyId", id)
            .dangerous(title)
            .answer(visit)
    }
}

/// A change that ends the session of whoever signed in with the key says so.
fn own_key(visit: &Visit<'_>, id: &str, change: Change) -> Change {
    let shown = visit.signed_in.as_ref().and_then(|signed_in| signed_in.access_key_id.as_ref());
    if shown.is_none_or(|shown| shown.as_str() != id) {
        return change;
    }
    change.says(visit.lang.t(
        "You signed in with this key: this ends your session.",
        "您正是使用此密钥登录的：该操作将结束当前会话。",
    ))
}

/// Makes a key of a user.
pub fn create(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::User.create(visit)
}

/// Switches a key of a user off or on.
pub fn set_status(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::User.set_status(visit)
}

/// Deletes a key of a user.
pub fn delete(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::User.delete(visit)
}

/// Makes a key of root.
pub fn create_roots(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::Root.create(visit)
}

/// Switches a key of root off or on.
pub fn set_status_of_roots(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::Root.set_status(visit)
}

/// Deletes a key of root.
pub fn delete_roots(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::Root.delete(visit)
}
