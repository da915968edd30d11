//! Groups of RAM users. Who is in one is `group_members`, what it may do `policy_attachments`.

use super::{group_members, met, policy_attachments, rows};
use crate::identity::group::{GroupDisplayName, GroupName};
use crate::identity::user::Comments;
use crate::ids::{AccountId, GroupId};
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tables::policy_attachments::Principal;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its id.
    pub group_id: GroupId,
    /// Its name; no two groups of an account have the same.
    pub group_name: GroupName,
    /// What people call it; may be empty.
    pub display_name: GroupDisplayName,
    /// A note; may be empty.
    pub comments: Comments,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it was last changed.
    pub update_date: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, group_id, group_name, display_name, comments, create_date, update_date FROM groups ",
            $rest
        )
    };
}

fn read(row: Row<'_>) -> Result<Group, StoreError> {
    Ok(Group {
        account: row.get(0)?,
        group_id: row.get(1)?,
        group_name: row.get(2)?,
        display_name: row.get(3)?,
        comments: row.get(4)?,
        create_date: row.get(5)?,
        update_date: row.get(6)?,
    })
}

/// A group by its id.
pub fn find(tx: &mut Tx<'_>, account: AccountId, group: GroupId) -> Result<Option<Group>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND group_id = ?2"), &[account.into(), group.into()], read)
}

/// A group by its name.
pub fn find_by_name(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &GroupName,
) -> Result<Option<Group>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND group_name = ?2"), &[account.into(), name.into()], read)
}

/// The next `limit` groups after `after`, by id.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<GroupId>,
    limit: usize,
) -> Result<Vec<Group>, StoreError> {
    let sql = select!("WHERE account = ?1 AND group_id > ?2 ORDER BY group_id LIMIT ?3");
    let after = after.map_or(0, GroupId::get);
    tx.list(sql, &[account.into(), after.into(), rows(limit).into()], read)
}

/// How many groups the account has; by a walk over its groups, whose number a quota of a few hundred bounds.
pub fn count(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM groups WHERE account = ?1";
    Ok(tx.find(sql, &[account.into()], |row| row.get(0))?.unwrap_or_default())
}

/// A new group. `Exists` if its id or its name is taken.
pub fn insert(tx: &mut Tx<'_>, group: &Group) -> Result<(), StoreError> {
    let sql = "INSERT INTO groups (account, group_id, group_name, display_name, comments, create_date, update_date) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
    if tx.execute(sql, &args(group))? == 0 {
        return Err(tx.exists("group"));
    }
    tx.note_policies_moved(group.account);
    Ok(())
}

/// Writes all fields of a group anew. `Exists` if its new name is taken, `Absent` if there is no such group.
pub fn update(tx: &mut Tx<'_>, group: &Group) -> Result<(), StoreError> {
    let named = find_by_name(tx, group.account, &group.group_name)?;
    if named.is_some_and(|other| other.group_id != group.group_id) {
        return Err(tx.exists("group"));
    }
    let sql = "UPDATE groups SET group_name = ?3, display_name = ?4, comments = ?5, create_date = ?6, update_date = ?7 \
               WHERE account = ?1 AND group_id = ?2";
    met(tx.execute(sql, &args(group))?, "group")?;
    tx.note_policies_moved(group.account);
    Ok(())
}

fn args(group: &Group) -> [crate::store::connection::Arg<'_>; 7] {
    [
        group.account.into(),
        group.group_id.into(),
        (&group.group_name).into(),
        (&group.display_name).into(),
        (&group.comments).into(),
        group.create_date.into(),
        group.update_date.into(),
    ]
}

/// Deletes a group with its memberships and attachments; whether it was there. Whether it may be deleted while it has
/// them is not decided here.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, group: GroupId) -> Result<bool, StoreError> {
    policy_attachments::delete_by_principal(tx, account, Principal::Group(group))?;
    group_members::delete_by_group(tx, account, group)?;
    tx.note_policies_moved(account);
    let sql = "DELETE FROM groups WHERE account = ?1 AND group_id = ?2";
    Ok(tx.execute(sql, &[account.into(), group.into()])? > 0)
}

/// Deletes all of an account that is being deleted, which are few.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM groups WHERE account = ?1", &[account.into()]).map(drop)
}
