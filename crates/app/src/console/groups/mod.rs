//! The groups of the account: the list, and, beside this file, the page of each and what can be done to it.

pub mod edit;
pub mod membership;
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

/// How many groups a page lists.
const PAGE: &str = "50";
/// How many groups a form offers to choose from; with more of them it asks for the name.
const CHOICES: &str = "100";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    group_name: String,
    display_name: String,
    comments: String,
    create_date: String,
}

#[derive(Template)]
#[template(path = "console/groups/list.html")]
struct List {
    frame: Frame,
    groups: Vec<Group>,
    next: Option<String>,
}

impl Group {
    fn link(&self) -> String {
        links::group(&self.group_name)
    }
}

/// The page of the group that the path names.
fn home(visit: &Visit<'_>) -> String {
    links::group(&visit.path_value("name"))
}

/// The list, from its beginning or further on.
pub fn list(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let marker = visit.query.get("Marker");
    let mut params = vec![("MaxItems", PAGE)];
    if !marker.is_empty() {
        params.push(("Marker", marker));
    }
    let answer = visit.call(Product::Ims, "ListGroups", &params)?;
    let next: Option<String> = part(&answer, "/Marker")?;
    let page = List {
        frame: visit.frame(visit.lang.t("Groups", "用户组")),
        groups: part(&answer, "/Groups/Group")?,
        next: next.map(|next| links::further("/console/groups", &next, &[])),
    };
    answer::page(&page)
}

/// The groups to choose from; none where there are too many, or the caller may not see them.
///
/// # Errors
/// As [`Visit::calls`].
pub fn choices(visit: &Visit<'_>) -> Result<Vec<(String, String)>, Trouble> {
    let Ok(answer) = visit.attempt(Product::Ims, "ListGroups", &[("MaxItems", CHOICES)])? else {
        return Ok(Vec::new());
    };
    if part(&answer, "/IsTruncated")? {
        return Ok(Vec::new());
    }
    let mut groups: Vec<Group> = part(&answer, "/Groups/Group")?;
    groups.sort_by(|one, other| one.group_name.cmp(&other.group_name));
    let choice = |group: Group| {
        let shown = match group.display_name.as_str() {
            "" => group.group_name.clone(),
            // An option has no element that could hold the direction of a name.
            name => format!("{} · {name}", group.group_name),
        };
        (group.group_name, shown)
    };
    Ok(groups.into_iter().map(choice).collect())
}

#[cfg(test)]
mod tests;
