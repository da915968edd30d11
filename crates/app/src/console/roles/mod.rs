//! The roles of the account: the list, and, beside this file, the page of each and what can be done to it.

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

/// How many roles a page lists.
const PAGE: &str = "50";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    role_name: String,
    description: String,
    create_date: String,
}

#[derive(Template)]
#[template(path = "console/roles/list.html")]
struct List {
    frame: Frame,
    roles: Vec<Listed>,
    next: Option<String>,
}

impl Listed {
    fn link(&self) -> String {
        links::role(&self.role_name)
    }
}

/// The page of the role that the path names.
fn home(visit: &Visit<'_>) -> String {
    links::role(&visit.path_value("name"))
}

/// The list, from its beginning or further on.
pub fn list(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let marker = visit.query.get("Marker");
    let mut params = vec![("MaxItems", PAGE)];
    if !marker.is_empty() {
        params.push(("Marker", marker));
    }
    let answer = visit.call(Product::Ram, "ListRoles", &params)?;
    let next: Option<String> = part(&answer, "/Marker")?;
    let page = List {
        frame: visit.frame(visit.lang.t("Roles", "角色")),
        roles: part(&answer, "/Roles/Role")?,
        next: next.map(|next| links::further("/console/roles", &next, &[])),
    };
    answer::page(&page)
}

#[cfg(test)]
mod tests;
