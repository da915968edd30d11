//! Whom the report counts, by kind of finding and the day it is reckoned from. Only the upkeep changes it.

use crate::ids::{AccountId, UserId};
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::store::upkeep::SubjectKind;
use crate::time::Day;

/// The identities of a list behind the day and number in `after`, by day and id, up to the day `until`, at most `limit` of
/// them.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    kind: SubjectKind,
    after: (Day, i64),
    until: Day,
    limit: usize,
) -> Result<Vec<(Day, UserId)>, StoreError> {
    tx.settle()?;
    let sql = "SELECT day, user_id FROM report_subjects \
               WHERE account = ?1 AND kind = ?2 AND (day, user_id) > (?3, ?4) ORDER BY day, user_id LIMIT ?5";
    let (day, user) = after;
    let args = [account.into(), kind.code().into(), day.into(), user.into(), super::rows(limit).into()];
    let mut found = Vec::new();
    // The last day ends the walk here: the database would filter by it and go on to the end of the list.
    tx.each(sql, &args, |row| {
        let (day, user) = (row.get(0)?, row.get(1)?);
        if day <= until {
            found.push((day, user));
        }
        Ok(day <= until)
    })?;
    Ok(found)
}

/// Whether an identity stands there.
pub(in crate::store) fn is_there(
    tx: &mut Tx<'_>,
    account: AccountId,
    kind: SubjectKind,
    day: Day,
    user: UserId,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM report_subjects WHERE account = ?1 AND kind = ?2 AND day = ?3 AND user_id = ?4";
    let args = [account.into(), kind.code().into(), day.into(), user.into()];
    Ok(tx.find(sql, &args, |_| Ok(()))?.is_some())
}

/// How many entries each list of an account has.
pub(in crate::store) fn count(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Vec<(SubjectKind, i64)>, StoreError> {
    tx.settle()?;
    let sql = "SELECT kind, COUNT(*) FROM report_subjects WHERE account = ?1 GROUP BY kind";
    tx.list(sql, &[account.into()], |row| {
        let kind = SubjectKind::from_code(row.get(0)?);
        Ok((kind.ok_or_else(|| StoreError::damaged("an unknown kind of subject"))?, row.get(1)?))
    })
}

pub(in crate::store) fn insert(
    tx: &mut Tx<'_>,
    account: AccountId,
    kind: SubjectKind,
    day: Day,
    user: UserId,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO report_subjects (account, kind, day, user_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    tx.execute_later(sql, &[account.into(), kind.code().into(), day.into(), user.into()])
}

pub(in crate::store) fn delete(
    tx: &mut Tx<'_>,
    account: AccountId,
    kind: SubjectKind,
    day: Day,
    user: UserId,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM report_subjects WHERE account = ?1 AND kind = ?2 AND day = ?3 AND user_id = ?4";
    tx.execute_later(sql, &[account.into(), kind.code().into(), day.into(), user.into()])
}

/// Deletes some thousand entries of an account; whether there may be more.
pub(in crate::store) fn delete_part(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, StoreError> {
    const PAGE: usize = 2000;
    let sql = "SELECT kind, day, user_id FROM report_subjects WHERE account = ?1 \
               ORDER BY kind, day, user_id LIMIT 1 OFFSET ?2";
    let last: Option<(i64, Day, UserId)> =
        tx.find(sql, &[account.into(), super::rows(PAGE).into()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let Some((kind, day, user)) = last else {
        let deleted = tx.execute("DELETE FROM report_subjects WHERE account = ?1", &[account.into()])?;
        return Ok(deleted > 0);
    };
    let sql = "DELETE FROM report_subjects WHERE account = ?1 AND (kind, day, user_id) <= (?2, ?3, ?4)";
    tx.execute(sql, &[account.into(), kind.into(), day.into(), user.into()])?;
    Ok(true)
}
