//! A field of a form: what it asks for and what was typed into it. Its name is the name of the parameter that it becomes.
//! Knows no operation.

use super::form::Form;
use super::shown_call::{ShownParam, stand_in};

/// A field of a form.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name, of the field and of the parameter.
    pub name: &'static str,
    /// What it asks for, in a few words.
    pub label: String,
    /// What may be given; empty for nothing to be said.
    pub hint: String,
    /// Its kind.
    pub kind: Kind,
    /// What stands in it.
    pub value: String,
    /// Whether something must be given.
    pub required: bool,
    /// Whether the parameter is left out where nothing is given; otherwise it is sent empty, which clears something.
    pub optional: bool,
    /// What follows the text in the parameter.
    pub suffix: String,
}

/// The kind of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// Several lines of a text of people.
    Note,
    /// A document.
    Document,
    /// A number between two others.
    Number(i64, i64),
    /// Yes or no.
    Tick,
    /// One of these: value, text.
    Choice(Vec<(String, String)>),
    /// A secret, never shown again.
    Password,
    /// A code that a device shows, of no use twice.
    Code,
}

impl Field {
    /// A field that must be filled in.
    pub fn new(name: &'static str, kind: Kind, label: &str) -> Self {
        Self {
            name,
            label: label.to_owned(),
            hint: String::new(),
            kind,
            value: String::new(),
            required: true,
            optional: false,
            suffix: String::new(),
        }
    }

    /// A line of text.
    pub fn text(name: &'static str, label: &str) -> Self {
        Self::new(name, Kind::Text, label)
    }

    /// A tick.
    pub fn tick(name: &'static str, label: &str, is_ticked: bool) -> Self {
        Self { required: false, ..Self::new(name, Kind::Tick, label).of(is_ticked.to_string()) }
    }

    /// A number.
    pub fn number(name: &'static str, label: &str, (least, most): (i64, i64), value: i64) -> Self {
        Self::new(name, Kind::Number(least, most), label).of(value.to_string())
    }

    /// With words about what may be given.
    pub fn hint(self, hint: &str) -> Self {
        Self { hint: hint.to_owned(), ..self }
    }

    /// With something in it.
    pub fn of(self, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..self }
    }

    /// Which is left out of the call where nothing is given.
    pub fn optional(self) -> Self {
        Self { required: false, optional: true, ..self }
    }

    /// Which clears something where nothing is given.
    pub fn may_be_empty(self) -> Self {
        Self { required: false, ..self }
    }

    /// With what follows the text in the parameter.
    pub fn suffix(self, suffix: String) -> Self {
        Self { suffix, ..self }
    }

    /// Takes what was typed.
    pub fn take(&mut self, form: &Form) {
        match self.kind {
            Kind::Tick => self.value = form.has(self.name).to_string(),
            Kind::Note | Kind::Document => self.value = form.get(self.name).replace("\r\n", "\n"),
            Kind::Password => self.value = form.get(self.name).to_owned(),
            _ => self.value = form.get(self.name).trim().to_owned(),
        }
    }

    /// Forgets what a page may not show again.
    pub fn forget(&mut self) {
        if self.is_secret() {
            self.value.clear();
        }
    }

    /// Whether pages show no value of it.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Password | Kind::Code)
    }

    /// Whether the box is ticked.
    pub fn is_ticked(&self) -> bool {
        self.value == "true"
    }

    /// The parameter; `None` where it is left out.
    pub fn param(&self) -> Option<(&'static str, String)> {
        if self.optional && self.value.is_empty() {
            return None;
        }
        Some((self.name, format!("{}{}", self.value, self.suffix)))
    }

    /// The parameter as the page shows it.
    pub fn shown(&self) -> ShownParam {
        let is_unknown = self.is_secret() || (self.required && self.value.is_empty());
        let text = if is_unknown { stand_in(self.name) } else { self.value.clone() };
        ShownParam {
            name: self.name.to_owned(),
            value: format!("{text}{}", self.suffix),
            field: if self.is_secret() { String::new() } else { self.name.to_owned() },
            suffix: self.suffix.clone(),
            optional: self.optional,
            is_left_out: self.optional && self.value.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_sent_and_never_shown() {
        let mut field = Field::new("Password", Kind::Password, "Password");
        field.take(&Form::parse(b"Password=+a%20b+"));
        assert_eq!(field.param(), Some(("Password", " a b ".to_owned())), "not even trimmed");
        assert_eq!(field.shown().value, "PASSWORD");
        field.forget();
        assert_eq!(field.value, "");
    }

    #[test]
    fn what_is_empty_is_left_out_or_clears() {
        let mut left_out = Field::text("Email", "E-mail").optional();
        let mut cleared = Field::text("NewEmail", "E-mail").of("a@example.com").may_be_empty();
        for field in [&mut left_out, &mut cleared] {
            field.take(&Form::parse(b"Email=&NewEmail=+"));
        }
        assert_eq!(left_out.param(), None);
        assert!(left_out.shown().is_left_out);
        assert_eq!(cleared.param(), Some(("NewEmail", String::new())));
    }

    #[test]
    fn a_box_that_is_not_ticked_is_not_sent_by_browsers_and_means_no() {
        let mut field = Field::tick("RequireNumbers", "Digits", true);
        field.take(&Form::parse(b""));
        assert_eq!(field.param(), Some(("RequireNumbers", "false".to_owned())));
    }
}
