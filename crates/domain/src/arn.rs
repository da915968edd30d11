//! The names of identities and devices across accounts: `acs:ram::<AccountId>:…`. Must not know patterns or policies.

use std::fmt;
use std::str::FromStr;

use crate::identity::mfa::VirtualMFADeviceName;
use crate::identity::user::UserName;
use crate::ids::AccountId;

/// What of an account is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Resource {
    /// The root identity: `root`.
    Root,
    /// A RAM user: `user/<UserName>`.
    User(UserName),
    /// A virtual MFA device: `mfa/<VirtualMFADeviceName>`.
    Mfa(VirtualMFADeviceName),
}

/// The name of an identity or a device of an account. RAM has no regions, so that part is empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Arn {
    /// The account.
    pub account: AccountId,
    /// What of it.
    pub resource: Resource,
}

/// The text is no such name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name looks like acs:ram::<AccountId>:user/<UserName>, …:mfa/<VirtualMFADeviceName> or …:root")]
pub struct BadArn;

impl Arn {
    /// Reads a name.
    ///
    /// # Errors
    /// [`BadArn`].
    pub fn parse(text: &str) -> Result<Self, BadArn> {
        let (account, resource) =
            text.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(':')).ok_or(BadArn)?;
        let account = account.parse().map_err(|_| BadArn)?;
        let resource = match resource.split_once('/') {
            None if resource == "root" => Some(Resource::Root),
            Some(("user", name)) => UserName::parse(name).ok().map(Resource::User),
            Some(("mfa", name)) => VirtualMFADeviceName::parse(name).ok().map(Resource::Mfa),
            _ => None,
        };
        resource.map(|resource| Self { account, resource }).ok_or(BadArn)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("root"),
            Self::User(name) => write!(f, "user/{name}"),
            Self::Mfa(name) => write!(f, "mfa/{name}"),
        }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "acs:ram::{}:{}", self.account, self.resource)
    }
}

impl FromStr for Arn {
    type Err = BadArn;

    fn from_str(text: &str) -> Result<Self, BadArn> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written_alike() {
        for text in [
            "acs:ram::1234567890123456:root",
            "acs:ram::1234567890123456:user/alice.b_c-d",
            "acs:ram::0000000000000001:mfa/device-1",
        ] {
            assert_eq!(text.parse::<Arn>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "acs:ram::1234567890123456",
            "acs:ram::1234567890123456:",
            "acs:ram::1234567890123456:roots",
            "acs:ram::1234567890123456:root/",
            "acs:ram::1234567890123456:user/",
            "acs:ram::1234567890123456:user/a/b",
            "acs:ram::1234567890123456:user/a:b",
            "acs:ram::1234567890123456:role/admin",
            "acs:ram::123456789012345:root",
            "acs:ram:*:1234567890123456:root",
            "acs:ims::1234567890123456:root",
            "ACS:ram::1234567890123456:root",
        ] {
            assert_eq!(Arn::parse(text), Err(BadArn), "{text}");
        }
    }
}
