//! A RAM user itself: made, renamed, deleted.

use ramward_rpc::api::Product;
use serde_json::Value;

use super::{first_domain, home, name_of, principal_name};
use crate::console::answer::PageAnswer;
use crate::console::calls::part;
use crate::console::change::Change;
use crate::console::field::{Field, Kind};
use crate::console::links;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// Makes a user.
pub fn create(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    // Whoever may make users need not be allowed to ask for the domain.
    let domain = visit.attempt(Product::Ims, "GetDefaultDomain", &[])?;
    let domain = domain.ok().and_then(|answer| part::<String>(&answer, "/DefaultDomainName").ok());
    let suffix = domain.map_or_else(|| first_domain(visit), |domain| format!("@{domain}"));
    let change = Change::new(
        lang.t("Create a user", "创建用户"),
        Product::Ims,
        "CreateUser",
        "/console/users",
    )
    .says(lang.t(
        "A new user can do nothing yet: give it a way to sign in or an AccessKey, and put it into a group.",
        "新用户默认没有任何权限：请为其设置控制台登录或创建访问密钥，并加入用户组。",
    ))
    .field(name_field(lang.t("User name", "用户名"), visit).suffix(suffix))
    .field(
        Field::text("DisplayName", lang.t("Display name", "显示名称"))
            .hint(lang.t("Up to 128 characters.", "最多 128 个字符。")),
    )
    .field(email("Email", visit).optional())
    .field(phone("MobilePhone", visit).optional())
    .field(note("Comments", visit).optional())
    .submit(lang.t("Create user", "创建用户"));
    change.answer_with(visit, |change, answer| {
        let made: String = part(answer, "/User/UserPrincipalName")?;
        Ok(change.clone().then(links::user(name_of(&made))).made())
    })
}

fn name_field(label: &str, visit: &Visit<'_>) -> Field {
    let hint = visit.lang.t(
        "Letters, digits, full stops, hyphens and underscores; up to 64.",
        "字母、数字、英文句点、连字符和下划线，最多 64 个字符。",
    );
    Field::text("UserPrincipalName", label).hint(hint)
}

fn email(name: &'static str, visit: &Visit<'_>) -> Field {
    Field::text(name, visit.lang.t("E-mail", "邮箱")).may_be_empty()
}

fn phone(name: &'static str, visit: &Visit<'_>) -> Field {
    let hint =
        visit.lang.t("Country code, hyphen, number: 86-18688888888.", "国家代码-号码，例如 86-18688888888。");
    Field::text(name, visit.lang.t("Mobile phone", "手机号码")).hint(hint).may_be_empty()
}

fn note(name: &'static str, visit: &Visit<'_>) -> Field {
    Field::new(name, Kind::Note, visit.lang.t("Note", "备注")).may_be_empty()
}

/// Renames a user and changes what is noted about it.
pub fn update(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let answer = visit.call(Product::Ims, "GetUser", &[("UserPrincipalName", &principal_name(visit))])?;
    let now = |name: &str| part::<String>(&answer, &format!("/User/{name}"));
    let known = now("UserPrincipalName")?;
    let (name, domain) = known.split_once('@').unwrap_or((&known, ""));
    let mut new_name = name_field(lang.t("User name", "用户名"), visit).of(name).suffix(format!("@{domain}"));
    new_name.name = "NewUserPrincipalName";
    let change =
        Change::new(format!("{} {name}", lang.t("Change", "修改")), Product::Ims, "UpdateUser", home(visit))
            .with("UserPrincipalName", known.clone())
            .field(new_name)
            .field(Field::text("NewDisplayName", lang.t("Display name", "显示名称")).of(now("DisplayName")?))
            .field(email("NewEmail", visit).of(now("Email")?))
            .field(phone("NewMobilePhone", visit).of(now("MobilePhone")?))
            .field(note("NewComments", visit).of(now("Comments")?))
            .submit(lang.t("Save", "保存"));
    change.answer_with(visit, |change, answer: &Value| {
        let renamed: String = part(answer, "/User/UserPrincipalName")?;
        Ok(change.clone().then(links::user(name_of(&renamed))).made())
    })
}

/// Deletes a user with all it has.
pub fn delete(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let title = format!("{} {}", lang.t("Delete user", "删除用户"), visit.path_value("name"));
    let mut change = Change::new(title, Product::Ims, "DeleteUser", home(visit))
        .says(lang.t(
            "Its AccessKeys stop working and its console logon ends at once; its groups, policies and MFA device go with it.",
            "该用户的访问密钥将立即失效，控制台登录随即终止；其用户组关系、权限策略和 MFA 设备会一并删除。",
        ))
        .says(lang.t(
            "It lies in the recycle bin for 30 days; RestoreUserFromRecycleBin brings it back with all it had.",
            "用户会在回收站中保留 30 天，可通过 RestoreUserFromRecycleBin 连同其全部信息恢复。",
        ))
        .with("UserPrincipalName", principal_name(visit))
        .dangerous(lang.t("Delete user", "删除用户"));
    change.then = Some("/console/users".to_owned());
    change.answer(visit)
}
