//! The page of one operation: reference, form, answer. Knows no operation by name.

use askama::Template;
use ramward_domain::ops::{self, AnyOperation, OPERATIONS};
use ramward_domain::service::Format;
use ramward_rpc::api::{Api, Description, Product};
use ramward_rpc::reference::{self, REQUEST_ID, Row};

use super::answer::{RawAnswer, run};
use super::callers::callers;
use super::entries::{Entry, Input, entries, pairs};
use super::signing::{self, Signing};
use super::{changes, product, summary};
use crate::console::answer::{self, PageAnswer, page};
use crate::console::form::Form;
use crate::console::frame::Frame;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::samples::arguments::is_secret;
use crate::samples::{Call, Flavour, LANGUAGES, Language};

#[derive(Template)]
#[template(path = "console/explorer/operation.html")]
struct Page<'a> {
    frame: Frame,
    api: &'a Api,
    summary: &'static str,
    callers: &'static str,
    changes: bool,
    entries: &'a [Entry],
    format: Format,
    answer: Option<RawAnswer>,
    code: Code,
    signings: Vec<Signing>,
    /// The AccessKey whose signature is shown; its secret never comes here.
    key: &'a str,
    base: &'a str,
    request: Vec<Row<'a>>,
    response: Vec<Row<'a>>,
    json: String,
    xml: String,
    errors: Vec<String>,
}

/// Code that makes the call of the form.
struct Code {
    language: &'static Language,
    flavour: Flavour,
    is_vendor: bool,
    text: String,
}

impl Page<'_> {
    fn is_generic(&self) -> bool {
        self.code.flavour == Flavour::Generic
            || !self.code.language.is_typed(self.api.product, self.api.action)
    }

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
            Some(run(visit, operation(&description)?.api(), &pairs(&entries), format(&visit.form))?)
        }
        "download" => {
            let code = code(visit, &description, &visit.form);
            return Ok(answer::file(code.language.file, "text/plain; charset=utf-8", code.text));
        }
        _ => None,
    };
    shown(visit, &description, &visit.form, answer)
}

/// The code that the form asks for: `code` is the language, `style` the flavour, `endpoint` whose server it calls.
fn code(visit: &Visit<'_>, description: &Description, form: &Form) -> Code {
    let first = LANGUAGES.first().expect("there are languages");
    let language = Language::find(form.get("code")).unwrap_or(first);
    let flavour = if form.get("style") == "generic" { Flavour::Generic } else { Flavour::Typed };
    let is_vendor = form.get("endpoint") == "vendor" && description.api.product != Product::Ramward;
    let entries = entries(&description.parameters, form);
    // What is secret comes from the environment, typed or not, as soon as the operation asks for it.
    let mut typed = pairs(&entries);
    typed.extend(
        entries
            .iter()
            .filter(|one| one.value.is_empty() && one.is_needed_secret())
            .map(|one| (one.name.as_str(), "…")),
    );
    let vendor = format!("{}.aliyuncs.com", description.api.product.name().to_ascii_lowercase());
    let here = visit.request.host();
    let call = if is_vendor {
        Call::new(description, &typed, true, &vendor)
    } else {
        Call::new(description, &typed, visit.is_over_tls(), here)
    };
    Code { text: language.write(&call, flavour), language, flavour, is_vendor }
}

fn description(visit: &Visit<'_>) -> Result<Description, Trouble> {
    let product = product(&visit.path_value("product")).ok_or(Trouble::NotFound)?;
    let place = ops::find(product, &visit.path_value("operation")).ok_or(Trouble::NotFound)?;
    OPERATIONS.get(place).map(|operation| operation.describe()).ok_or(Trouble::NotFound)
}

fn operation(description: &Description) -> Result<&'static dyn AnyOperation, Trouble> {
    let place = ops::find(description.api.product, description.api.action).ok_or(Trouble::NotFound)?;
    OPERATIONS.get(place).copied().ok_or(Trouble::NotFound)
}

/// The format of the answer that the form asks for.
pub fn format(form: &Form) -> Format {
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
    let mut signed = pairs(&entries);
    // A password is shown, inside the strings that are signed, only to who asks for these.
    if form.get("do") != "sign" {
        signed.retain(|(name, _)| !is_secret(name));
    }
    page(&Page {
        frame: visit.frame(api.action),
        api,
        summary: summary(visit.lang, operation(description)?),
        callers: callers(visit.lang, api),
        changes: changes(api),
        entries: &entries,
        format: format(form),
        answer,
        code: code(visit, description, form),
        signings: signing::signings(visit, description, &signed, form),
        key: form.get("key"),
        base: &visit.endpoint(),
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
