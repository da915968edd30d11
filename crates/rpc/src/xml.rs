//! Writes a [`Value`] as the vendor's XML: an element for every member, a list as repeated elements.

use crate::value::Value;

/// The declaration as logged from the vendor's gateway, single quotes included.
pub const DECLARATION: &str = "<?xml version='1.0' encoding='UTF-8'?>";

/// Appends `<name>…</name>`; a list repeats the element, and an empty list writes nothing.
pub fn write(out: &mut String, name: &str, value: &Value) {
    if let Value::List(items) = value {
        for item in items {
            write(out, name, item);
        }
        return;
    }
    open(out, name);
    match value {
        Value::Text(text) => write_text(out, text),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Boolean(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Object(members) => write_members(out, members),
        Value::List(_) => {}
    }
    close(out, name);
}

/// Appends the members of an object, without the element around them.
pub fn write_members(out: &mut String, members: &[(&'static str, Value)]) {
    for (name, value) in members {
        write(out, name, value);
    }
}

/// Appends `<name>`.
pub fn open(out: &mut String, name: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
}

/// Appends `</name>`.
pub fn close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Appends character data. What XML 1.0 cannot carry (most control characters) becomes U+FFFD.
pub fn write_text(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(character),
            control if control < ' ' => out.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_repeat_and_text_is_escaped() {
        let value = Value::Object(vec![
            (
                "Users",
                Value::Object(vec![(
                    "User",
                    Value::List(vec![
                        Value::Object(vec![("Name", "a<b>&\"c\"\u{1}".into())]),
                        Value::Object(vec![("Name", "中".into())]),
                    ]),
                )]),
            ),
            ("None", Value::List(vec![])),
            ("Yes", Value::Boolean(true)),
        ]);
        let mut out = String::new();
        write(&mut out, "R", &value);
        assert_eq!(
            out,
            "<R><Users><User><Name>a&lt;b&gt;&amp;&quot;c&quot;\u{fffd}</Name></User><User><Name>中</Name></User></Users><Yes>true</Yes></R>"
        );
    }
}
