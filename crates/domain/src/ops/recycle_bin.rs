//! The recycle bin of an account: how long what was deleted lies in it, how much fits in, what comes back out. Numbers: the
//! vendor's help pages on deleting a RAM user and an AccessKey pair (2026). What is past its time is gone for everybody at
//! once, and leaves the store with one of the next deletions. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code};

use crate::identity::access_key::Status;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::settings::Quotas;
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::tables::recycled_keys::{self, RecycledKey};
use crate::store::tables::recycled_users::{self, RecycledUser};
use crate::store::tables::users::{self, User};
use crate::store::{StoreError, Total, Tx, refusal};
use crate::time::{SECONDS_PER_DAY, Timestamp};

/// How long something lies in the bin.
const DAYS: i64 = 30;
/// How many users lie in it at most; one more lets the one go that has lain there longest.
const USERS: i64 = 1000;
/// How many AccessKeys of an identity, of those that were deleted alone.
const KEYS: usize = 3;
/// How much that is past its time one deletion takes out of the store.
const PURGED_AT_ONCE: usize = 100;

/// When something that was deleted then will be gone for good.
pub fn delete_date(recycle_date: Timestamp) -> Timestamp {
    recycle_date.plus_seconds(DAYS * SECONDS_PER_DAY)
}

/// Whether something that was deleted then is still in the bin.
fn is_kept(recycle_date: Timestamp, now: Timestamp) -> bool {
    now < delete_date(recycle_date)
}

/// Moves a user with all it has into the bin.
///
/// # Errors
/// A failure of the store.
pub fn recycle_user(tx: &mut Tx<'_>, user: &User, now: Timestamp) -> Result<(), StoreError> {
    purge(tx, user.account, now)?;
    if recycled_users::count(tx, user.account)? >= USERS {
        for oldest in recycled_users::list_oldest(tx, user.account, now, 1)? {
            recycled_users::delete(tx, oldest.account, oldest.user_id)?;
        }
    }
    // One of this id that lies there came back by another way, such as a state file; it is not that one.
    recycled_users::delete(tx, user.account, user.user_id)?;
    recycled_users::insert(tx, user, now)
}

/// Moves an AccessKey into the bin.
///
/// # Errors
/// A failure of the store.
pub fn recycle_key(tx: &mut Tx<'_>, key: &AccessKey, now: Timestamp) -> Result<(), StoreError> {
    purge(tx, key.account, now)?;
    let mut there = recycled_keys::list(tx, key.account, key.user_id)?;
    there.retain(|there| !there.with_user && there.key.access_key_id != key.access_key_id);
    let too_many = (there.len() + 1).saturating_sub(KEYS);
    for oldest in there.iter().take(too_many) {
        recycled_keys::delete(tx, key.account, key.user_id, &oldest.key.access_key_id)?;
    }
    recycled_keys::insert(tx, key, now)
}

/// Takes what is past its time out of the store, a bounded number at once.
fn purge(tx: &mut Tx<'_>, account: AccountId, now: Timestamp) -> Result<(), StoreError> {
    let until = now.plus_seconds(-DAYS * SECONDS_PER_DAY);
    for user in recycled_users::list_oldest(tx, account, until, PURGED_AT_ONCE)? {
        recycled_users::delete(tx, account, user.user_id)?;
    }
    for found in recycled_keys::list_oldest(tx, account, until, PURGED_AT_ONCE)? {
        recycled_keys::delete(tx, account, found.key.user_id, &found.key.access_key_id)?;
    }
    Ok(())
}

/// A user in the bin.
///
/// # Errors
/// `EntityNotExist.User`
pub fn find_user(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    now: Timestamp,
) -> ApiResult<RecycledUser> {
    recycled_users::find(tx, account, user)?
        .filter(|found| is_kept(found.recycle_date, now))
        .ok_or_else(|| ApiError::new(Code::EntityNotExist("User")))
}

/// An AccessKey in the bin, of `user` where one is named.
///
/// # Errors
/// `EntityNotExist.User.AccessKey`
pub fn find_key(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: Option<UserId>,
    key: &AccessKeyId,
    now: Timestamp,
) -> ApiResult<RecycledKey> {
    recycled_keys::find(tx, account, key)?
        .filter(|found| is_kept(found.recycle_date, now) && user.is_none_or(|user| user == found.key.user_id))
        .ok_or_else(|| ApiError::new(Code::EntityNotExist("User.AccessKey")))
}

/// The AccessKeys of an identity in the bin, longest there first.
///
/// # Errors
/// A failure of the store.
pub fn list_keys(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<RecycledKey>, StoreError> {
    let mut found = recycled_keys::list(tx, account, user)?;
    found.retain(|found| is_kept(found.recycle_date, now));
    Ok(found)
}

/// At most `limit` users of the bin after `after`, by id; of one name where one is given.
///
/// # Errors
/// A failure of the store.
pub fn list_users(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: Option<&crate::identity::user::UserName>,
    mut after: Option<UserId>,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<RecycledUser>, StoreError> {
    let mut found = Vec::new();
    loop {
        let room = limit - found.len();
        let page = match name {
            Some(name) => recycled_users::list_by_name(tx, account, name, after, room)?,
            None => recycled_users::list(tx, account, after, room)?,
        };
        let last_page = page.len() < room;
        after = page.last().map(|user| user.user_id).or(after);
        found.extend(page.into_iter().filter(|user| is_kept(user.recycle_date, now)));
        // Those past their time are no more than the bin holds, so this ends.
        if last_page || found.len() == limit {
            return Ok(found);
        }
    }
}

/// Moves a user with all it had back out of the bin: its AccessKeys as they were, its logon, its device, its tags.
///
/// # Errors
/// `EntityNotExist.User`; `LimitExceeded.User`; `EntityAlreadyExists.User`, `.VirtualMFADevice` or `.User.AccessKey` where
/// another has its name, its device's name or the id of its key by now.
pub fn restore_user(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    now: Timestamp,
    quotas: &Quotas,
) -> ApiResult<()> {
    let found = find_user(tx, account, user, now)?;
    let row = crate::ops::account::find(tx, account)?;
    if row.totals.get(Total::Users) >= quotas.users {
        return Err(ApiError::new(Code::LimitExceeded("User")));
    }
    recycled_users::restore(tx, account, found.user_id).map_err(taken)
}

fn taken(error: StoreError) -> Box<ApiError> {
    match error {
        StoreError::Exists { what: "user" } => ApiError::new(Code::EntityAlreadyExists("User")),
        StoreError::Exists { what: "MFA device" } => {
            ApiError::new(Code::EntityAlreadyExists("VirtualMFADevice"))
        }
        StoreError::Exists { what: "AccessKey" } => {
            ApiError::new(Code::EntityAlreadyExists("User.AccessKey"))
        }
        other => refusal(other),
    }
}

/// Moves an AccessKey back out of the bin, Inactive: only such a one can be deleted in the vendor's console, and who
/// undoes a deletion by mistake switches it on with one more call.
///
/// # Errors
/// `EntityNotExist.User.AccessKey`; `EntityNotExist.User` for a key whose user lies in the bin too; `LimitExceeded.User.AccessKey`.
pub fn restore_key(tx: &mut Tx<'_>, found: &RecycledKey, quotas: &Quotas) -> ApiResult<()> {
    let (account, user) = (found.key.account, found.key.user_id);
    if !user.is_root() && users::find(tx, account, user)?.is_none() {
        return Err(ApiError::with_message(
            Code::EntityNotExist("User"),
            "The User does not exist. It was deleted as well: restore it with RestoreUserFromRecycleBin.",
        ));
    }
    let quota = if user.is_root() { quotas.access_keys_per_account } else { quotas.access_keys_per_user };
    let held = access_keys::list(tx, account, user)?.len();
    if i64::try_from(held).unwrap_or(i64::MAX) >= quota {
        return Err(ApiError::new(Code::LimitExceeded("User.AccessKey")));
    }
    recycled_keys::restore(tx, account, &found.key.access_key_id, Status::Inactive).map_err(taken)
}
