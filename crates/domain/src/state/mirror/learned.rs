//! What a mirror learns of an account from calls, before it is written. What was not learned is `None`, never a default.

use serde::{Deserialize, Serialize};

use crate::identity::access_key::Status;
use crate::identity::domain_name::DefaultDomainName;
use crate::identity::mfa::{MFADeviceType, VirtualMFADeviceName};
use crate::identity::password_policy::PasswordPolicy;
use crate::identity::security_preference::SecurityPreference;
use crate::identity::user::UserName;
use crate::ids::{AccessKeyId, UserId};
use crate::store::tables::users::User;
use crate::time::Timestamp;

/// One thing learned.
#[derive(Debug, Clone)]
pub enum Learned {
    /// Of the account and its root identity.
    Account(LearnedAccount),
    /// The account's default domain.
    DefaultDomain(DefaultDomainName),
    /// When the account was made and root last logged on; the outer `None` if that is not said.
    RootDates {
        /// When it was made.
        create_date: Timestamp,
        /// When root last logged on.
        last_login_date: Option<Option<Timestamp>>,
    },
    /// A RAM user, and what is still to be asked of it.
    User(Box<User>, Todo),
    /// Of a user of this name that the credential report shows.
    Row(Box<LearnedRow>),
    /// All keys of an identity; `None` if they may not be listed.
    Keys(UserId, Option<Vec<LearnedKey>>),
    /// How many keys root has, where nothing else of them may be known.
    RootKeyCount(i64),
    /// A device with a name.
    Device(LearnedDevice),
    /// Whether an identity has a device bound of which nothing else is known; `None` if that is not known either.
    Bound(UserId, Option<bool>),
    /// Whether and how a user may log on to the console; the outer `None` if that may not be asked.
    LoginProfile(UserId, Option<Option<LearnedProfile>>),
    /// What is still to be asked of a user, anew.
    Todo(UserId, Todo),
    /// A user that was listed and is no longer there.
    Vanished(UserId),
}

/// What is still to be asked of a user, and what spares a call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Todo {
    /// Its keys.
    pub keys: bool,
    /// Its logon profile.
    pub login_profile: bool,
    /// Its MFA device.
    pub mfa: bool,
    /// When each of its keys was last used, from the credential report.
    pub uses: Vec<KeyUse>,
}

/// The last use of a key of which a row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    /// When the key was last switched, or made: which key is meant.
    pub date: Timestamp,
    /// When it was last used.
    pub used: Option<Timestamp>,
    /// Whether the row says when it was used.
    pub known: bool,
}

impl Todo {
    const KEYS: i64 = 1;
    const LOGIN_PROFILE: i64 = 2;
    const MFA: i64 = 4;

    /// Everything, where nothing is known yet.
    pub const fn everything() -> Self {
        Self { keys: true, login_profile: true, mfa: true, uses: Vec::new() }
    }

    pub(super) fn bits(&self) -> i64 {
        let bit = |flag: bool, bit: i64| if flag { bit } else { 0 };
        bit(self.keys, Self::KEYS) | bit(self.login_profile, Self::LOGIN_PROFILE) | bit(self.mfa, Self::MFA)
    }

    pub(super) fn of(bits: i64, hint: Option<&str>) -> Self {
        Self {
            keys: bits & Self::KEYS != 0,
            login_profile: bits & Self::LOGIN_PROFILE != 0,
            mfa: bits & Self::MFA != 0,
            // Written by us; one that cannot be read spares no call.
            uses: hint.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        }
    }

    pub(super) fn hint(&self) -> Option<String> {
        if self.uses.is_empty() { None } else { serde_json::to_string(&self.uses).ok() }
    }
}

/// The account and its root identity.
#[derive(Debug, Clone, Default)]
pub struct LearnedAccount {
    /// When it was made.
    pub create_date: Option<Timestamp>,
    /// When root last logged on; the inner `None` is never.
    pub last_login_date: Option<Option<Timestamp>>,
    /// Its password policy.
    pub password_policy: Option<PasswordPolicy>,
    /// Its security preference.
    pub security_preference: Option<SecurityPreference>,
}

/// A user as a row of the credential report has it.
#[derive(Debug, Clone)]
pub struct LearnedRow {
    /// Its name; `None` is root.
    pub user_name: Option<UserName>,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it last logged on to the console; `None` if the cell says nothing that is known.
    pub last_login_date: Option<Option<Timestamp>>,
    /// Whether it may log on to the console: no profile, or whether it is Active; `None` if not known.
    pub console: Option<Option<Status>>,
    /// Whether a device is bound; `None` if the row does not say.
    pub bound: Option<bool>,
    /// Its keys, whose ids no row says; `None` if the row cannot be understood.
    pub keys: Option<Vec<LearnedKey>>,
}

/// An AccessKey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearnedKey {
    /// Its id; `None` where only the row of a report is known.
    pub access_key_id: Option<AccessKeyId>,
    /// Whether it may sign.
    pub status: Status,
    /// When it was made; `None` where only `update_date` is known.
    pub create_date: Option<Timestamp>,
    /// When it was last switched, or made.
    pub update_date: Timestamp,
    /// When it was last used; the inner `None` is never, the outer one not known.
    pub last_used_date: Option<Option<Timestamp>>,
    /// For which service; empty or absent if not known.
    pub last_used_service: Option<String>,
}

/// An MFA device.
#[derive(Debug, Clone)]
pub struct LearnedDevice {
    /// Its name.
    pub name: VirtualMFADeviceName,
    /// Its kind.
    pub device_type: MFADeviceType,
    /// Whose it is.
    pub user_id: Option<UserId>,
    /// When it was bound.
    pub activate_date: Option<Timestamp>,
}

/// A logon profile.
#[derive(Debug, Clone)]
pub struct LearnedProfile {
    /// Whether the user may log on.
    pub status: Status,
    /// Whether the next logon must set another password.
    pub password_reset_required: bool,
    /// Whether the next logon must bind a device.
    pub mfa_bind_required: bool,
    /// When it was last changed.
    pub update_date: Timestamp,
    /// When it was last used.
    pub last_login_date: Option<Timestamp>,
}
