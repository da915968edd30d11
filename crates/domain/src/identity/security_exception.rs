//! A security exception: what of a report an account has decided to live with, who decided it, why, and until when. Must
//! not know which checks there are.

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;

use super::text::{characters, is_name_character, is_written_character, length, text, word};
use crate::time::{Day, Timestamp};

text! {
    /// The name that an exception was given by whoever made it.
    ExceptionId, "1 to 64 letters, digits, '.', '-' and '_'", exception_id
}

fn exception_id(text: &str) -> Result<(), Rule> {
    length(text, 1, 64)?;
    characters(text, is_name_character)
}

/// The pattern of the root identity, which no user name can be.
const ROOT: &str = "<root>";

text! {
    /// Whom an exception is for.
    SubjectPattern, "`*` for all, `<root>`, a user name, or the beginning of one and `*`", subject_pattern
}

fn subject_pattern(text: &str) -> Result<(), Rule> {
    if text == ROOT || text == "*" {
        return Ok(());
    }
    length(text, 1, 65)?;
    let name = text.strip_suffix('*').unwrap_or(text);
    length(name, 1, 64)?;
    characters(name, is_name_character)
}

/// What a pattern means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covered<'a> {
    /// Everybody.
    All,
    /// The root identity.
    Root,
    /// The user of that name.
    User(&'a str),
    /// The users whose names begin so.
    Prefix(&'a str),
}

impl SubjectPattern {
    /// What it means.
    pub fn covered(&self) -> Covered<'_> {
        match self.as_str() {
            "*" => Covered::All,
            ROOT => Covered::Root,
            text => text.strip_suffix('*').map_or(Covered::User(text), Covered::Prefix),
        }
    }
}

text! {
    /// Who answers for an exception.
    ExceptionOwner, "1 to 128 characters, no control characters", owner
}

fn owner(text: &str) -> Result<(), Rule> {
    length(text, 1, 128)?;
    characters(text, |character| is_written_character(character, false))
}

text! {
    /// Why there is an exception. Lines may break.
    ExceptionReason, "1 to 1024 characters", reason
}

fn reason(text: &str) -> Result<(), Rule> {
    length(text, 1, 1024)?;
    characters(text, |character| is_written_character(character, true))
}

word! {
    /// How an account stands to what it excepts.
    ExceptionState {
        /// It lives with the risk.
        AcceptedRisk = "accepted risk",
        /// It will be repaired.
        Planned = "planned",
        /// Somebody else has it in hand.
        ThirdParty = "third party",
        /// Something else makes up for it.
        AlternateMitigation = "alternate mitigation",
    }
}

/// The last UTC day on which an exception holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpireDate(pub Day);

impl ExpireDate {
    /// Whether it is over on the day `today`.
    pub fn is_over(self, today: Day) -> bool {
        self.0 < today
    }

    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// `Format` if it is no such day.
    pub fn parse(text: &str) -> Result<Self, Rule> {
        let midnight = Timestamp::parse(&format!("{text}T00:00:00Z")).map_err(|_| Rule::Format)?;
        Ok(Self(midnight.day()))
    }
}

impl std::fmt::Display for ExpireDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for ExpireDate {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "a UTC day, as YYYY-MM-DD";

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::parse(text)
    }

    fn value(&self) -> Value {
        Value::text(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_say() {
        let rows = [
            ("*", Covered::All),
            ("<root>", Covered::Root),
            ("alice", Covered::User("alice")),
            ("svc-*", Covered::Prefix("svc-")),
            ("root", Covered::User("root")),
        ];
        for (text, covered) in rows {
            assert_eq!(SubjectPattern::parse(text).unwrap().covered(), covered, "{text}");
        }
        for text in ["", "**", "a*b", "*a", "<user>", "a b", "ali/ce", "<root>*"] {
            assert!(SubjectPattern::parse(text).is_err(), "{text:?}");
        }
        assert!(SubjectPattern::parse(&format!("{}*", "a".repeat(64))).is_ok());
        assert!(SubjectPattern::parse(&"a".repeat(65)).is_err());
    }

    #[test]
    fn an_exception_holds_through_its_last_day() {
        let date = ExpireDate::parse("2026-03-31").unwrap();
        assert_eq!(date.to_string(), "2026-03-31");
        assert!(!date.is_over(date.0) && date.is_over(date.0.plus(1)));
        for text in ["2026-02-30", "2026-3-1", "tomorrow", "2026-03-31T00:00:00Z", ""] {
            assert_eq!(ExpireDate::parse(text), Err(Rule::Format), "{text}");
        }
    }
}
