//! What a RAM user belongs to and may do: groups joined and left, policies attached and detached.

use ramward_rpc::api::Product;

use super::{home, principal_name};
use crate::console::answer::PageAnswer;
use crate::console::change::Change;
use crate::console::field::{Field, Kind};
use crate::console::policies::attachment::policy_fields;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// Puts a user into a group.
pub fn join(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let groups = crate::console::groups::choices(visit)?;
    let label = lang.t("Group", "用户组");
    let group = if groups.is_empty() {
        Field::text("GroupName", label)
    } else {
        Field::new("GroupName", Kind::Choice(groups), label)
    };
    let title = format!("{} {}", lang.t("Add to a group:", "加入用户组："), visit.path_value("name"));
    Change::new(title, Product::Ims, "AddUserToGroup", home(visit))
        .says(lang.t("It may then do what the group's policies permit.", "加入后将获得该用户组的权限。"))
        .with("UserPrincipalName", principal_name(visit))
        .field(group)
        .submit(lang.t("Add to group", "加入用户组"))
        .answer(visit)
}

/// Takes a user out of a group.
pub fn leave(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, group) = (visit.lang, visit.path_value("group"));
    let title = format!("{} {group}", lang.t("Remove from group", "移出用户组"));
    Change::new(title, Product::Ims, "RemoveUserFromGroup", home(visit))
        .says(lang.t(
            "It may no longer do what only the group's policies permit.",
            "移出后将失去仅由该用户组授予的权限。",
        ))
        .with("UserPrincipalName", principal_name(visit))
        .with("GroupName", group)
        .dangerous(lang.t("Remove from group", "移出用户组"))
        .answer(visit)
}

/// Attaches a policy to a user.
pub fn attach(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let title = format!("{} {}", lang.t("Attach a policy to", "添加权限："), visit.path_value("name"));
    let change = Change::new(title, Product::Ram, "AttachPolicyToUser", home(visit))
        .says(lang.t(
            "Policies are better attached to groups: then a user gets and loses them with its group.",
            "建议将权限策略授予用户组，用户随组获得或失去权限。",
        ))
        .with("UserName", visit.path_value("name"))
        .submit(lang.t("Attach policy", "添加权限"));
    policy_fields(visit, change).answer(visit)
}

/// Detaches a policy from a user.
pub fn detach(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, policy) = (visit.lang, visit.path_value("policy"));
    let title = format!("{} {policy}", lang.t("Detach policy", "移除权限策略"));
    Change::new(title, Product::Ram, "DetachPolicyFromUser", home(visit))
        .says(
            lang.t(
                "It may no longer do what only this policy permits.",
                "移除后将失去仅由该策略授予的权限。",
            ),
        )
        .with("PolicyType", visit.path_value("type"))
        .with("PolicyName", policy)
        .with("UserName", visit.path_value("name"))
        .dangerous(lang.t("Detach policy", "移除权限策略"))
        .answer(visit)
}
