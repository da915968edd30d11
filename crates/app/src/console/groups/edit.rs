//! A group itself: made, renamed, deleted.

use ramward_rpc::api::Product;
use serde_json::Value;

use super::home;
use crate::console::answer::PageAnswer;
use crate::console::calls::part;
use crate::console::change::Change;
use crate::console::field::{Field, Kind};
use crate::console::links;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

fn name(field: &'static str, visit: &Visit<'_>) -> Field {
    let hint = visit.lang.t(
        "Letters, digits, full stops, hyphens and underscores; up to 64.",
        "字母、数字、英文句点、连字符和下划线，最多 64 个字符。",
    );
    Field::text(field, visit.lang.t("Group name", "用户组名称")).hint(hint)
}

fn display_name(field: &'static str, visit: &Visit<'_>) -> Field {
    let hint = visit.lang.t("Up to 24 characters.", "最多 24 个字符。");
    Field::text(field, visit.lang.t("Display name", "显示名称")).hint(hint).may_be_empty()
}

fn note(field: &'static str, visit: &Visit<'_>) -> Field {
    Field::new(field, Kind::Note, visit.lang.t("Note", "备注")).may_be_empty()
}

fn on_to(change: &Change, answer: &Value) -> Result<PageAnswer, Trouble> {
    let name: String = part(answer, "/Group/GroupName")?;
    Ok(change.clone().then(links::group(&name)).made())
}

/// Makes a group.
pub fn create(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    Change::new(lang.t("Create a group", "创建用户组"), Product::Ims, "CreateGroup", "/console/groups")
        .field(name("GroupName", visit))
        .field(display_name("DisplayName", visit).optional())
        .field(note("Comments", visit).optional())
        .submit(lang.t("Create group", "创建用户组"))
        .answer_with(visit, on_to)
}

/// Renames a group and changes what is noted about it.
pub fn update(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let group = visit.path_value("name");
    let answer = visit.call(Product::Ims, "GetGroup", &[("GroupName", &group)])?;
    let now = |name: &str| part::<String>(&answer, &format!("/Group/{name}"));
    Change::new(format!("{} {group}", lang.t("Change", "修改")), Product::Ims, "UpdateGroup", home(visit))
        .with("GroupName", group.clone())
        .field(name("NewGroupName", visit).of(group))
        .field(display_name("NewDisplayName", visit).of(now("DisplayName")?))
        .field(note("NewComments", visit).of(now("Comments")?))
        .submit(lang.t("Save", "保存"))
        .answer_with(visit, on_to)
}

/// Deletes a group.
pub fn delete(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, group) = (visit.lang, visit.path_value("name"));
    let title = lang.t("Delete group", "删除用户组");
    Change::new(format!("{title} {group}"), Product::Ims, "DeleteGroup", home(visit))
        .says(lang.t(
            "Only a group without members and policies can be deleted.",
            "仅可删除没有成员且未授权的用户组。",
        ))
        .with("GroupName", group)
        .dangerous(title)
        .then("/console/groups".to_owned())
        .answer(visit)
}
