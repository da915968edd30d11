//! What the audit checks count, read like the facts of the report from totals and one histogram: the same few rows for ten
//! users and for ten million. Never writes, never scans.

use super::thresholds::Thresholds;
use crate::ids::AccountId;
use crate::store::tables::accounts::Account;
use crate::store::tables::{accounts, report_days};
use crate::store::{DayKind, StoreError, Total, Tx};
use crate::time::Day;

/// The counts behind the checks that carry no points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuditFacts {
    /// RAM users that may log on to the console: those with an Active logon profile.
    pub console_users: i64,
    /// Those of them without an MFA device.
    pub console_users_without_mfa: i64,
    /// Those of them who have not logged on for as many days as make a key unused; the creation of the profile counts as
    /// a logon.
    pub console_users_idle: i64,
    /// Those of them with at least one Active AccessKey.
    pub console_users_with_keys: i64,
    /// RAM users with two or more Active AccessKeys.
    pub users_with_two_keys: i64,
    /// Active AccessKeys that were never used, root's included.
    pub never_used_keys: i64,
    /// Active AccessKeys of root that were never used.
    pub never_used_root_keys: i64,
}

/// The counts of an account as they are on the day `today`; `None` if there is no such account.
///
/// # Errors
/// A failure of the store.
pub fn audit(
    tx: &mut Tx<'_>,
    account: AccountId,
    today: Day,
    thresholds: Thresholds,
) -> Result<Option<AuditFacts>, StoreError> {
    let Some(row) = accounts::find(tx, account)? else { return Ok(None) };
    let (kind, day) = day_of_audit(today, thresholds);
    let not_idle = report_days::sum_after(tx, account, kind, day)?;
    Ok(Some(audit_from(&row, not_idle)))
}

/// What the counts ask of the histograms.
pub(super) fn day_of_audit(today: Day, thresholds: Thresholds) -> (DayKind, Day) {
    (DayKind::ConsoleIdle, thresholds.unused_before(today))
}

/// The counts, from the account's row and the sum of [`day_of_audit`].
pub(super) fn audit_from(row: &Account, not_idle: i64) -> AuditFacts {
    let total = |total| row.totals.get(total);
    AuditFacts {
        console_users: total(Total::ConsoleUsers),
        console_users_without_mfa: total(Total::ConsoleUsersWithoutMfa),
        console_users_idle: total(Total::ConsoleUsers) - not_idle,
        console_users_with_keys: total(Total::ConsoleUsersWithKeys),
        users_with_two_keys: total(Total::UsersWithTwoKeys),
        never_used_keys: total(Total::NeverUsedKeys),
        never_used_root_keys: total(Total::NeverUsedRootKeys),
    }
}
