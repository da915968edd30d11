//! Sessions of RAM roles: what they are called, of which role, for how long. Limits: the vendor's pages of AssumeRole
//! (2021 to 2026), in our words. Must not know who may begin one.

use std::fmt;

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;

use super::role::RoleName;
use super::text::{characters, is_name_character, length, serde_by_scalar, text};
use crate::arn::{Arn, Resource};
use crate::ids::AccountId;

text! {
    /// What who takes a role on calls the session. STS says of a bad one only that it is not valid.
    RoleSessionName, "2 to 64 letters, digits, '.', '@', '_' and '-'", role_session_name
}

fn role_session_name(text: &str) -> Result<(), Rule> {
    length(text, 2, 64)
        .and_then(|()| characters(text, |character| is_name_character(character) || character == '@'))
        .map_err(|_| Rule::Unsaid)
}

text! {
    /// What a trust document may ask for, so that who takes on roles of many takes on the right one.
    ExternalId, "2 to 1224 letters, digits, '.', '@', '_', '-', '=', ',', ':', '+' and '/'", external_id
}

fn external_id(text: &str) -> Result<(), Rule> {
    length(text, 2, 1224)
        .and_then(|()| {
            characters(text, |character| {
                is_name_character(character) || matches!(character, '@' | '=' | ',' | ':' | '+' | '/')
            })
        })
        .map_err(|_| Rule::Unsaid)
}

text! {
    /// Who is behind a session, as its beginner says.
    SourceIdentity, "2 to 64 letters, digits, '.', '@', '_', '-' and '='", source_identity
}

fn source_identity(text: &str) -> Result<(), Rule> {
    length(text, 2, 64)
        .and_then(|()| {
            characters(text, |character| is_name_character(character) || matches!(character, '@' | '='))
        })
        .map_err(|_| Rule::Unsaid)
}

/// A role of any account: `acs:ram::<AccountId>:role/<RoleName>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleArn {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its name there.
    pub name: RoleName,
}

impl RoleArn {
    /// Reads the name of a role.
    ///
    /// # Errors
    /// [`Rule::Unsaid`].
    pub fn parse(text: &str) -> Result<Self, Rule> {
        match Arn::parse(text) {
            Ok(Arn { account, resource: Resource::Role(name) }) => Ok(Self { account, name }),
            _ => Err(Rule::Unsaid),
        }
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Arn { account: self.account, resource: Resource::Role(self.name.clone()) }.fmt(f)
    }
}

impl Scalar for RoleArn {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "acs:ram::<AccountId>:role/<RoleName>";

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::parse(text)
    }

    fn value(&self) -> Value {
        Value::text(self.to_string())
    }
}

serde_by_scalar!(RoleArn);

/// For how long a session lasts. STS says of a bad one only that it is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionSeconds(i64);

impl SessionSeconds {
    /// What a request that says nothing gets: an hour.
    pub const DEFAULT: Self = Self(3600);
    /// The shortest.
    pub const MIN: i64 = 900;
    /// The longest that a role can allow: twelve hours.
    pub const MAX: i64 = 43_200;

    /// A duration within the bounds.
    pub fn new(seconds: i64) -> Option<Self> {
        (Self::MIN..=Self::MAX).contains(&seconds).then_some(Self(seconds))
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl Scalar for SessionSeconds {
    const KIND: Kind = Kind::Integer;
    const LIMITS: &'static str = "900 to 43200 seconds, at most the role's MaxSessionDuration";

    fn parse(text: &str) -> Result<Self, Rule> {
        i64::parse(text).ok().and_then(Self::new).ok_or(Rule::Unsaid)
    }

    fn value(&self) -> Value {
        Value::Integer(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_to_their_limits() {
        for name in ["ab", "alice@example.com", &"x".repeat(64)] {
            assert_eq!(RoleSessionName::parse(name).unwrap().as_str(), name);
        }
        for name in ["", "a", "a b", "a/b", "é1", &"x".repeat(65)] {
            assert_eq!(RoleSessionName::parse(name), Err(Rule::Unsaid), "{name}");
        }
    }

    #[test]
    fn an_arn_names_a_role_and_nothing_else() {
        let text = "acs:ram::1234567890123456:role/admin";
        assert_eq!(RoleArn::parse(text).unwrap().to_string(), text);
        for text in ["", "admin", "acs:ram::1234567890123456:user/admin", "acs:ram::1234567890123456:role/"] {
            assert_eq!(RoleArn::parse(text), Err(Rule::Unsaid), "{text}");
        }
    }

    #[test]
    fn a_session_lasts_a_quarter_of_an_hour_to_half_a_day() {
        for (text, taken) in [("899", false), ("900", true), ("43200", true), ("43201", false), ("x", false)]
        {
            assert_eq!(<SessionSeconds as Scalar>::parse(text).is_ok(), taken, "{text}");
        }
    }
}
