//! How a report is written for others: the explained report as JSON, CSV, Markdown, HTML, SARIF, OCSF or JUnit. Pure:
//! from [`explained::Explained`] to text. Knows no server, no terminal and no clock.
//!
//! To add a format: one file with `write(&Explained) -> String`, one row in [`FORMATS`]; a format with a published schema
//! is held against it by `tests/formats`.

mod csv;
pub mod explained;
mod html;
mod json;
mod junit;
mod markdown;
pub mod mirror;
mod ocsf;
mod sarif;
pub mod states;
#[cfg(test)]
mod tests;
pub mod trend;

use explained::Explained;
use serde_json::Value;

/// A way to write an explained report.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// Writes it.
    pub write: fn(&Explained) -> String,
}

/// The formats, in the order of help pages.
pub const FORMATS: &[Format] = &[
    Format { name: "json", write: json::write },
    Format { name: "csv", write: csv::write },
    Format { name: "md", write: markdown::write },
    Format { name: "html", write: html::write },
    Format { name: "sarif", write: sarif::write },
    Format { name: "ocsf", write: ocsf::write },
    Format { name: "junit", write: junit::write },
];

/// The format of that name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// What Ramward is called in formats that name their maker.
const PRODUCT: &str = "Ramward";

/// Its version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The same without members that are null: what is not known is left out, as the published schemas want it.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let known = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(known.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}
