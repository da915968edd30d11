//! What a group of RAM users is called. Limits: the vendor's IMS model comments (2026) and RAM error table, in our words,
//! the wider of both. Must not know who is in a group.

use ramward_rpc::error::Rule;

use super::text::{characters, is_name_character, is_written_character, length, text};

text! {
    /// The name of a group inside its account.
    GroupName, "1 to 64 letters, digits, '.', '-' and '_'", group_name
}

fn group_name(text: &str) -> Result<(), Rule> {
    length(text, 1, 64)?;
    characters(text, is_name_character)
}

text! {
    /// The name shown for a group; may be empty, RAM's own operations know none.
    GroupDisplayName, "up to 24 characters, no control characters", display_name, empty is a value
}

fn display_name(text: &str) -> Result<(), Rule> {
    length(text, 0, 24)?;
    characters(text, |character| is_written_character(character, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let full = "g".repeat(64);
        for text in ["a", "dev-team_1.x", &full] {
            assert_eq!(GroupName::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(GroupName::parse(""), Err(Rule::Length));
        assert_eq!(GroupName::parse(&"g".repeat(65)), Err(Rule::Length));
        for text in ["a b", "a/b", "組"] {
            assert_eq!(GroupName::parse(text), Err(Rule::InvalidChars), "{text}");
        }
        assert_eq!(GroupDisplayName::parse("").unwrap(), GroupDisplayName::default());
        assert!(GroupDisplayName::parse(&"組".repeat(24)).is_ok());
        assert_eq!(GroupDisplayName::parse(&"x".repeat(25)), Err(Rule::Length));
        assert_eq!(GroupDisplayName::parse("a\nb"), Err(Rule::InvalidChars));
    }
}
