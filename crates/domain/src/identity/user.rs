//! What a RAM user is called and what is noted about it. Limits: the vendor's IMS model comments (2026) and RAM error
//! table, in our words. Must not know where users are kept.

use std::fmt;

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;

use super::domain_name::{DefaultDomainName, DomainName};
use super::text::{characters, is_name_character, is_written_character, length, serde_by_scalar, text, word};

text! {
    /// The name of a RAM user inside its account: the part before the `@`.
    UserName, "1 to 64 letters, digits, '.', '-' and '_'", user_name
}

fn user_name(text: &str) -> Result<(), Rule> {
    length(text, 1, 64)?;
    characters(text, is_name_character)
}

text! {
    /// The name shown for a user. The vendor's sources differ (24 characters in the IMS page, 128 in the RAM table and in
    /// the console, Han characters allowed); this takes the widest.
    DisplayName, "1 to 128 characters, no control characters", display_name
}

fn display_name(text: &str) -> Result<(), Rule> {
    length(text, 1, 128)?;
    characters(text, |character| is_written_character(character, false))
}

text! {
    /// A note; an empty one clears it. Lines may break.
    Comments, "up to 128 characters", comments, empty is a value
}

fn comments(text: &str) -> Result<(), Rule> {
    length(text, 0, 128)?;
    characters(text, |character| is_written_character(character, true))
}

text! {
    /// An e-mail address; an empty one clears it.
    Email, "an e-mail address of up to 254 characters, or empty", email, empty is a value
}

/// One `@`, a local part of up to 64 characters as RFC 5321 allows without quotes, a domain of at least two labels.
fn email(text: &str) -> Result<(), Rule> {
    if text.is_empty() {
        return Ok(());
    }
    let local_character = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let well_formed = text.len() <= 254
        && text.split_once('@').is_some_and(|(local, domain)| {
            (1..=64).contains(&local.len())
                && local.chars().all(local_character)
                && local.split('.').all(|part| !part.is_empty())
                && domain.contains('.')
                && domain.split('.').all(label)
        });
    if well_formed { Ok(()) } else { Err(Rule::Format) }
}

text! {
    /// A mobile phone number as the vendor writes it, `86-1868888…`; an empty one clears it.
    MobilePhone, "country code, '-', number: digits, 15 together at most; or empty", mobile_phone, empty is a value
}

/// Country codes have one to three digits, a whole number at most fifteen (ITU-T E.164).
fn mobile_phone(text: &str) -> Result<(), Rule> {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = text.is_empty()
        || text.split_once('-').is_some_and(|(country, number)| {
            digits(country)
                && digits(number)
                && (1..=3).contains(&country.len())
                && !country.starts_with('0')
                && (4..=15 - country.len()).contains(&number.len())
        });
    if well_formed { Ok(()) } else { Err(Rule::Format) }
}

text! {
    /// The key of a tag.
    TagKey, "1 to 128 characters; not beginning with aliyun or acs:, without http:// and https://", tag_key
}

fn tag_key(text: &str) -> Result<(), Rule> {
    length(text, 1, 128)?;
    characters(text, |character| is_written_character(character, false))?;
    let reserved = text.starts_with("aliyun") || text.starts_with("acs:");
    if reserved || text.contains("http://") || text.contains("https://") { Err(Rule::Format) } else { Ok(()) }
}

text! {
    /// The value of a tag; may be empty.
    TagValue, "up to 128 characters", tag_value, empty is a value
}

fn tag_value(text: &str) -> Result<(), Rule> {
    length(text, 0, 128)?;
    characters(text, |character| is_written_character(character, false))
}

word! {
    /// Whether a user may act at all.
    UserStatus {
        /// It may.
        Active = "active",
        /// It was disabled as a whole.
        Freeze = "freeze",
    }
}

word! {
    /// What IMS's operations on tags are about.
    UserResourceType {
        /// RAM users.
        User = "user",
    }
}

/// Which users a list shows: `active` (what the vendor shows by default), `freeze`, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserStatusFilter {
    /// Shows active ones.
    pub active: bool,
    /// Shows disabled ones.
    pub freeze: bool,
}

impl UserStatusFilter {
    /// Every user; a list filtered by tag shows both when nothing else is said.
    pub const BOTH: Self = Self { active: true, freeze: true };

    /// Whether it shows a user of this status.
    pub const fn shows(self, status: UserStatus) -> bool {
        match status {
            UserStatus::Active => self.active,
            UserStatus::Freeze => self.freeze,
        }
    }
}

impl Default for UserStatusFilter {
    fn default() -> Self {
        Self { active: true, freeze: false }
    }
}

impl Scalar for UserStatusFilter {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "`active`, `freeze`, or both with a comma between";

    fn parse(text: &str) -> Result<Self, Rule> {
        let mut filter = Self { active: false, freeze: false };
        for word in text.split(',') {
            match UserStatus::parse(word)? {
                UserStatus::Active => filter.active = true,
                UserStatus::Freeze => filter.freeze = true,
            }
        }
        Ok(filter)
    }

    fn value(&self) -> Value {
        let shown = UserStatus::ALL.iter().filter(|status| self.shows(**status));
        Value::text(shown.map(|status| status.as_str()).collect::<Vec<_>>().join(","))
    }
}

word! {
    /// How a user came to be.
    ProvisionType {
        /// Made by hand or by a call.
        Manual = "Manual",
        /// Synchronised by SCIM.
        Scim = "SCIM",
        /// Synchronised from CloudSSO.
        CloudSso = "CloudSSO",
    }
}

/// The logon name of a user: `name@domain`, where the domain is the account's default domain or one of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserPrincipalName {
    /// The part before the `@`.
    pub name: UserName,
    /// The part after it.
    pub domain: DomainName,
}

impl UserPrincipalName {
    /// The logon name of `name` in the account's default domain; `None` if both together are too long.
    pub fn new(name: UserName, domain: &DefaultDomainName) -> Option<Self> {
        let whole = Self { name, domain: domain.to_domain_name() };
        (whole.name.as_str().len() + 1 + whole.domain.as_str().len() <= Self::MAX_LEN).then_some(whole)
    }

    /// The longest logon name.
    pub const MAX_LEN: usize = 128;

    /// Reads `name@domain`.
    ///
    /// # Errors
    /// `Length` if the whole or the name is too short or too long, `Format` unless exactly one `@` stands between two
    /// parts, `InvalidChars` for anything but letters, digits, '.', '-' and '_' in them.
    pub fn parse(text: &str) -> Result<Self, Rule> {
        length(text, 1, Self::MAX_LEN)?;
        let (name, domain) = text.split_once('@').ok_or(Rule::Format)?;
        if domain.is_empty() || domain.contains('@') {
            return Err(Rule::Format);
        }
        Ok(Self { name: UserName::parse(name)?, domain: DomainName::parse(domain)? })
    }
}

impl fmt::Display for UserPrincipalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.domain)
    }
}

impl Scalar for UserPrincipalName {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str =
        "<UserName>@<domain>: up to 128 letters, digits, '.', '-' and '_', of which the name up to 64";

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::parse(text)
    }

    fn value(&self) -> Value {
        Value::text(self.to_string())
    }
}

serde_by_scalar!(UserPrincipalName);

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row: a text and what reading it gives.
    fn assert_rows<T: Scalar>(rows: &[(&str, Result<(), Rule>)]) {
        for (text, expected) in rows {
            assert_eq!(T::parse(text).map(|_| ()), *expected, "{text:?}");
            if let Ok(read) = T::parse(text) {
                assert_eq!(read.value(), Value::text((*text).to_owned()));
            }
        }
    }

    const OK: Result<(), Rule> = Ok(());
    const LENGTH: Result<(), Rule> = Err(Rule::Length);
    const CHARS: Result<(), Rule> = Err(Rule::InvalidChars);
    const FORMAT: Result<(), Rule> = Err(Rule::Format);

    #[test]
    fn names() {
        let (full, over) = ("a".repeat(64), "a".repeat(65));
        assert_rows::<UserName>(&[
            ("a", OK),
            ("Alice.B_c-9", OK),
            (&full, OK),
            (&over, LENGTH),
            ("", LENGTH),
            ("a b", CHARS),
            ("a@b", CHARS),
            ("ä", CHARS),
            ("a/b", CHARS),
        ]);
        let (full, over) = ("鲁".repeat(128), "鲁".repeat(129));
        assert_rows::<DisplayName>(&[
            ("Alice Ärmel", OK),
            (&full, OK),
            (&over, LENGTH),
            ("", LENGTH),
            ("a\nb", CHARS),
            ("a\0", CHARS),
            ("\u{ffff}", CHARS),
        ]);
    }

    #[test]
    fn notes_may_be_cleared_and_break_lines() {
        let (full, over) = ("x".repeat(128), "x".repeat(129));
        assert_rows::<Comments>(&[("", OK), ("a\nb", OK), (&full, OK), (&over, LENGTH), ("a\0", CHARS)]);
        for absent in [
            Comments::EMPTY_IS_ABSENT,
            Email::EMPTY_IS_ABSENT,
            MobilePhone::EMPTY_IS_ABSENT,
            TagValue::EMPTY_IS_ABSENT,
        ] {
            assert!(!absent);
        }
    }

    #[test]
    fn addresses() {
        let local = format!("{}@b.cn", "a".repeat(64));
        let long_local = format!("{}@b.cn", "a".repeat(65));
        let label = format!("a@{}.cn", "b".repeat(63));
        let long_label = format!("a@{}.cn", "b".repeat(64));
        let long = format!("a@{}cn", "bbbbbbbbb.".repeat(26));
        assert_rows::<Email>(&[
            ("", OK),
            ("alice@example.com", OK),
            ("a.b+c_d@x-y.example.co", OK),
            (&local, OK),
            (&label, OK),
            (&long_local, FORMAT),
            (&long_label, FORMAT),
            (&long, FORMAT),
            ("alice", FORMAT),
            ("@example.com", FORMAT),
            ("alice@", FORMAT),
            ("alice@example", FORMAT),
            ("alice@.com", FORMAT),
            ("alice@example..com", FORMAT),
            ("alice@-example.com", FORMAT),
            ("alice@example-.com", FORMAT),
            (".alice@example.com", FORMAT),
            ("a..b@example.com", FORMAT),
            ("a b@example.com", FORMAT),
            ("a@b@example.com", FORMAT),
            ("ä@example.com", FORMAT),
            ("a@example.com\n", FORMAT),
        ]);
        assert_rows::<MobilePhone>(&[
            ("", OK),
            ("86-18688888888", OK),
            ("1-2345", OK),
            ("1-12345678901234", OK),
            ("852-123456789012", OK),
            ("1-123456789012345", FORMAT),
            ("852-1234567890123", FORMAT),
            ("1-123", FORMAT),
            ("18688888888", FORMAT),
            ("+86-18688888888", FORMAT),
            ("8612-18688888", FORMAT),
            ("0-18688888888", FORMAT),
            ("-18688888888", FORMAT),
            ("86-", FORMAT),
            ("86-1868888-8888", FORMAT),
            ("86 18688888888", FORMAT),
        ]);
    }

    #[test]
    fn tags() {
        let (full, over) = ("k".repeat(128), "k".repeat(129));
        assert_rows::<TagKey>(&[
            ("k", OK),
            ("team name", OK),
            ("my-aliyun", OK),
            ("xacs:", OK),
            ("acs", OK),
            (&full, OK),
            (&over, LENGTH),
            ("", LENGTH),
            ("aliyun", FORMAT),
            ("aliyun.x", FORMAT),
            ("acs:x", FORMAT),
            ("see http://x", FORMAT),
            ("see https://x", FORMAT),
            ("a\tb", CHARS),
        ]);
        assert_rows::<TagValue>(&[("", OK), ("acs:x", OK), (&full, OK), (&over, LENGTH), ("\u{7}", CHARS)]);
    }

    #[test]
    fn logon_names() {
        let domain = format!("{}.onaliyun.com", "d".repeat(51));
        assert_eq!(domain.len(), 64);
        let longest = format!("{}@{domain}", "a".repeat(63));
        let whole_too_long = format!("{}@{domain}", "a".repeat(64));
        let name_too_long = format!("{}@x.com", "a".repeat(65));
        assert_rows::<UserPrincipalName>(&[
            ("alice@acme.onaliyun.com", OK),
            ("a@b", OK),
            (&longest, OK),
            (&whole_too_long, LENGTH),
            (&name_too_long, LENGTH),
            ("", LENGTH),
            ("@acme.onaliyun.com", LENGTH),
            ("alice", FORMAT),
            ("alice@", FORMAT),
            ("a@b@c", FORMAT),
            ("al ice@acme.onaliyun.com", CHARS),
            ("alice@ac/me", CHARS),
        ]);
        let upn = UserPrincipalName::parse("alice@acme.onaliyun.com").unwrap();
        assert_eq!((upn.name.as_str(), upn.domain.as_str()), ("alice", "acme.onaliyun.com"));
        let domain = DefaultDomainName::parse(&domain).unwrap();
        assert!(UserPrincipalName::new(UserName::parse(&"a".repeat(63)).unwrap(), &domain).is_some());
        assert!(UserPrincipalName::new(UserName::parse(&"a".repeat(64)).unwrap(), &domain).is_none());
    }

    #[test]
    fn the_filter_of_lists() {
        let rows = [
            ("active", Ok((true, false))),
            ("freeze", Ok((false, true))),
            ("active,freeze", Ok((true, true))),
            ("freeze,active", Ok((true, true))),
            ("active,active", Ok((true, false))),
            ("", Err(Rule::Range)),
            ("active,", Err(Rule::Range)),
            ("active, freeze", Err(Rule::Range)),
            ("Active", Err(Rule::Range)),
        ];
        for (text, expected) in rows {
            let read = UserStatusFilter::parse(text);
            assert_eq!(read.map(|filter| (filter.active, filter.freeze)), expected, "{text}");
        }
        assert!(UserStatusFilter::default().shows(UserStatus::Active));
        assert!(!UserStatusFilter::default().shows(UserStatus::Freeze));
        assert_eq!(UserStatusFilter::BOTH.value(), Value::from("active,freeze"));
        assert_eq!(ProvisionType::parse("SCIM"), Ok(ProvisionType::Scim));
    }
}
