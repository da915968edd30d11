//! What a policy is called, its versions and the bounds of its text. Limits: the vendor's help pages of CreatePolicy and
//! CreatePolicyVersion (2024 to 2026), in our words. Must not know what a document says.

use std::fmt;
use std::str::FromStr;

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;

use super::text::{characters, is_written_character, length, serde_by_scalar, text, word};

text! {
    /// The name of a policy: of a custom one inside its account, of a system one everywhere.
    PolicyName, "1 to 128 letters, digits and '-'", policy_name
}

fn policy_name(text: &str) -> Result<(), Rule> {
    length(text, 1, 128)?;
    characters(text, |character| character.is_ascii_alphanumeric() || character == '-')
}

text! {
    /// What a policy is for; an empty text clears it.
    PolicyDescription, "up to 1024 characters", description, empty is a value
}

pub(super) fn description(text: &str) -> Result<(), Rule> {
    length(text, 0, 1024)?;
    characters(text, |character| is_written_character(character, true))
}

/// The longest document of a custom policy, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 6144;

text! {
    /// The document of a policy as it was given; whether it means anything is not known here.
    PolicyDocument, "a policy document, up to 6144 bytes", document
}

fn document(text: &str) -> Result<(), Rule> {
    document_of(text, MAX_DOCUMENT_BYTES)
}

/// A document is kept as it came, so it must be a text that every answer can carry.
pub(super) fn document_of(text: &str, max_bytes: usize) -> Result<(), Rule> {
    if text.is_empty() || text.len() > max_bytes {
        return Err(Rule::Length);
    }
    characters(text, |character| is_written_character(character, true))
}

word! {
    /// Whose policy it is.
    PolicyType, Unsaid {
        /// The vendor's, the same in every account.
        System = "System",
        /// The account's own.
        Custom = "Custom",
    }
}

word! {
    /// What happens to the versions of a policy that has as many as it may, when it gets another.
    RotateStrategy {
        /// Nothing: the call is refused.
        None = "None",
        /// The oldest that is not in force goes.
        DeleteOldestNonDefaultVersionWhenLimitExceeded = "DeleteOldestNonDefaultVersionWhenLimitExceeded",
    }
}

/// The version of a policy: `v1`, `v2` …
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(i64);

impl VersionId {
    /// What every policy begins with.
    pub const FIRST: Self = Self(1);

    /// The version of a stored number.
    pub const fn new(number: i64) -> Option<Self> {
        if number >= 1 { Some(Self(number)) } else { None }
    }

    /// The number to store.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

/// No leading zero, so that one version has one spelling.
impl FromStr for VersionId {
    type Err = Rule;

    fn from_str(text: &str) -> Result<Self, Rule> {
        let digits = text.strip_prefix('v').ok_or(Rule::Format)?;
        let well_formed = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        if !well_formed {
            return Err(Rule::Format);
        }
        digits.parse().ok().and_then(Self::new).ok_or(Rule::Format)
    }
}

impl Scalar for VersionId {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "`v` and a number";

    fn parse(text: &str) -> Result<Self, Rule> {
        text.parse()
    }

    fn value(&self) -> Value {
        Value::text(self.to_string())
    }
}

serde_by_scalar!(VersionId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let full = "p".repeat(128);
        for text in ["a", "OSS-Administrator", "1", &full] {
            assert_eq!(PolicyName::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(PolicyName::parse(""), Err(Rule::Length));
        assert_eq!(PolicyName::parse(&"p".repeat(129)), Err(Rule::Length));
        for text in ["a_b", "a.b", "a/b", "a*", "策略"] {
            assert_eq!(PolicyName::parse(text), Err(Rule::InvalidChars), "{text}");
        }
        assert!(PolicyDescription::parse(&"述".repeat(1024)).is_ok());
        assert_eq!(PolicyDescription::parse(&"x".repeat(1025)), Err(Rule::Length));
        assert_eq!(PolicyType::parse("Custom"), Ok(PolicyType::Custom));
        assert_eq!(PolicyType::parse("custom"), Err(Rule::Unsaid));
    }

    #[test]
    fn documents_are_bounded_in_bytes() {
        assert!(PolicyDocument::parse(&"x".repeat(6144)).is_ok());
        assert_eq!(PolicyDocument::parse(&"x".repeat(6145)), Err(Rule::Length));
        assert_eq!(PolicyDocument::parse(&"策".repeat(2049)), Err(Rule::Length));
        assert_eq!(PolicyDocument::parse(""), Err(Rule::Length));
        assert_eq!(PolicyDocument::parse("{\u{ffff}}"), Err(Rule::InvalidChars));
        assert!(PolicyDocument::parse("{\n\t\"Version\": \"1\"\r\n}").is_ok());
    }

    #[test]
    fn versions() {
        for text in ["v1", "v2", "v10", "v9223372036854775807"] {
            assert_eq!(text.parse::<VersionId>().unwrap().to_string(), text);
        }
        for text in ["", "v", "1", "v0", "v01", "V1", "v-1", "v+1", "v1 ", "v9223372036854775808"] {
            assert_eq!(text.parse::<VersionId>(), Err(Rule::Format), "{text}");
        }
        assert_eq!(VersionId::FIRST.next().to_string(), "v2");
    }
}
