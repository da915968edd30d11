//! The page of one operation: reference, form, answer. Knows no operation by name.

use askama::Template;
use ramward_domain::ops::{self, OPERATIONS};
use ramward_domain::service::Format;
use ramward_rpc::api::{Api, Description};
use ramward_rpc::reference::{self, REQUEST_ID, Row};

use super::answer::{RawAnswer, run};
use super::callers::callers;
use super::entries::{Entry, Input, entries, pairs};
use super::{changes, product};
use crate::console::answer::{PageAnswer, page};
use crate::console::form::Form;
use crate::console::frame::Frame;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

#[derive(Template)]
#[template(path = "console/explorer/operation.html")]
struct Page<'a> {
    frame: Frame,
    api: &'a Api,
    callers: &'static str,
    changes: bool,
    entries: &'a [Entry],
    format: Format,
    answer: Option<RawAnswer>,
    request: Vec<Row<'a>>,
    response: Vec<Row<'a>>,
    json: String,
    xml: String,
    errors: Vec<String>,
}

impl Page<'_> {
    fn xml_wanted(&self) -> bool {
        self.format == Format::Xml
    }
}

/// The page, with what the query has for its form.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let description = description(visit)?;
    shown(visit, &description, &visit.query, None)
}

/// What the buttons of the form do.
pub fn send(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let description = description(visit)?;
    let answer = match visit.form.get("do") {
        "run" => {
            let entries = entries(&description.parameters, &visit.form);
            Some(run(visit, ops_api(&description)?, &pairs(&entries), format(&visit.form))?)
        }
        _ => None,
    };
    shown(visit, &description, &visit.form, answer)
}

fn description(visit: &Visit<'_>) -> Result<Description, Trouble> {
    let product = product(&visit.path_value("product")).ok_or(Trouble::NotFound)?;
    let place = ops::find(product, &visit.path_value("operation")).ok_or(Trouble::NotFound)?;
    OPERATIONS.get(place).map(|operation| operation.describe()).ok_or(Trouble::NotFound)
}

fn ops_api(description: &Description) -> Result<&'static Api, Trouble> {
    let place = ops::find(description.api.product, description.api.action).ok_or(Trouble::NotFound)?;
    OPERATIONS.get(place).map(|operation| operation.api()).ok_or(Trouble::NotFound)
}

fn format(form: &Form) -> Format {
    if form.get("format") == "XML" { Format::Xml } else { Format::Json }
}

fn shown(
    visit: &Visit<'_>,
    description: &Description,
    form: &Form,
    answer: Option<RawAnswer>,
) -> Result<PageAnswer, Trouble> {
    let api = &description.api;
    let entries = entries(&description.parameters, form);
    page(&Page {
        frame: visit.frame(api.action),
        api,
        callers: callers(visit.lang, api),
        changes: changes(api),
        entries: &entries,
        format: format(form),
        answer,
        request: reference::rows(&description.parameters),
        response: reference::rows(&description.response),
        json: description.sample_json(),
        xml: description.sample_xml(),
        errors: errors(description),
    })
}

/// The codes that the operation's own rules and its required parameters bring.
fn errors(description: &Description) -> Vec<String> {
    let own = description.api.errors.iter().map(|code| (*code).to_owned());
    let missing = description.parameters.iter().filter(|field| field.required);
    own.chain(missing.map(|field| format!("Missing{}", field.name))).collect()
}
