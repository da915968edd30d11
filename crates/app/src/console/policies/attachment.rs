//! The fields by which a form names a policy.

use crate::console::change::Change;
use crate::console::field::{Field, Kind};
use crate::console::visit::Visit;

/// Both kinds of policies, to choose from.
pub fn types(visit: &Visit<'_>) -> Vec<(String, String)> {
    let lang = visit.lang;
    vec![
        ("System".to_owned(), lang.t("system", "系统策略").to_owned()),
        ("Custom".to_owned(), lang.t("custom", "自定义策略").to_owned()),
    ]
}

/// A change that names a policy by type and name; both may come with the link to the form.
pub fn policy_fields(visit: &Visit<'_>, change: Change) -> Change {
    let lang = visit.lang;
    let hint = lang.t(
        "As the list of policies has it, such as AdministratorAccess.",
        "与权限策略列表中的名称一致，例如 AdministratorAccess。",
    );
    let kind = if visit.query.get("PolicyType") == "Custom" { "Custom" } else { "System" };
    change
        .field(Field::new("PolicyType", Kind::Choice(types(visit)), lang.t("Type", "策略类型")).of(kind))
        .field(
            Field::text("PolicyName", lang.t("Policy", "权限策略"))
                .hint(hint)
                .of(visit.query.get("PolicyName")),
        )
}
