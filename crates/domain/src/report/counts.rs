//! The facts of an account on a day, from the totals and histograms that the store keeps: the same few rows are read for
//! ten users and for ten million. Never writes, never scans.

use super::facts::{Facts, SubUserPwdLevel};
use super::thresholds::{AkScope, Thresholds};
use crate::ids::AccountId;
use crate::store::tables::accounts::Account;
use crate::store::tables::{accounts, report_days};
use crate::store::{DayKind, StoreError, Total, Tx};
use crate::time::Day;

/// The facts of an account as they are on the day `today`; `None` if there is no such account.
pub fn facts(
    tx: &mut Tx<'_>,
    account: AccountId,
    today: Day,
    thresholds: Thresholds,
) -> Result<Option<Facts>, StoreError> {
    match accounts::find(tx, account)? {
        Some(row) => facts_of(tx, &row, today, thresholds).map(Some),
        None => Ok(None),
    }
}

/// The same of an account whose row was just read.
pub fn facts_of(
    tx: &mut Tx<'_>,
    row: &Account,
    today: Day,
    thresholds: Thresholds,
) -> Result<Facts, StoreError> {
    let sums = report_days::sums_after(tx, row.account, days_of_facts(today, thresholds))?;
    Ok(facts_from(row, thresholds, sums))
}

/// What the facts ask of the histograms. Nobody's age is stored: who is not yet due has a base day after the limit, and
/// those days are few.
pub(super) fn days_of_facts(today: Day, thresholds: Thresholds) -> [(DayKind, Day); 4] {
    let (old, unused) = (thresholds.old_before(today), thresholds.unused_before(today));
    let (key_old, key_unused) = match thresholds.ak_scope() {
        AkScope::AccountTotal => (DayKind::KeyOld, DayKind::KeyUnused),
        AkScope::RootOnly => (DayKind::RootOld, DayKind::RootUnused),
    };
    [(DayKind::UserUnused, unused), (DayKind::UserOld, old), (key_unused, unused), (key_old, old)]
}

/// The facts, from the sums of [`days_of_facts`].
pub(super) fn facts_from(row: &Account, thresholds: Thresholds, sums: [i64; 4]) -> Facts {
    let [user_unused, user_old, key_unused, key_old] = sums;
    let keys = match thresholds.ak_scope() {
        AkScope::AccountTotal => Total::CountedKeys,
        AkScope::RootOnly => Total::CountedRootKeys,
    };
    let due = |total: Total, not_due: i64| row.totals.get(total) - not_due;
    Facts {
        sub_user: row.totals.get(Total::Users),
        sub_user_bind_mfa: row.totals.get(Total::UsersMfa),
        sub_user_with_unused_access_key: due(Total::CountedUsers, user_unused),
        root_with_access_key: row.totals.get(Total::RootKeys),
        sub_user_with_old_access_key: due(Total::CountedUsers, user_old),
        sub_user_pwd_level: SubUserPwdLevel::of(&row.password_policy),
        unused_ak_num: due(keys, key_unused),
        old_ak_num: due(keys, key_old),
        bind_mfa: row.totals.get(Total::RootMfa) > 0,
    }
}
