//! What is known of a call beside who asks for what: the values that conditions look at. Keys and meanings as the
//! vendor's page on policy elements lists them.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::time::Timestamp;

const SOURCE_IP: &str = "acs:SourceIp";
const CURRENT_TIME: &str = "acs:CurrentTime";
const SECURE_TRANSPORT: &str = "acs:SecureTransport";
const MFA_PRESENT: &str = "acs:MFAPresent";

/// The keys that every call has a value for, and what it is.
pub const KEYS: [(&str, &str); 4] = [
    (SOURCE_IP, "the address that the call comes from"),
    (CURRENT_TIME, "when the call is made, by the clock of dates"),
    (SECURE_TRANSPORT, "whether the call came over TLS"),
    (MFA_PRESENT, "whether the caller proved a second factor; never by an AccessKey alone"),
];

/// A value of the context.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fact<'a> {
    /// A text.
    Text(&'a str),
    /// Several texts; a condition holds if it holds of one of them.
    Texts(&'a [String]),
    /// An instant.
    At(Timestamp),
    /// Yes or no.
    Truth(bool),
    /// An address.
    Address(IpAddr),
}

impl Fact<'_> {
    /// Whether `holds` of its text, or of one of its texts.
    pub(super) fn any(&self, mut holds: impl FnMut(&str) -> bool) -> bool {
        match self {
            Self::Texts(texts) => texts.iter().any(|text| holds(text)),
            _ => self.texts().iter().any(|text| holds(text)),
        }
    }

    /// Its texts.
    pub fn texts(&self) -> Vec<Cow<'_, str>> {
        match self {
            Self::Text(text) => vec![Cow::Borrowed(text)],
            Self::Texts(texts) => texts.iter().map(|text| Cow::Borrowed(text.as_str())).collect(),
            Self::At(at) => vec![at.to_string().into()],
            Self::Truth(truth) => vec![truth.to_string().into()],
            Self::Address(address) => vec![address.to_canonical().to_string().into()],
        }
    }
}

/// The values by key. Case does not count in keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context<'a> {
    facts: Vec<(&'a str, Fact<'a>)>,
}

impl<'a> Context<'a> {
    /// What is known of every call: where it comes from, when it is made by the clock of dates, whether over TLS, whether
    /// the caller proved a second factor.
    pub fn of_call(peer: IpAddr, now: Timestamp, secure: bool, mfa: bool) -> Self {
        Self {
            facts: vec![
                (SOURCE_IP, Fact::Address(peer)),
                (CURRENT_TIME, Fact::At(now)),
                (SECURE_TRANSPORT, Fact::Truth(secure)),
                (MFA_PRESENT, Fact::Truth(mfa)),
            ],
        }
    }

    /// The same with one more value.
    #[must_use]
    pub fn with(mut self, key: &'a str, fact: Fact<'a>) -> Self {
        self.facts.push((key, fact));
        self
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Fact<'a>> {
        self.facts.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, fact)| fact)
    }

    /// All values.
    pub fn facts(&self) -> &[(&'a str, Fact<'a>)] {
        &self.facts
    }
}
