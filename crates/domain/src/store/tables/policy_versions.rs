//! The documents of custom policies. Which version is in force says `policies`.

use crate::identity::policy::{PolicyDocument, PolicyName, VersionId};
use crate::ids::AccountId;
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// A version of a custom policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// The account it belongs to.
    pub account: AccountId,
    /// The policy it belongs to.
    pub policy_name: PolicyName,
    /// Its number.
    pub version: VersionId,
    /// What it says, as it was given.
    pub document: PolicyDocument,
    /// When it was made.
    pub create_date: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT account, policy_name, version, document, create_date FROM policy_versions ", $rest)
    };
}

fn read(row: Row<'_>) -> Result<PolicyVersion, StoreError> {
    Ok(PolicyVersion {
        account: row.get(0)?,
        policy_name: row.get(1)?,
        version: row.get(2)?,
        document: row.get(3)?,
        create_date: row.get(4)?,
    })
}

/// A version of a policy.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &PolicyName,
    version: VersionId,
) -> Result<Option<PolicyVersion>, StoreError> {
    let sql = select!("WHERE account = ?1 AND policy_name = ?2 AND version = ?3");
    tx.find(sql, &[account.into(), name.into(), version.into()], read)
}

/// The versions of a policy, oldest first; a quota keeps them few.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &PolicyName,
) -> Result<Vec<PolicyVersion>, StoreError> {
    let sql = select!("WHERE account = ?1 AND policy_name = ?2 ORDER BY version");
    tx.list(sql, &[account.into(), name.into()], read)
}

/// A new version. `Exists` if the policy has one of that number.
pub fn insert(tx: &mut Tx<'_>, version: &PolicyVersion) -> Result<(), StoreError> {
    let sql = "INSERT INTO policy_versions (account, policy_name, version, document, create_date) \
               VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    let args = [
        version.account.into(),
        (&version.policy_name).into(),
        version.version.into(),
        (&version.document).into(),
        version.create_date.into(),
    ];
    if tx.execute(sql, &args)? == 0 {
        return Err(tx.exists("policy version"));
    }
    tx.note_policies_moved(version.account);
    Ok(())
}

/// Deletes a version; whether it was there. Whether it is in force is not looked at here.
pub fn delete(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &PolicyName,
    version: VersionId,
) -> Result<bool, StoreError> {
    tx.note_policies_moved(account);
    let sql = "DELETE FROM policy_versions WHERE account = ?1 AND policy_name = ?2 AND version = ?3";
    Ok(tx.execute(sql, &[account.into(), name.into(), version.into()])? > 0)
}

/// Deletes all versions of a policy.
pub(in crate::store) fn delete_by_policy(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &PolicyName,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM policy_versions WHERE account = ?1 AND policy_name = ?2";
    tx.execute(sql, &[account.into(), name.into()]).map(drop)
}

/// Deletes all of an account that is being deleted, which are few.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM policy_versions WHERE account = ?1", &[account.into()]).map(drop)
}
