//! The bin of deleted AccessKeys: those that were deleted alone, and those that went with their user. None of them signs,
//! none counts. Must not know how long a key stays in it nor how many it holds.

use super::{access_key_policies, access_keys, rows};
use crate::identity::access_key::Status;
use crate::identity::access_key_policy::AccessKeyPolicy;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tables::access_keys::AccessKey;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// An AccessKey in the bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecycledKey {
    /// The key as it was.
    pub key: AccessKey,
    /// From where it could sign, where not from anywhere.
    pub policy: Option<AccessKeyPolicy>,
    /// When it was deleted.
    pub recycle_date: Timestamp,
    /// Whether it went with its user.
    pub with_user: bool,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, user_id, access_key_id, sealed_secret, status, create_date, update_date, last_used_date, \
             last_used_service, policy, recycle_date, with_user FROM recycled_keys ",
            $rest
        )
    };
}

fn read(row: Row<'_>) -> Result<RecycledKey, StoreError> {
    Ok(RecycledKey {
        key: access_keys::read(row)?,
        policy: row.get(9)?,
        recycle_date: row.get(10)?,
        with_user: row.get(11)?,
    })
}

/// A key in the bin by its id.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    key: &AccessKeyId,
) -> Result<Option<RecycledKey>, StoreError> {
    // By its owner first: only then does SQLite take the index and not walk through the account's keys.
    let sql = "SELECT user_id FROM recycled_keys WHERE account = ?1 AND access_key_id = ?2 LIMIT 1";
    let user: Option<UserId> = tx.find(sql, &[account.into(), key.into()], |row| row.get(0))?;
    let Some(user) = user else { return Ok(None) };
    let args = [account.into(), user.into(), key.into()];
    tx.find(select!("WHERE account = ?1 AND user_id = ?2 AND access_key_id = ?3"), &args, read)
}

/// The keys of an identity in the bin, longest there first.
pub fn list(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Vec<RecycledKey>, StoreError> {
    let mut found =
        tx.list(select!("WHERE account = ?1 AND user_id = ?2"), &[account.into(), user.into()], read)?;
    found.sort_by(|one, other| {
        (one.recycle_date, &one.key.access_key_id).cmp(&(other.recycle_date, &other.key.access_key_id))
    });
    Ok(found)
}

/// The `limit` keys that have been in the bin the longest, of those deleted at `until` or before.
pub fn list_oldest(
    tx: &mut Tx<'_>,
    account: AccountId,
    until: Timestamp,
    limit: usize,
) -> Result<Vec<RecycledKey>, StoreError> {
    tx.list(
        select!(
            "WHERE account = ?1 AND recycle_date <= ?2 ORDER BY recycle_date, user_id, access_key_id LIMIT ?3"
        ),
        &[account.into(), until.into(), rows(limit).into()],
        read,
    )
}

/// Moves a key into the bin, alone.
pub fn insert(tx: &mut Tx<'_>, key: &AccessKey, at: Timestamp) -> Result<(), StoreError> {
    move_in(tx, key, at, false)
}

/// Moves all keys of a user into the bin that goes there itself.
pub(super) fn insert_with_user(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    at: Timestamp,
) -> Result<(), StoreError> {
    for key in access_keys::list(tx, account, user)? {
        move_in(tx, &key, at, true)?;
    }
    Ok(())
}

fn move_in(tx: &mut Tx<'_>, key: &AccessKey, at: Timestamp, with_user: bool) -> Result<(), StoreError> {
    let policy = access_key_policies::find(tx, key.account, key.user_id, &key.access_key_id)?;
    let policy = policy.map(|policy| policy.to_string());
    // A key of this id that lay there before came back by another way, such as a state file; it is not that one.
    let sql = "INSERT INTO recycled_keys (account, user_id, access_key_id, sealed_secret, status, create_date, \
               update_date, last_used_date, last_used_service, policy, recycle_date, with_user) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
               ON CONFLICT (account, user_id, access_key_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, \
               status = excluded.status, create_date = excluded.create_date, update_date = excluded.update_date, \
               last_used_date = excluded.last_used_date, last_used_service = excluded.last_used_service, \
               policy = excluded.policy, recycle_date = excluded.recycle_date, with_user = excluded.with_user";
    let args = [
        key.account.into(),
        key.user_id.into(),
        (&key.access_key_id).into(),
        key.sealed_secret.as_ref().into(),
        (&key.status).into(),
        key.create_date.into(),
        key.update_date.into(),
        key.last_used_date.into(),
        key.last_used_service.as_deref().into(),
        policy.as_deref().into(),
        at.into(),
        with_user.into(),
    ];
    tx.execute(sql, &args)?;
    access_keys::delete(tx, key.account, key.user_id, &key.access_key_id).map(drop)
}

/// Moves a key back out of the bin, with this status. `Absent` if it is not there, `Exists` if its id is taken.
pub fn restore(
    tx: &mut Tx<'_>,
    account: AccountId,
    key: &AccessKeyId,
    status: Status,
) -> Result<(), StoreError> {
    let found = find(tx, account, key)?.ok_or(StoreError::Absent { what: "AccessKey in the recycle bin" })?;
    move_out(tx, &RecycledKey { key: AccessKey { status, ..found.key }, ..found })
}

/// Moves the keys back that went with a user.
pub(super) fn restore_with_user(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<(), StoreError> {
    for found in list(tx, account, user)? {
        if found.with_user {
            move_out(tx, &found)?;
        }
    }
    Ok(())
}

fn move_out(tx: &mut Tx<'_>, found: &RecycledKey) -> Result<(), StoreError> {
    let key = &found.key;
    access_keys::insert(tx, key)?;
    if let Some(policy) = &found.policy {
        access_key_policies::update(tx, key.account, key.user_id, &key.access_key_id, policy)?;
    }
    delete(tx, key.account, key.user_id, &key.access_key_id).map(drop)
}

/// Deletes a key from the bin for good; whether it was there.
pub fn delete(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &AccessKeyId,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM recycled_keys WHERE account = ?1 AND user_id = ?2 AND access_key_id = ?3";
    Ok(tx.execute(sql, &[account.into(), user.into(), key.into()])? > 0)
}

/// Deletes all keys of a user from the bin.
pub(super) fn delete_by_user(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM recycled_keys WHERE account = ?1 AND user_id = ?2";
    tx.execute(sql, &[account.into(), user.into()]).map(drop)
}

/// Deletes some thousand keys of an account; whether there may be more.
pub(in crate::store) fn delete_part(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, StoreError> {
    const PAGE: usize = 1000;
    let sql = "SELECT user_id, access_key_id FROM recycled_keys WHERE account = ?1 \
               ORDER BY user_id, access_key_id LIMIT ?2";
    let page: Vec<(UserId, AccessKeyId)> =
        tx.list(sql, &[account.into(), rows(PAGE).into()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some((user, key)) = page.last() else { return Ok(false) };
    let sql = "DELETE FROM recycled_keys WHERE account = ?1 AND (user_id, access_key_id) <= (?2, ?3)";
    tx.execute(sql, &[account.into(), (*user).into(), key.into()])?;
    Ok(true)
}
