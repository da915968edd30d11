//! How a RAM user signs in to the console: its logon profile, made, changed, deleted.

use ramward_rpc::api::Product;

use super::{home, principal_name};
use crate::console::answer::PageAnswer;
use crate::console::calls::part;
use crate::console::change::Change;
use crate::console::field::{Field, Kind};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// Lets a user sign in.
pub fn create(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let title =
        format!("{} {}", lang.t("Enable console logon of", "启用控制台登录："), visit.path_value("name"));
    Change::new(title, Product::Ims, "CreateLoginProfile", home(visit))
        .with("UserPrincipalName", principal_name(visit))
        .field(password(visit))
        .fields(visit, true, false)
        .submit(lang.t("Enable console logon", "启用控制台登录"))
        .answer(visit)
}

/// Changes how a user signs in.
pub fn update(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let upn = principal_name(visit);
    let profile = visit.call(Product::Ims, "GetLoginProfile", &[("UserPrincipalName", &upn)])?;
    let is_set = |name: &str| part::<bool>(&profile, &format!("/LoginProfile/{name}"));
    let status: String = part(&profile, "/LoginProfile/Status")?;
    let title = format!("{} {}", lang.t("Console logon of", "控制台登录："), visit.path_value("name"));
    let statuses = vec![
        ("Active".to_owned(), lang.t("enabled", "启用").to_owned()),
        ("Inactive".to_owned(), lang.t("disabled", "禁用").to_owned()),
    ];
    let kept = lang.t("Leave it empty to keep the password.", "留空则不修改密码。");
    Change::new(title, Product::Ims, "UpdateLoginProfile", home(visit))
        .with("UserPrincipalName", upn)
        .field(password(visit).hint(kept).optional())
        .field(Field::new("Status", Kind::Choice(statuses), lang.t("Console logon", "控制台登录")).of(status))
        .fields(visit, is_set("PasswordResetRequired")?, is_set("MFABindRequired")?)
        .submit(lang.t("Save", "保存"))
        .answer(visit)
}

/// Takes the way into the console from a user.
pub fn delete(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let title =
        format!("{} {}", lang.t("Remove console logon of", "删除控制台登录："), visit.path_value("name"));
    Change::new(title, Product::Ims, "DeleteLoginProfile", home(visit))
        .says(lang.t(
            "Its password is forgotten and its console sessions end. Its AccessKeys are not affected.",
            "密码将被清除，控制台会话随即终止。访问密钥不受影响。",
        ))
        .with("UserPrincipalName", principal_name(visit))
        .dangerous(lang.t("Remove console logon", "删除控制台登录"))
        .answer(visit)
}

fn password(visit: &Visit<'_>) -> Field {
    let hint =
        visit.lang.t("It must satisfy the password policy of the account.", "须符合本账号的密码策略。");
    Field::new("Password", Kind::Password, visit.lang.t("Password", "密码")).hint(hint)
}

impl Change {
    fn fields(self, visit: &Visit<'_>, reset: bool, bind: bool) -> Self {
        let lang = visit.lang;
        let (must_reset, must_bind) = (
            lang.t("Must set another password at the next logon", "下次登录时必须重置密码"),
            lang.t("Must bind an MFA device at the next logon", "下次登录时必须绑定 MFA 设备"),
        );
        self.field(Field::tick("PasswordResetRequired", must_reset, reset)).field(Field::tick(
            "MFABindRequired",
            must_bind,
            bind,
        ))
    }
}
