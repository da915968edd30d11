//! The custom policies of an account; what they say is `policy_versions`, system policies are no rows.

use super::{met, policy_uses, policy_versions, rows, tags};
use crate::identity::policy::{PolicyDescription, PolicyName, PolicyType, VersionId};
use crate::identity::role::TaggedType;
use crate::ids::AccountId;
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// A custom policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its name; no two custom policies of an account have the same.
    pub policy_name: PolicyName,
    /// What it is for; may be empty.
    pub description: PolicyDescription,
    /// The version in force.
    pub default_version: VersionId,
    /// The latest version there ever was; its number is not given again.
    pub last_version: VersionId,
    /// Whether the version in force allows every action on every resource, without a condition.
    pub full_access: bool,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it was last changed.
    pub update_date: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, policy_name, description, default_version, last_version, full_access, create_date, \
             update_date FROM policies ",
            $rest
        )
    };
}

fn read(row: Row<'_>) -> Result<Policy, StoreError> {
    Ok(Policy {
        account: row.get(0)?,
        policy_name: row.get(1)?,
        description: row.get(2)?,
        default_version: row.get(3)?,
        last_version: row.get(4)?,
        full_access: row.get(5)?,
        create_date: row.get(6)?,
        update_date: row.get(7)?,
    })
}

/// A custom policy by its name.
pub fn find(tx: &mut Tx<'_>, account: AccountId, name: &PolicyName) -> Result<Option<Policy>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND policy_name = ?2"), &[account.into(), name.into()], read)
}

/// The next `limit` custom policies after the name `after`, by name.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: &str,
    limit: usize,
) -> Result<Vec<Policy>, StoreError> {
    let sql = select!("WHERE account = ?1 AND policy_name > ?2 ORDER BY policy_name LIMIT ?3");
    tx.list(sql, &[account.into(), after.into(), rows(limit).into()], read)
}

/// How many custom policies the account has; by a walk over their names, whose number a quota of some hundred bounds.
pub fn count(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM policies WHERE account = ?1";
    Ok(tx.find(sql, &[account.into()], |row| row.get(0))?.unwrap_or_default())
}

/// How many custom policies allow everything and are attached to somebody; reads those that do and no others.
pub fn count_full_access(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT policy_name FROM policies WHERE account = ?1 AND full_access = 1 ORDER BY policy_name";
    let names: Vec<PolicyName> = tx.list(sql, &[account.into()], |row| row.get(0))?;
    let mut attached = 0;
    for name in names {
        attached += i64::from(policy_uses::find(tx, account, PolicyType::Custom, &name)? > 0);
    }
    Ok(attached)
}

/// A new custom policy. `Exists` if its name is taken.
pub fn insert(tx: &mut Tx<'_>, policy: &Policy) -> Result<(), StoreError> {
    let sql = "INSERT INTO policies (account, policy_name, description, default_version, last_version, full_access, \
               create_date, update_date) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
    if tx.execute(sql, &args(policy))? == 0 {
        return Err(tx.exists("policy"));
    }
    tx.note_policies_moved(policy.account);
    Ok(())
}

/// Writes all fields of a custom policy anew. `Absent` if there is none of that name.
pub fn update(tx: &mut Tx<'_>, policy: &Policy) -> Result<(), StoreError> {
    let sql = "UPDATE policies SET description = ?3, default_version = ?4, last_version = ?5, full_access = ?6, \
               create_date = ?7, update_date = ?8 WHERE account = ?1 AND policy_name = ?2";
    met(tx.execute(sql, &args(policy))?, "policy")?;
    tx.note_policies_moved(policy.account);
    Ok(())
}

fn args(policy: &Policy) -> [crate::store::connection::Arg<'_>; 8] {
    [
        policy.account.into(),
        (&policy.policy_name).into(),
        (&policy.description).into(),
        policy.default_version.into(),
        policy.last_version.into(),
        policy.full_access.into(),
        policy.create_date.into(),
        policy.update_date.into(),
    ]
}

/// Deletes a custom policy with its versions and tags; whether it was there. Its attachments must be gone before.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, name: &PolicyName) -> Result<bool, StoreError> {
    policy_versions::delete_by_policy(tx, account, name)?;
    tags::delete_by_resource(tx, account, TaggedType::Policy, name.as_str())?;
    tx.note_policies_moved(account);
    let sql = "DELETE FROM policies WHERE account = ?1 AND policy_name = ?2";
    Ok(tx.execute(sql, &[account.into(), name.into()])? > 0)
}

/// Deletes all of an account that is being deleted, which are few.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM policies WHERE account = ?1", &[account.into()]).map(drop)
}
