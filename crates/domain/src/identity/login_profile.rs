//! Passwords: held so that they are never shown, kept only as argon2id hashes. Must not know the account's policy.

use std::fmt;

use argon2::password_hash::phc;
use argon2::password_hash::{CustomizedPasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

pub use super::access_key::Status;
use super::text::word;
use crate::entropy::Entropy;

word! {
    /// Whether a password is the first one, which somebody else chose when the logon profile was made or logon was
    /// switched on again (vendor help pages of the logon profile, 2026).
    PasswordStatus {
        /// Its user chose it.
        NotInitial = "NotInitial",
        /// It is the first one and may be used.
        InitialValid = "InitialValid",
        /// It is the first one and was not used in time.
        InitialExpired = "InitialExpired",
    }
}

/// A password in clear. Wiped when dropped; shown by nothing but [`Password::expose`].
#[derive(Clone)]
pub struct Password(Zeroizing<Box<str>>);

impl Password {
    /// The longest password that is read. The vendor's own tops out at 32; a passphrase may be longer, but the work of
    /// hashing is bounded.
    pub const MAX_CHARACTERS: usize = 128;

    /// A password of 1 to 128 characters; whether that is enough is the policy's to say.
    ///
    /// # Errors
    /// `Length`.
    pub fn new(text: &str) -> Result<Self, Rule> {
        super::text::length(text, 1, Self::MAX_CHARACTERS)?;
        Ok(Self(Zeroizing::new(text.into())))
    }

    /// The password itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its hash under a fresh salt. Slow on purpose: never inside a write transaction.
    pub fn hash(&self, cost: HashCost, entropy: &dyn Entropy) -> PasswordHash {
        let mut salt = [0; 16];
        entropy.fill(&mut salt);
        let hash: phc::PasswordHash = Argon2::default()
            .hash_password_customized(
                self.0.as_bytes(),
                &salt,
                Some(Algorithm::Argon2id.as_str()),
                Some(Version::V0x13.into()),
                cost.params(),
            )
            .expect("argon2id takes any password with valid parameters and a 16-byte salt");
        PasswordHash(hash.to_string().into())
    }
}

/// Compared without telling by the time taken where two passwords differ.
impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Password {}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Scalar for Password {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "up to 128 characters, as the account's password policy asks";

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::new(text)
    }

    /// No answer ever has a password.
    fn value(&self) -> Value {
        Value::from("******")
    }
}

/// How much work one password hash costs whoever guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawHashCost")]
pub struct HashCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawHashCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Default for RawHashCost {
    fn default() -> Self {
        let HashCost { memory_kib, passes, lanes } = HashCost::default();
        Self { memory_kib, passes, lanes }
    }
}

impl TryFrom<RawHashCost> for HashCost {
    type Error = BadHashCost;

    fn try_from(raw: RawHashCost) -> Result<Self, BadHashCost> {
        Self::new(raw.memory_kib, raw.passes, raw.lanes)
    }
}

/// The numbers are no cost that argon2id can have, or one that would stall the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("password hashing takes 8 KiB (for each lane) to 1048576 KiB, 1 to 100 passes, 1 to 16 lanes")]
pub struct BadHashCost;

impl HashCost {
    /// The least that argon2id can do: for tests, where the hash protects nothing.
    pub const CHEAPEST: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };

    /// A cost of `memory_kib` KiB, filled `passes` times, in `lanes` lanes.
    ///
    /// # Errors
    /// [`BadHashCost`].
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, BadHashCost> {
        let fits = (1..=16).contains(&lanes)
            && (8 * lanes..=1 << 20).contains(&memory_kib)
            && (1..=100).contains(&passes);
        if fits { Ok(Self { memory_kib, passes, lanes }) } else { Err(BadHashCost) }
    }

    fn params(self) -> Params {
        Params::new(self.memory_kib, self.passes, self.lanes, None).expect("checked when it was made")
    }
}

impl Default for HashCost {
    /// 19 MiB, 2 passes, 1 lane: the OWASP cheat sheet's first choice for argon2id (2023 and later).
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

/// The hash of a password, in the PHC string format, which carries its own cost and salt.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Box<str>);

impl PasswordHash {
    /// Takes up a stored hash; `None` if it is no argon2id PHC string with salt and hash.
    pub fn parse(text: &str) -> Option<Self> {
        let hash = phc::PasswordHash::new(text).ok()?;
        let whole = hash.salt.is_some() && hash.hash.is_some() && Params::try_from(&hash).is_ok();
        (whole && hash.algorithm.as_str() == Algorithm::Argon2id.as_str()).then(|| Self(text.into()))
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the hash of `password`. As slow as hashing.
    pub fn verify(&self, password: &Password) -> bool {
        phc::PasswordHash::new(&self.0)
            .is_ok_and(|hash| Argon2::default().verify_password(password.0.as_bytes(), &hash).is_ok())
    }
}

/// A hash is no password, but with a weak one it is as good as one.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl Drop for PasswordHash {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let entropy = SeededEntropy::new(3);
        let password = Password::new("correct horse 电池").unwrap();
        let hash = password.hash(HashCost::CHEAPEST, &entropy);
        let again = password.hash(HashCost::CHEAPEST, &entropy);
        assert_ne!(hash.as_str(), again.as_str(), "every hash has its own salt");
        let stored = PasswordHash::parse(hash.as_str()).unwrap();
        assert!(stored.verify(&password) && again.verify(&password));
        for wrong in ["correct horse 电", "correct horse 电池 ", "Correct horse 电池"] {
            assert!(!stored.verify(&Password::new(wrong).unwrap()), "{wrong}");
        }
    }

    #[test]
    fn a_hash_carries_its_cost() {
        let cost = HashCost::new(64, 3, 2).unwrap();
        let hash = Password::new("secret-1").unwrap().hash(cost, &SeededEntropy::new(4));
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=64,t=3,p=2$"), "{}", hash.as_str());
        assert!(hash.verify(&Password::new("secret-1").unwrap()), "whatever the cost is now");
        let default = Password::new("secret-1").unwrap().hash(HashCost::default(), &SeededEntropy::new(4));
        assert!(default.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", default.as_str());
    }

    /// Made with the argon2 reference command line: `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 24`.
    #[test]
    fn hashes_of_the_reference_implementation_are_understood() {
        let hash = PasswordHash::parse(
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        )
        .unwrap();
        assert!(hash.verify(&Password::new("password").unwrap()));
        assert!(!hash.verify(&Password::new("passwore").unwrap()));
    }

    #[test]
    fn what_is_no_argon2id_hash_is_not_taken_up() {
        let refused = [
            "",
            "password",
            "$argon2id$v=19$m=65536,t=2,p=1",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ",
            "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
            "$5$rounds=5000$salt$hash",
        ];
        for text in refused {
            assert!(PasswordHash::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let password = Password::new("Secret-123").unwrap();
        let hash = password.hash(HashCost::CHEAPEST, &SeededEntropy::new(5));
        assert_eq!(format!("{password:?} {hash:?}"), "Password(…) PasswordHash(…)");
        assert_eq!(password.value(), Value::from("******"));
        assert_eq!(password, Password::new("Secret-123").unwrap());
        assert_ne!(password, Password::new("Secret-124").unwrap());
    }

    #[test]
    fn lengths_and_costs_at_their_edges() {
        let rows = [(0, Err(Rule::Length)), (1, Ok(())), (128, Ok(())), (129, Err(Rule::Length))];
        for (count, expected) in rows {
            assert_eq!(Password::parse(&"é".repeat(count)).map(|_| ()), expected, "{count}");
        }
        let costs = [
            ((8, 1, 1), true),
            ((7, 1, 1), false),
            ((16, 1, 2), true),
            ((15, 1, 2), false),
            ((8, 0, 1), false),
            ((8, 1, 0), false),
            ((1 << 20, 1, 1), true),
            ((1 << 20 | 1, 1, 1), false),
            ((8, 100, 1), true),
            ((8, 101, 1), false),
            ((1024, 1, 16), true),
            ((1024, 1, 17), false),
        ];
        for ((memory, passes, lanes), fits) in costs {
            assert_eq!(HashCost::new(memory, passes, lanes).is_ok(), fits, "{memory} {passes} {lanes}");
        }
        assert_eq!(serde_json::from_str::<HashCost>("{}").unwrap(), HashCost::default());
        assert!(serde_json::from_str::<HashCost>(r#"{"memory_kib":1}"#).is_err());
    }
}
