//! How entries come about: what a change does before it begins (`begin`) and when it is done (`record`).

use super::entry::{Cause, Entry};
use super::passing::{self, End};
use super::{Measures, subjects, thinning};
use crate::ids::AccountId;
use crate::report::counts;
use crate::store::tables::{accounts, report_history, server};
use crate::store::{Moved, StoreError, Tx};
use crate::time::Timestamp;

/// Since when the limits and weights in force are in force, and the clock was not set back.
const SINCE: &str = "report_settings_since";
const SETTINGS: &str = "report_settings";

/// Notes which limits and weights are in force. An account whose last entry knows others gets an entry of this instant.
///
/// # Errors
/// What the store cannot write.
pub fn settings_in_force(tx: &mut Tx<'_>, now: Timestamp, measures: Measures<'_>) -> Result<(), StoreError> {
    let thresholds = serde_json::to_string(&measures.thresholds).map_err(StoreError::other)?;
    let settings = format!("{} {thresholds}", measures.model.version());
    if server::find(tx, SETTINGS)?.as_deref() == Some(settings.as_str()) {
        return Ok(());
    }
    server::update(tx, SETTINGS, &settings)?;
    server::update(tx, SINCE, &now.seconds().to_string())
}

/// Notes that the clock was set back to `now`: entries of a time to come are of a time that has not been.
///
/// # Errors
/// What the store cannot write.
pub fn clock_was_set_back(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    server::update(tx, SINCE, &now.seconds().to_string())
}

pub(super) fn since(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let Some(text) = server::find(tx, SINCE)? else { return Ok(None) };
    let seconds = text.parse().map_err(|_| StoreError::damaged(format!("server fact {SINCE}")))?;
    Ok(Some(Timestamp::from_seconds(seconds)))
}

/// Call before an account's rows change: writes what came about by time alone since its last entry. One read where that
/// was today already.
///
/// # Errors
/// What the store cannot read or write.
pub fn begin(
    tx: &mut Tx<'_>,
    account: AccountId,
    now: Timestamp,
    measures: Measures<'_>,
) -> Result<(), StoreError> {
    let end = passing::end(tx, account, now)?;
    let mut pending = passing::pending(tx, account, &end, now, measures)?;
    passing::name_subjects(tx, account, &mut pending)?;
    if end.travelled {
        report_history::delete_after(tx, account, end.last.as_ref().map_or(Timestamp::MIN, |last| last.at))?;
    }
    for entry in &pending {
        write(tx, account, entry, now)?;
    }
    match pending.last().or(end.last.as_ref()) {
        Some(last) => looked_at(tx, account, last, now, end.travelled),
        None => Ok(()),
    }
}

/// Once a day it is written down that the last entry still holds.
fn looked_at(
    tx: &mut Tx<'_>,
    account: AccountId,
    last: &Entry,
    now: Timestamp,
    travelled: bool,
) -> Result<(), StoreError> {
    let until = now.max(last.at);
    if travelled || last.told_until.day() < until.day() {
        report_history::update_told_until(tx, account, last.position(), until)?;
    }
    Ok(())
}

/// Call after a job's changes: writes an entry for each account whose ten values it changed.
///
/// # Errors
/// What the store cannot read or write.
pub fn record(
    tx: &mut Tx<'_>,
    cause: &Cause,
    now: Timestamp,
    measures: Measures<'_>,
) -> Result<(), StoreError> {
    for (account, moved) in tx.take_moved()? {
        record_moved(tx, account, &moved, cause, now, measures)?;
    }
    Ok(())
}

/// The same for one account, of which `moved` says what many jobs have changed together.
///
/// # Errors
/// What the store cannot read or write.
pub fn record_moved(
    tx: &mut Tx<'_>,
    account: AccountId,
    moved: &Moved,
    cause: &Cause,
    now: Timestamp,
    measures: Measures<'_>,
) -> Result<(), StoreError> {
    let open = account != AccountId::OPERATOR && accounts::is_open(tx, account)?;
    if !open {
        return Ok(());
    }
    let End { last, travelled } = passing::end(tx, account, now)?;
    // Where the clock was put right, the history waits for it.
    let day = last.as_ref().map_or(now, |last| last.at.max(now)).day();
    let Some(facts) = counts::facts(tx, account, day, measures.thresholds)? else { return Ok(()) };
    let mut entry = Entry::new(now, last.as_ref(), facts, measures, cause.clone());
    match last {
        Some(last) if last.says_the_same(&entry) => looked_at(tx, account, &last, now, travelled),
        _ => {
            let subjects = subjects::of_change(tx, account, moved, day, measures)?;
            entry.name_subjects(subjects, moved.more);
            write(tx, account, &entry, now)
        }
    }
}

fn write(tx: &mut Tx<'_>, account: AccountId, entry: &Entry, now: Timestamp) -> Result<(), StoreError> {
    report_history::insert(tx, &entry.to_row(account)?)?;
    thinning::step(tx, account, now)
}
