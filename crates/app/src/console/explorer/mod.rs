//! The API explorer: every operation of the one list, with its reference, a form to call it as whoever is signed in, the
//! steps of its signature and code that makes the same call. Knows no operation by name and sees no secret of a key.

mod answer;
mod callers;
mod entries;
mod operation;
mod signing;
#[cfg(test)]
mod tests;

use askama::Template;
use ramward_domain::ops::{AnyOperation, OPERATIONS};
use ramward_rpc::api::{Access, Api, Product};

use super::answer::{PageAnswer, page, see};
use super::frame::Frame;
use super::lang::Lang;
use super::trouble::Trouble;
use super::visit::Visit;
pub use operation::{send, show};

/// Where the page of an operation stands.
pub fn path(product: Product, action: &str) -> String {
    format!("/console/explorer/{}/{action}", product.name().to_ascii_lowercase())
}

/// The product that a path names.
fn product(name: &str) -> Option<Product> {
    Product::ALL.into_iter().find(|product| product.name().eq_ignore_ascii_case(name))
}

#[derive(Template)]
#[template(path = "console/explorer/list.html")]
struct List<'a> {
    frame: Frame,
    /// What the names shall contain.
    sought: &'a str,
    products: Vec<Group>,
    found: usize,
}

/// The operations of a product.
struct Group {
    product: Product,
    operations: Vec<Listed>,
}

/// An operation in the list.
struct Listed {
    api: &'static Api,
    summary: &'static str,
}

impl Group {
    fn path(&self, api: &Api) -> String {
        path(self.product, api.action)
    }
}

/// The operations that fit the search, by product.
pub fn list(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    // A link as the vendor's documentation makes it: `product=Ims&api=ListUsers`.
    if let Some(product) = product(visit.query.get("product")) {
        return Ok(see(&path(product, visit.query.get("api"))));
    }
    let sought = visit.query.get("q").trim();
    let words: Vec<String> = sought.split_whitespace().map(str::to_lowercase).collect();
    let fits = |operation: &dyn AnyOperation| {
        let Api { product, action, summary, .. } = operation.api();
        let text = format!("{} {action} {summary} {}", product.name(), operation.summary_zh());
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let of = |product| {
        let all = OPERATIONS.iter().filter(|one| one.api().product == product && fits(**one));
        let listed =
            |one: &&'static dyn AnyOperation| Listed { api: one.api(), summary: summary(visit.lang, *one) };
        let mut operations: Vec<Listed> = all.map(listed).collect();
        operations.sort_by_key(|one| one.api.action);
        Group { product, operations }
    };
    let products: Vec<_> =
        Product::ALL.into_iter().map(of).filter(|group| !group.operations.is_empty()).collect();
    let found = products.iter().map(|group| group.operations.len()).sum();
    page(&List { frame: visit.frame(visit.lang.t("API explorer", "API 调试")), sought, products, found })
}

/// What an operation does, in a sentence.
fn summary(lang: Lang, operation: &dyn AnyOperation) -> &'static str {
    lang.t(operation.api().summary, operation.summary_zh())
}

/// Whether an operation changes anything.
fn changes(api: &Api) -> bool {
    api.access == Access::Write
}
