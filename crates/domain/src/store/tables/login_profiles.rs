//! Logon profiles: whether and how a RAM user may log on to the console.

use super::{console_sessions, met, rows};
use crate::identity::access_key::Status;
use crate::identity::failures::Failures;
use crate::identity::login_profile::PasswordHash;
use crate::ids::{AccountId, UserId};
use crate::store::connection::{Arg, Row};
use crate::store::error::StoreError;
use crate::store::tx::{Effect, Tx};
use crate::store::upkeep::Dates;
use crate::time::Timestamp;

/// A logon profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginProfile {
    /// The account it belongs to.
    pub account: AccountId,
    /// Whose it is.
    pub user_id: UserId,
    /// Whether the user may log on.
    pub status: Status,
    /// The password; absent where none was set or only the fact of the profile is known.
    pub password_hash: Option<PasswordHash>,
    /// When the password was set.
    pub password_date: Option<Timestamp>,
    /// Whether somebody else chose it for the user's first logon.
    pub password_initial: bool,
    /// Whether the next logon must set another password.
    pub password_reset_required: bool,
    /// Whether the next logon must bind an MFA device.
    pub mfa_bind_required: bool,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it was last changed.
    pub update_date: Timestamp,
    /// When it was last used.
    pub last_login_date: Option<Timestamp>,
    /// Wrong passwords since the last right one.
    pub failed_attempts: i64,
    /// When the last of them came.
    pub failed_date: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, user_id, status, password_hash, password_date, password_initial, password_reset_required, \
             mfa_bind_required, create_date, update_date, last_login_date, failed_attempts, failed_date \
             FROM login_profiles ",
            $rest
        )
    };
}

impl LoginProfile {
    /// What the report needs of it: only an Active one is a way into the console.
    pub fn dates(&self) -> Option<Dates> {
        let dates = Dates { create_date: self.create_date, last_login_date: self.last_login_date };
        (self.status == Status::Active).then_some(dates)
    }
}

impl LoginProfile {
    /// Wrong passwords and codes since the last logon.
    pub fn failures(&self) -> Failures {
        Failures { attempts: self.failed_attempts, last: self.failed_date }
    }
}

pub(super) fn read(row: Row<'_>) -> Result<LoginProfile, StoreError> {
    Ok(LoginProfile {
        account: row.get(0)?,
        user_id: row.get(1)?,
        status: row.get(2)?,
        password_hash: row.get(3)?,
        password_date: row.get(4)?,
        password_initial: row.get(5)?,
        password_reset_required: row.get(6)?,
        mfa_bind_required: row.get(7)?,
        create_date: row.get(8)?,
        update_date: row.get(9)?,
        last_login_date: row.get(10)?,
        failed_attempts: row.get(11)?,
        failed_date: row.get(12)?,
    })
}

fn args(profile: &LoginProfile) -> [Arg<'_>; 13] {
    [
        profile.account.into(),
        profile.user_id.into(),
        (&profile.status).into(),
        profile.password_hash.as_ref().into(),
        profile.password_date.into(),
        profile.password_initial.into(),
        profile.password_reset_required.into(),
        profile.mfa_bind_required.into(),
        profile.create_date.into(),
        profile.update_date.into(),
        profile.last_login_date.into(),
        profile.failed_attempts.into(),
        profile.failed_date.into(),
    ]
}

/// The profile of a user.
pub fn find(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Option<LoginProfile>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND user_id = ?2"), &[account.into(), user.into()], read)
}

/// What the report needs of the profile of a user: nothing unless it is Active.
pub fn dates(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Option<Dates>, StoreError> {
    let sql = "SELECT create_date, last_login_date FROM login_profiles \
               WHERE account = ?1 AND user_id = ?2 AND status = 'Active'";
    let read = |row: Row<'_>| Ok(Dates { create_date: row.get(0)?, last_login_date: row.get(1)? });
    tx.find(sql, &[account.into(), user.into()], read)
}

/// The next `limit` profiles of an account after `after`, by user.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Vec<LoginProfile>, StoreError> {
    let after = after.map_or(-1, UserId::get);
    tx.list(
        select!("WHERE account = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3"),
        &[account.into(), after.into(), rows(limit).into()],
        read,
    )
}

/// A new profile. `Exists` if the user has one.
pub fn insert(tx: &mut Tx<'_>, profile: &LoginProfile) -> Result<(), StoreError> {
    let sql = "INSERT INTO login_profiles (account, user_id, status, password_hash, password_date, \
               password_initial, password_reset_required, mfa_bind_required, create_date, update_date, last_login_date, failed_attempts, \
               failed_date) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING";
    tx.touch_new_console(profile.account, profile.user_id, profile.dates())?;
    if tx.execute(sql, &args(profile))? == 0 {
        return Err(tx.exists("logon profile"));
    }
    tx.effect(Effect::Account(profile.account));
    Ok(())
}

/// Writes all fields of a profile anew. `Absent` if the user has none.
pub fn update(tx: &mut Tx<'_>, profile: &LoginProfile) -> Result<(), StoreError> {
    let sql = "UPDATE login_profiles SET status = ?3, password_hash = ?4, password_date = ?5, password_initial = ?6, \
               password_reset_required = ?7, mfa_bind_required = ?8, create_date = ?9, update_date = ?10, \
               last_login_date = ?11, failed_attempts = ?12, failed_date = ?13 WHERE account = ?1 AND user_id = ?2";
    tx.touch_console(profile.account, profile.user_id)?;
    met(tx.execute(sql, &args(profile))?, "logon profile")?;
    tx.effect(Effect::Account(profile.account));
    Ok(())
}

/// Writes the count of wrong passwords and codes alone: no report looks at it. `Absent` if the user has no profile.
pub fn update_failures(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    failures: Failures,
) -> Result<(), StoreError> {
    let sql = "UPDATE login_profiles SET failed_attempts = ?3, failed_date = ?4 WHERE account = ?1 AND user_id = ?2";
    let args = [account.into(), user.into(), failures.attempts.into(), failures.last.into()];
    met(tx.execute(sql, &args)?, "logon profile")
}

/// Deletes a profile with the memory of its passwords and ends the sessions of its user; whether it was there.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<bool, StoreError> {
    tx.touch_console(account, user)?;
    tx.effect(Effect::Account(account));
    let args = [account.into(), user.into()];
    tx.execute("DELETE FROM password_history WHERE account = ?1 AND user_id = ?2", &args)?;
    console_sessions::delete_of_user(tx, account, user)?;
    Ok(tx.execute("DELETE FROM login_profiles WHERE account = ?1 AND user_id = ?2", &args)? > 0)
}
