//! Runs of `collect`: which account was mirrored when, how far a run came, and what it found.

use super::rows;
use crate::ids::AccountId;
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectRun {
    /// The account it mirrors.
    pub account: AccountId,
    /// Its number, from 1.
    pub run: i64,
    /// Where it asks.
    pub endpoint: String,
    /// How: `credential-report` or `walk`.
    pub plan: String,
    /// When it began.
    pub start_date: Timestamp,
    /// When it ended; absent while it goes on or was cut off.
    pub end_date: Option<Timestamp>,
    /// Where it goes on.
    pub position: String,
    /// Calls that were answered.
    pub calls: i64,
    /// What it found, as JSON.
    pub outcome: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, run, endpoint, plan, start_date, end_date, position, calls, outcome FROM collect_runs ",
            $rest
        )
    };
}

fn read(row: Row<'_>) -> Result<CollectRun, StoreError> {
    Ok(CollectRun {
        account: row.get(0)?,
        run: row.get(1)?,
        endpoint: row.get(2)?,
        plan: row.get(3)?,
        start_date: row.get(4)?,
        end_date: row.get(5)?,
        position: row.get(6)?,
        calls: row.get(7)?,
        outcome: row.get(8)?,
    })
}

/// The latest runs of an account, latest first; an account without any was not mirrored.
pub fn list(tx: &mut Tx<'_>, account: AccountId, limit: usize) -> Result<Vec<CollectRun>, StoreError> {
    let sql = select!("WHERE account = ?1 ORDER BY run DESC LIMIT ?2");
    tx.list(sql, &[account.into(), rows(limit).into()], read)
}

/// The latest run of an account.
pub fn find_latest(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<CollectRun>, StoreError> {
    Ok(list(tx, account, 1)?.pop())
}

/// The latest run that came to its end.
pub fn find_latest_ended(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<CollectRun>, StoreError> {
    // At most one run, the last, has no end, unless runs were begun anew; those are few.
    let sql = select!("WHERE account = ?1 AND end_date IS NOT NULL ORDER BY run DESC LIMIT 1");
    tx.find(sql, &[account.into()], read)
}

/// Writes a run, whether it was there or not.
pub fn update(tx: &mut Tx<'_>, run: &CollectRun) -> Result<(), StoreError> {
    let sql = "INSERT INTO collect_runs (account, run, endpoint, plan, start_date, end_date, position, calls, outcome) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (account, run) DO UPDATE SET \
               end_date = excluded.end_date, position = excluded.position, calls = excluded.calls, \
               outcome = excluded.outcome";
    let args = [
        run.account.into(),
        run.run.into(),
        run.endpoint.as_str().into(),
        run.plan.as_str().into(),
        run.start_date.into(),
        run.end_date.into(),
        run.position.as_str().into(),
        run.calls.into(),
        run.outcome.as_deref().into(),
    ];
    tx.execute(sql, &args).map(drop)
}

pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM collect_runs WHERE account = ?1", &[account.into()]).map(drop)
}
