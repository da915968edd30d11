//! Which RAM users are in which groups.

use super::rows;
use crate::ids::{AccountId, GroupId, UserId};
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// Whether a user is in a group.
pub fn is_member(
    tx: &mut Tx<'_>,
    account: AccountId,
    group: GroupId,
    user: UserId,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM group_members WHERE account = ?1 AND group_id = ?2 AND user_id = ?3";
    Ok(tx.find(sql, &[account.into(), group.into(), user.into()], |_| Ok(()))?.is_some())
}

/// The next `limit` members of a group after `after`, by id, and when each joined.
pub fn list_users(
    tx: &mut Tx<'_>,
    account: AccountId,
    group: GroupId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Vec<(UserId, Timestamp)>, StoreError> {
    let sql = "SELECT user_id, join_date FROM group_members WHERE account = ?1 AND group_id = ?2 AND user_id > ?3 \
               ORDER BY user_id LIMIT ?4";
    let after = after.unwrap_or(UserId::ROOT);
    let args = [account.into(), group.into(), after.into(), rows(limit).into()];
    tx.list(sql, &args, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The groups of a user, by id; a quota keeps them few.
pub fn list_group_ids(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Vec<GroupId>, StoreError> {
    let sql = "SELECT group_id FROM group_members WHERE account = ?1 AND user_id = ?2 ORDER BY group_id";
    tx.list(sql, &[account.into(), user.into()], |row| row.get(0))
}

/// The groups of a user, by id, and when it joined each. By their ids first: only then does SQLite take the index by user
/// and not walk through all groups.
pub fn list_groups(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
) -> Result<Vec<(GroupId, Timestamp)>, StoreError> {
    let mut found = Vec::new();
    for group in list_group_ids(tx, account, user)? {
        let sql = "SELECT join_date FROM group_members WHERE account = ?1 AND group_id = ?2 AND user_id = ?3";
        let args = [account.into(), group.into(), user.into()];
        let date: Option<Timestamp> = tx.find(sql, &args, |row| row.get(0))?;
        found.extend(date.map(|date| (group, date)));
    }
    Ok(found)
}

/// How many groups a user is in.
pub fn count_groups(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM group_members WHERE account = ?1 AND user_id = ?2";
    Ok(tx.find(sql, &[account.into(), user.into()], |row| row.get(0))?.unwrap_or_default())
}

/// Puts a user into a group. `Exists` if it is there already.
pub fn insert(
    tx: &mut Tx<'_>,
    account: AccountId,
    group: GroupId,
    user: UserId,
    join_date: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO group_members (account, group_id, user_id, join_date) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT DO NOTHING";
    if tx.execute(sql, &[account.into(), group.into(), user.into(), join_date.into()])? == 0 {
        return Err(tx.exists("membership"));
    }
    tx.note_policies_moved(account);
    Ok(())
}

/// Takes a user out of a group; whether it was in there.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, group: GroupId, user: UserId) -> Result<bool, StoreError> {
    tx.note_policies_moved(account);
    let sql = "DELETE FROM group_members WHERE account = ?1 AND group_id = ?2 AND user_id = ?3";
    Ok(tx.execute(sql, &[account.into(), group.into(), user.into()])? > 0)
}

/// Takes everybody out of a group.
pub(in crate::store) fn delete_by_group(
    tx: &mut Tx<'_>,
    account: AccountId,
    group: GroupId,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM group_members WHERE account = ?1 AND group_id = ?2";
    tx.execute(sql, &[account.into(), group.into()]).map(drop)
}

/// Takes a user out of all its groups.
pub(in crate::store) fn delete_by_user(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
) -> Result<(), StoreError> {
    for group in list_group_ids(tx, account, user)? {
        delete(tx, account, group, user)?;
    }
    Ok(())
}

/// Deletes a part of those of an account that is being deleted; whether there may be more.
pub(in crate::store) fn delete_part(
    tx: &mut Tx<'_>,
    account: AccountId,
    limit: usize,
) -> Result<bool, StoreError> {
    let page = [account.into(), rows(limit).into()];
    let sql =
        "SELECT group_id, user_id FROM group_members WHERE account = ?1 ORDER BY group_id, user_id LIMIT ?2";
    let found: Vec<(GroupId, UserId)> = tx.list(sql, &page, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some((group, user)) = found.last() else { return Ok(false) };
    let sql = "DELETE FROM group_members WHERE account = ?1 AND (group_id, user_id) <= (?2, ?3)";
    tx.execute(sql, &[account.into(), (*group).into(), (*user).into()])?;
    Ok(true)
}
