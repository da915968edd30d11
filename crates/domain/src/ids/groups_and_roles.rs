//! The ids of groups and roles. Must not know who owns what.

use std::fmt;
use std::str::FromStr;

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;
use rand::RngExt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{BadId, UserId};
use crate::entropy::{Entropy, generator};

/// A role of an account: a decimal number like a user's, 18 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(UserId);

impl RoleId {
    /// The role of a stored number; `None` if it is 0 or has more than 18 digits.
    pub const fn new(number: i64) -> Option<Self> {
        match UserId::new(number) {
            Some(id) if !id.is_root() => Some(Self(id)),
            _ => None,
        }
    }

    /// The number to store.
    pub const fn get(self) -> i64 {
        self.0.get()
    }

    /// A random one: 18 digits, the first not zero.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(UserId::generate(entropy))
    }
}

impl fmt::Display for RoleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RoleId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        text.parse().map(Self).map_err(|_| BadId("a role id has 1 to 18 digits and does not begin with 0"))
    }
}

serde_as_text!(RoleId);
scalar_as_text!(RoleId, "1 to 18 digits, the first not 0");

/// A group of an account: `g-` and 16 characters, as in the vendor's samples; here they are hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(i64);

impl GroupId {
    const PREFIX: &'static str = "g-";

    /// The group of a stored number; `None` if it is not positive.
    pub const fn new(number: i64) -> Option<Self> {
        if number > 0 { Some(Self(number)) } else { None }
    }

    /// The number to store.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// A random one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(generator(entropy).random_range(1..=i64::MAX))
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:016x}", Self::PREFIX, self.0)
    }
}

impl FromStr for GroupId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId("a group id is g- and 16 lower-case hexadecimal digits");
        let digits = text.strip_prefix(Self::PREFIX).filter(|digits| digits.len() == 16).ok_or(bad)?;
        let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if !digits.bytes().all(lower) {
            return Err(bad);
        }
        i64::from_str_radix(digits, 16).ok().and_then(Self::new).ok_or(bad)
    }
}

serde_as_text!(GroupId);
scalar_as_text!(GroupId, "`g-` and 16 hexadecimal digits");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn groups_and_roles_have_ids_of_their_own() {
        let entropy = SeededEntropy::new(9);
        let group = GroupId::generate(&entropy);
        assert_eq!((group.to_string().len(), group.to_string().parse()), (18, Ok(group)));
        assert_eq!("g-00000000000000ff".parse(), Ok(GroupId::new(255).unwrap()));
        for text in ["", "g-", "g-0000000000000000", "g-00000000000000FF", "g-8000000000000000", "g-ff"] {
            assert!(text.parse::<GroupId>().is_err(), "{text}");
        }
        let role = RoleId::generate(&entropy);
        assert_eq!((role.to_string().len(), role.to_string().parse()), (18, Ok(role)));
        assert!("0".parse::<RoleId>().is_err() && RoleId::new(0).is_none());
    }
}
