//! The names of identities, their sessions and devices across accounts: `acs:ram::<AccountId>:…`. Must not know patterns or policies.

use std::fmt;
use std::str::FromStr;

use crate::identity::mfa::VirtualMFADeviceName;
use crate::identity::oidc_provider::ProviderName;
use crate::identity::role::RoleName;
use crate::identity::role_session::RoleSessionName;
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
    /// A RAM role: `role/<RoleName>`.
    Role(RoleName),
    /// A session of a role: `assumed-role/<RoleName>/<RoleSessionName>`.
    AssumedRole(RoleName, RoleSessionName),
    /// An OIDC identity provider: `oidc-provider/<OIDCProviderName>`.
    OidcProvider(ProviderName),
    /// A SAML identity provider: `saml-provider/<SAMLProviderName>`.
    SamlProvider(ProviderName),
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
#[error(
    "a name looks like acs:ram::<AccountId>:user/<UserName>, …:role/<RoleName>, …:mfa/<VirtualMFADeviceName> or …:root"
)]
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
            Some(("role", name)) => RoleName::parse(name).ok().map(Resource::Role),
            Some(("oidc-provider", name)) => ProviderName::parse(name).ok().map(Resource::OidcProvider),
            Some(("saml-provider", name)) => ProviderName::parse(name).ok().map(Resource::SamlProvider),
            Some(("assumed-role", names)) => names.split_once('/').and_then(|(role, session)| {
                Some(Resource::AssumedRole(
                    RoleName::parse(role).ok()?,
                    RoleSessionName::parse(session).ok()?,
                ))
            }),
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
            Self::Role(name) => write!(f, "role/{name}"),
            Self::AssumedRole(role, session) => write!(f, "assumed-role/{role}/{session}"),
            Self::OidcProvider(name) => write!(f, "oidc-provider/{name}"),
            Self::SamlProvider(name) => write!(f, "saml-provider/{name}"),
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
            "acs:ram::1234567890123456:role/admin",
            "acs:ram::1234567890123456:assumed-role/admin/alice@example.com",
            "acs:ram::1234567890123456:oidc-provider/ci",
            "acs:ram::1234567890123456:saml-provider/corp",
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
            "acs:ram::1234567890123456:role/admin/alice",
            "acs:ram::1234567890123456:assumed-role/admin",
            "acs:ram::1234567890123456:assumed-role/admin/a",
            "acs:ram::123456789012345:root",
            "acs:ram:*:1234567890123456:root",
            "acs:ims::1234567890123456:root",
            "ACS:ram::1234567890123456:root",
        ] {
            assert_eq!(Arn::parse(text), Err(BadArn), "{text}");
        }
    }
}
