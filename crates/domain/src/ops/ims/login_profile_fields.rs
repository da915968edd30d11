//! What answers say of a logon profile: shared by the operations on logon profiles. Must not find or change anything.

use crate::identity::login_profile::PasswordStatus;
use crate::store::tables::accounts::Account;
use crate::store::tables::login_profiles::LoginProfile;
use crate::time::Timestamp;

/// Whether the password is one that somebody else chose for the first logon, and whether it may still be used.
pub fn password_status(account: &Account, profile: &LoginProfile, now: Timestamp) -> PasswordStatus {
    let days = account.password_policy.initial_password_age.get();
    match profile.password_date {
        Some(_) if !profile.password_initial => PasswordStatus::NotInitial,
        Some(set) if is_over(set, days, now) => PasswordStatus::InitialExpired,
        Some(_) => PasswordStatus::InitialValid,
        None => PasswordStatus::NotInitial,
    }
}

/// Whether a password of that day is older than the policy lets it be and may no longer be changed by its user.
pub fn has_expired_for_good(account: &Account, profile: &LoginProfile, now: Timestamp) -> bool {
    let policy = &account.password_policy;
    let hard = policy.hard_expire
        && profile.password_date.is_some_and(|set| is_over(set, policy.max_password_age.get(), now));
    hard || password_status(account, profile, now) == PasswordStatus::InitialExpired
}

/// Whether `days` days have passed since `set`; 0 days never pass.
fn is_over(set: Timestamp, days: i64, now: Timestamp) -> bool {
    days > 0 && now.seconds_since(set) >= days * crate::time::SECONDS_PER_DAY
}

/// Whether a profile is disabled when its user stays away too long: the vendor lets nobody switch that off.
pub const AUTO_DISABLE_LOGIN_STATUS: &str = "true";
