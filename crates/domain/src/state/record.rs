//! The records of a state file, spelled as the wire spells the same things. Unknown fields are errors, because a
//! misspelt one would otherwise be lost without a word.

use serde::{Deserialize, Deserializer, Serialize};

use super::exceptions::ExceptionRecord;
use super::policies::record::{
    AttachmentRecord, GroupRecord, MembershipRecord, PolicyRecord, RoleRecord, text,
};
use super::providers::{OidcProviderRecord, SamlProviderRecord};
use super::verifications::VerificationRecord;
use crate::identity::access_key::Status;
use crate::identity::access_key_policy::AccessKeyPolicy;
use crate::identity::domain_name::DefaultDomainName;
use crate::identity::mfa::MFADeviceType;
use crate::identity::password_policy::PasswordPolicy;
use crate::identity::security_preference::SecurityPreference;
use crate::identity::user::{
    Comments, DisplayName, Email, MobilePhone, ProvisionType, TagKey, TagValue, UserName, UserStatus,
};
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::time::Timestamp;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "Kind")]
pub enum Record {
    /// An account with its root identity.
    Account(Box<AccountRecord>),
    /// A RAM user.
    User(Box<UserRecord>),
    /// A virtual MFA device that is bound to nobody.
    VirtualMFADevice(DeviceRecord),
    /// A custom policy.
    Policy(Box<PolicyRecord>),
    /// A group.
    Group(Box<GroupRecord>),
    /// A role.
    Role(Box<RoleRecord>),
    /// An OIDC identity provider.
    OIDCProvider(Box<OidcProviderRecord>),
    /// A SAML identity provider.
    SAMLProvider(Box<SamlProviderRecord>),
    /// A security exception.
    SecurityException(Box<ExceptionRecord>),
}

/// A whole file kept by hand.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Document {
    /// The accounts, each with what belongs to it.
    pub accounts: Vec<AccountRecord>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// A network policy as text, or as the JSON it is.
fn network_policy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<AccessKeyPolicy>, D::Error> {
    AccessKeyPolicy::parse(&text(deserializer)?)
        .map(Some)
        .map_err(|rule| serde::de::Error::custom(format_args!("not a network policy ({})", rule.word())))
}

/// An account with its root identity.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AccountRecord {
    /// Its id.
    pub account_id: AccountId,
    /// The first label of its default domain, if not its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_alias: Option<String>,
    /// Its default domain, where that is not `<alias>.onaliyun.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_domain_name: Option<DefaultDomainName>,
    /// When it was made; now, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    /// When root last logged on to the console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_date: Option<Timestamp>,
    /// Whether root has a device bound of which nothing else is known.
    #[serde(default, rename = "RootMFA", skip_serializing_if = "is_false")]
    pub root_mfa: bool,
    /// The device bound to root.
    #[serde(default, rename = "RootMFADevice", skip_serializing_if = "Option::is_none")]
    pub root_mfa_device: Option<DeviceRecord>,
    /// Root's AccessKeys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub root_access_keys: Vec<AccessKeyRecord>,
    /// The argon2id hash of root's password in PHC form. Without it root signs in with an AccessKey alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_password_hash: Option<String>,
    /// When that was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_password_date: Option<Timestamp>,
    /// The password policy; the vendor's default, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_policy: Option<PasswordPolicy>,
    /// The security preference; the vendor's default, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_preference: Option<SecurityPreference>,
    /// From where its AccessKeys may sign that have no such policy of their own.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "network_policy")]
    pub access_key_policy: Option<AccessKeyPolicy>,
    /// When its governance report was last asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub governance_report_date: Option<Timestamp>,
    /// Its custom policies, in a file kept by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<PolicyRecord>,
    /// Its groups, in a file kept by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupRecord>,
    /// Its roles, in a file kept by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RoleRecord>,
    /// Its users, in a file kept by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserRecord>,
    /// Its unbound devices, in a file kept by hand.
    #[serde(default, rename = "VirtualMFADevices", skip_serializing_if = "Vec::is_empty")]
    pub virtual_mfa_devices: Vec<DeviceRecord>,
}

/// A RAM user with all it has.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UserRecord {
    /// Its account; known from around it in a file kept by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Its name, without the domain.
    pub user_name: UserName,
    /// Its id; made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// What people call it; its name, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<DisplayName>,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comments: Option<Comments>,
    /// An e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// A phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile_phone: Option<MobilePhone>,
    /// Whether it may do anything; `active`, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<UserStatus>,
    /// Who made it; `Manual`, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provision_type: Option<ProvisionType>,
    /// When it was made; now, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    /// When it was last changed; when it was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_date: Option<Timestamp>,
    /// When it last logged on to the console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_date: Option<Timestamp>,
    /// Its MFA device.
    #[serde(default, rename = "MFADevice", skip_serializing_if = "Option::is_none")]
    pub mfa_device: Option<DeviceRecord>,
    /// Its console logon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_profile: Option<LoginProfileRecord>,
    /// Its AccessKeys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access_keys: Vec<AccessKeyRecord>,
    /// The phone number and the mail address by which it can prove itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verifications: Vec<VerificationRecord>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagRecord>,
    /// Its groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<MembershipRecord>,
    /// The policies attached to it directly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<AttachmentRecord>,
}

/// A tag.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagRecord {
    /// Its key.
    pub key: TagKey,
    /// Its value.
    pub value: TagValue,
}

/// An AccessKey.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AccessKeyRecord {
    /// Its id; made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<AccessKeyId>,
    /// Its secret. A key without one counts in the report and can sign nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_secret: Option<String>,
    /// `Active`, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// When it was made; now, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    /// When it was last switched; when it was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_date: Option<Timestamp>,
    /// When it was last used; never, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_date: Option<Timestamp>,
    /// Through which product it was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_service: Option<String>,
    /// From where it may sign; as the account's keys may, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "network_policy")]
    pub access_key_policy: Option<AccessKeyPolicy>,
}

/// Without the secret.
impl std::fmt::Debug for AccessKeyRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKeyRecord").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

const fn virtual_device() -> MFADeviceType {
    MFADeviceType::Vmfa
}

/// An MFA device.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeviceRecord {
    /// The account of an unbound device on a line of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// `VMFA`, if left out.
    #[serde(default = "virtual_device", rename = "Type")]
    pub device_type: MFADeviceType,
    /// `acs:ram::<account>:mfa/<name>`, or the name alone.
    pub serial_number: String,
    /// The seed of its codes, as base32. Without it the device counts in the report, and no code of it can be checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base32_string_seed: Option<String>,
    /// When it was made; now, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    /// When it was bound; when it was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activate_date: Option<Timestamp>,
}

/// Without the seed.
impl std::fmt::Debug for DeviceRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceRecord").field("serial_number", &self.serial_number).finish_non_exhaustive()
    }
}

/// A console logon.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoginProfileRecord {
    /// `Active`, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Whether the password must be changed at the next logon.
    #[serde(default)]
    pub password_reset_required: bool,
    /// Whether a device must be bound at the next logon.
    #[serde(default, rename = "MFABindRequired")]
    pub mfa_bind_required: bool,
    /// The password's argon2id hash in PHC form. Without it nobody can log on with a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// Whether the password is the one an administrator gave.
    #[serde(default, skip_serializing_if = "is_false")]
    pub password_initial: bool,
    /// Hashes of earlier passwords, latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub password_history: Vec<String>,
    /// When the password was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_date: Option<Timestamp>,
    /// When it was made; when the user was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    /// When it was last changed; when it was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_date: Option<Timestamp>,
    /// When it was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_time: Option<Timestamp>,
}

/// Without hashes.
impl std::fmt::Debug for LoginProfileRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginProfileRecord").field("status", &self.status).finish_non_exhaustive()
    }
}
