//! The fields of identities as columns: each is stored as the text it has on the wire, and refused when a row holds a
//! text that its type refuses.

use super::connection::{Arg, FromColumn};
use crate::identity::access_key::Status;
use crate::identity::console_stage::ConsoleStage;
use crate::identity::domain_name::DefaultDomainName;
use crate::identity::group::{GroupDisplayName, GroupName};
use crate::identity::level::SubUserPwdLevel;
use crate::identity::login_profile::PasswordHash;
use crate::identity::mfa::{MFADeviceType, VirtualMFADeviceName};
use crate::identity::oidc_provider::{ClientIds, Fingerprints, IssuerUrl, ProviderDescription, ProviderName};
use crate::identity::policy::{PolicyDescription, PolicyDocument, PolicyName, PolicyType};
use crate::identity::role::{RoleDescription, RoleName, ServiceName, TaggedType, TrustPolicy};
use crate::identity::saml_provider::AuthnSignAlgo;
use crate::identity::security_exception::{
    ExceptionId, ExceptionOwner, ExceptionReason, ExceptionState, SubjectPattern,
};
use crate::identity::user::{
    Comments, DisplayName, Email, MobilePhone, ProvisionType, TagKey, TagValue, UserName, UserStatus,
};
use crate::identity::verification::VerifyType;

macro_rules! text_columns {
    ($($name:ty),+ $(,)?) => {
        $(impl FromColumn for $name {
            fn from_column(value: Arg<'_>) -> Option<Self> {
                if let Arg::Text(text) = value { <$name>::parse(text).ok() } else { None }
            }
        }

        impl<'a> From<&'a $name> for Arg<'a> {
            fn from(value: &'a $name) -> Self {
                Arg::Text(value.as_str())
            }
        })+
    };
}

text_columns!(
    AuthnSignAlgo,
    Comments,
    ConsoleStage,
    DefaultDomainName,
    DisplayName,
    Email,
    ExceptionId,
    ExceptionOwner,
    ExceptionReason,
    ExceptionState,
    GroupDisplayName,
    GroupName,
    IssuerUrl,
    MFADeviceType,
    MobilePhone,
    PolicyDescription,
    PolicyDocument,
    PolicyName,
    PolicyType,
    ProviderDescription,
    ProviderName,
    ProvisionType,
    RoleDescription,
    RoleName,
    ServiceName,
    Status,
    SubUserPwdLevel,
    SubjectPattern,
    TagKey,
    TagValue,
    TaggedType,
    TrustPolicy,
    UserName,
    UserStatus,
    VerifyType,
    VirtualMFADeviceName,
);

/// A list stands in its column as it travels.
macro_rules! joined_columns {
    ($($name:ty),+ $(,)?) => {
        $(impl FromColumn for $name {
            fn from_column(value: Arg<'_>) -> Option<Self> {
                if let Arg::Text(text) = value { <$name>::parse(text).ok() } else { None }
            }
        })+
    };
}

joined_columns!(ClientIds, Fingerprints);

impl FromColumn for PasswordHash {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        if let Arg::Text(text) = value { Self::parse(text) } else { None }
    }
}

impl<'a> From<&'a PasswordHash> for Arg<'a> {
    fn from(value: &'a PasswordHash) -> Self {
        Arg::Text(value.as_str())
    }
}
