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
    match accounts::find(tx, account)? {
        Some(row) => audit_of(tx, &row, today, thresholds).map(Some),
        None => Ok(None),
    }
}

/// The same of an account whose row was just read.
///
/// # Errors
/// A failure of the store.
pub fn audit_of(
    tx: &mut Tx<'_>,
    row: &Account,
    today: Day,
    thresholds: Thresholds,
) -> Result<AuditFacts, StoreError> {
    let limit = thresholds.unused_before(today);
    let not_idle = report_days::sum_after(tx, row.account, DayKind::ConsoleIdle, limit)?;
    let total = |total| row.totals.get(total);
    Ok(AuditFacts {
        console_users: total(Total::ConsoleUsers),
        console_users_without_mfa: total(Total::ConsoleUsersWithoutMfa),
        console_users_idle: total(Total::ConsoleUsers) - not_idle,
        console_users_with_keys: total(Total::ConsoleUsersWithKeys),
        users_with_two_keys: total(Total::UsersWithTwoKeys),
        never_used_keys: total(Total::NeverUsedKeys),
        never_used_root_keys: total(Total::NeverUsedRootKeys),
    })
}
