//! Texts as literals of a language. What cannot be seen, above all marks that turn the direction of writing, is written
//! as an escape: code shows what it does. Knows no call.

/// How a language writes a character by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbered {
    /// `\u202e`, beyond that two of them (Java, JavaScript, C#).
    Surrogates,
    /// `\u202e`, beyond that `\U000e0001` (Python, Go).
    EightDigits,
    /// `\u{202e}` (Rust, PHP).
    Braces,
}

/// A text in double quotes.
pub fn quoted(text: &str, numbered: Numbered) -> String {
    literal(text, numbered, "")
}

/// A text in double quotes, with more characters that a backslash must stand before.
pub fn literal(text: &str, numbered: Numbered, special: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' => out.extend(['\\', character]),
            _ if special.contains(character) => out.extend(['\\', character]),
            _ if is_unseen(character) => out.push_str(&number(character, numbered)),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

fn number(character: char, numbered: Numbered) -> String {
    let code = u32::from(character);
    match numbered {
        Numbered::Braces => format!("\\u{{{code:x}}}"),
        Numbered::EightDigits if code > 0xffff => format!("\\U{code:08x}"),
        Numbered::EightDigits => format!("\\u{code:04x}"),
        Numbered::Surrogates => {
            character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
        }
    }
}

/// A word of a POSIX shell; of bash, where it has characters that cannot be seen.
pub fn shell(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@%+=:,./_-".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    if !word.chars().any(is_unseen) {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let mut out = String::from("$'");
    for character in word.chars() {
        match character {
            '\'' | '\\' => out.extend(['\\', character]),
            _ if is_unseen(character) => {
                for byte in character.to_string().bytes() {
                    out.push_str(&format!("\\{byte:03o}"));
                }
            }
            _ => out.push(character),
        }
    }
    out.push('\'');
    out
}

/// Whether a character takes no room or moves others.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Lines moved to the right.
pub fn indented(text: &str, by: usize) -> String {
    let space = " ".repeat(by);
    text.replace('\n', &format!("\n{space}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_by_number() {
        let text = "a\"b\\c\n\u{202e}\u{e0041}中$";
        assert_eq!(quoted(text, Numbered::EightDigits), r#""a\"b\\c\n\u202e\U000e0041中$""#);
        assert_eq!(quoted(text, Numbered::Surrogates), r#""a\"b\\c\n\u202e\udb40\udc41中$""#);
        assert_eq!(literal(text, Numbered::Braces, "$"), r#""a\"b\\c\n\u{202e}\u{e0041}中\$""#);
    }

    #[test]
    fn words_of_a_shell() {
        assert_eq!(shell("Tag.1.Key=a-b@c"), "Tag.1.Key=a-b@c");
        assert_eq!(shell("a b"), "'a b'");
        assert_eq!(shell(""), "''");
        assert_eq!(shell("$(rm -r ~)'x'"), r"'$(rm -r ~)'\''x'\'''");
        assert_eq!(shell("a\u{202e}'"), r"$'a\342\200\256\''");
    }
}
