//! The page of a policy: what it says, its versions, who has it.

use askama::Template;
use ramward_rpc::api::Product;
use serde::Deserialize;
use serde_json::Value;

use crate::console::answer::{self, PageAnswer};
use crate::console::calls::{Refusal, part};
use crate::console::frame::Frame;
use crate::console::links;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// The operation that names who has a policy knows no pages, so with more of them than this it is not asked.
const SHOWN: i64 = 200;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy_name: String,
    policy_type: String,
    description: String,
    default_version: String,
    policy_document: String,
    create_date: String,
    update_date: String,
    attachment_count: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    version_id: String,
    is_default_version: bool,
    policy_document: String,
    create_date: String,
}

/// Who has the policy.
struct Holder {
    kind: &'static str,
    name: String,
    link: String,
    /// Where it is taken away from the holder.
    detach: String,
}

#[derive(Template)]
#[template(path = "console/policies/one.html")]
struct Page {
    frame: Frame,
    home: String,
    policy: Policy,
    document: String,
    versions: Result<Vec<Version>, Refusal>,
    /// `None` where there are too many.
    holders: Option<Result<Vec<Holder>, Refusal>>,
}

impl Version {
    fn document(&self) -> String {
        readable(&self.policy_document)
    }
}

/// The document with a line for each thing; as it is where it is no JSON.
pub fn readable(document: &str) -> String {
    let parsed =
        serde_json::from_str::<Value>(document).and_then(|value| serde_json::to_string_pretty(&value));
    parsed.unwrap_or_else(|_| document.to_owned())
}

/// The type of the policy that the address names.
pub fn kind<'v>(visit: &'v Visit<'_>) -> &'v str {
    match visit.query.get("type") {
        "" => "Custom",
        kind => kind,
    }
}

/// The page.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (name, kind) = (visit.path_value("name"), kind(visit));
    let named = [("PolicyName", name.as_str()), ("PolicyType", kind)];
    let policy: Policy = part(&visit.call(Product::Ram, "GetPolicy", &named)?, "/Policy")?;
    let versions = match visit.attempt(Product::Ram, "ListPolicyVersions", &named)? {
        Ok(answer) => Ok(part(&answer, "/PolicyVersions/PolicyVersion")?),
        Err(refusal) => Err(refusal),
    };
    let holders = if policy.attachment_count > SHOWN {
        None
    } else {
        Some(match visit.attempt(Product::Ram, "ListEntitiesForPolicy", &named)? {
            Ok(answer) => Ok(holders(visit, &answer, &policy)?),
            Err(refusal) => Err(refusal),
        })
    };
    let page = Page {
        frame: visit.frame(&name),
        home: format!("/console/policies/{}", links::part(&name)),
        document: readable(&policy.policy_document),
        versions,
        holders,
        policy,
    };
    answer::page(&page)
}

fn holders(visit: &Visit<'_>, answer: &Value, policy: &Policy) -> Result<Vec<Holder>, Trouble> {
    let lang = visit.lang;
    let link_of: [fn(&str) -> String; 3] = [links::group, links::user, links::role];
    let lists = [
        ("/Groups/Group", "/GroupName", lang.t("group", "用户组")),
        ("/Users/User", "/UserName", lang.t("user", "用户")),
        ("/Roles/Role", "/RoleName", lang.t("role", "角色")),
    ];
    let mut holders = Vec::new();
    for ((list, member, kind), link) in lists.into_iter().zip(link_of) {
        for entity in part::<Vec<Value>>(answer, list)? {
            let name: String = part(&entity, member)?;
            let link = link(&name);
            let detach =
                format!("{link}/policies/{}/{}/detach", policy.policy_type, links::part(&policy.policy_name));
            holders.push(Holder { kind, name, link, detach });
        }
    }
    Ok(holders)
}
