//! The parameters of an operation as fields of a form: groups and lists are written flat, under the names that travel on
//! the wire, so that the form is the request. Knows no page.

use ramward_rpc::shape::{Field, Kind};

use crate::console::form::Form;
use crate::samples::arguments::is_secret;

/// More elements of a list than the form shows.
const MAX_ROWS: usize = 50;

/// One field of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The parameter's name on the wire, such as `Tag.1.Key`.
    pub name: String,
    /// What was typed.
    pub value: String,
    /// The type's name.
    pub kind: &'static str,
    /// Its meaning.
    pub doc: &'static str,
    /// Its limits in words.
    pub limits: &'static str,
    /// An example.
    pub example: &'static str,
    /// Whether a call needs it.
    pub required: bool,
    /// Values to choose from, where there are few.
    pub choices: Vec<&'static str>,
    /// How it is typed.
    pub input: Input,
}

impl Entry {
    /// Whether a call needs it and code must not show it.
    pub fn is_needed_secret(&self) -> bool {
        self.required && self.input == Input::Secret
    }
}

/// How a value is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// On a line.
    Line,
    /// On many.
    Lines,
    /// On a line, unseen.
    Secret,
}

/// The fields for these parameters, with what `form` has for them. A list has one row more than is filled.
pub fn entries(parameters: &[Field], form: &Form) -> Vec<Entry> {
    let mut out = Vec::new();
    for field in parameters {
        walk(&mut out, form, field.name.to_owned(), field, &field.kind, field.required);
    }
    out
}

/// What a call of these parameters sends: the fields that are not empty.
pub fn pairs(entries: &[Entry]) -> Vec<(&str, &str)> {
    let filled = entries.iter().filter(|entry| !entry.value.is_empty());
    filled.map(|entry| (entry.name.as_str(), entry.value.as_str())).collect()
}

fn walk(out: &mut Vec<Entry>, form: &Form, name: String, field: &Field, kind: &Kind, required: bool) {
    match kind {
        Kind::Struct(fields) => {
            for inner in fields {
                let full = format!("{name}.{}", inner.name);
                walk(out, form, full, inner, &inner.kind, required && inner.required);
            }
        }
        Kind::List(of) => {
            for number in 1..=rows(form, &name) {
                // What an element needs is needed once there is an element.
                walk(out, form, format!("{name}.{number}"), field, of, false);
            }
        }
        Kind::String | Kind::Integer | Kind::Boolean | Kind::Any | Kind::JsonList => {
            out.push(entry(form.get(&name).to_owned(), name, field, kind, required));
        }
    }
}

fn entry(value: String, name: String, field: &Field, kind: &Kind, required: bool) -> Entry {
    let input = if is_secret(&name) && *kind == Kind::String {
        Input::Secret
    } else if name.contains("Document") || name == "Policy" {
        Input::Lines
    } else {
        Input::Line
    };
    let choices = if *kind == Kind::Boolean { vec!["true", "false"] } else { choices(field.limits) };
    Entry {
        name,
        value,
        kind: kind.name(),
        doc: field.doc,
        limits: field.limits,
        example: field.example,
        required,
        choices,
        input,
    }
}

/// The values of a type that says it takes ``one of `a` `b` ``.
fn choices(limits: &'static str) -> Vec<&'static str> {
    match limits.strip_prefix("one of `") {
        Some(rest) => rest.trim_end_matches('`').split("` `").collect(),
        None => Vec::new(),
    }
}

/// How many elements of a list to show: one more than the highest that is filled.
fn rows(form: &Form, name: &str) -> usize {
    let number = |(key, value): (&str, &str)| {
        let rest = key.strip_prefix(name)?.strip_prefix('.')?;
        let digits = rest.split_once('.').map_or(rest, |(digits, _)| digits);
        digits.parse::<usize>().ok().filter(|_| !value.is_empty())
    };
    form.iter().filter_map(number).max().map_or(1, |highest| highest.saturating_add(1).min(MAX_ROWS))
}

#[cfg(test)]
mod tests {
    use ramward_domain::ops;
    use ramward_rpc::api::Product;

    use super::*;

    fn of(product: Product, action: &str, form: &str) -> Vec<Entry> {
        let operation = ops::OPERATIONS[ops::find(product, action).unwrap()];
        entries(&operation.describe().parameters, &Form::parse(form.as_bytes()))
    }

    fn names(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    #[test]
    fn lists_grow_by_one_row_and_stay_bounded() {
        let shown = of(Product::Ims, "CreateUser", "UserPrincipalName=a%40b&Tag.2.Key=k&Tag.7.Value=");
        let tags: Vec<&str> = names(&shown).into_iter().filter(|name| name.starts_with("Tag.")).collect();
        assert_eq!(
            tags,
            ["Tag.1.Key", "Tag.1.Value", "Tag.2.Key", "Tag.2.Value", "Tag.3.Key", "Tag.3.Value"]
        );
        assert_eq!(pairs(&shown), [("UserPrincipalName", "a@b"), ("Tag.2.Key", "k")]);
        let far = of(Product::Ims, "CreateUser", "Tag.18446744073709551615.Key=k");
        assert_eq!(far.iter().filter(|entry| entry.name.starts_with("Tag.")).count(), 2 * MAX_ROWS);
    }

    #[test]
    fn groups_have_the_names_that_travel() {
        let shown = of(Product::Ramward, "SimulateAccountSecurityPracticeReport", "");
        assert!(names(&shown).contains(&"PasswordPolicy.MinimumPasswordLength"), "{:?}", names(&shown));
    }

    #[test]
    fn a_password_is_typed_unseen_and_few_values_are_offered() {
        let shown = of(Product::Ims, "CreateLoginProfile", "");
        let find = |name: &str| shown.iter().find(|entry| entry.name == name).unwrap();
        assert_eq!(find("Password").input, Input::Secret);
        assert_eq!(find("PasswordResetRequired").input, Input::Line);
        assert_eq!(find("PasswordResetRequired").choices, ["true", "false"]);
        let status = of(Product::Ims, "UpdateAccessKey", "");
        assert_eq!(
            status.iter().find(|entry| entry.name == "Status").unwrap().choices,
            ["Active", "Inactive"]
        );
    }
}
