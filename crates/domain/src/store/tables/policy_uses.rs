//! How often each policy is attached, so that nobody has to count. Written by `policy_attachments` alone.

use crate::identity::policy::{PolicyName, PolicyType};
use crate::ids::AccountId;
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tx::Tx;

/// A policy and how often it is attached.
pub(in crate::store) type Use = (PolicyType, PolicyName, i64);

/// How often a policy is attached.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    policy_type: PolicyType,
    name: &PolicyName,
) -> Result<i64, StoreError> {
    let sql =
        "SELECT attachments FROM policy_uses WHERE account = ?1 AND policy_type = ?2 AND policy_name = ?3";
    let args = [account.into(), (&policy_type).into(), name.into()];
    Ok(tx.find(sql, &args, |row| row.get(0))?.unwrap_or_default())
}

pub(super) fn add(
    tx: &mut Tx<'_>,
    account: AccountId,
    policy_type: PolicyType,
    name: &PolicyName,
    n: i64,
) -> Result<(), StoreError> {
    let now = find(tx, account, policy_type, name)? + n;
    let args = [account.into(), (&policy_type).into(), name.into(), now.into()];
    let (sql, args) = if now == 0 {
        let sql = "DELETE FROM policy_uses WHERE account = ?1 AND policy_type = ?2 AND policy_name = ?3";
        (sql, args.get(..3).unwrap_or_default())
    } else {
        let sql = "INSERT INTO policy_uses (account, policy_type, policy_name, attachments) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (account, policy_type, policy_name) DO UPDATE SET attachments = excluded.attachments";
        (sql, args.as_slice())
    };
    tx.execute(sql, args).map(drop)
}

/// All of an account, by type and name.
pub(in crate::store) fn list(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Use>, StoreError> {
    let sql = "SELECT policy_type, policy_name, attachments FROM policy_uses WHERE account = ?1 \
               ORDER BY policy_type, policy_name";
    tx.list(sql, &[account.into()], read)
}

pub(super) fn read(row: Row<'_>) -> Result<Use, StoreError> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

/// Deletes all of an account that is being deleted, which are few.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM policy_uses WHERE account = ?1", &[account.into()]).map(drop)
}
