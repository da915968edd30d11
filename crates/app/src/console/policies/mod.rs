//! The policies that the account may use: the list, and, beside this file, the page of each and what can be done to it.

pub mod attachment;
pub mod edit;
pub mod one;

use askama::Template;
use ramward_rpc::api::Product;
use serde::Deserialize;

use super::answer::{self, PageAnswer};
use super::calls::part;
use super::frame::Frame;
use super::links;
use super::trouble::Trouble;
use super::visit::Visit;

/// How many policies a page lists.
const PAGE: &str = "50";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    policy_name: String,
    policy_type: String,
    description: String,
    attachment_count: i64,
}

#[derive(Template)]
#[template(path = "console/policies/list.html")]
struct List {
    frame: Frame,
    policies: Vec<Listed>,
    /// Which of them are shown; empty for both.
    kind: String,
    next: Option<String>,
}

impl Listed {
    fn link(&self) -> String {
        links::policy(&self.policy_type, &self.policy_name)
    }
}

/// The list, from its beginning or further on.
pub fn list(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (marker, kind) = (visit.query.get("Marker"), visit.query.get("type"));
    let mut params = vec![("MaxItems", PAGE)];
    if !kind.is_empty() {
        params.push(("PolicyType", kind));
    }
    if !marker.is_empty() {
        params.push(("Marker", marker));
    }
    let answer = visit.call(Product::Ram, "ListPolicies", &params)?;
    let next: Option<String> = part(&answer, "/Marker")?;
    let page = List {
        frame: visit.frame(visit.lang.t("Policies", "权限策略")),
        policies: part(&answer, "/Policies/Policy")?,
        kind: kind.to_owned(),
        next: next.map(|next| links::further("/console/policies", &next, &[("type", kind)])),
    };
    answer::page(&page)
}

#[cfg(test)]
mod tests;
