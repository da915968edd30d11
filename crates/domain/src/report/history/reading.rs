//! The history as it is listed: what is written, then what came about by time alone since. Never writes.

use super::Measures;
use super::entry::Entry;
use super::passing::{self, horizon};
use crate::ids::AccountId;
use crate::store::tables::report_history::{self, Position};
use crate::store::{StoreError, Tx};
use crate::time::Timestamp;

/// Which entries: from one instant to another, both included.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// The first instant.
    pub from: Timestamp,
    /// The last instant.
    pub to: Timestamp,
}

/// Before the first place of an instant.
const BEFORE_ALL: i64 = -1;

/// The next `limit` entries of the range, oldest first, after `after` if that is given.
///
/// # Errors
/// What the store cannot read.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    range: Range,
    after: Option<Position>,
    limit: usize,
    now: Timestamp,
    measures: Measures<'_>,
) -> Result<Vec<Entry>, StoreError> {
    let (end, mut pending) = told(tx, account, now, measures)?;
    let after = after.unwrap_or((range.from, BEFORE_ALL)).max((range.from, BEFORE_ALL));
    let rows = report_history::list(tx, account, after, range.to.min(end), limit)?;
    let mut found = rows.into_iter().map(Entry::of_row).collect::<Result<Vec<_>, _>>()?;
    if found.len() < limit && pending.iter().any(|entry| entry.position() > after && entry.at <= range.to) {
        passing::name_subjects(tx, account, &mut pending)?;
        let rest = pending.into_iter().filter(|entry| entry.position() > after && entry.at <= range.to);
        found.extend(rest.take(limit - found.len()));
    }
    Ok(found)
}

/// At most `points` entries of the range: all, or the first, the last, and between them the last one of each of equal
/// spans of time. Costs by the points, not by the entries.
///
/// # Errors
/// What the store cannot read.
pub fn plot(
    tx: &mut Tx<'_>,
    account: AccountId,
    range: Range,
    points: usize,
    now: Timestamp,
    measures: Measures<'_>,
) -> Result<Vec<Entry>, StoreError> {
    let all = list(tx, account, range, None, points + 1, now, measures)?;
    if all.len() <= points {
        return Ok(all);
    }
    let (end, mut pending) = told(tx, account, now, measures)?;
    passing::name_subjects(tx, account, &mut pending)?;
    let pending: Vec<Entry> = pending.into_iter().filter(|entry| entry.at <= range.to).collect();
    let last_until = |tx: &mut Tx<'_>, until: Timestamp| -> Result<Option<Entry>, StoreError> {
        if let Some(entry) = pending.iter().rfind(|entry| entry.at <= until) {
            return Ok(Some(entry.clone()));
        }
        report_history::find_last(tx, account, until.min(end))?.map(Entry::of_row).transpose()
    };
    let Some(first) = all.into_iter().next() else { return Ok(Vec::new()) };
    let Some(last) = last_until(tx, range.to)? else { return Ok(vec![first]) };
    let spans = i64::try_from(points).unwrap_or(i64::MAX).saturating_sub(1).max(1);
    let (begin, length) = (first.at, last.at.seconds_since(first.at));
    let mut found = vec![first];
    for span in 1..=spans {
        let until = begin.plus_seconds(
            i64::try_from(i128::from(length) * i128::from(span) / i128::from(spans)).unwrap_or(length),
        );
        let Some(entry) = last_until(tx, until)? else { continue };
        if found.last().is_some_and(|before| before.position() < entry.position()) {
            found.push(entry);
        }
    }
    Ok(found)
}

/// Up to when what is written counts, and what follows it.
fn told(
    tx: &mut Tx<'_>,
    account: AccountId,
    now: Timestamp,
    measures: Measures<'_>,
) -> Result<(Timestamp, Vec<Entry>), StoreError> {
    let end = passing::end(tx, account, now)?;
    let pending = passing::pending(tx, account, &end, now, measures)?;
    Ok((if end.travelled { now } else { horizon(now) }, pending))
}
