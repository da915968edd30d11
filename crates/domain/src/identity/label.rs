//! A short name that an operator gives to something of the server: a snapshot, a fault. It may become the name of a file,
//! so it holds nothing that a path could mean something by.

use ramward_rpc::error::Rule;

use super::text::text;

text! {
    /// The name of a snapshot or a fault.
    Label, "1 to 64 letters, digits, '.', '_' or '-'; the first is a letter or a digit", check
}

const MAX_LEN: usize = 64;

fn check(text: &str) -> Result<(), Rule> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if text.is_empty() || text.len() > MAX_LEN {
        Err(Rule::Length)
    } else if !text.bytes().all(plain) {
        Err(Rule::InvalidChars)
    } else if !text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        Err(Rule::Format)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_leads_nowhere() {
        for label in ["a", "before-upgrade", "2026.11_x", &"x".repeat(64)] {
            assert!(Label::parse(label).is_ok(), "{label}");
        }
        for (label, rule) in [
            ("", Rule::Length),
            (&*"x".repeat(65), Rule::Length),
            ("../x", Rule::InvalidChars),
            ("a/b", Rule::InvalidChars),
            ("a\0", Rule::InvalidChars),
            ("ä", Rule::InvalidChars),
            ("..", Rule::Format),
            (".x", Rule::Format),
            ("-x", Rule::Format),
        ] {
            assert_eq!(Label::parse(label), Err(rule), "{label}");
        }
    }
}
