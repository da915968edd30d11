//! What security exceptions cover: how many findings of each check. They never change a score; who explains one shows both
//! numbers. Costs a read for each exception that names a user, and a bounded walk for those that name beginnings. Must
//! not know wire shapes.

use std::collections::{BTreeMap, BTreeSet};

use super::checks;
use super::findings::{CheckName, Scope};
use super::repair::Limits;
use crate::identity::security_exception::Covered;
use crate::identity::user::UserName;
use crate::ids::{AccountId, UserId};
use crate::store::tables::security_exceptions::{self, SecurityException};
use crate::store::tables::{identities, users};
use crate::store::{StoreError, Tx};

/// How many exceptions an account may have.
pub const MAX_EXCEPTIONS: usize = 200;

/// How many users all exceptions of an account may name together before one covers nobody.
const LOOKS: usize = 2000;

/// What the exceptions of an account cover on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// For each check that an exception in force is about, how many of its findings are covered; at most as many as there
    /// are, which whoever counted them knows.
    pub findings: BTreeMap<String, i64>,
    /// Exceptions in force that name more users than can be looked at, and so cover nobody.
    pub too_wide: Vec<String>,
    /// How many exceptions are over.
    pub expired: i64,
}

/// Whether the exceptions of a check may name users; `None` if there is no such check.
pub fn takes_names(check: &str) -> Option<bool> {
    match CheckName::parse(check) {
        Ok(check) => Some(is_about_users(check)),
        Err(_) => checks::find(check).map(|_| false),
    }
}

const fn is_about_users(check: CheckName) -> bool {
    !matches!(
        check,
        CheckName::RamUsersExist
            | CheckName::RootMfa
            | CheckName::PasswordPolicy
            | CheckName::RootNoKey
            | CheckName::RootKeyUsedRecently
    )
}

/// What the exceptions of an account cover on a day.
///
/// # Errors
/// A failure of the store.
pub fn coverage(tx: &mut Tx<'_>, account: AccountId, limits: Limits) -> Result<Coverage, StoreError> {
    let all = security_exceptions::list(tx, account, None, MAX_EXCEPTIONS)?;
    let (over, live): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|row| row.expire_date.is_over(limits.today));
    let mut found =
        Coverage { expired: i64::try_from(over.len()).unwrap_or(i64::MAX), ..Coverage::default() };
    let mut by_check: BTreeMap<String, Vec<SecurityException>> = BTreeMap::new();
    for row in live {
        by_check.entry(row.check_id.clone()).or_default().push(row);
    }
    let mut looks = LOOKS;
    for (check, rows) in by_check {
        let covered = if rows.iter().any(|row| covers_all(&check, row)) {
            i64::MAX
        } else {
            let users = named(tx, account, &rows, &mut looks, &mut found.too_wide)?;
            match CheckName::parse(&check) {
                Ok(check) => findings_of(tx, account, check, limits, users)?,
                Err(_) => 0,
            }
        };
        found.findings.insert(check, covered);
    }
    Ok(found)
}

/// A check that is about nobody by name is covered as a whole.
fn covers_all(check: &str, row: &SecurityException) -> bool {
    match row.subject_pattern.covered() {
        Covered::All => true,
        Covered::Root => takes_names(check) == Some(false),
        Covered::User(_) | Covered::Prefix(_) => false,
    }
}

/// Everybody whom the exceptions name.
fn named(
    tx: &mut Tx<'_>,
    account: AccountId,
    rows: &[SecurityException],
    looks: &mut usize,
    too_wide: &mut Vec<String>,
) -> Result<BTreeSet<UserId>, StoreError> {
    let mut found = BTreeSet::new();
    for row in rows {
        match row.subject_pattern.covered() {
            Covered::All => {}
            Covered::Root => drop(found.insert(UserId::ROOT)),
            Covered::User(name) => {
                let Ok(name) = UserName::parse(name) else { continue };
                found.extend(users::find_by_name(tx, account, &name)?.map(|user| user.user_id));
            }
            Covered::Prefix(prefix) => {
                let mut listed = users::list_names(tx, account, prefix, *looks + 1)?;
                listed.retain(|(name, _)| name.as_str().starts_with(prefix));
                if listed.len() > *looks {
                    too_wide.push(row.exception_id.to_string());
                    continue;
                }
                *looks -= listed.len();
                found.extend(listed.into_iter().map(|(_, user)| user));
            }
        }
    }
    Ok(found)
}

fn findings_of(
    tx: &mut Tx<'_>,
    account: AccountId,
    check: CheckName,
    limits: Limits,
    users: BTreeSet<UserId>,
) -> Result<i64, StoreError> {
    let root_only = check.scope(limits) == Scope::Root;
    let mut covered = 0;
    for user in users {
        if root_only && !user.is_root() {
            continue;
        }
        let Some(identity) = identities::find(tx, account, user, check.parts())? else { continue };
        covered += i64::try_from(check.hits(limits, &identity).len()).unwrap_or(i64::MAX);
    }
    Ok(covered)
}
