//! The page of a group: what it is, its members, page by page, and its policies.

use askama::Template;
use ramward_rpc::api::Product;
use serde::Deserialize;

use super::home;
use crate::console::answer::{self, PageAnswer};
use crate::console::calls::{Refusal, part};
use crate::console::frame::Frame;
use crate::console::links;
use crate::console::trouble::Trouble;
use crate::console::users::one::{Attached, policies};
use crate::console::visit::Visit;

/// How many members a page lists.
const PAGE: &str = "50";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    group_id: String,
    group_name: String,
    display_name: String,
    comments: String,
    create_date: String,
    update_date: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Member {
    user_principal_name: String,
    display_name: String,
    join_date: String,
}

struct Members {
    members: Vec<Member>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "console/groups/one.html")]
struct Page {
    frame: Frame,
    home: String,
    group: Group,
    members: Result<Members, Refusal>,
    policies: Result<Vec<Attached>, Refusal>,
}

impl Member {
    fn name(&self) -> &str {
        self.user_principal_name.split('@').next().unwrap_or_default()
    }
}

/// The page.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (name, marker, home) = (visit.path_value("name"), visit.query.get("Marker"), home(visit));
    let named = [("GroupName", name.as_str())];
    let group = visit.call(Product::Ims, "GetGroup", &named)?;
    let mut params = vec![named[0], ("MaxItems", PAGE)];
    if !marker.is_empty() {
        params.push(("Marker", marker));
    }
    let members = match visit.attempt(Product::Ims, "ListUsersForGroup", &params)? {
        Err(refusal) => Err(refusal),
        Ok(answer) => {
            let next: Option<String> = part(&answer, "/Marker")?;
            Ok(Members {
                members: part(&answer, "/Users/User")?,
                next: next.map(|next| links::further(&home, &next, &[])),
            })
        }
    };
    let page = Page {
        frame: visit.frame(&name),
        home,
        group: part(&group, "/Group")?,
        members,
        policies: policies(visit, "ListPoliciesForGroup", &named)?,
    };
    answer::page(&page)
}
