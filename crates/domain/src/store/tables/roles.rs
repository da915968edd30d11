//! RAM roles. What a role may do is `policy_attachments`; who may assume it says its trust policy, which is not read here.

use ramward_rpc::shape::Bounded;

use super::policy_attachments::{self, Principal};
use super::{met, rows, tags};
use crate::identity::role::{
    MaxSessionDuration, RoleDescription, RoleName, ServiceName, TaggedType, TrustPolicy,
};
use crate::ids::{AccountId, RoleId};
use crate::store::connection::{Arg, Row};
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its id.
    pub role_id: RoleId,
    /// Its name; no two roles of an account have the same, and it never changes.
    pub role_name: RoleName,
    /// What it is for; may be empty.
    pub description: RoleDescription,
    /// Who may assume it, as it was given.
    pub trust_policy: TrustPolicy,
    /// The longest that a session may last, in seconds.
    pub max_session_duration: MaxSessionDuration,
    /// Whether it may be assumed on the console.
    pub allow_console_login: bool,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it was last changed.
    pub update_date: Timestamp,
    /// The service it belongs to, where it is a service-linked one.
    pub service_name: Option<ServiceName>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, role_id, role_name, description, trust_policy, max_session_duration, \
             allow_console_login, create_date, update_date, service_name FROM roles ",
            $rest
        )
    };
}

fn read(row: Row<'_>) -> Result<Role, StoreError> {
    let seconds: i64 = row.get(5)?;
    let max_session_duration = Bounded::new(seconds)
        .ok_or_else(|| StoreError::damaged("a role's longest session is out of its bounds"))?;
    Ok(Role {
        account: row.get(0)?,
        role_id: row.get(1)?,
        role_name: row.get(2)?,
        description: row.get(3)?,
        trust_policy: row.get(4)?,
        max_session_duration,
        allow_console_login: row.get(6)?,
        create_date: row.get(7)?,
        update_date: row.get(8)?,
        service_name: row.get(9)?,
    })
}

/// A role by its id.
pub fn find(tx: &mut Tx<'_>, account: AccountId, role: RoleId) -> Result<Option<Role>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND role_id = ?2"), &[account.into(), role.into()], read)
}

/// A role by its name.
pub fn find_by_name(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &RoleName,
) -> Result<Option<Role>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND role_name = ?2"), &[account.into(), name.into()], read)
}

/// The next `limit` roles after the name `after`, by name.
pub fn list(tx: &mut Tx<'_>, account: AccountId, after: &str, limit: usize) -> Result<Vec<Role>, StoreError> {
    let sql = select!("WHERE account = ?1 AND role_name > ?2 ORDER BY role_name LIMIT ?3");
    tx.list(sql, &[account.into(), after.into(), rows(limit).into()], read)
}

/// How many roles the account has; by a walk over its roles, whose number a quota of a thousand bounds.
pub fn count(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM roles WHERE account = ?1";
    Ok(tx.find(sql, &[account.into()], |row| row.get(0))?.unwrap_or_default())
}

/// A new role. `Exists` if its id or its name is taken.
pub fn insert(tx: &mut Tx<'_>, role: &Role) -> Result<(), StoreError> {
    let sql = "INSERT INTO roles (account, role_id, role_name, description, trust_policy, max_session_duration, \
               allow_console_login, create_date, update_date, service_name) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING";
    let args: [Arg<'_>; 10] = [
        role.account.into(),
        role.role_id.into(),
        (&role.role_name).into(),
        (&role.description).into(),
        (&role.trust_policy).into(),
        role.max_session_duration.get().into(),
        role.allow_console_login.into(),
        role.create_date.into(),
        role.update_date.into(),
        role.service_name.as_ref().into(),
    ];
    if tx.execute(sql, &args)? == 0 {
        return Err(tx.exists("role"));
    }
    tx.note_policies_moved(role.account);
    Ok(())
}

/// Writes what may change of a role anew: all but its name and its service. `Absent` if there is no such role.
pub fn update(tx: &mut Tx<'_>, role: &Role) -> Result<(), StoreError> {
    let sql = "UPDATE roles SET description = ?3, trust_policy = ?4, max_session_duration = ?5, \
               allow_console_login = ?6, create_date = ?7, update_date = ?8 WHERE account = ?1 AND role_id = ?2";
    let args: [Arg<'_>; 8] = [
        role.account.into(),
        role.role_id.into(),
        (&role.description).into(),
        (&role.trust_policy).into(),
        role.max_session_duration.get().into(),
        role.allow_console_login.into(),
        role.create_date.into(),
        role.update_date.into(),
    ];
    met(tx.execute(sql, &args)?, "role")?;
    tx.note_policies_moved(role.account);
    Ok(())
}

/// Deletes a role with its attachments and tags; whether it was there. Whether it may be deleted while it has them is not
/// decided here.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, role: RoleId) -> Result<bool, StoreError> {
    let Some(row) = find(tx, account, role)? else { return Ok(false) };
    policy_attachments::delete_by_principal(tx, account, Principal::Role(role))?;
    tags::delete_by_resource(tx, account, TaggedType::Role, row.role_name.as_str())?;
    tx.note_policies_moved(account);
    let sql = "DELETE FROM roles WHERE account = ?1 AND role_id = ?2";
    Ok(tx.execute(sql, &[account.into(), role.into()])? > 0)
}

/// Deletes all of an account that is being deleted, which are few.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM roles WHERE account = ?1", &[account.into()]).map(drop)
}
