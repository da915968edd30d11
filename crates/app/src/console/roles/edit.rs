//! A role itself, and what it may do: made, changed, deleted, policies attached and detached.

use ramward_rpc::api::Product;

use super::home;
use crate::console::answer::PageAnswer;
use crate::console::calls::part;
use crate::console::change::Change;
use crate::console::field::{Field, Kind};
use crate::console::links;
use crate::console::policies::attachment::policy_fields;
use crate::console::policies::one::readable;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// The longest that a session may last, in seconds (CreateRole).
const SECONDS: (i64, i64) = (3600, 43200);

fn trust(name: &'static str, visit: &Visit<'_>, document: &str) -> Field {
    let label = visit.lang.t("Who may assume it (trust policy)", "信任策略");
    Field::new(name, Kind::Document, label).of(readable(document))
}

fn duration(name: &'static str, visit: &Visit<'_>, seconds: i64) -> Field {
    let label = visit.lang.t("Seconds that a session lasts at most", "最大会话时间（秒）");
    Field::number(name, label, SECONDS, seconds)
}

/// Makes a role.
pub fn create(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let account = visit.signed_in.as_ref().map(|signed_in| signed_in.caller.account().to_string());
    let first = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":"acs:ram::{}:root"}}}}]}}"#,
        account.unwrap_or_default()
    );
    let hint = lang.t(
        "Letters, digits, full stops, hyphens and underscores; up to 64. It never changes.",
        "字母、数字、英文句点、连字符和下划线，最多 64 个字符。创建后不可修改。",
    );
    Change::new(lang.t("Create a role", "创建角色"), Product::Ram, "CreateRole", "/console/roles")
        .field(Field::text("RoleName", lang.t("Name", "角色名称")).hint(hint))
        .field(Field::text("Description", lang.t("Description", "描述")).optional())
        .field(duration("MaxSessionDuration", visit, SECONDS.0))
        .field(trust("AssumeRolePolicyDocument", visit, &first))
        .submit(lang.t("Create role", "创建角色"))
        .answer_with(visit, |change, answer| {
            let name: String = part(answer, "/Role/RoleName")?;
            Ok(change.clone().then(links::role(&name)).made())
        })
}

/// Changes who may assume a role, and for how long.
pub fn update(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, name) = (visit.lang, visit.path_value("name"));
    let now = visit.call(Product::Ram, "GetRole", &[("RoleName", &name)])?;
    let text = |name: &str| part::<String>(&now, &format!("/Role/{name}"));
    Change::new(format!("{} {name}", lang.t("Change", "修改")), Product::Ram, "UpdateRole", home(visit))
        .with("RoleName", name)
        .field(
            Field::text("NewDescription", lang.t("Description", "描述"))
                .of(text("Description")?)
                .may_be_empty(),
        )
        .field(duration("NewMaxSessionDuration", visit, part(&now, "/Role/MaxSessionDuration")?))
        .field(trust("NewAssumeRolePolicyDocument", visit, &text("AssumeRolePolicyDocument")?))
        .submit(lang.t("Save", "保存"))
        .answer(visit)
}

/// Deletes a role.
pub fn delete(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, name) = (visit.lang, visit.path_value("name"));
    let title = lang.t("Delete role", "删除角色");
    Change::new(format!("{title} {name}"), Product::Ram, "DeleteRole", home(visit))
        .says(lang.t(
            "Only a role without policies can be deleted. Its sessions are refused from then on.",
            "仅可删除未授权的角色。删除后其会话将被拒绝。",
        ))
        .with("RoleName", name)
        .dangerous(title)
        .then("/console/roles".to_owned())
        .answer(visit)
}

/// Attaches a policy to a role.
pub fn attach(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, name) = (visit.lang, visit.path_value("name"));
    let title = format!("{} {name}", lang.t("Attach a policy to", "添加权限："));
    let change = Change::new(title, Product::Ram, "AttachPolicyToRole", home(visit))
        .says(lang.t(
            "Whoever assumes the role may then do what the policy permits.",
            "扮演该角色的身份将获得该策略授予的权限。",
        ))
        .with("RoleName", name)
        .submit(lang.t("Attach policy", "添加权限"));
    policy_fields(visit, change).answer(visit)
}

/// Detaches a policy from a role.
pub fn detach(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, policy) = (visit.lang, visit.path_value("policy"));
    let title = lang.t("Detach policy", "移除权限策略");
    Change::new(format!("{title} {policy}"), Product::Ram, "DetachPolicyFromRole", home(visit))
        .with("PolicyType", visit.path_value("type"))
        .with("PolicyName", policy)
        .with("RoleName", visit.path_value("name"))
        .dangerous(title)
        .answer(visit)
}
