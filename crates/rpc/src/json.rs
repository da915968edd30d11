//! Writes a [`Value`] as compact JSON. The vendor's newer gateways answer without spaces (logged responses, 2022 to 2025).

use crate::value::Value;

/// Appends `value` to `out`.
pub fn write(out: &mut String, value: &Value) {
    match value {
        Value::Text(text) => write_text(out, text),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Boolean(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Object(members) => {
            out.push('{');
            write_members(out, members);
            out.push('}');
        }
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(out, item);
            }
            out.push(']');
        }
    }
}

/// Appends `"name":value,…` without the braces.
pub fn write_members(out: &mut String, members: &[(&'static str, Value)]) {
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_text(out, name);
        out.push(':');
        write(out, value);
    }
}

/// Appends a JSON string literal.
pub fn write_text(out: &mut String, text: &str) {
    // Nearly every text needs no escape, and whether it does is quickly seen from its bytes: the two line ends of
    // JavaScript begin with 0xe2.
    if !text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\' | 0xe2)) {
        out.reserve(text.len() + 2);
        out.push('"');
        out.push_str(text);
        return out.push('"');
    }
    out.push('"');
    let mut plain_from = 0;
    for (at, character) in text.char_indices() {
        let escape: &str = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            // U+2028 and U+2029 end a line in JavaScript; escaped, an answer can be pasted into a script.
            '\u{2028}' => "\\u2028",
            '\u{2029}' => "\\u2029",
            control if control < ' ' => {
                out.push_str(text.get(plain_from..at).unwrap_or_default());
                out.push_str(&format!("\\u{:04x}", u32::from(control)));
                plain_from = at + 1;
                continue;
            }
            _ => continue,
        };
        out.push_str(text.get(plain_from..at).unwrap_or_default());
        out.push_str(escape);
        plain_from = at + character.len_utf8();
    }
    out.push_str(text.get(plain_from..).unwrap_or_default());
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_serde_json() {
        let awkward = "a\"b\\c\n\r\t\u{8}\u{c}\u{1}\u{1f}\u{7f}é中😀\u{2028}/<>&'";
        let value = Value::Object(vec![
            ("Text", awkward.into()),
            ("List", Value::List(vec![Value::Integer(-1), Value::Boolean(true), Value::List(vec![])])),
            ("Empty", Value::Object(vec![])),
        ]);
        let mut out = String::new();
        write(&mut out, &value);
        let parsed: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(parsed, serde_json::json!({"Text": awkward, "List": [-1, true, []], "Empty": {}}));
        assert!(!out.contains(' '), "compact: {out}");
    }
}
