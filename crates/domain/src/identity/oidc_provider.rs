//! OIDC identity providers: what they are called and what they are known by. Limits: the vendor's pages of CreateOIDCProvider
//! and AddClientIdToOIDCProvider (2026) and its model comments, in our words. What a token of one proves is
//! [`super::json_web_token`]'s business.

use std::fmt;

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Bounded, Kind, Scalar};
use ramward_rpc::value::Value;

use super::text::{characters, is_name_character, is_written_character, length, serde_by_scalar, text};

text! {
    /// The name of an identity provider inside its account.
    ProviderName, "1 to 128 letters, digits, '.', '-' and '_'; a letter or a digit first and last", provider_name
}

fn provider_name(text: &str) -> Result<(), Rule> {
    length(text, 1, 128)?;
    characters(text, is_name_character)?;
    let plain =
        |character: Option<char>| character.is_some_and(|character| character.is_ascii_alphanumeric());
    let ends = plain(text.chars().next()) && plain(text.chars().next_back());
    if ends { Ok(()) } else { Err(Rule::InvalidChars) }
}

text! {
    /// Who issues the tokens; equal to their `iss`.
    IssuerUrl, "an https URL of up to 255 characters, without query and fragment", issuer_url
}

fn issuer_url(text: &str) -> Result<(), Rule> {
    length(text, 1, 255)?;
    let rest = text.strip_prefix("https://").ok_or(Rule::Format)?;
    let host = rest.split('/').next().unwrap_or_default();
    let fits = |character: char| {
        character.is_ascii_graphic() && !matches!(character, '?' | '#' | '"' | '<' | '>' | '\\')
    };
    if host.is_empty() || host.contains('@') || !rest.chars().all(fits) { Err(Rule::Format) } else { Ok(()) }
}

text! {
    /// What a provider is for; may be empty.
    ProviderDescription, "up to 256 characters", description, empty is a value
}

fn description(text: &str) -> Result<(), Rule> {
    length(text, 0, 256)?;
    characters(text, |character| is_written_character(character, true))
}

text! {
    /// For whom a token may be: one of its `aud`.
    ClientId, "1 to 128 letters, digits, '.', '-', '_', ':' and '/'; a letter or a digit first", client_id
}

fn client_id(text: &str) -> Result<(), Rule> {
    length(text, 1, 128)?;
    characters(text, |character| is_name_character(character) || matches!(character, ':' | '/'))?;
    if text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        Ok(())
    } else {
        Err(Rule::InvalidChars)
    }
}

text! {
    /// The SHA-1 of the certificate authority of the issuer's address. Kept and told; this server fetches nothing from
    /// the address and so has nothing to compare it with.
    Fingerprint, "40 hexadecimal digits", fingerprint
}

fn fingerprint(text: &str) -> Result<(), Rule> {
    if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(())
    } else {
        Err(Rule::Format)
    }
}

/// The most hours after it was issued for which a provider may let a token be taken.
pub const MAX_ISSUANCE_LIMIT_HOURS: i64 = 168;

/// For how many hours after it was issued a token is taken.
pub type IssuanceLimitTime = Bounded<1, MAX_ISSUANCE_LIMIT_HOURS>;

/// Texts that travel as one, with commas between them; none twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined<T, const MOST: usize>(Vec<T>);

/// The client ids of a provider: at most 50.
pub type ClientIds = Joined<ClientId, 50>;

/// The fingerprints of a provider: at most 5.
pub type Fingerprints = Joined<Fingerprint, 5>;

impl<T, const MOST: usize> Default for Joined<T, MOST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Scalar + PartialEq, const MOST: usize> Joined<T, MOST> {
    /// Reads texts between commas; the empty text is none.
    ///
    /// # Errors
    /// The rule that one of them breaks; `Length` for too many.
    pub fn parse(text: &str) -> Result<Self, Rule> {
        let mut all = Self::default();
        for one in text.split(',').map(str::trim).filter(|one| !one.is_empty()) {
            if !all.insert(T::parse(one)?) && all.0.len() >= MOST {
                return Err(Rule::Length);
            }
        }
        Ok(all)
    }

    /// Adds one; `false` if there is no room. One that is there already needs none.
    pub fn insert(&mut self, one: T) -> bool {
        if self.0.contains(&one) {
            return true;
        }
        let room = self.0.len() < MOST;
        if room {
            self.0.push(one);
        }
        room
    }

    /// Takes one away; whether it was there.
    pub fn remove(&mut self, one: &T) -> bool {
        let before = self.0.len();
        self.0.retain(|other| other != one);
        self.0.len() < before
    }

    /// Whether it is among them.
    pub fn contains(&self, one: &T) -> bool {
        self.0.contains(one)
    }

    /// All, in the order in which they came.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<T: fmt::Display, const MOST: usize> fmt::Display for Joined<T, MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, one) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str(",")?;
            }
            one.fmt(f)?;
        }
        Ok(())
    }
}

impl<T: Scalar + PartialEq + fmt::Display, const MOST: usize> Scalar for Joined<T, MOST> {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = T::LIMITS;
    const EMPTY_IS_ABSENT: bool = false;

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::parse(text)
    }

    fn value(&self) -> Value {
        Value::text(self.to_string())
    }
}

serde_by_scalar!(ClientIds);
serde_by_scalar!(Fingerprints);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_to_their_limits() {
        for name in ["a", "TestOIDCProvider", "a.b_c-d", &"x".repeat(128)] {
            assert!(ProviderName::parse(name).is_ok(), "{name}");
        }
        for name in ["", "-a", "a-", "a b", "a/b", &"x".repeat(129)] {
            assert!(ProviderName::parse(name).is_err(), "{name}");
        }
        for url in
            ["https://idp.example.com", "https://token.actions.example.com/x:1/", "https://10.0.0.1:8443"]
        {
            assert!(IssuerUrl::parse(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "http://x",
            "https://",
            "https:///x",
            "https://a b",
            "https://u@h",
            "https://h?q",
            "https://h#f",
        ] {
            assert!(IssuerUrl::parse(url).is_err(), "{url}");
        }
        assert!(ClientId::parse("sts.aliyuncs.com").is_ok() && ClientId::parse("https://x/y").is_ok());
        assert!(ClientId::parse(":x").is_err() && ClientId::parse("a@b").is_err());
        assert!(Fingerprint::parse(&"aF".repeat(20)).is_ok() && Fingerprint::parse(&"g".repeat(40)).is_err());
        assert!(ProviderDescription::parse("").is_ok());
        assert_eq!(ProviderDescription::parse(&"x".repeat(257)), Err(Rule::Length));
    }

    #[test]
    fn a_list_travels_as_one_text() {
        let mut ids = ClientIds::parse("one, two,one,").unwrap();
        assert_eq!((ids.to_string().as_str(), ids.as_slice().len()), ("one,two", 2));
        let three = ClientId::parse("three").unwrap();
        assert!(
            ids.insert(three.clone()) && ids.contains(&three) && ids.remove(&three) && !ids.remove(&three)
        );
        assert_eq!(ClientIds::parse("").unwrap(), ClientIds::default());
        let many = (0..51).map(|number| number.to_string()).collect::<Vec<_>>();
        assert!(ClientIds::parse(&many[..50].join(",")).is_ok());
        assert_eq!(ClientIds::parse(&many.join(",")), Err(Rule::Length));
        assert_eq!(ClientIds::parse("a b"), Err(Rule::InvalidChars));
    }
}
