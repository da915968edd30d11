//! The explained report as one JSON object, its parts under their names on the wire.

use super::explained::Explained;

/// Writes it.
pub fn write(explained: &Explained) -> String {
    let mut text =
        serde_json::to_string_pretty(explained).expect("texts, numbers and lists can always be written");
    text.push('\n');
    text
}
