//! The names that machines give: accounts, users, AccessKeys, requests. Each is its own type, so that none is taken for
//! another. Must not know who owns what.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::sign::Secret;
use ramward_rpc::value::Value;
use rand::RngExt;
use rand::distr::{Alphanumeric, SampleString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize;

use crate::entropy::{Entropy, generator};

/// The text is not an id of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadId(&'static str);

/// Serde as the text that `Display` writes and `FromStr` reads.
macro_rules! serde_as_text {
    ($name:ty) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A field type whose text is that of `Display` and `FromStr`.
macro_rules! scalar_as_text {
    ($name:ty, $limits:literal) => {
        impl Scalar for $name {
            const KIND: Kind = Kind::String;
            const LIMITS: &'static str = $limits;

            fn parse(text: &str) -> Result<Self, Rule> {
                text.parse().map_err(|_| Rule::Format)
            }

            fn value(&self) -> Value {
                Value::text(self.to_string())
            }
        }
    };
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

mod groups_and_roles;

pub use self::groups_and_roles::{GroupId, RoleId};

/// An Alibaba Cloud account: 16 digits (every sample in the vendor's documentation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(i64);

impl AccountId {
    /// The server's operator; owns AccessKeys and nothing else, and is no account that a call can name.
    pub const OPERATOR: Self = Self(0);
    const MAX: i64 = 9_999_999_999_999_999;

    /// The account of a stored number; `None` if it has more than 16 digits.
    pub const fn new(number: i64) -> Option<Self> {
        if number >= 0 && number <= Self::MAX { Some(Self(number)) } else { None }
    }

    /// The number to store.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// A random one: 16 digits, the first not zero.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(generator(entropy).random_range(1_000_000_000_000_000..=Self::MAX))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016}", self.0)
    }
}

impl FromStr for AccountId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId("an account id has 16 digits");
        if text.len() != 16 || !all_digits(text) {
            return Err(bad);
        }
        let account = Self(text.parse().map_err(|_| bad)?);
        if account == Self::OPERATOR { Err(bad) } else { Ok(account) }
    }
}

serde_as_text!(AccountId);
scalar_as_text!(AccountId, "16 digits");

/// A RAM user of an account: a decimal number, 18 digits in every sample of the vendor's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(i64);

impl UserId {
    /// The root identity of an account where a store must name it beside users; no call can name it so.
    pub const ROOT: Self = Self(0);
    const MAX: i64 = 999_999_999_999_999_999;
    /// Who calls without being a user: a role's session, or nobody known. No row and no request has this id.
    pub const NOBODY: Self = Self(-1);
    /// No user has a greater id.
    pub const LAST: Self = Self(Self::MAX);

    /// The user of a stored number; `None` if it has more than 18 digits.
    pub const fn new(number: i64) -> Option<Self> {
        if number >= 0 && number <= Self::MAX { Some(Self(number)) } else { None }
    }

    /// The number to store.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether this is the root identity.
    pub const fn is_root(self) -> bool {
        self.0 == Self::ROOT.0
    }

    /// A random one: 18 digits, the first not zero.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(generator(entropy).random_range(100_000_000_000_000_000..=Self::MAX))
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// No leading zero, so that one user has one spelling.
impl FromStr for UserId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId("a user id has 1 to 18 digits and does not begin with 0");
        if text.is_empty() || text.len() > 18 || text.starts_with('0') || !all_digits(text) {
            return Err(bad);
        }
        text.parse().map(Self).map_err(|_| bad)
    }
}

serde_as_text!(UserId);
scalar_as_text!(UserId, "1 to 18 digits, the first not 0");

/// The public half of an AccessKey. Opaque: ids of old accounts have 16 characters and no prefix, newer ones begin with
/// `LTAI` and have 24 (samples in the vendor's documentation). Cheap to clone; looked up by `&str`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessKeyId(Arc<str>);

impl AccessKeyId {
    const PREFIX: &'static str = "LTAI";
    const TEMPORARY_PREFIX: &'static str = "STS.";
    const MAX_LEN: usize = 128;

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A random one: `LTAI` and 20 letters and digits.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut text = Self::PREFIX.to_owned();
        Alphanumeric.append_string(&mut generator(entropy), &mut text, 20);
        Self(text.into())
    }

    /// A random one of a session: `STS.` and 25 letters and digits, as in the vendor's newer samples.
    pub fn generate_temporary(entropy: &dyn Entropy) -> Self {
        let mut text = Self::TEMPORARY_PREFIX.to_owned();
        Alphanumeric.append_string(&mut generator(entropy), &mut text, 25);
        Self(text.into())
    }

    /// Whether an id is that of a session, whose secret lies in its security token.
    pub fn is_temporary(text: &str) -> bool {
        text.starts_with(Self::TEMPORARY_PREFIX)
    }

    /// What a log may show: the first and the last four characters, of a short id none.
    pub fn masked(&self) -> MaskedAccessKeyId<'_> {
        MaskedAccessKeyId(&self.0)
    }
}

/// See [`AccessKeyId::masked`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MaskedAccessKeyId<'a>(&'a str);

impl fmt::Display for MaskedAccessKeyId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let len = self.0.len();
        match (self.0.get(..4), len.checked_sub(4).and_then(|at| self.0.get(at..))) {
            (Some(first), Some(last)) if len >= 12 => write!(f, "{first}****{last}"),
            _ => f.write_str("****"),
        }
    }
}

impl fmt::Debug for MaskedAccessKeyId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Masked, because what is logged in passing is logged with `Debug`.
impl fmt::Debug for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessKeyId({})", self.masked())
    }
}

impl Borrow<str> for AccessKeyId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccessKeyId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if text.is_empty() || text.len() > Self::MAX_LEN || !text.bytes().all(allowed) {
            return Err(BadId("an AccessKey id has 1 to 128 letters, digits, '.', '_' and '-'"));
        }
        Ok(Self(text.into()))
    }
}

serde_as_text!(AccessKeyId);
scalar_as_text!(AccessKeyId, "1 to 128 letters, digits, '.', '_' and '-'");

/// A fresh secret half: 30 letters and digits, as in the vendor's samples; about 178 bits.
pub fn generate_access_key_secret(entropy: &dyn Entropy) -> Secret {
    // Room first: growing would leave copies behind.
    let mut text = String::with_capacity(30);
    Alphanumeric.append_string(&mut generator(entropy), &mut text, 30);
    Secret::from(text)
}

/// The id of one call: an upper-case random UUID, as logged answers of the vendor have it. Held inline, so it costs no
/// allocation per call.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId([u8; 36]);

impl RequestId {
    /// A random one (UUID version 4).
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut random = [0_u8; 16];
        entropy.fill(&mut random);
        let number = u128::from_be_bytes(random);
        random.zeroize();
        Self::of((number & !(0xF << 76 | 0x3 << 62)) | 0x4 << 76 | 0x2 << 62)
    }

    /// Made for every call, so without a branch per digit.
    fn of(number: u128) -> Self {
        let digit = |nibble: u8| b'0' + nibble + 7 * u8::from(nibble > 9);
        let mut digits = [0; 32];
        for ([high, low], byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(number.to_be_bytes()) {
            (*high, *low) = (digit(byte >> 4), digit(byte & 0xF));
        }
        let mut text = [b'-'; 36];
        text[0..8].copy_from_slice(&digits[0..8]);
        text[9..13].copy_from_slice(&digits[8..12]);
        text[14..18].copy_from_slice(&digits[12..16]);
        text[19..23].copy_from_slice(&digits[16..20]);
        text[24..36].copy_from_slice(&digits[20..32]);
        Self(text)
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hexadecimal digits and hyphens")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::entropy::{OsEntropy, SeededEntropy};

    #[test]
    fn account_ids_have_16_digits() {
        for text in ["1234567890123456", "0000000000000001", "9999999999999999"] {
            assert_eq!(text.parse::<AccountId>().unwrap().to_string(), text);
        }
        let refused = [
            "",
            "123456789012345",
            "12345678901234567",
            "123456789012345x",
            "+234567890123456",
            "0000000000000000",
        ];
        for text in refused {
            assert!(text.parse::<AccountId>().is_err(), "{text}");
            assert_eq!(<AccountId as Scalar>::parse(text), Err(Rule::Format));
        }
        assert_eq!(AccountId::new(9_999_999_999_999_999).map(AccountId::get), Some(9_999_999_999_999_999));
        assert_eq!((AccountId::new(10_000_000_000_000_000), AccountId::new(-1)), (None, None));
        assert_eq!(AccountId::OPERATOR.to_string(), "0000000000000000");
    }

    #[test]
    fn user_ids_have_one_spelling() {
        for text in ["1", "222748924538****".trim_end_matches('*'), "999999999999999999"] {
            assert_eq!(text.parse::<UserId>().unwrap().to_string(), text);
        }
        for text in ["", "0", "01", "-1", "1234567890123456789", "12a"] {
            assert!(text.parse::<UserId>().is_err(), "{text}");
        }
        assert_eq!(
            (UserId::new(999_999_999_999_999_999).is_some(), UserId::new(1_000_000_000_000_000_000)),
            (true, None)
        );
        assert!(UserId::ROOT.is_root() && !UserId::new(1).unwrap().is_root());
    }

    #[test]
    fn access_key_ids_are_opaque() {
        let long = "a".repeat(128);
        for text in ["LTAI4GFTgcR8m8cZQDTHaaaa", "x", "STS.abc-DEF_1", &long] {
            assert_eq!(text.parse::<AccessKeyId>().unwrap().as_str(), text);
        }
        for text in ["", "a b", "a/b", "ключ", &"a".repeat(129)] {
            assert!(text.parse::<AccessKeyId>().is_err(), "{text}");
        }
        let known: HashSet<AccessKeyId> = ["LTAIx".parse().unwrap()].into();
        assert!(known.contains("LTAIx") && !known.contains("LTAIy"));
    }

    #[test]
    fn a_log_sees_no_whole_access_key_id() {
        let rows = [
            ("LTAI4GFTgcR8m8cZQDTHabcd", "LTAI****abcd"),
            ("abcdefghijkl", "abcd****ijkl"),
            ("abcdefghijk", "****"),
            ("a", "****"),
        ];
        for (text, masked) in rows {
            let id: AccessKeyId = text.parse().unwrap();
            assert_eq!(id.masked().to_string(), masked);
            assert_eq!(format!("{id:?}"), format!("AccessKeyId({masked})"));
        }
    }

    #[test]
    fn what_is_generated_has_its_form_and_does_not_repeat() {
        let entropy = SeededEntropy::new(7);
        let mut seen = HashSet::new();
        for _ in 0..200 {
            let account = AccountId::generate(&entropy);
            assert_eq!(account.to_string().parse(), Ok(account));
            assert_eq!(account.get().to_string().len(), 16);
            let user = UserId::generate(&entropy);
            assert_eq!((user.to_string().len(), user.to_string().parse()), (18, Ok(user)));
            let key = AccessKeyId::generate(&entropy);
            assert!(key.as_str().len() == 24 && key.as_str().starts_with("LTAI"));
            assert_eq!(key.as_str().parse(), Ok(key.clone()));
            let secret = generate_access_key_secret(&entropy);
            let secret = secret.expose();
            assert!(secret.len() == 30 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            for text in [account.to_string(), user.to_string(), key.to_string(), secret.to_string()] {
                assert!(seen.insert(text.clone()), "{text} twice");
            }
        }
        let again = AccountId::generate(&SeededEntropy::new(7));
        assert_eq!(again, AccountId::generate(&SeededEntropy::new(7)), "ids follow from the entropy alone");
    }

    #[test]
    fn request_ids_are_upper_case_uuids_of_version_4() {
        assert_eq!(
            RequestId::of(0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF).as_str(),
            "01234567-89AB-CDEF-0123-456789ABCDEF"
        );
        let (one, other) = (RequestId::generate(&OsEntropy), RequestId::generate(&OsEntropy));
        assert_ne!(one, other);
        for entropy in [&OsEntropy as &dyn Entropy, &SeededEntropy::new(1)] {
            let text = RequestId::generate(entropy).to_string();
            let lengths: Vec<usize> = text.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{text}");
            assert!(text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F' | b'-')), "{text}");
            assert!(
                text[14..].starts_with('4') && matches!(text.as_bytes()[19], b'8' | b'9' | b'A' | b'B'),
                "{text}"
            );
        }
    }

    #[test]
    fn serde_uses_text() {
        let id: AccountId = "0000000000000042".parse().unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"0000000000000042\"");
        assert_eq!(serde_json::from_str::<AccountId>("\"0000000000000042\"").unwrap(), id);
        assert!(serde_json::from_str::<AccountId>("42").is_err());
        assert!(serde_json::from_str::<UserId>("\"0\"").is_err());
        assert_eq!(serde_json::from_str::<AccessKeyId>("\"LTAIx\"").unwrap().as_str(), "LTAIx");
    }
}
