//! Which policies are attached to which users, groups and roles. Keeps the count of each policy and the account's count
//! of users that have one.

use super::{policy_uses, rows};
use crate::identity::policy::{PolicyName, PolicyType};
use crate::ids::{AccountId, GroupId, RoleId, UserId};
use crate::store::connection::{Arg, Row};
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::store::upkeep::Total;
use crate::time::Timestamp;

/// Whom a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// A RAM user.
    User(UserId),
    /// A group.
    Group(GroupId),
    /// A role.
    Role(RoleId),
}

impl Principal {
    const USER: &'static str = "User";
    const GROUP: &'static str = "Group";
    const ROLE: &'static str = "Role";

    fn kind(self) -> Arg<'static> {
        Arg::Text(match self {
            Self::User(_) => Self::USER,
            Self::Group(_) => Self::GROUP,
            Self::Role(_) => Self::ROLE,
        })
    }

    fn id(self) -> Arg<'static> {
        match self {
            Self::User(id) => id.into(),
            Self::Group(id) => id.into(),
            Self::Role(id) => id.into(),
        }
    }

    fn read(kind: &str, id: i64) -> Option<Self> {
        match kind {
            Self::USER => UserId::new(id).map(Self::User),
            Self::GROUP => GroupId::new(id).map(Self::Group),
            Self::ROLE => RoleId::new(id).map(Self::Role),
            _ => None,
        }
    }
}

/// A policy that is attached to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Whose policy.
    pub policy_type: PolicyType,
    /// Which.
    pub policy_name: PolicyName,
    /// Since when.
    pub attach_date: Timestamp,
}

/// Whether the policy is attached to `principal`.
pub fn is_attached(
    tx: &mut Tx<'_>,
    account: AccountId,
    principal: Principal,
    policy_type: PolicyType,
    name: &PolicyName,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM policy_attachments WHERE account = ?1 AND principal_type = ?2 AND principal_id = ?3 \
               AND policy_type = ?4 AND policy_name = ?5";
    let args = [account.into(), principal.kind(), principal.id(), (&policy_type).into(), name.into()];
    Ok(tx.find(sql, &args, |_| Ok(()))?.is_some())
}

/// The policies attached to `principal`, by type and name; a quota keeps them few.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    principal: Principal,
) -> Result<Vec<Attachment>, StoreError> {
    let sql = "SELECT policy_type, policy_name, attach_date FROM policy_attachments \
               WHERE account = ?1 AND principal_type = ?2 AND principal_id = ?3 ORDER BY policy_type, policy_name";
    tx.list(sql, &[account.into(), principal.kind(), principal.id()], |row| {
        Ok(Attachment { policy_type: row.get(0)?, policy_name: row.get(1)?, attach_date: row.get(2)? })
    })
}

/// How many policies of a type are attached to `principal`.
pub fn count(
    tx: &mut Tx<'_>,
    account: AccountId,
    principal: Principal,
    policy_type: PolicyType,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM policy_attachments \
               WHERE account = ?1 AND principal_type = ?2 AND principal_id = ?3 AND policy_type = ?4";
    let args = [account.into(), principal.kind(), principal.id(), (&policy_type).into()];
    Ok(tx.find(sql, &args, |row| row.get(0))?.unwrap_or_default())
}

/// The next `limit` of those a policy is attached to, after `after`: groups, roles, then users, each by id, and since
/// when.
pub fn list_principals(
    tx: &mut Tx<'_>,
    account: AccountId,
    policy_type: PolicyType,
    name: &PolicyName,
    after: Option<Principal>,
    limit: usize,
) -> Result<Vec<(Principal, Timestamp)>, StoreError> {
    let sql = "SELECT principal_type, principal_id FROM policy_attachments \
               WHERE account = ?1 AND policy_type = ?2 AND policy_name = ?3 AND (principal_type, principal_id) > (?4, ?5) \
               ORDER BY principal_type, principal_id LIMIT ?6";
    let (after_type, after_id) =
        after.map_or((Arg::Text(""), Arg::Int(0)), |after| (after.kind(), after.id()));
    let args = [account.into(), (&policy_type).into(), name.into(), after_type, after_id, rows(limit).into()];
    let found: Vec<Principal> = tx.list(sql, &args, read_principal)?;
    let mut dated = Vec::with_capacity(found.len());
    for principal in found {
        let sql = "SELECT attach_date FROM policy_attachments WHERE account = ?1 AND principal_type = ?2 \
                   AND principal_id = ?3 AND policy_type = ?4 AND policy_name = ?5";
        let args = [account.into(), principal.kind(), principal.id(), (&policy_type).into(), name.into()];
        let date: Option<Timestamp> = tx.find(sql, &args, |row| row.get(0))?;
        dated.extend(date.map(|date| (principal, date)));
    }
    Ok(dated)
}

fn read_principal(row: Row<'_>) -> Result<Principal, StoreError> {
    Principal::read(&row.get::<String>(0)?, row.get(1)?)
        .ok_or_else(|| StoreError::damaged("a policy is attached to nobody"))
}

/// Attaches a policy. `Exists` if it is attached already.
pub fn insert(
    tx: &mut Tx<'_>,
    account: AccountId,
    principal: Principal,
    attachment: &Attachment,
) -> Result<(), StoreError> {
    let first = matches!(principal, Principal::User(_)) && !has_any(tx, account, principal)?;
    let sql = "INSERT INTO policy_attachments (account, principal_type, principal_id, policy_type, policy_name, \
               attach_date) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
    let args = [
        account.into(),
        principal.kind(),
        principal.id(),
        (&attachment.policy_type).into(),
        (&attachment.policy_name).into(),
        attachment.attach_date.into(),
    ];
    if tx.execute(sql, &args)? == 0 {
        return Err(tx.exists("attachment"));
    }
    policy_uses::add(tx, account, attachment.policy_type, &attachment.policy_name, 1)?;
    if first {
        tx.count(account, Total::UsersWithPolicies, 1);
    }
    tx.note_policies_moved(account);
    Ok(())
}

/// Detaches a policy; whether it was attached.
pub fn delete(
    tx: &mut Tx<'_>,
    account: AccountId,
    principal: Principal,
    policy_type: PolicyType,
    name: &PolicyName,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM policy_attachments WHERE account = ?1 AND principal_type = ?2 AND principal_id = ?3 \
               AND policy_type = ?4 AND policy_name = ?5";
    let args = [account.into(), principal.kind(), principal.id(), (&policy_type).into(), name.into()];
    if tx.execute(sql, &args)? == 0 {
        return Ok(false);
    }
    policy_uses::add(tx, account, policy_type, name, -1)?;
    if matches!(principal, Principal::User(_)) && !has_any(tx, account, principal)? {
        tx.count(account, Total::UsersWithPolicies, -1);
    }
    tx.note_policies_moved(account);
    Ok(true)
}

/// Detaches everything from `principal`.
pub fn delete_by_principal(
    tx: &mut Tx<'_>,
    account: AccountId,
    principal: Principal,
) -> Result<(), StoreError> {
    for attached in list(tx, account, principal)? {
        delete(tx, account, principal, attached.policy_type, &attached.policy_name)?;
    }
    Ok(())
}

fn has_any(tx: &mut Tx<'_>, account: AccountId, principal: Principal) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM policy_attachments WHERE account = ?1 AND principal_type = ?2 AND principal_id = ?3 LIMIT 1";
    Ok(tx.find(sql, &[account.into(), principal.kind(), principal.id()], |_| Ok(()))?.is_some())
}

/// How often each policy is attached, and how many users have one, by a walk over all of an account: for the recount.
pub(in crate::store) fn recount(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<(Vec<policy_uses::Use>, i64), StoreError> {
    let sql = "SELECT policy_type, policy_name, COUNT(*) FROM policy_attachments WHERE account = ?1 \
               GROUP BY policy_type, policy_name";
    let uses = tx.list(sql, &[account.into()], policy_uses::read)?;
    let sql = "SELECT COUNT(*) FROM (SELECT DISTINCT principal_id FROM policy_attachments \
               WHERE account = ?1 AND principal_type = 'User') AS attached";
    let users = tx.find(sql, &[account.into()], |row| row.get(0))?.unwrap_or_default();
    Ok((uses, users))
}

/// Deletes a part of those of an account that is being deleted; whether there may be more.
pub(in crate::store) fn delete_part(
    tx: &mut Tx<'_>,
    account: AccountId,
    limit: usize,
) -> Result<bool, StoreError> {
    let page = [account.into(), rows(limit).into()];
    let sql = "SELECT principal_type, principal_id FROM policy_attachments WHERE account = ?1 \
               ORDER BY principal_type, principal_id LIMIT ?2";
    let found = tx.list(sql, &page, read_principal)?;
    let Some(last) = found.last() else { return Ok(false) };
    let sql =
        "DELETE FROM policy_attachments WHERE account = ?1 AND (principal_type, principal_id) <= (?2, ?3)";
    tx.execute(sql, &[account.into(), last.kind(), last.id()])?;
    Ok(true)
}
