//! The history of an account's report: the states its ten values were in, oldest first, with what led to each.

use super::rows;
use crate::identity::level::SubUserPwdLevel;
use crate::ids::AccountId;
use crate::store::connection::{Arg, Row};
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// Where an entry stands: its instant, and its place among those of the same instant.
pub type Position = (Timestamp, i64);

/// How many counts of the report an entry holds beside score, level and root's device.
pub const COUNTS: usize = 7;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportState {
    /// The account.
    pub account: AccountId,
    /// From when on it holds.
    pub at: Timestamp,
    /// Its place among those of the same instant.
    pub place: i64,
    /// The score.
    pub score: i64,
    /// The version of the weights behind the score.
    pub model_version: String,
    /// The limits of days the counts go by.
    pub old_days: i64,
    /// See `old_days`.
    pub unused_days: i64,
    /// Whose keys the two totals count.
    pub ak_scope: String,
    /// SubUser, SubUserBindMfa, SubUserWithUnusedAccessKey, RootWithAccessKey, SubUserWithOldAccessKey, UnusedAkNum,
    /// OldAkNum.
    pub counts: [i64; COUNTS],
    /// SubUserPwdLevel.
    pub level: SubUserPwdLevel,
    /// BindMfa.
    pub bind_mfa: bool,
    /// The kind of what led to it.
    pub cause: String,
    /// The operation, where one led to it.
    pub operation: Option<String>,
    /// Who called it.
    pub caller: Option<String>,
    /// The id of that call.
    pub request_id: Option<String>,
    /// The subjects that moved, as text of the report's own making.
    pub subjects: Option<String>,
    /// How many more moved than are named.
    pub more_subjects: i64,
    /// The last instant at which it was looked at and still held.
    pub told_until: Timestamp,
}

impl ReportState {
    /// Where it stands.
    pub fn position(&self) -> Position {
        (self.at, self.place)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, at, place, score, model_version, old_days, unused_days, ak_scope, sub_user, \
             sub_user_bind_mfa, sub_user_with_unused_access_key, root_with_access_key, sub_user_with_old_access_key, \
             unused_ak_num, old_ak_num, sub_user_pwd_level, bind_mfa, cause, operation, caller, request_id, subjects, \
             more_subjects, told_until FROM report_history ",
            $rest
        )
    };
}

fn read(row: Row<'_>) -> Result<ReportState, StoreError> {
    let mut counts = [0; COUNTS];
    for (index, count) in counts.iter_mut().enumerate() {
        *count = row.get(8 + index)?;
    }
    Ok(ReportState {
        account: row.get(0)?,
        at: row.get(1)?,
        place: row.get(2)?,
        score: row.get(3)?,
        model_version: row.get(4)?,
        old_days: row.get(5)?,
        unused_days: row.get(6)?,
        ak_scope: row.get(7)?,
        counts,
        level: row.get(15)?,
        bind_mfa: row.get(16)?,
        cause: row.get(17)?,
        operation: row.get(18)?,
        caller: row.get(19)?,
        request_id: row.get(20)?,
        subjects: row.get(21)?,
        more_subjects: row.get(22)?,
        told_until: row.get(23)?,
    })
}

/// The last entry at or before `until`.
pub fn find_last(
    tx: &mut Tx<'_>,
    account: AccountId,
    until: Timestamp,
) -> Result<Option<ReportState>, StoreError> {
    let very_last = until == Timestamp::MAX;
    if let (true, Some(known)) = (very_last, &tx.known.of(account).last_entry) {
        return Ok(known.clone());
    }
    let sql = select!("WHERE account = ?1 AND at <= ?2 ORDER BY at DESC, place DESC LIMIT 1");
    let found = tx.find(sql, &[account.into(), until.into()], read)?;
    if very_last {
        tx.known.of(account).last_entry = Some(found.clone());
    }
    Ok(found)
}

/// The next `limit` entries after `after`, up to `until`, oldest first.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Position,
    until: Timestamp,
    limit: usize,
) -> Result<Vec<ReportState>, StoreError> {
    let sql =
        select!("WHERE account = ?1 AND (at, place) > (?2, ?3) AND at <= ?4 ORDER BY at, place LIMIT ?5");
    let args = [account.into(), after.0.into(), after.1.into(), until.into(), rows(limit).into()];
    tx.list(sql, &args, read)
}

/// A new entry; its position must be free.
pub fn insert(tx: &mut Tx<'_>, state: &ReportState) -> Result<(), StoreError> {
    let sql = "INSERT INTO report_history (account, at, place, score, model_version, old_days, unused_days, ak_scope, \
               sub_user, sub_user_bind_mfa, sub_user_with_unused_access_key, root_with_access_key, \
               sub_user_with_old_access_key, unused_ak_num, old_ak_num, sub_user_pwd_level, bind_mfa, cause, operation, \
               caller, request_id, subjects, more_subjects, told_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, \
               ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)";
    let mut args: Vec<Arg<'_>> = vec![
        state.account.into(),
        state.at.into(),
        state.place.into(),
        state.score.into(),
        state.model_version.as_str().into(),
        state.old_days.into(),
        state.unused_days.into(),
        state.ak_scope.as_str().into(),
    ];
    args.extend(state.counts.map(Arg::from));
    args.extend::<[Arg<'_>; 9]>([
        (&state.level).into(),
        state.bind_mfa.into(),
        state.cause.as_str().into(),
        state.operation.as_deref().into(),
        state.caller.as_deref().into(),
        state.request_id.as_deref().into(),
        state.subjects.as_deref().into(),
        state.more_subjects.into(),
        state.told_until.into(),
    ]);
    tx.known.of(state.account).inserted(state);
    tx.execute_later(sql, &args)
}

/// Says until when an entry is known to hold.
pub fn update_told_until(
    tx: &mut Tx<'_>,
    account: AccountId,
    position: Position,
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.known.of(account).last_entry = None;
    let sql = "UPDATE report_history SET told_until = ?4 WHERE account = ?1 AND at = ?2 AND place = ?3";
    tx.execute(sql, &[account.into(), position.0.into(), position.1.into(), until.into()]).map(drop)
}

/// Deletes what stands after an instant; how many entries.
pub fn delete_after(tx: &mut Tx<'_>, account: AccountId, at: Timestamp) -> Result<usize, StoreError> {
    tx.known.of(account).last_entry = None;
    tx.execute("DELETE FROM report_history WHERE account = ?1 AND at > ?2", &[account.into(), at.into()])
}

/// The oldest entries before `before` that thinning has not looked at.
pub fn list_to_thin(
    tx: &mut Tx<'_>,
    account: AccountId,
    before: Timestamp,
    limit: usize,
) -> Result<Vec<Position>, StoreError> {
    if tx.known.of(account).thinned_before.is_some_and(|thinned| thinned >= before) {
        return Ok(Vec::new());
    }
    let sql = "SELECT at, place FROM report_history WHERE account = ?1 AND kept = 0 AND at < ?2 \
               ORDER BY at, place LIMIT ?3";
    let args = [account.into(), before.into(), rows(limit).into()];
    let found = tx.list(sql, &args, |row| Ok((row.get(0)?, row.get(1)?)))?;
    if found.is_empty() {
        tx.known.of(account).thinned_before = Some(before);
    }
    Ok(found)
}

/// Says that an entry stays.
pub fn update_kept(tx: &mut Tx<'_>, account: AccountId, position: Position) -> Result<(), StoreError> {
    let sql = "UPDATE report_history SET kept = 1 WHERE account = ?1 AND at = ?2 AND place = ?3";
    tx.execute(sql, &[account.into(), position.0.into(), position.1.into()]).map(drop)
}

/// Deletes an entry; whether it was there.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, position: Position) -> Result<bool, StoreError> {
    tx.known.of(account).last_entry = None;
    let sql = "DELETE FROM report_history WHERE account = ?1 AND at = ?2 AND place = ?3";
    Ok(tx.execute(sql, &[account.into(), position.0.into(), position.1.into()])? > 0)
}

/// Deletes the oldest `limit` entries of an account; whether there were any.
pub(in crate::store) fn delete_part(
    tx: &mut Tx<'_>,
    account: AccountId,
    limit: usize,
) -> Result<bool, StoreError> {
    let sql = "SELECT at, place FROM report_history WHERE account = ?1 ORDER BY at, place LIMIT ?2";
    let page: Vec<Position> =
        tx.list(sql, &[account.into(), rows(limit).into()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some((at, place)) = page.last() else { return Ok(false) };
    tx.known.of(account).last_entry = None;
    let sql = "DELETE FROM report_history WHERE account = ?1 AND (at, place) <= (?2, ?3)";
    tx.execute(sql, &[account.into(), (*at).into(), (*place).into()])?;
    Ok(true)
}
