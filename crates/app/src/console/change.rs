//! A change that a page offers: one call, made of what is fixed and of fields to fill in. Its page says what the call is,
//! what it would do to the score, and, where the call was refused, why, with what was typed still there. Every change of
//! the console goes through here. Knows no operation.

use askama::Template;
use http::{Method, StatusCode};
use ramward_rpc::api::Product;
use serde_json::Value;

use super::answer::{self, PageAnswer};
use super::calls::Refusal;
use super::effect::{self, Effect};
use super::field::Field;
use super::frame::Frame;
use super::shown_call::ShownCall;
use super::trouble::Trouble;
use super::visit::Visit;

/// The field that asks for the page again, with what was typed, and changes nothing.
const PREVIEW: &str = "preview";

/// A change that a page offers.
#[derive(Debug, Clone)]
pub struct Change {
    /// The title of its page.
    pub title: String,
    /// What it does, in words; a paragraph each.
    pub lead: Vec<String>,
    /// Whose operation it calls.
    pub product: Product,
    /// Which one.
    pub action: &'static str,
    /// The parameters that nobody fills in.
    pub fixed: Vec<(&'static str, String)>,
    /// The others.
    pub fields: Vec<Field>,
    /// Whether something is lost by it.
    pub is_dangerous: bool,
    /// What the button says.
    pub submit: String,
    /// Where the way back leads, and where a change that was made leads.
    pub back: String,
    /// Where a change that was made leads, if not back.
    pub then: Option<String>,
    /// Where the form is sent, if not to the page itself.
    pub to: Option<String>,
    /// A device that was just made, shown this once.
    pub device: Option<NewDevice>,
}

/// A device that was just made.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// The picture for the app: PNG in Base64.
    pub png: String,
    /// The seed for an app that takes no picture.
    pub seed: String,
}

#[derive(Template)]
#[template(path = "console/change.html")]
struct Page<'a> {
    frame: Frame,
    change: &'a Change,
    call: ShownCall,
    effect: Option<Effect>,
    refusal: Option<&'a Refusal>,
}

impl Change {
    /// A change without fields that loses nothing.
    pub fn new(
        title: impl Into<String>,
        product: Product,
        action: &'static str,
        back: impl Into<String>,
    ) -> Self {
        Self {
            title: title.into(),
            lead: Vec::new(),
            product,
            action,
            fixed: Vec::new(),
            fields: Vec::new(),
            is_dangerous: false,
            submit: String::new(),
            back: back.into(),
            then: None,
            to: None,
            device: None,
        }
    }

    /// With a paragraph about what it does.
    pub fn says(mut self, text: &str) -> Self {
        self.lead.push(text.to_owned());
        self
    }

    /// With a parameter that nobody fills in.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fixed.push((name, value.into()));
        self
    }

    /// With a field.
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// With a button that says so.
    pub fn submit(self, text: &str) -> Self {
        Self { submit: text.to_owned(), ..self }
    }

    /// With a button that says so, and the look of something that is lost.
    pub fn dangerous(self, text: &str) -> Self {
        Self { is_dangerous: true, ..self.submit(text) }
    }

    /// Which leads on to another page than the one it came from.
    pub fn then(self, path: String) -> Self {
        Self { then: Some(path), ..self }
    }

    /// The page; or, where its form was sent, the call, and on to the next page.
    ///
    /// # Errors
    /// As [`Visit::calls`]. A refusal of the call is shown on the page.
    pub fn answer(self, visit: &Visit<'_>) -> Result<PageAnswer, Trouble> {
        self.answer_with(visit, |change, _| Ok(change.made()))
    }

    /// The same with another page for what the call answered.
    ///
    /// # Errors
    /// As [`Change::answer`].
    pub fn answer_with(
        mut self,
        visit: &Visit<'_>,
        made: impl FnOnce(&Self, &Value) -> Result<PageAnswer, Trouble>,
    ) -> Result<PageAnswer, Trouble> {
        if visit.request.method != Method::POST {
            return self.page(visit, None);
        }
        for field in &mut self.fields {
            field.take(&visit.form);
        }
        if visit.form.has(PREVIEW) {
            return self.page(visit, None);
        }
        let params = self.params();
        let params: Vec<_> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        match visit.attempt(self.product, self.action, &params)? {
            Ok(answer) => made(&self, &answer),
            Err(refusal) => self.page(visit, Some(&refusal)),
        }
    }

    /// The page on which it is offered.
    ///
    /// # Errors
    /// As [`Visit::calls`].
    pub fn page(&self, visit: &Visit<'_>, refusal: Option<&Refusal>) -> Result<PageAnswer, Trouble> {
        let effect = Effect::of(visit, self.action, &self.params())?;
        let mut change = self.clone();
        for field in &mut change.fields {
            field.forget();
        }
        let fixed: Vec<_> = self.fixed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut call = ShownCall::new(self.product, self.action, &fixed);
        call.params.extend(self.fields.iter().map(Field::shown));
        let frame = visit.frame(&self.title);
        let mut page = answer::page(&Page { frame, change: &change, call, effect, refusal })?;
        if let Some(refusal) = refusal {
            *page.status_mut() = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
        }
        Ok(page)
    }

    /// On to the next page, which reports it.
    pub fn made(&self) -> PageAnswer {
        let path = self.then.as_ref().unwrap_or(&self.back);
        let joint = if path.contains('?') { '&' } else { '?' };
        answer::see(&format!("{path}{joint}done={}", self.action))
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        self.fixed.iter().cloned().chain(self.fields.iter().filter_map(Field::param)).collect()
    }

    /// Whether what is typed may change what comes out.
    pub fn has_preview(&self) -> bool {
        self.fields.iter().any(|field| effect::looks_at(self.action, field.name))
    }
}
