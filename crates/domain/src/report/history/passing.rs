//! What nobody wrote down yet: the beginning of a history, a change of limits, and the midnights at which a key turned old
//! or unused. Only the days are looked at on which some base day turns due, and they are few.

use std::collections::BTreeMap;

use super::entry::{Cause, CauseType, Entry};
use super::recording::since;
use super::{Measures, PUT_RIGHT_SECONDS, subjects};
use crate::ids::AccountId;
use crate::report::counts;
use crate::report::facts::Facts;
use crate::report::thresholds::{AkScope, Thresholds};
use crate::store::tables::{accounts, report_days, report_history};
use crate::store::{DayKind, StoreError, Tx};
use crate::time::{Day, Timestamp};

/// The end of a history as it is at an instant.
pub(super) struct End {
    /// The last entry that was written, and is not of a time that the clock was taken back from.
    pub last: Option<Entry>,
    /// Whether entries of such a time are there, or the last one was looked at in such a time.
    pub travelled: bool,
}

/// The last instant whose entries are not of a time to come.
pub(super) const fn horizon(now: Timestamp) -> Timestamp {
    now.plus_seconds(PUT_RIGHT_SECONDS)
}

/// Reads it: one row in nearly every case.
pub(super) fn end(tx: &mut Tx<'_>, account: AccountId, now: Timestamp) -> Result<End, StoreError> {
    let very_last = report_history::find_last(tx, account, Timestamp::MAX)?;
    let travelled = very_last.as_ref().is_some_and(|row| row.at > horizon(now));
    let last = if travelled { report_history::find_last(tx, account, now)? } else { very_last };
    let last = last.map(Entry::of_row).transpose()?;
    let travelled = travelled || last.as_ref().is_some_and(|last| last.told_until > horizon(now));
    Ok(End { last, travelled })
}

/// The entries that would follow `end` by `now` if nothing but time had gone on; none if there is no such account.
pub(super) fn pending(
    tx: &mut Tx<'_>,
    account: AccountId,
    end: &End,
    now: Timestamp,
    measures: Measures<'_>,
) -> Result<Vec<Entry>, StoreError> {
    let last = end.last.as_ref();
    let goes_on = last.filter(|last| !end.travelled && last.is_by(measures));
    if goes_on.is_some_and(|last| last.told_until >= now.day().start()) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let begin = match goes_on {
        // Rows may have changed since without a change of the values; what was looked at is not told anew.
        Some(last) => last.told_until,
        None => {
            let Some(row) = accounts::find(tx, account)? else { return Ok(found) };
            // An account may be of a time that the clock was taken back from; a history begins at the latest now.
            let known_from = last.map_or(row.create_date.min(now), |last| last.at);
            since(tx)?.unwrap_or(now).min(now).max(known_from)
        }
    };
    let Some(facts) = counts::facts(tx, account, begin.day(), measures.thresholds)? else { return Ok(found) };
    if goes_on.is_none() {
        let cause = Cause::plain(CauseType::Settings);
        let entry = Entry::new(begin, last, facts, measures, cause);
        if last.is_none_or(|last| !last.says_the_same(&entry)) {
            found.push(entry);
        }
    }
    for (day, turned, subjects) in turning(tx, account, begin.day(), now.day(), measures.thresholds, facts)? {
        let before = found.last().or(last);
        let cause = Cause::plain(CauseType::TimePassed);
        let entry = Entry::new(day.start(), before, turned, measures, cause);
        if before.is_none_or(|before| !before.says_the_same(&entry)) {
            found.push(Entry { more_subjects: subjects, ..entry });
        }
    }
    Ok(found)
}

/// Names the subjects of what `pending` found, of the latest entries at least: who comes back after years is told how many
/// turned due, not who.
pub(super) fn name_subjects(
    tx: &mut Tx<'_>,
    account: AccountId,
    pending: &mut [Entry],
) -> Result<(), StoreError> {
    let unnamed = pending.len().saturating_sub(NAMED_ENTRIES);
    let latest = pending.iter_mut().skip(unnamed).filter(|entry| entry.cause.kind == CauseType::TimePassed);
    for entry in latest {
        subjects::name_due(tx, account, entry)?;
    }
    Ok(())
}

/// How many of the entries that nobody wrote down yet name their subjects.
const NAMED_ENTRIES: usize = 60;

/// The facts of each day after `from` up to `to` on which they are others than the day before, and how many subjects made
/// them so; `facts` are those of `from`.
fn turning(
    tx: &mut Tx<'_>,
    account: AccountId,
    from: Day,
    to: Day,
    thresholds: Thresholds,
    mut facts: Facts,
) -> Result<Vec<(Day, Facts, i64)>, StoreError> {
    let (key_old, key_unused) = match thresholds.ak_scope() {
        AkScope::AccountTotal => (DayKind::KeyOld, DayKind::KeyUnused),
        AkScope::RootOnly => (DayKind::RootOld, DayKind::RootUnused),
    };
    let mut days: BTreeMap<Day, [i64; 4]> = BTreeMap::new();
    let kinds = [DayKind::UserOld, key_old, DayKind::UserUnused, key_unused];
    for (place, kind) in kinds.into_iter().enumerate() {
        let old = place < 2;
        let limit = |day: Day| if old { thresholds.old_before(day) } else { thresholds.unused_before(day) };
        for (base, n) in report_days::list_between(tx, account, kind, limit(from), limit(to))? {
            let day = if old { thresholds.turns_old(base) } else { thresholds.turns_unused(base) };
            if let Some(sum) = days.entry(day).or_default().get_mut(place) {
                *sum += n;
            }
        }
    }
    let mut found = Vec::with_capacity(days.len());
    for (day, [user_old, key_old, user_unused, key_unused]) in days {
        facts.sub_user_with_old_access_key += user_old;
        facts.old_ak_num += key_old;
        facts.sub_user_with_unused_access_key += user_unused;
        facts.unused_ak_num += key_unused;
        found.push((day, facts, user_old + key_old + user_unused + key_unused));
    }
    Ok(found)
}
