//! What a page about an operation says beyond its description: names of types, rows of tables, an answer made of the
//! examples in both formats. Knows no layout.

use crate::api::Description;
use crate::shape::{Field, Kind};
use crate::value::Value;
use crate::{json, xml};

/// The RequestId of every example, as on the vendor's page of the security report.
pub const REQUEST_ID: &str = "ABA822EE-85C2-4418-9577-A1831FC8466D";

/// A field with how many groups it lies within.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// 0 for a field of the request or answer itself.
    pub depth: usize,
    /// The field.
    pub field: &'a Field,
}

/// All fields, each before those inside it.
#[must_use]
pub fn rows(fields: &[Field]) -> Vec<Row<'_>> {
    fn walk<'a>(out: &mut Vec<Row<'a>>, depth: usize, fields: &'a [Field]) {
        for field in fields {
            out.push(Row { depth, field });
            walk(out, depth + 1, field.kind.inner());
        }
    }
    let mut out = Vec::new();
    walk(&mut out, 0, fields);
    out
}

impl Kind {
    /// The type's name in tables, spelled as the vendor's pages spell it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Integer => "Integer",
            Self::Boolean => "Boolean",
            Self::Any => "Any",
            Self::Struct(_) => "Struct",
            Self::List(of) if matches!(**of, Self::Struct(_)) => "Array of Struct",
            Self::List(_) => "Array",
            Self::JsonList => "Array as JSON",
        }
    }

    /// The fields inside a group or inside each element of a list of groups.
    #[must_use]
    pub fn inner(&self) -> &[Field] {
        match self {
            Self::Struct(fields) => fields,
            Self::List(of) => of.inner(),
            Self::String | Self::Integer | Self::Boolean | Self::Any | Self::JsonList => &[],
        }
    }

    fn sample(&self, example: &'static str) -> Value {
        match self {
            Self::String => Value::text(example),
            // A test of the list of operations reads every example.
            Self::Integer => Value::Integer(example.parse().unwrap_or_default()),
            Self::Boolean => Value::Boolean(example == "true"),
            Self::Any => example.parse().map_or_else(|_| Value::text(example), Value::Integer),
            Self::Struct(fields) => Value::Object(samples(fields)),
            Self::List(of) => Value::List(vec![of.sample(example)]),
            Self::JsonList => Value::List(vec![Value::text(example)]),
        }
    }
}

fn samples(fields: &[Field]) -> Vec<(&'static str, Value)> {
    fields.iter().map(|field| (field.name, field.kind.sample(field.example))).collect()
}

impl Description {
    fn sample_members(&self) -> Vec<(&'static str, Value)> {
        let mut members = vec![("RequestId", Value::text(REQUEST_ID))];
        members.extend(samples(&self.response));
        members
    }

    /// An answer of the examples in JSON, a member a line.
    #[must_use]
    pub fn sample_json(&self) -> String {
        let mut body = String::new();
        json::write(&mut body, &Value::Object(self.sample_members()));
        let parsed: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        serde_json::to_string_pretty(&parsed).unwrap_or(body)
    }

    /// An answer of the examples in XML, an element a line.
    #[must_use]
    pub fn sample_xml(&self) -> String {
        let mut body = String::from(xml::DECLARATION);
        xml::write(&mut body, &format!("{}Response", self.api.action), &Value::Object(self.sample_members()));
        body.replace("><", ">\n<")
    }
}
