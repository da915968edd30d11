//! Which subjects came under a check or left it: by a change, what moved, seen through the limits of a day; by time, who
//! turned due.

use super::entry::{Entry, MovedSubject};
use super::{Measures, NAMED_SUBJECTS};
use crate::identity::access_key::Status;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::report::thresholds::AkScope;
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::tables::{report_subjects, users};
use crate::store::{KeyFacts, Moved, StoreError, Subject, SubjectKind, Tx};
use crate::time::Day;

/// How the root identity is written where a user's name stands.
pub const ROOT: &str = "<root>";

/// The subjects that a job moved on the day `today`.
pub(super) fn of_change(
    tx: &mut Tx<'_>,
    account: AccountId,
    moved: &Moved,
    today: Day,
    measures: Measures<'_>,
) -> Result<Vec<MovedSubject>, StoreError> {
    let thresholds = measures.thresholds;
    let old = |key: &KeyFacts| key.active && key.old_day() <= thresholds.old_before(today);
    let unused = |key: &KeyFacts| key.active && key.unused_day() <= thresholds.unused_before(today);
    let mut found: Vec<(&'static str, UserId, Option<&AccessKeyId>)> = Vec::new();
    for (user, (before, after)) in &moved.subjects {
        let moves = |fails: &dyn Fn(&Subject) -> bool| fails(before) != fails(after);
        if user.is_root() {
            if moves(&|root| !root.bound) {
                found.push(("root_mfa", *user, None));
            }
            continue;
        }
        if moves(&|user| user.user.is_some() && !user.bound) {
            found.push(("users_mfa", *user, None));
        }
        if moves(&|user| user.keys.iter().any(old)) {
            found.push(("users_no_old_key", *user, None));
        }
        if moves(&|user| user.keys.iter().any(unused)) {
            found.push(("users_no_unused_key", *user, None));
        }
    }
    for ((user, key), (before, after)) in &moved.keys {
        let moves = |fails: &dyn Fn(&KeyFacts) -> bool| {
            before.as_ref().is_some_and(fails) != after.as_ref().is_some_and(fails)
        };
        if user.is_root() && before.is_some() != after.is_some() {
            found.push(("root_no_key", *user, Some(key)));
        }
        if !user.is_root() && thresholds.ak_scope() == AkScope::RootOnly {
            continue;
        }
        if moves(&old) {
            found.push(("account_no_old_key", *user, Some(key)));
        }
        if moves(&unused) {
            found.push(("account_no_unused_key", *user, Some(key)));
        }
    }
    let mut subjects = Vec::with_capacity(found.len());
    for (check, user, key) in found {
        let user_name = match moved.names.get(&user) {
            _ if user.is_root() => ROOT.to_owned(),
            Some(name) => name.to_string(),
            None => match users::find(tx, account, user)? {
                Some(row) => row.user_name.to_string(),
                None => continue,
            },
        };
        let access_key_id = key.map(|key| key.masked().to_string());
        subjects.push(MovedSubject { check: check.to_owned(), user_name, access_key_id });
    }
    Ok(subjects)
}

/// Names the subjects that came under a check at the midnight of `entry`, which counts them already. The rows must be
/// those of that time still.
pub(super) fn name_due(tx: &mut Tx<'_>, account: AccountId, entry: &mut Entry) -> Result<(), StoreError> {
    let (day, thresholds) = (entry.at.day(), entry.thresholds);
    let lists = [
        (SubjectKind::KeyOld, thresholds.old_before(day), "account_no_old_key", "users_no_old_key"),
        (
            SubjectKind::KeyUnused,
            thresholds.unused_before(day),
            "account_no_unused_key",
            "users_no_unused_key",
        ),
    ];
    let mut due = Vec::new();
    for (kind, base, of_keys, of_users) in lists {
        let base_of = |key: &AccessKey| match kind {
            SubjectKind::KeyOld => key.facts().old_day(),
            _ => key.facts().unused_day(),
        };
        let before = (base, -1);
        for (_, user) in report_subjects::list(tx, account, kind, before, base, NAMED_SUBJECTS)? {
            let mut keys = access_keys::list(tx, account, user)?;
            keys.retain(|key| key.status == Status::Active);
            let name = match users::find(tx, account, user)? {
                Some(row) => row.user_name.to_string(),
                None => ROOT.to_owned(),
            };
            if !user.is_root() && keys.iter().all(|key| base_of(key) >= base) {
                due.push(MovedSubject {
                    check: of_users.to_owned(),
                    user_name: name.clone(),
                    access_key_id: None,
                });
            }
            if user.is_root() || thresholds.ak_scope() == AkScope::AccountTotal {
                due.extend(keys.iter().filter(|key| base_of(key) == base).map(|key| MovedSubject {
                    check: of_keys.to_owned(),
                    user_name: name.clone(),
                    access_key_id: Some(key.access_key_id.masked().to_string()),
                }));
            }
        }
    }
    let counted = usize::try_from(entry.more_subjects).unwrap_or_default();
    let more = counted.saturating_sub(due.len());
    entry.name_subjects(due, more);
    Ok(())
}
