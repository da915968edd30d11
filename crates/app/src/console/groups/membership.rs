//! Whom a group has and what it permits: members added and removed, policies attached and detached.

use ramward_rpc::api::Product;

use super::home;
use crate::console::answer::PageAnswer;
use crate::console::change::Change;
use crate::console::field::Field;
use crate::console::policies::attachment::policy_fields;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// Puts a user into the group.
pub fn add(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, group) = (visit.lang, visit.path_value("name"));
    let account = visit.signed_in.as_ref().map(|signed_in| signed_in.caller.account().to_string());
    let suffix = format!("@{}.onaliyun.com", account.unwrap_or_default());
    Change::new(
        format!("{} {group}", lang.t("Add a user to", "添加成员：")),
        Product::Ims,
        "AddUserToGroup",
        home(visit),
    )
    .says(lang.t("The user may then do what the group's policies permit.", "成员将获得该用户组的权限。"))
    .with("GroupName", group)
    .field(Field::text("UserPrincipalName", lang.t("User name", "用户名")).suffix(suffix))
    .submit(lang.t("Add user", "添加成员"))
    .answer(visit)
}

/// Takes a user out of the group.
pub fn remove(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, group, user) = (visit.lang, visit.path_value("name"), visit.path_value("user"));
    let account = visit.signed_in.as_ref().map(|signed_in| signed_in.caller.account().to_string());
    let title = format!("{} {user}", lang.t("Remove user", "移除成员"));
    Change::new(title, Product::Ims, "RemoveUserFromGroup", home(visit))
        .says(lang.t(
            "The user may no longer do what only the group's policies permit.",
            "移除后该用户将失去仅由该用户组授予的权限。",
        ))
        .with("GroupName", group)
        .with("UserPrincipalName", format!("{user}@{}.onaliyun.com", account.unwrap_or_default()))
        .dangerous(lang.t("Remove user", "移除成员"))
        .answer(visit)
}

/// Attaches a policy to the group.
pub fn attach(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, group) = (visit.lang, visit.path_value("name"));
    let title = format!("{} {group}", lang.t("Attach a policy to", "添加权限："));
    let change = Change::new(title, Product::Ram, "AttachPolicyToGroup", home(visit))
        .says(lang.t("Every member may then do what the policy permits.", "所有成员将获得该策略授予的权限。"))
        .with("GroupName", group)
        .submit(lang.t("Attach policy", "添加权限"));
    policy_fields(visit, change).answer(visit)
}

/// Detaches a policy from the group.
pub fn detach(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, policy) = (visit.lang, visit.path_value("policy"));
    let title = format!("{} {policy}", lang.t("Detach policy", "移除权限策略"));
    Change::new(title, Product::Ram, "DetachPolicyFromGroup", home(visit))
        .says(lang.t(
            "No member may any longer do what only this policy permits.",
            "移除后所有成员将失去仅由该策略授予的权限。",
        ))
        .with("PolicyType", visit.path_value("type"))
        .with("PolicyName", policy)
        .with("GroupName", visit.path_value("name"))
        .dangerous(lang.t("Detach policy", "移除权限策略"))
        .answer(visit)
}
