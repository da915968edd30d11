//! A custom policy: made, described, given another version, deleted.

use ramward_rpc::api::Product;
use serde_json::Value;

use super::one::readable;
use crate::console::answer::PageAnswer;
use crate::console::calls::part;
use crate::console::change::Change;
use crate::console::field::{Field, Kind};
use crate::console::links;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// What a new policy begins with: it permits to see what the account has, and nothing else.
const FIRST: &str = r#"{
  "Version": "1",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "ram:Get*",
        "ram:List*"
      ],
      "Resource": "*"
    }
  ]
}"#;

fn home(visit: &Visit<'_>) -> String {
    links::policy("Custom", &visit.path_value("name"))
}

fn document(visit: &Visit<'_>, text: impl Into<String>) -> Field {
    let hint = visit.lang.t(
        "JSON in the language of RAM policies; up to 6144 bytes.",
        "RAM 权限策略语言的 JSON，最多 6144 字节。",
    );
    Field::new("PolicyDocument", Kind::Document, visit.lang.t("Document", "策略内容")).hint(hint).of(text)
}

/// Makes a policy.
pub fn create(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let hint = lang.t("Letters, digits and hyphens; up to 128.", "字母、数字和连字符，最多 128 个字符。");
    Change::new(
        lang.t("Create a policy", "创建权限策略"),
        Product::Ram,
        "CreatePolicy",
        "/console/policies?type=Custom",
    )
    .field(Field::text("PolicyName", lang.t("Name", "策略名称")).hint(hint))
    .field(Field::text("Description", lang.t("Description", "描述")).optional())
    .field(document(visit, FIRST))
    .submit(lang.t("Create policy", "创建权限策略"))
    .answer_with(visit, |change, answer: &Value| {
        let name: String = part(answer, "/Policy/PolicyName")?;
        Ok(change.clone().then(links::policy("Custom", &name)).made())
    })
}

/// Says otherwise what a policy is for.
pub fn describe(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, name) = (visit.lang, visit.path_value("name"));
    let answer = visit.call(Product::Ram, "GetPolicy", &[("PolicyName", &name), ("PolicyType", "Custom")])?;
    let title = format!("{} {name}", lang.t("Description of", "修改描述："));
    Change::new(title, Product::Ram, "UpdatePolicyDescription", home(visit))
        .with("PolicyName", name)
        .field(
            Field::text("NewDescription", lang.t("Description", "描述"))
                .of(part::<String>(&answer, "/Policy/Description")?)
                .may_be_empty(),
        )
        .submit(lang.t("Save", "保存"))
        .answer(visit)
}

/// Gives a policy another version.
pub fn create_version(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, name) = (visit.lang, visit.path_value("name"));
    let answer = visit.call(Product::Ram, "GetPolicy", &[("PolicyName", &name), ("PolicyType", "Custom")])?;
    let now = readable(&part::<String>(&answer, "/Policy/PolicyDocument")?);
    let strategies = vec![
        ("None".to_owned(), lang.t("refuse", "拒绝创建").to_owned()),
        (
            "DeleteOldestNonDefaultVersionWhenLimitExceeded".to_owned(),
            lang.t("delete the oldest one that is not in force", "删除最早的非默认版本").to_owned(),
        ),
    ];
    let title = format!("{} {name}", lang.t("New version of", "新建版本："));
    Change::new(title, Product::Ram, "CreatePolicyVersion", home(visit))
        .with("PolicyName", name)
        .field(document(visit, now))
        .field(Field::tick("SetAsDefault", lang.t("In force at once", "设为默认版本"), true))
        .field(
            Field::new(
                "RotateStrategy",
                Kind::Choice(strategies),
                lang.t("Where there are as many versions as there may be", "版本数已达上限时"),
            )
            .of("None"),
        )
        .submit(lang.t("Create version", "创建版本"))
        .answer(visit)
}

/// Puts a version in force.
pub fn set_default(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, version) = (visit.lang, visit.path_value("version"));
    let title = format!("{} {version}", lang.t("Put in force:", "设为默认版本："));
    Change::new(title, Product::Ram, "SetDefaultPolicyVersion", home(visit))
        .says(lang.t(
            "Whoever has the policy may from now on do what this version says.",
            "拥有该策略的身份将立即按此版本鉴权。",
        ))
        .with("PolicyName", visit.path_value("name"))
        .with("VersionId", version)
        .submit(lang.t("Put in force", "设为默认版本"))
        .answer(visit)
}

/// Deletes a version that is not in force.
pub fn delete_version(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, version) = (visit.lang, visit.path_value("version"));
    let title = format!("{} {version}", lang.t("Delete version", "删除版本"));
    Change::new(title, Product::Ram, "DeletePolicyVersion", home(visit))
        .with("PolicyName", visit.path_value("name"))
        .with("VersionId", version)
        .dangerous(lang.t("Delete version", "删除版本"))
        .answer(visit)
}

/// Deletes a policy.
pub fn delete(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, name) = (visit.lang, visit.path_value("name"));
    let title = lang.t("Delete policy", "删除权限策略");
    let mut change = Change::new(format!("{title} {name}"), Product::Ram, "DeletePolicy", home(visit))
        .says(lang.t(
            "Only a policy that nobody has can be deleted. Its other versions go with it where you say so.",
            "仅可删除未被引用的权限策略。勾选后会一并删除其他版本。",
        ))
        .with("PolicyName", name)
        .field(Field::tick(
            "CascadingDelete",
            lang.t("Delete its other versions too", "同时删除其他版本"),
            true,
        ))
        .dangerous(title);
    change.then = Some("/console/policies?type=Custom".to_owned());
    change.answer(visit)
}
