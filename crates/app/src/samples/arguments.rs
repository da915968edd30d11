//! What was typed for the parameters of a call, as values. Knows no language.

use ramward_rpc::shape::{Field, Kind};
use serde_json::{Map, Value as Json};

/// A parameter with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// Its name on the wire, without the parts that say a place in a list.
    pub name: String,
    /// Its value.
    pub value: Value,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// `true` or `false`.
    Boolean(bool),
    /// What stands in a variable of the environment, because it is secret.
    Variable(String),
    /// A list.
    List(Vec<Value>),
    /// A list that travels as one JSON text in every product.
    JsonList(Vec<Value>),
    /// A group.
    Object(Vec<Argument>),
}

/// A value as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// A text.
    Text(String),
    /// What stands in a variable of the environment.
    Variable(String),
}

/// Whether a parameter's value must not stand in a text that is copied around: code takes it from the environment.
pub fn is_secret(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.ends_with("Password") || matches!(last, "SAMLAssertion" | "OIDCToken")
}

/// The variable of the environment for a secret parameter: `OldPassword` is in `OLD_PASSWORD`.
fn variable(name: &str) -> String {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    super::names::snake(&letters).to_uppercase()
}

/// What was typed under flat names, in the order of the fields.
pub fn read(fields: &[Field], typed: &[(&str, &str)]) -> Vec<Argument> {
    object(fields, "", typed)
}

/// What was typed for an operation that is not described: texts under the names that were given.
pub fn unknown(typed: &[(&str, &str)]) -> Vec<Argument> {
    let argument = |(name, value): &(&str, &str)| Argument {
        name: (*name).to_owned(),
        value: if is_secret(name) {
            Value::Variable(variable(name))
        } else {
            Value::Text((*value).to_owned())
        },
    };
    typed.iter().map(argument).collect()
}

fn object(fields: &[Field], prefix: &str, typed: &[(&str, &str)]) -> Vec<Argument> {
    let read = |field: &Field| {
        let full = format!("{prefix}{}", field.name);
        Some(Argument { name: field.name.to_owned(), value: value(&field.kind, &full, typed)? })
    };
    fields.iter().filter_map(read).collect()
}

fn value(kind: &Kind, full: &str, typed: &[(&str, &str)]) -> Option<Value> {
    match kind {
        Kind::Struct(fields) => Some(object(fields, &format!("{full}."), typed))
            .filter(|found| !found.is_empty())
            .map(Value::Object),
        Kind::List(of) => {
            let whole = text(full, typed).and_then(list_of_json).map(Value::List);
            let items = numbers(full, typed).into_iter();
            let items: Vec<_> =
                items.filter_map(|number| value(of, &format!("{full}.{number}"), typed)).collect();
            whole.or_else(|| Some(items).filter(|items| !items.is_empty()).map(Value::List))
        }
        Kind::JsonList => {
            let text = text(full, typed)?;
            Some(list_of_json(text).map_or_else(|| Value::Text(text.to_owned()), Value::JsonList))
        }
        Kind::String | Kind::Integer | Kind::Boolean | Kind::Any => {
            let text = text(full, typed)?;
            Some(match kind {
                _ if is_secret(full) => Value::Variable(variable(full)),
                Kind::Integer => text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Integer),
                Kind::Boolean if text.eq_ignore_ascii_case("true") => Value::Boolean(true),
                Kind::Boolean if text.eq_ignore_ascii_case("false") => Value::Boolean(false),
                _ => Value::Text(text.to_owned()),
            })
        }
    }
}

fn text<'a>(full: &str, typed: &[(&str, &'a str)]) -> Option<&'a str> {
    typed.iter().find(|(name, value)| *name == full && !value.is_empty()).map(|(_, value)| *value)
}

/// A list of texts, or of objects with texts, that was typed as JSON.
fn list_of_json(text: &str) -> Option<Vec<Value>> {
    let Ok(Json::Array(items)) = serde_json::from_str(text) else { return None };
    let scalar = |value: &Json| match value {
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Number(number) => number.as_i64().map(Value::Integer),
        Json::Bool(flag) => Some(Value::Boolean(*flag)),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    };
    let item = |value: &Json| match value {
        Json::Object(members) => {
            let read = |(name, value): (&String, &Json)| {
                Some(Argument { name: name.clone(), value: scalar(value)? })
            };
            members.iter().map(read).collect::<Option<_>>().map(Value::Object)
        }
        other => scalar(other),
    };
    items.iter().map(item).collect()
}

/// The numbers under which elements of a list were typed, ascending.
fn numbers(full: &str, typed: &[(&str, &str)]) -> Vec<u32> {
    let number = |name: &str| {
        let rest = name.strip_prefix(full)?.strip_prefix('.')?;
        rest.split_once('.').map_or(rest, |(digits, _)| digits).parse().ok()
    };
    let mut found: Vec<u32> = typed.iter().filter_map(|(name, _)| number(name)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Arguments as they travel: flat, or with every list as one JSON text.
pub fn sent(arguments: &[Argument], json_lists: bool) -> Vec<(String, Sent)> {
    let mut out = Vec::new();
    for argument in arguments {
        flatten(&mut out, argument.name.clone(), &argument.value, json_lists);
    }
    out
}

fn flatten(out: &mut Vec<(String, Sent)>, name: String, value: &Value, json_lists: bool) {
    match value {
        Value::Text(text) => out.push((name, Sent::Text(text.clone()))),
        Value::Integer(number) => out.push((name, Sent::Text(number.to_string()))),
        Value::Boolean(flag) => out.push((name, Sent::Text(flag.to_string()))),
        Value::Variable(variable) => out.push((name, Sent::Variable(variable.clone()))),
        Value::Object(members) => {
            for member in members {
                flatten(out, format!("{name}.{}", member.name), &member.value, json_lists);
            }
        }
        Value::JsonList(_) => out.push((name, Sent::Text(json(value).to_string()))),
        Value::List(_) if json_lists => out.push((name, Sent::Text(json(value).to_string()))),
        Value::List(items) => {
            for (number, item) in (1..).zip(items) {
                flatten(out, format!("{name}.{number}"), item, json_lists);
            }
        }
    }
}

fn json(value: &Value) -> Json {
    match value {
        Value::Text(text) => Json::from(text.as_str()),
        // No list has secrets in it.
        Value::Variable(name) => Json::from(name.as_str()),
        Value::Integer(number) => Json::from(*number),
        Value::Boolean(flag) => Json::from(*flag),
        Value::List(items) | Value::JsonList(items) => items.iter().map(json).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|member| (member.name.clone(), json(&member.value)));
            Json::Object(members.collect::<Map<_, _>>())
        }
    }
}
