//! What a run of a mirror no longer found.

use super::rows;
use crate::ids::{AccountId, UserId};
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// Something that was there in an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disappeared {
    /// The account.
    pub account: AccountId,
    /// The run that missed it.
    pub run: i64,
    /// `User`, `AccessKey`, `MFADevice` or `LoginProfile`.
    pub kind: String,
    /// Whose it was; the user itself; 0 for root and for what was nobody's.
    pub user_id: UserId,
    /// The user's name, the key's id, the device's name.
    pub subject: String,
    /// When it was missed.
    pub gone_date: Timestamp,
}

/// Remembers it; a second time changes nothing.
pub fn insert(tx: &mut Tx<'_>, row: &Disappeared) -> Result<(), StoreError> {
    let sql = "INSERT INTO disappeared (account, run, kind, user_id, subject, gone_date) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
    let args = [
        row.account.into(),
        row.run.into(),
        row.kind.as_str().into(),
        row.user_id.into(),
        row.subject.as_str().into(),
        row.gone_date.into(),
    ];
    tx.execute(sql, &args).map(drop)
}

/// What runs missed, by run, kind, owner and name: the next `limit` behind `after`.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<&Disappeared>,
    limit: usize,
) -> Result<Vec<Disappeared>, StoreError> {
    let sql = "SELECT account, run, kind, user_id, subject, gone_date FROM disappeared \
               WHERE account = ?1 AND (run, kind, user_id, subject) > (?2, ?3, ?4, ?5) \
               ORDER BY run, kind, user_id, subject LIMIT ?6";
    let place = after.map(|row| (row.run, row.kind.as_str(), row.user_id, row.subject.as_str()));
    let (run, kind, user, subject) = place.unwrap_or((0, "", UserId::ROOT, ""));
    let args = [account.into(), run.into(), kind.into(), user.into(), subject.into(), rows(limit).into()];
    tx.list(sql, &args, |row| {
        Ok(Disappeared {
            account: row.get(0)?,
            run: row.get(1)?,
            kind: row.get(2)?,
            user_id: row.get(3)?,
            subject: row.get(4)?,
            gone_date: row.get(5)?,
        })
    })
}

/// How many things a run missed.
pub fn count(tx: &mut Tx<'_>, account: AccountId, run: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM disappeared WHERE account = ?1 AND run = ?2";
    Ok(tx.find(sql, &[account.into(), run.into()], |row| row.get(0))?.unwrap_or_default())
}

pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM disappeared WHERE account = ?1", &[account.into()]).map(drop)
}
