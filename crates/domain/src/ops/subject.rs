//! Whom a request is about: finds the user that a request names, once for every operation. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code, Plain, Rule};

use crate::authn::Caller;
use crate::identity::user::{UserName, UserPrincipalName};
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::ops::{Target, account};
use crate::store::Tx;
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::tables::accounts::Account;
use crate::store::tables::login_profiles::{self, LoginProfile};
use crate::store::tables::users::{self, User};

/// The target of a request that must name a user by `UserPrincipalName` or `UserId`.
pub fn target(name: Option<&UserPrincipalName>, id: Option<UserId>) -> Target {
    match (name, id) {
        (Some(name), _) => Target::User(name.name.clone()),
        (None, Some(id)) => Target::UserId(id),
        // The operation will refuse it; until then it is about nobody in particular.
        (None, None) => Target::Account,
    }
}

/// The target of a request that is about the caller where it names no user.
pub fn target_or_own(name: Option<&UserPrincipalName>) -> Target {
    name.map_or(Target::Own, |name| Target::User(name.name.clone()))
}

/// The target of a request of RAM's view that is about the caller where it names no user.
pub fn target_named_or_own(name: Option<&UserName>) -> Target {
    name.map_or(Target::Own, |name| Target::User(name.clone()))
}

/// The RAM user of that name.
///
/// # Errors
/// `EntityNotExist.User`.
pub fn find_named(tx: &mut Tx<'_>, account: AccountId, name: &UserName) -> ApiResult<User> {
    users::find_by_name(tx, account, name)?.ok_or_else(|| ApiError::new(Code::EntityNotExist("User")))
}

/// The RAM user of that logon name.
///
/// # Errors
/// `EntityNotExist.User`, also where the domain is another account's: an account learns nothing about others.
pub fn find_by_name(tx: &mut Tx<'_>, account: &Account, name: &UserPrincipalName) -> ApiResult<User> {
    if !account::has_domain(account, &name.domain) {
        return Err(ApiError::new(Code::EntityNotExist("User")));
    }
    find_named(tx, account.account, &name.name)
}

/// The RAM user that `UserPrincipalName` or `UserId` names. The vendor asks for exactly one of them; both are accepted
/// where they agree.
///
/// # Errors
/// `MissingUserPrincipalName` without either, `EntityNotExist.User`, `InvalidParameter.UserId.Format` where they name
/// two users.
pub fn find(
    tx: &mut Tx<'_>,
    account: &Account,
    name: Option<&UserPrincipalName>,
    id: Option<UserId>,
) -> ApiResult<User> {
    let by_id = |tx: &mut Tx<'_>, id| -> ApiResult<User> {
        users::find(tx, account.account, id)?.ok_or_else(|| ApiError::new(Code::EntityNotExist("User")))
    };
    match (name, id) {
        (None, None) => Err(ApiError::with_message(
            Code::Missing("UserPrincipalName".into()),
            "UserPrincipalName is mandatory for this action. UserId may be given instead.",
        )),
        (Some(name), None) => find_by_name(tx, account, name),
        (None, Some(id)) => by_id(tx, id),
        (Some(name), Some(id)) => {
            let user = find_by_name(tx, account, name)?;
            if user.user_id == id { Ok(user) } else { Err(contradiction("UserId")) }
        }
    }
}

/// Two parameters that name two users; `parameter` is the one to leave out.
pub fn contradiction(parameter: &'static str) -> Box<ApiError> {
    let message = format!(
        "The parameter - \"{parameter}\" names another user than UserPrincipalName. Give one of them alone."
    );
    ApiError::with_message(Code::InvalidParameter(parameter.into(), Rule::Format), message)
}

/// The identity a request is about: the RAM user it names, or the caller itself, root included, where it names none.
///
/// # Errors
/// `EntityNotExist.User`, `MissingUserPrincipalName` where a role's session names none.
pub fn find_identity(
    tx: &mut Tx<'_>,
    caller: &Caller,
    name: Option<&UserPrincipalName>,
) -> ApiResult<UserId> {
    match name {
        None => find_own(tx, caller, "UserPrincipalName"),
        Some(name) => {
            let account = account::find(tx, caller.account())?;
            find_by_name(tx, &account, name).map(|user| user.user_id)
        }
    }
}

/// The same for RAM's view, which names users without a domain.
///
/// # Errors
/// `EntityNotExist.User`.
pub fn find_named_identity(tx: &mut Tx<'_>, caller: &Caller, name: Option<&UserName>) -> ApiResult<UserId> {
    match name {
        None => find_own(tx, caller, "UserName"),
        Some(name) => find_named(tx, caller.account(), name).map(|user| user.user_id),
    }
}

/// The caller itself. The session of a role has no keys, device or password that the call could be about: it must name
/// a user by `parameter`.
fn find_own(tx: &mut Tx<'_>, caller: &Caller, parameter: &'static str) -> ApiResult<UserId> {
    if caller.is_root() {
        return Ok(UserId::ROOT);
    }
    if caller.role_session().is_some() {
        return Err(ApiError::missing(parameter));
    }
    // A call that was admitted before its user was deleted must not give that user anything.
    users::find(tx, caller.account(), caller.user())?
        .map(|user| user.user_id)
        .ok_or_else(|| ApiError::new(Plain::InvalidAccessKeyIdNotFound))
}

/// An AccessKey of that identity.
///
/// # Errors
/// `EntityNotExist.User.AccessKey`, also where the key is another identity's.
pub fn find_access_key(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &AccessKeyId,
) -> ApiResult<AccessKey> {
    access_keys::find(tx, account, user, key)?
        .ok_or_else(|| ApiError::new(Code::EntityNotExist("User.AccessKey")))
}

/// The logon profile of a user.
///
/// # Errors
/// `EntityNotExist.User.LoginProfile`.
pub fn find_login_profile(tx: &mut Tx<'_>, user: &User) -> ApiResult<LoginProfile> {
    login_profiles::find(tx, user.account, user.user_id)?
        .ok_or_else(|| ApiError::new(Code::EntityNotExist("User.LoginProfile")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::authn::KeyEntry;
    use crate::testing::TestApp;

    /// The other refusals are those of the operations that find a user here.
    #[test]
    fn a_call_that_outlives_its_user_gives_that_user_nothing() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let found = app.ok("GetUser", &[("UserPrincipalName", &upn)]);
        let user: UserId = found["User"]["UserId"].as_str().unwrap().parse().unwrap();
        let ids = (key.access_key_id, app.account(), user);
        let entry = KeyEntry::new(ids, None, Some(key.access_key_secret), (true, true), None);
        let caller = Caller { key: Arc::new(entry) };
        let find = || app.service.store().read(|tx| find_identity(tx, &caller, None));
        assert_eq!(find().unwrap(), user);
        let account = app.account();
        app.write(move |tx| users::delete(tx, account, user).map(drop));
        assert_eq!(find().unwrap_err().code, Plain::InvalidAccessKeyIdNotFound.into());
    }
}
