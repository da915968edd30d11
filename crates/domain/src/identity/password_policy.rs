//! What an account asks of its users' passwords, and whether a password gives it. Ranges and defaults: the vendor's
//! SetPasswordPolicy page and model comments (2020 to 2026), in our words. Must not know where a policy is kept.

use std::collections::HashSet;

use ramward_rpc::shape::Bounded;
use serde::{Deserialize, Serialize};

use super::bounded;
use super::login_profile::{Password, PasswordHash};
use super::user::UserName;

/// Shortest password, in characters.
pub type MinimumPasswordLength = Bounded<8, 32>;
/// How many different characters a password has at least; 0 asks for none.
pub type MinimumPasswordDifferentCharacter = Bounded<0, 8>;
/// Days after which a password must be changed; 0 is never.
pub type MaxPasswordAge = Bounded<0, 1095>;
/// How many earlier passwords may not come back; 0 is none.
pub type PasswordReusePrevention = Bounded<0, 24>;
/// How many passwords of a user are remembered: as many as the widest policy asks for, so that a stricter policy knows
/// the past too.
pub const REMEMBERED_PASSWORDS: usize = 24;
/// Wrong passwords in a row that lock the logon for an hour; 0 is never.
pub type MaxLoginAttemps = Bounded<0, 32>;
/// Days an initial password may be used; 0 is for ever.
pub type InitialPasswordAge = Bounded<0, 90>;

/// The password policy of an account. A change of it meets a password when that is next changed, not before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct PasswordPolicy {
    /// Shortest password, in characters.
    #[serde(with = "bounded")]
    pub minimum_password_length: MinimumPasswordLength,
    /// A lower-case letter must be in it.
    pub require_lowercase_characters: bool,
    /// An upper-case letter must be in it.
    pub require_uppercase_characters: bool,
    /// A digit must be in it.
    pub require_numbers: bool,
    /// A character that is neither letter nor digit must be in it.
    pub require_symbols: bool,
    /// How many different characters it has at least.
    #[serde(with = "bounded")]
    pub minimum_password_different_character: MinimumPasswordDifferentCharacter,
    /// The user's name must not be in it, in whatever case.
    pub password_not_contain_user_name: bool,
    /// Days after which it must be changed.
    #[serde(with = "bounded")]
    pub max_password_age: MaxPasswordAge,
    /// Whether an expired password locks the user out until an administrator resets it.
    pub hard_expire: bool,
    /// How many earlier passwords may not come back.
    #[serde(with = "bounded")]
    pub password_reuse_prevention: PasswordReusePrevention,
    /// Wrong passwords in a row that lock the logon. The wire spells it so.
    #[serde(with = "bounded")]
    pub max_login_attemps: MaxLoginAttemps,
    /// Days an initial password may be used.
    #[serde(with = "bounded")]
    pub initial_password_age: InitialPasswordAge,
    /// Whether the vendor compares passwords set by calls with leaked ones. Kept and answered; no list of leaked
    /// passwords is known here, so it refuses nothing.
    pub intercept_risk_password_on_api: bool,
}

impl Default for PasswordPolicy {
    /// The policy of an account that never set one (the vendor's page, and a captured answer of a fresh account).
    fn default() -> Self {
        Self {
            minimum_password_length: bounded_default(8),
            require_lowercase_characters: false,
            require_uppercase_characters: false,
            require_numbers: false,
            require_symbols: false,
            minimum_password_different_character: bounded_default(0),
            password_not_contain_user_name: false,
            max_password_age: bounded_default(0),
            hard_expire: false,
            password_reuse_prevention: bounded_default(0),
            max_login_attemps: bounded_default(0),
            initial_password_age: bounded_default(14),
            intercept_risk_password_on_api: false,
        }
    }
}

fn bounded_default<const MIN: i64, const MAX: i64>(number: i64) -> Bounded<MIN, MAX> {
    Bounded::new(number).expect("defaults lie within their own bounds")
}

/// What a password lacks. Its text may be shown to whoever chose the password: it names the rule, never the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Fewer characters than asked for.
    #[error("the password must have at least {0} characters")]
    TooShort(i64),
    /// No lower-case letter.
    #[error("the password must contain a lower-case letter")]
    NoLowercase,
    /// No upper-case letter.
    #[error("the password must contain an upper-case letter")]
    NoUppercase,
    /// No digit.
    #[error("the password must contain a digit")]
    NoNumber,
    /// No symbol.
    #[error("the password must contain a character that is neither letter nor digit")]
    NoSymbol,
    /// Fewer different characters than asked for.
    #[error("the password must have at least {0} different characters")]
    TooFewDifferent(i64),
    /// The user's name is in it.
    #[error("the password must not contain the user name")]
    ContainsUserName,
    /// It was used before.
    #[error("the password must differ from the last {0} passwords")]
    Reused(i64),
}

impl PasswordPolicy {
    /// Whether `password` gives what the policy asks for, apart from reuse.
    ///
    /// # Errors
    /// The first thing it lacks, in the order of the fields.
    pub fn check(&self, password: &Password, user_name: &UserName) -> Result<(), Weakness> {
        let text = password.expose();
        let asked = |asked: bool, given: bool, weakness: Weakness| {
            if asked && !given { Err(weakness) } else { Ok(()) }
        };
        let contains = |class: fn(char) -> bool| text.chars().any(class);

        let least = self.minimum_password_length.get();
        asked(true, at_least(text.chars().count(), least), Weakness::TooShort(least))?;
        asked(self.require_lowercase_characters, contains(char::is_lowercase), Weakness::NoLowercase)?;
        asked(self.require_uppercase_characters, contains(char::is_uppercase), Weakness::NoUppercase)?;
        asked(self.require_numbers, contains(|c| c.is_ascii_digit()), Weakness::NoNumber)?;
        asked(self.require_symbols, contains(|c| !c.is_alphanumeric()), Weakness::NoSymbol)?;
        let least = self.minimum_password_different_character.get();
        let different = text.chars().collect::<HashSet<_>>().len();
        asked(true, at_least(different, least), Weakness::TooFewDifferent(least))?;
        let without_name = !contains_ignoring_case(text, user_name.as_str());
        asked(self.password_not_contain_user_name, without_name, Weakness::ContainsUserName)
    }

    /// Whether `password` is none of the user's last passwords; `history` has the newest first, the present one included.
    /// Slow: one password hash each, so never inside a write transaction.
    ///
    /// # Errors
    /// [`Weakness::Reused`].
    pub fn check_reuse<'h>(
        &self,
        password: &Password,
        history: impl IntoIterator<Item = &'h PasswordHash>,
    ) -> Result<(), Weakness> {
        let last = self.password_reuse_prevention.get();
        let mut looked_at = history.into_iter().take(usize::try_from(last).unwrap_or_default());
        if looked_at.any(|hash| hash.verify(password)) { Err(Weakness::Reused(last)) } else { Ok(()) }
    }
}

fn at_least(count: usize, least: i64) -> bool {
    i64::try_from(count).unwrap_or(i64::MAX) >= least
}

/// User names are ASCII, so only ASCII letters have a case to ignore.
fn contains_ignoring_case(text: &str, name: &str) -> bool {
    text.as_bytes().windows(name.len().max(1)).any(|part| part.eq_ignore_ascii_case(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::login_profile::HashCost;
    use super::*;
    use crate::entropy::SeededEntropy;

    fn policy(json: &str) -> PasswordPolicy {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn each_demand_and_its_edge() {
        let rows = [
            ("{}", "12345678", Ok(())),
            ("{}", "1234567", Err(Weakness::TooShort(8))),
            ("{}", "鲁鲁鲁鲁鲁鲁鲁鲁", Ok(())),
            (r#"{"MinimumPasswordLength":32}"#, &*"x".repeat(32), Ok(())),
            (r#"{"MinimumPasswordLength":32}"#, &*"x".repeat(31), Err(Weakness::TooShort(32))),
            (r#"{"RequireLowercaseCharacters":true}"#, "ABCDEFG1", Err(Weakness::NoLowercase)),
            (r#"{"RequireLowercaseCharacters":true}"#, "ABCDEFGh", Ok(())),
            (r#"{"RequireUppercaseCharacters":true}"#, "abcdefg1", Err(Weakness::NoUppercase)),
            (r#"{"RequireUppercaseCharacters":true}"#, "abcdefgH", Ok(())),
            (r#"{"RequireNumbers":true}"#, "abcdefgh", Err(Weakness::NoNumber)),
            (r#"{"RequireNumbers":true}"#, "abcdefg1", Ok(())),
            (r#"{"RequireSymbols":true}"#, "abcdefg1", Err(Weakness::NoSymbol)),
            (r#"{"RequireSymbols":true}"#, "abcdefg鲁", Err(Weakness::NoSymbol)),
            (r#"{"RequireSymbols":true}"#, "abcdefg!", Ok(())),
            (r#"{"MinimumPasswordDifferentCharacter":4}"#, "aaaabbcc", Err(Weakness::TooFewDifferent(4))),
            (r#"{"MinimumPasswordDifferentCharacter":4}"#, "aaaabbcd", Ok(())),
            (r#"{"PasswordNotContainUserName":true}"#, "xxALICE9", Err(Weakness::ContainsUserName)),
            (r#"{"PasswordNotContainUserName":true}"#, "alicexyz", Err(Weakness::ContainsUserName)),
            (r#"{"PasswordNotContainUserName":true}"#, "alic-eyz", Ok(())),
            (r#"{"PasswordNotContainUserName":false}"#, "alicexyz", Ok(())),
        ];
        let alice = UserName::parse("Alice").unwrap();
        for (json, password, expected) in rows {
            let password = Password::new(password).unwrap();
            assert_eq!(policy(json).check(&password, &alice), expected, "{json} {}", password.expose());
        }
    }

    #[test]
    fn only_the_last_passwords_count_as_reused() {
        let entropy = SeededEntropy::new(1);
        let hash = |text: &str| Password::new(text).unwrap().hash(HashCost::CHEAPEST, &entropy);
        let history = [hash("present1"), hash("before-1"), hash("long-ago")];
        let rows = [
            (0, "present1", Ok(())),
            (1, "present1", Err(Weakness::Reused(1))),
            (1, "before-1", Ok(())),
            (2, "before-1", Err(Weakness::Reused(2))),
            (2, "long-ago", Ok(())),
            (24, "long-ago", Err(Weakness::Reused(24))),
            (24, "brandnew", Ok(())),
        ];
        for (last, text, expected) in rows {
            let policy = policy(&format!(r#"{{"PasswordReusePrevention":{last}}}"#));
            assert_eq!(
                policy.check_reuse(&Password::new(text).unwrap(), &history),
                expected,
                "{last} {text}"
            );
        }
    }

    #[test]
    fn settings_are_spelled_as_the_wire_spells_them() {
        let written = serde_json::to_value(PasswordPolicy::default()).unwrap();
        let expected = serde_json::json!({
            "MinimumPasswordLength": 8,
            "RequireLowercaseCharacters": false,
            "RequireUppercaseCharacters": false,
            "RequireNumbers": false,
            "RequireSymbols": false,
            "MinimumPasswordDifferentCharacter": 0,
            "PasswordNotContainUserName": false,
            "MaxPasswordAge": 0,
            "HardExpire": false,
            "PasswordReusePrevention": 0,
            "MaxLoginAttemps": 0,
            "InitialPasswordAge": 14,
            "InterceptRiskPasswordOnApi": false,
        });
        assert_eq!(written, expected);
        assert_eq!(serde_json::from_value::<PasswordPolicy>(expected).unwrap(), PasswordPolicy::default());
        assert_eq!(policy("{}"), PasswordPolicy::default());
    }

    #[test]
    fn numbers_outside_their_bounds_and_unknown_fields_are_refused() {
        let bounds = [
            ("MinimumPasswordLength", 8, 32),
            ("MinimumPasswordDifferentCharacter", 0, 8),
            ("MaxPasswordAge", 0, 1095),
            ("PasswordReusePrevention", 0, 24),
            ("MaxLoginAttemps", 0, 32),
            ("InitialPasswordAge", 0, 90),
        ];
        for (name, min, max) in bounds {
            for (number, fits) in [(min - 1, false), (min, true), (max, true), (max + 1, false)] {
                let json = format!(r#"{{"{name}":{number}}}"#);
                assert_eq!(serde_json::from_str::<PasswordPolicy>(&json).is_ok(), fits, "{json}");
            }
        }
        for json in [r#"{"MaxLoginAttempts":1}"#, r#"{"minimum_password_length":8}"#] {
            assert!(serde_json::from_str::<PasswordPolicy>(json).is_err(), "{json}");
        }
    }
}
