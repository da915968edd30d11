//! The RAM users of the account: the list, and, beside this file, the page of each and what can be done to it.

pub mod devices;
pub mod edit;
pub mod keys;
pub mod logon;
pub mod membership;
pub mod one;
pub mod owner;

use askama::Template;
use ramward_rpc::api::Product;
use serde::Deserialize;

use super::answer::{self, PageAnswer};
use super::calls::part;
use super::frame::Frame;
use super::links;
use super::trouble::Trouble;
use super::visit::Visit;

/// How many users a page lists.
const PAGE: &str = "50";

/// A RAM user in the list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    user_principal_name: String,
    display_name: String,
    status: String,
    last_login_date: String,
    create_date: String,
}

#[derive(Template)]
#[template(path = "console/users/list.html")]
struct List {
    frame: Frame,
    users: Vec<Listed>,
    prefix: String,
    next: Option<String>,
    is_first: bool,
}

impl Listed {
    fn name(&self) -> &str {
        name_of(&self.user_principal_name)
    }

    fn link(&self) -> String {
        links::user(self.name())
    }
}

/// The name of a user in its logon name.
fn name_of(user_principal_name: &str) -> &str {
    user_principal_name.split('@').next().unwrap_or_default()
}

/// The logon name of the user that the path names. The domain with which every account begins stays valid.
fn principal_name(visit: &Visit<'_>) -> String {
    format!("{}{}", visit.path_value("name"), first_domain(visit))
}

/// What follows the name in a logon name with the domain that the account began with.
fn first_domain(visit: &Visit<'_>) -> String {
    let account = visit.signed_in.as_ref().map(|signed_in| signed_in.caller.account().to_string());
    format!("@{}.onaliyun.com", account.unwrap_or_default())
}

/// The page of the user that the path names.
fn home(visit: &Visit<'_>) -> String {
    links::user(&visit.path_value("name"))
}

/// The list, from its beginning or further on; of those whose name begins with something, where that was asked for.
pub fn list(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (marker, prefix) = (visit.query.get("Marker"), visit.query.get("prefix").trim());
    let mut params = vec![("MaxItems", PAGE)];
    if !marker.is_empty() {
        params.push(("Marker", marker));
    }
    let answer = if prefix.is_empty() {
        params.push(("Status", "active,freeze"));
        visit.call(Product::Ims, "ListUsers", &params)?
    } else {
        params.push(("NamePrefix", prefix));
        visit.call(Product::Ramward, "SearchUsers", &params)?
    };
    let next: Option<String> = part(&answer, "/Marker")?;
    let page = List {
        frame: visit.frame(visit.lang.t("Users", "用户")),
        users: part(&answer, "/Users/User")?,
        prefix: prefix.to_owned(),
        next: next.map(|next| links::further("/console/users", &next, &[("prefix", prefix)])),
        is_first: marker.is_empty(),
    };
    answer::page(&page)
}

#[cfg(test)]
mod tests;
