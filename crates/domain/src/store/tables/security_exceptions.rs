//! The security exceptions of accounts.

use super::rows;
use crate::identity::security_exception::{
    ExceptionId, ExceptionOwner, ExceptionReason, ExceptionState, ExpireDate, SubjectPattern,
};
use crate::ids::AccountId;
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tx::{Effect, Tx};
use crate::time::{Day, Timestamp};

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityException {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub exception_id: ExceptionId,
    /// The check it is about.
    pub check_id: String,
    /// Whom it is for.
    pub subject_pattern: SubjectPattern,
    /// Who answers for it.
    pub owner: ExceptionOwner,
    /// Why it is there.
    pub reason: ExceptionReason,
    /// The last day on which it holds.
    pub expire_date: ExpireDate,
    /// How the account stands to what it excepts.
    pub state: ExceptionState,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it was last set.
    pub update_date: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, exception_id, check_id, subject_pattern, owner, reason, expire_day, state, create_date, \
             update_date FROM security_exceptions ",
            $rest
        )
    };
}

fn read(row: Row<'_>) -> Result<SecurityException, StoreError> {
    Ok(SecurityException {
        account: row.get(0)?,
        exception_id: row.get(1)?,
        check_id: row.get(2)?,
        subject_pattern: row.get(3)?,
        owner: row.get(4)?,
        reason: row.get(5)?,
        expire_date: ExpireDate(row.get::<Day>(6)?),
        state: row.get(7)?,
        create_date: row.get(8)?,
        update_date: row.get(9)?,
    })
}

/// An exception by its name.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    id: &ExceptionId,
) -> Result<Option<SecurityException>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND exception_id = ?2"), &[account.into(), id.into()], read)
}

/// The next `limit` exceptions after `after`, by name.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<&ExceptionId>,
    limit: usize,
) -> Result<Vec<SecurityException>, StoreError> {
    let after = after.map_or("", ExceptionId::as_str);
    tx.list(
        select!("WHERE account = ?1 AND exception_id > ?2 ORDER BY exception_id LIMIT ?3"),
        &[account.into(), after.into(), rows(limit).into()],
        read,
    )
}

/// How many exceptions are over on the day `today`.
pub fn count_expired(tx: &mut Tx<'_>, account: AccountId, today: Day) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM security_exceptions WHERE account = ?1 AND expire_day < ?2";
    let found = tx.find(sql, &[account.into(), today.into()], |row| row.get(0))?;
    Ok(found.unwrap_or_default())
}

/// Sets an exception, whether there was one of that name or not; the day it was made stays.
pub fn update(tx: &mut Tx<'_>, exception: &SecurityException) -> Result<(), StoreError> {
    let sql = "INSERT INTO security_exceptions (account, exception_id, check_id, subject_pattern, owner, reason, \
               expire_day, state, create_date, update_date) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
               ON CONFLICT (account, exception_id) DO UPDATE SET check_id = excluded.check_id, \
               subject_pattern = excluded.subject_pattern, owner = excluded.owner, reason = excluded.reason, \
               expire_day = excluded.expire_day, state = excluded.state, update_date = excluded.update_date";
    let args = [
        exception.account.into(),
        (&exception.exception_id).into(),
        exception.check_id.as_str().into(),
        (&exception.subject_pattern).into(),
        (&exception.owner).into(),
        (&exception.reason).into(),
        exception.expire_date.0.into(),
        (&exception.state).into(),
        exception.create_date.into(),
        exception.update_date.into(),
    ];
    tx.execute(sql, &args)?;
    tx.effect(Effect::Account(exception.account));
    Ok(())
}

/// Deletes an exception; whether it was there.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, id: &ExceptionId) -> Result<bool, StoreError> {
    tx.effect(Effect::Account(account));
    let sql = "DELETE FROM security_exceptions WHERE account = ?1 AND exception_id = ?2";
    Ok(tx.execute(sql, &[account.into(), id.into()])? > 0)
}

/// Deletes all of an account, which are few.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM security_exceptions WHERE account = ?1", &[account.into()]).map(drop)
}
