//! Old entries thin out: all of the last 90 days stay, and of each day before them the last one. A few at a time, beside
//! each entry that is written, so that no change pays for a busy day of long ago.

use crate::ids::AccountId;
use crate::store::tables::report_history;
use crate::store::{StoreError, Tx};
use crate::time::{Day, Timestamp};

/// For how many days all entries stay.
pub(super) const FULL_DAYS: i64 = 90;

/// How many entries one step looks at.
const STEP: usize = 32;

/// The first day of which all entries stay.
pub(super) const fn full_from(now: Timestamp) -> Day {
    now.day().plus(-FULL_DAYS)
}

/// Looks at a few of the oldest entries that it has not looked at yet.
pub(super) fn step(tx: &mut Tx<'_>, account: AccountId, now: Timestamp) -> Result<(), StoreError> {
    let before = full_from(now).start();
    let found = report_history::list_to_thin(tx, account, before, STEP + 1)?;
    // One more was read than is decided about: whether an entry is the last of its day, the next one says.
    let whole = found.len() <= STEP;
    for (index, position) in found.iter().enumerate().take(STEP) {
        match found.get(index + 1) {
            Some(next) if next.0.day() == position.0.day() => {
                report_history::delete(tx, account, *position)?;
            }
            Some(_) => report_history::update_kept(tx, account, *position)?,
            None if whole => report_history::update_kept(tx, account, *position)?,
            None => {}
        }
    }
    Ok(())
}
