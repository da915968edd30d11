//! The accounts of the server, for its operator: worst first. Changes nothing.

use askama::Template;
use ramward_rpc::api::Product;
use serde::Deserialize;

use super::answer::{self, PageAnswer};
use super::calls::part;
use super::frame::Frame;
use super::lang::Lang;
use super::trouble::Trouble;
use super::visit::Visit;
use crate::explaining::next_marker;

/// How many accounts a page shows.
const PAGE: &str = "50";

#[derive(Template)]
#[template(path = "console/accounts.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    is_first: bool,
    next: Option<String>,
}

/// An account as ListAccounts answers it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    account_id: String,
    account_alias: String,
    users: i64,
    #[serde(default)]
    score: i64,
    #[serde(default)]
    failing_checks: String,
}

impl Row {
    /// The alias, where somebody chose one.
    fn alias(&self) -> Option<&str> {
        (self.account_alias != self.account_id).then_some(self.account_alias.as_str())
    }

    fn failing(&self, lang: &Lang) -> String {
        let names = self.failing_checks.split_whitespace();
        names.map(|id| super::check_text::short(id, *lang)).collect::<Vec<_>>().join(lang.t(", ", "、"))
    }
}

/// The page.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let marker = visit.query.get("Marker");
    let mut params = vec![("SortBy", "Score"), ("MaxItems", PAGE)];
    if !marker.is_empty() {
        params.push(("Marker", marker));
    }
    let answer = visit.call(Product::Ramward, "ListAccounts", &params)?;
    let next = next_marker(&answer).map(|next| {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("Marker", &next).finish();
        format!("/console/accounts?{query}")
    });
    let page = Page {
        frame: visit.frame(visit.lang.t("Accounts", "账号")),
        rows: part(&answer, "/Accounts/Account")?,
        is_first: marker.is_empty(),
        next,
    };
    answer::page(&page)
}

#[cfg(test)]
mod tests;
