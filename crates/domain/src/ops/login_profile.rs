//! Logon profiles as operations make, change and delete them, whichever of the two views was called: the slow work on
//! passwords before the transaction, and what is written inside it. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code, Plain, Rule};

use crate::authn::Caller;
use crate::identity::access_key::Status;
use crate::identity::login_profile::{Password, PasswordStatus};
use crate::ops::password::{Before, NewPassword};
use crate::ops::{Cx, Prepare, account, subject};
use crate::store::Tx;
use crate::store::tables::accounts::Account;
use crate::store::tables::console_sessions;
use crate::store::tables::login_profiles::{self, LoginProfile};
use crate::store::tables::users::{self, User};
use crate::time::Timestamp;

/// What a call wants of a profile beside the password; what is left out is the default in a new profile and stays as it
/// is in one that is there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes {
    /// Whether the user may log on; `Active` in a new profile.
    pub status: Option<Status>,
    /// Whether the next logon must set another password; not in a new profile.
    pub password_reset_required: Option<bool>,
    /// Whether the next logon must bind an MFA device; not in a new profile.
    pub mfa_bind_required: Option<bool>,
}

/// Judges and hashes the password of a new profile, before the transaction.
///
/// # Errors
/// What `user` refuses, `EntityAlreadyExists.User.LoginProfile`, `InvalidParameter.Password.TooWeak`.
pub fn prepare_create(
    cx: &Prepare<'_>,
    password: &Password,
    user: impl FnOnce(&mut Tx<'_>, &Account) -> ApiResult<User>,
) -> ApiResult<NewPassword> {
    let before = cx.store.read(|tx| {
        let account = account::find(tx, cx.caller.account())?;
        let user = user(tx, &account)?;
        Before::find(tx, &account, &user)
    })?;
    if before.profile.is_some() {
        return Err(exists());
    }
    NewPassword::make(cx, before, password, "Password")
}

/// Makes a profile with a password that was judged before.
///
/// # Errors
/// `EntityAlreadyExists.User.LoginProfile`; as [`NewPassword::set`].
pub fn create(
    cx: &mut Cx<'_, '_>,
    (account, user): (&Account, &User),
    wishes: Wishes,
    password: Option<&NewPassword>,
) -> ApiResult<LoginProfile> {
    if login_profiles::find(cx.tx, user.account, user.user_id)?.is_some() {
        return Err(exists());
    }
    let mut profile = LoginProfile {
        account: user.account,
        user_id: user.user_id,
        status: wishes.status.unwrap_or(Status::Active),
        password_hash: None,
        password_date: None,
        password_initial: false,
        password_reset_required: wishes.password_reset_required.unwrap_or(false),
        mfa_bind_required: wishes.mfa_bind_required.unwrap_or(false),
        create_date: cx.now,
        update_date: cx.now,
        last_login_date: None,
        failed_attempts: 0,
        failed_date: None,
    };
    prepared(password)?.set(cx, account, user, &mut profile, true)?;
    login_profiles::insert(cx.tx, &profile)?;
    Ok(profile)
}

fn exists() -> Box<ApiError> {
    ApiError::new(Code::EntityAlreadyExists("User.LoginProfile"))
}

fn prepared(password: Option<&NewPassword>) -> ApiResult<&NewPassword> {
    password.ok_or_else(|| ApiError::internal("the password was not prepared"))
}

/// Judges and hashes another password for a profile that is there, before the transaction.
///
/// # Errors
/// What `user` refuses, `EntityNotExist.User.LoginProfile`, `InvalidParameter.Password.TooWeak`.
pub fn prepare_update(
    cx: &Prepare<'_>,
    password: &Password,
    user: impl FnOnce(&mut Tx<'_>, &Account) -> ApiResult<User>,
) -> ApiResult<NewPassword> {
    let before = cx.store.read(|tx| {
        let account = account::find(tx, cx.caller.account())?;
        let user = user(tx, &account)?;
        subject::find_login_profile(tx, &user)?;
        Before::find(tx, &account, &user)
    })?;
    NewPassword::make(cx, before, password, "Password")
}

/// Changes a profile, and its password if one was judged before.
///
/// # Errors
/// `EntityNotExist.User.LoginProfile`; as [`NewPassword::set`].
pub fn update(
    cx: &mut Cx<'_, '_>,
    (account, user): (&Account, &User),
    wishes: Wishes,
    password: Option<&NewPassword>,
) -> ApiResult<LoginProfile> {
    let mut profile = subject::find_login_profile(cx.tx, user)?;
    let was = profile.status;
    profile.status = wishes.status.unwrap_or(was);
    profile.password_reset_required =
        wishes.password_reset_required.unwrap_or(profile.password_reset_required);
    profile.mfa_bind_required = wishes.mfa_bind_required.unwrap_or(profile.mfa_bind_required);
    if let Some(password) = password {
        // A password that comes with the switch back to Active is a first one again (vendor help page, 2026).
        let initial = was == Status::Inactive && profile.status == Status::Active;
        password.set(cx, account, user, &mut profile, initial)?;
    }
    profile.update_date = cx.now;
    login_profiles::update(cx.tx, &profile)?;
    if profile.status == Status::Inactive {
        console_sessions::delete_of_user(cx.tx, user.account, user.user_id)?;
    }
    Ok(profile)
}

/// Deletes the profile of a user, with its password and the memory of earlier ones.
///
/// # Errors
/// `EntityNotExist.User.LoginProfile`.
pub fn delete(cx: &mut Cx<'_, '_>, user: &User) -> ApiResult<()> {
    subject::find_login_profile(cx.tx, user)?;
    login_profiles::delete(cx.tx, user.account, user.user_id)?;
    Ok(())
}

/// Judges and hashes the password that a RAM user chose for itself, before the transaction. The vendor does not say which
/// code a wrong old password gets; here it is the one of a parameter that is not what it must be.
///
/// # Errors
/// `NoPermission` for root and where too many wrong passwords lock the logon, `EntityNotExist.User.LoginProfile`,
/// `InvalidParameter.OldPassword.Format`, `InvalidParameter.NewPassword.TooWeak`.
pub fn prepare_change(cx: &Prepare<'_>, old: &Password, new: &Password) -> ApiResult<NewPassword> {
    let before = cx.store.read(|tx| {
        let user = caller(tx, cx.caller)?;
        let account = account::find(tx, user.account)?;
        Before::find(tx, &account, &user)
    })?;
    let profile =
        before.profile.as_ref().ok_or_else(|| ApiError::new(Code::EntityNotExist("User.LoginProfile")))?;
    if profile.failures().lock(before.policy().max_login_attemps, cx.now) {
        return Err(ApiError::with_message(
            Plain::NoPermission,
            "You are not authorized to do this action. Too many wrong passwords were given; try again in an hour, or ask an administrator to set another.",
        ));
    }
    if !profile.password_hash.as_ref().is_some_and(|hash| hash.verify(old)) {
        count_failure(cx, profile)?;
        return Err(ApiError::with_message(
            Code::InvalidParameter("OldPassword".into(), Rule::Format),
            "The parameter - \"OldPassword\" is not the present password.",
        ));
    }
    NewPassword::make(cx, before, new, "NewPassword")
}

/// A wrong old password is a guess like one at a sign-in, and counts like one. It is written before the refusal: what a
/// refused call changes is otherwise taken back.
fn count_failure(cx: &Prepare<'_>, profile: &LoginProfile) -> ApiResult<()> {
    let (account, user, now) = (profile.account, profile.user_id, cx.now);
    cx.store.write(move |tx: &mut Tx<'_>| -> ApiResult<()> {
        let Some(profile) = login_profiles::find(tx, account, user)? else { return Ok(()) };
        Ok(login_profiles::update_failures(tx, account, user, profile.failures().with_another(now))?)
    })
}

/// Sets the password that the calling RAM user chose for itself.
///
/// # Errors
/// `NoPermission` for root and once the password has expired for good, `EntityNotExist.User.LoginProfile`; as
/// [`NewPassword::set`].
pub fn change(cx: &mut Cx<'_, '_>, password: Option<&NewPassword>) -> ApiResult<()> {
    let user = caller(cx.tx, cx.caller)?;
    let account = account::find(cx.tx, user.account)?;
    let mut profile = subject::find_login_profile(cx.tx, &user)?;
    if has_expired_for_good(&account, &profile, cx.now) {
        return Err(ApiError::with_message(
            Plain::NoPermission,
            "You are not authorized to do this action. The password has expired; an administrator must set another one.",
        ));
    }
    // The old password was verified against the present one; `set` refuses if that is no longer the present one.
    prepared(password)?.set(cx, &account, &user, &mut profile, false)?;
    profile.password_reset_required = false;
    profile.update_date = cx.now;
    login_profiles::update(cx.tx, &profile)?;
    Ok(())
}

/// The calling RAM user.
fn caller(tx: &mut Tx<'_>, caller: &Caller) -> ApiResult<User> {
    if caller.is_root() || caller.role_session().is_some() {
        return Err(ApiError::with_message(
            Plain::NoPermission,
            "You are not authorized to do this action. It is for RAM users; the root identity and roles have no password here.",
        ));
    }
    users::find(tx, caller.account(), caller.user())?
        .ok_or_else(|| ApiError::new(Plain::InvalidAccessKeyIdNotFound))
}

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

/// Whether a password of that day is older than the policy lets it be.
pub fn has_expired(account: &Account, profile: &LoginProfile, now: Timestamp) -> bool {
    let days = account.password_policy.max_password_age.get();
    profile.password_date.is_some_and(|set| is_over(set, days, now))
}

/// Whether it is, and may no longer be changed by its user.
pub fn has_expired_for_good(account: &Account, profile: &LoginProfile, now: Timestamp) -> bool {
    let hard = account.password_policy.hard_expire && has_expired(account, profile, now);
    hard || password_status(account, profile, now) == PasswordStatus::InitialExpired
}

/// Whether `days` days have passed since `set`; 0 days never pass.
fn is_over(set: Timestamp, days: i64, now: Timestamp) -> bool {
    days > 0 && now.seconds_since(set) >= days * crate::time::SECONDS_PER_DAY
}

/// Whether a profile is disabled when its user stays away too long: the vendor lets nobody switch that off.
pub const AUTO_DISABLE_LOGIN_STATUS: &str = "true";
