//! The bin of deleted RAM users. Nothing in it counts anywhere, and nobody in it can do anything. Must not know how long a
//! user stays in it nor how many it holds.

use super::{kept_rows, recycled_keys, rows};
use crate::identity::user::{DisplayName, UserName};
use crate::ids::{AccountId, UserId};
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tables::users::User;
use crate::store::tx::{Effect, Tx};
use crate::time::Timestamp;

/// A user in the bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecycledUser {
    /// The account it belonged to.
    pub account: AccountId,
    /// Its id.
    pub user_id: UserId,
    /// Its name, which another user may have by now.
    pub user_name: UserName,
    /// What people called it.
    pub display_name: DisplayName,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it was deleted.
    pub recycle_date: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, user_id, user_name, display_name, create_date, recycle_date FROM recycled_users ",
            $rest
        )
    };
}

fn read(row: Row<'_>) -> Result<RecycledUser, StoreError> {
    Ok(RecycledUser {
        account: row.get(0)?,
        user_id: row.get(1)?,
        user_name: row.get(2)?,
        display_name: row.get(3)?,
        create_date: row.get(4)?,
        recycle_date: row.get(5)?,
    })
}

/// A user in the bin by its id.
pub fn find(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Option<RecycledUser>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND user_id = ?2"), &[account.into(), user.into()], read)
}

/// The next `limit` users in the bin after `after`, by id.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Vec<RecycledUser>, StoreError> {
    let after = after.map_or(-1, UserId::get);
    tx.list(
        select!("WHERE account = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3"),
        &[account.into(), after.into(), rows(limit).into()],
        read,
    )
}

/// The same among those that had this name; there may be several.
pub fn list_by_name(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &UserName,
    after: Option<UserId>,
    limit: usize,
) -> Result<Vec<RecycledUser>, StoreError> {
    let after = after.map_or(-1, UserId::get);
    // By their ids first: only then does SQLite take the index.
    let sql = "SELECT user_id FROM recycled_users WHERE account = ?1 AND user_name = ?2 AND user_id > ?3 \
               ORDER BY user_id LIMIT ?4";
    let args = [account.into(), name.into(), after.into(), rows(limit).into()];
    let ids: Vec<UserId> = tx.list(sql, &args, |row| row.get(0))?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(find(tx, account, id)?);
    }
    Ok(found)
}

/// The `limit` users that have been in the bin the longest, of those deleted at `until` or before.
pub fn list_oldest(
    tx: &mut Tx<'_>,
    account: AccountId,
    until: Timestamp,
    limit: usize,
) -> Result<Vec<RecycledUser>, StoreError> {
    tx.list(
        select!("WHERE account = ?1 AND recycle_date <= ?2 ORDER BY recycle_date, user_id LIMIT ?3"),
        &[account.into(), until.into(), rows(limit).into()],
        read,
    )
}

/// How many users an account has in the bin.
pub fn count(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM recycled_users WHERE account = ?1";
    Ok(tx.find(sql, &[account.into()], |row| row.get(0))?.unwrap_or_default())
}

/// Moves a user with all it has into the bin. `Exists` if there is one of that id.
pub fn insert(tx: &mut Tx<'_>, user: &User, at: Timestamp) -> Result<(), StoreError> {
    let (account, user_id) = (user.account, user.user_id);
    let kept = kept_rows::gather(tx, account, user_id)?;
    recycled_keys::insert_with_user(tx, account, user_id, at)?;
    kept_rows::delete(tx, account, user_id)?;
    let sql = "INSERT INTO recycled_users (account, user_id, user_name, display_name, create_date, recycle_date, kept) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
    let args = [
        account.into(),
        user_id.into(),
        (&user.user_name).into(),
        (&user.display_name).into(),
        user.create_date.into(),
        at.into(),
        (&kept).into(),
    ];
    if tx.execute(sql, &args)? == 0 {
        return Err(tx.exists("user in the recycle bin"));
    }
    tx.effect(Effect::Account(account));
    Ok(())
}

/// Moves a user with all it had back out of the bin. `Absent` if it is not there; `Exists` if its id, its name, its device's
/// name or the id of one of its keys is taken.
pub fn restore(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<(), StoreError> {
    let sql = "SELECT kept FROM recycled_users WHERE account = ?1 AND user_id = ?2";
    let kept: Option<String> = tx.find(sql, &[account.into(), user.into()], |row| row.get(0))?;
    let kept = kept.ok_or(StoreError::Absent { what: "user in the recycle bin" })?;
    kept_rows::restore(tx, account, user, &kept)?;
    recycled_keys::restore_with_user(tx, account, user)?;
    forget(tx, account, user).map(drop)
}

/// Deletes a user from the bin with all its keys that lie there, for good; whether it was there.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<bool, StoreError> {
    if !forget(tx, account, user)? {
        return Ok(false);
    }
    recycled_keys::delete_by_user(tx, account, user)?;
    Ok(true)
}

fn forget(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM recycled_users WHERE account = ?1 AND user_id = ?2";
    Ok(tx.execute(sql, &[account.into(), user.into()])? > 0)
}

/// Empties the bin of an account; it holds no more than its quota.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM recycled_users WHERE account = ?1", &[account.into()]).map(drop)
}
