//! The page of a role: what it is, who may assume it, what its policies permit.

use askama::Template;
use ramward_rpc::api::Product;
use serde::Deserialize;

use super::home;
use crate::console::answer::{self, PageAnswer};
use crate::console::calls::{Refusal, part};
use crate::console::frame::Frame;
use crate::console::policies::one::readable;
use crate::console::trouble::Trouble;
use crate::console::users::one::{Attached, policies};
use crate::console::visit::Visit;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Role {
    role_id: String,
    role_name: String,
    arn: String,
    description: String,
    assume_role_policy_document: String,
    max_session_duration: i64,
    create_date: String,
    update_date: String,
}

#[derive(Template)]
#[template(path = "console/roles/one.html")]
struct Page {
    frame: Frame,
    home: String,
    role: Role,
    trust: String,
    policies: Result<Vec<Attached>, Refusal>,
}

/// The page.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let name = visit.path_value("name");
    let named = [("RoleName", name.as_str())];
    let role: Role = part(&visit.call(Product::Ram, "GetRole", &named)?, "/Role")?;
    let page = Page {
        frame: visit.frame(&name),
        home: home(visit),
        trust: readable(&role.assume_role_policy_document),
        policies: policies(visit, "ListPoliciesForRole", &named)?,
        role,
    };
    answer::page(&page)
}
