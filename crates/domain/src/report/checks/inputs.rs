//! What checks may look at: the facts of the report, and where the account is known and not only its report, the rest.
//! The same few rows are read for ten users and for ten million.

use super::Assessment;
use super::cis::LIMIT_DAYS;
use crate::identity::domain_name::DefaultDomainName;
use crate::identity::password_policy::PasswordPolicy;
use crate::identity::security_preference::SecurityPreference;
use crate::ids::{AccountId, UserId};
use crate::report::audit::{AuditFacts, audit_from, day_of_audit};
use crate::report::counts::{days_of_facts, facts_from};
use crate::report::facts::Facts;
use crate::report::thresholds::{AkScope, Thresholds};
use crate::state::mirror::Unknown;
use crate::store::tables::accounts::Account;
use crate::store::tables::{access_keys, mirrored_users, policies, report_days, security_exceptions};
use crate::store::{DayKind, StoreError, Total, Tx};
use crate::time::{Day, Timestamp};

/// What a check may look at.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The facts of the report.
    pub facts: &'a Facts,
    /// The limits they were counted by.
    pub thresholds: Thresholds,
    /// The rest, unless the report is all there is.
    pub known: Option<&'a Known>,
}

impl Inputs<'_> {
    /// The logon name of a user to be put in for `USER`.
    pub(super) fn logon_name(&self) -> String {
        self.known.map_or_else(|| "USER@DOMAIN".to_owned(), |known| format!("USER@{}", known.default_domain))
    }

    /// The password policy, where it is known and not assumed.
    pub(super) fn password_policy(&self) -> Option<&PasswordPolicy> {
        let known = self.known.filter(|known| !known.unknown.has(Unknown::PASSWORD_POLICY));
        known.map(|known| &known.password_policy)
    }

    /// What is known does not tell: the report is all there is, or a mirror could not learn it.
    pub(super) fn unanswered(&self) -> Assessment {
        if self.known.is_some() {
            Assessment::not_answerable(
                "The mirror of this account could not learn it: collect with more permissions.",
            )
        } else {
            Assessment::needs_identities()
        }
    }

    /// The account's id.
    pub(super) fn account_id(&self) -> String {
        self.known.map_or_else(|| "ACCOUNT_ID".to_owned(), |known| known.account.to_string())
    }
}

/// What is known of an account beyond its report.
#[derive(Debug, Clone)]
pub struct Known {
    /// The account.
    pub account: AccountId,
    /// The domain of its users' logon names.
    pub default_domain: DefaultDomainName,
    /// The day of the facts.
    pub today: Day,
    /// What the audit checks count.
    pub audit: AuditFacts,
    /// RAM users with a console that they have not logged on to for the benchmark's 90 days.
    pub cis_idle_users: i64,
    /// Active AccessKeys older than the benchmark's 90 days, root's included.
    pub cis_old_keys: i64,
    /// Active AccessKeys, root's included.
    pub active_keys: i64,
    /// What a mirror could not learn of the account and its root; nothing, where the account is at home here.
    pub unknown: Unknown,
    /// The password policy.
    pub password_policy: PasswordPolicy,
    /// The security preference.
    pub security_preference: SecurityPreference,
    /// When root last logged on to the console, where that is recorded.
    pub root_last_login: Option<Timestamp>,
    /// Root's AccessKeys.
    pub root_keys: Vec<RootKey>,
    /// How many keys stand behind the numbers of the report.
    pub keys: KeyCounts,
    /// Security exceptions that are over.
    pub expired_exceptions: i64,
    /// How policies are given, unless the account is a mirror, which knows no policies.
    pub policies: Option<PolicyCounts>,
}

/// How policies are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PolicyCounts {
    /// RAM users with a policy attached to them directly.
    pub users: i64,
    /// Custom policies that allow every action on every resource and are attached to somebody.
    pub full_access: i64,
}

/// An AccessKey of root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootKey {
    /// Whether it may sign.
    pub active: bool,
    /// When it was last used.
    pub last_used_date: Option<Timestamp>,
    /// Whether it counts as old.
    pub old: bool,
    /// Whether it counts as unused.
    pub unused: bool,
}

/// How many keys a repair has to touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyCounts {
    /// Old keys of RAM users.
    pub user_old: i64,
    /// Unused keys of RAM users.
    pub user_unused: i64,
    /// Keys of RAM users that are old or unused; at most, where they are not `exact`.
    pub user_either: i64,
    /// Old keys of root.
    pub root_old: i64,
    /// Unused keys of root.
    pub root_unused: i64,
    /// Keys of root that are old or unused.
    pub root_either: i64,
    /// Whether all of these are exact, or some only the most there can be.
    pub exact: bool,
}

/// The facts of the account in `row` on the day `today`, and what is known of it beyond them.
///
/// # Errors
/// A failure of the store.
pub fn known(
    tx: &mut Tx<'_>,
    row: &Account,
    today: Day,
    thresholds: Thresholds,
) -> Result<(Facts, Known), StoreError> {
    let account = row.account;
    let cis = Thresholds::new(LIMIT_DAYS, LIMIT_DAYS, AkScope::AccountTotal)
        .expect("90 days lie within the limits of settings");
    let (old_limit, unused_limit) = (thresholds.old_before(today), thresholds.unused_before(today));
    let [one, two, three, four] = days_of_facts(today, thresholds);
    let asked = [
        one,
        two,
        three,
        four,
        day_of_audit(today, thresholds),
        (DayKind::ConsoleIdle, cis.unused_before(today)),
        (DayKind::KeyOld, cis.old_before(today)),
        (DayKind::KeyOld, old_limit),
        (DayKind::KeyOld, unused_limit),
        (DayKind::KeyUnused, unused_limit),
    ];
    let [one, two, three, four, not_idle, cis_not_idle, cis_young, young, made_since, used_since] =
        report_days::sums_after(tx, account, asked)?;
    let facts = facts_from(row, thresholds, [one, two, three, four]);
    let of_day = audit_from(row, not_idle);
    let cis_idle_users = of_day.console_users - cis_not_idle;
    let active_keys = row.totals.get(Total::CountedKeys);
    let cis_old_keys = active_keys - cis_young;
    let root_keys: Vec<RootKey> = access_keys::facts(tx, account, UserId::ROOT)?
        .into_iter()
        .map(|key| RootKey {
            active: key.active,
            last_used_date: key.last_used_date,
            old: key.active && key.old_day() <= old_limit,
            unused: key.active && key.unused_day() <= unused_limit,
        })
        .collect();

    let count = |which: fn(&RootKey) -> bool| {
        i64::try_from(root_keys.iter().filter(|key| which(key)).count()).unwrap_or(i64::MAX)
    };
    let (root_old, root_unused) = (count(|key| key.old), count(|key| key.unused));
    let (old, unused) = (active_keys - young, active_keys - used_since);
    let (user_old, user_unused) = (old - root_old, unused - root_unused);
    // A key that is unused was made on that day or before; so only one that is younger than an old one can be unused and
    // not old. With limits as they usually are that is one day's keys.
    let unused_not_old = (young - made_since).clamp(0, user_unused);
    let user_either = user_old + unused_not_old;
    let keys = KeyCounts {
        user_old,
        user_unused,
        user_either,
        root_old,
        root_unused,
        root_either: count(|key| key.old || key.unused),
        exact: unused_not_old == 0 || user_old == 0,
    };
    let expired_exceptions = security_exceptions::count_expired(tx, account, today)?;
    let mirrored = mirrored_users::find(tx, account, UserId::ROOT)?;
    let policies = match &mirrored {
        Some(_) => None,
        None => Some(PolicyCounts {
            users: row.totals.get(Total::UsersWithPolicies),
            full_access: policies::count_full_access(tx, account)?,
        }),
    };
    let known = Known {
        expired_exceptions,
        policies,
        account,
        default_domain: row.default_domain.clone(),
        today,
        audit: of_day,
        cis_idle_users,
        cis_old_keys,
        active_keys,
        unknown: mirrored.map_or(Unknown::NOTHING, |mirrored| Unknown::of(mirrored.unknown)),
        password_policy: row.password_policy.clone(),
        security_preference: row.security_preference.clone(),
        root_last_login: row.last_login_date,
        root_keys,
        keys,
    };
    Ok((facts, known))
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha20Rng;

    use super::*;
    use crate::identity::access_key::Status;
    use crate::store::Store;
    use crate::store::conformance::fixtures::{account, key, profile, user, user_id, write};
    use crate::store::seal::SealKey;
    use crate::store::tables::access_keys::AccessKey;
    use crate::store::tables::login_profiles::LoginProfile;
    use crate::store::tables::{accounts, login_profiles, users};
    use crate::time::SECONDS_PER_DAY;

    const TODAY: i64 = 20_600;

    /// A key as numbers: owner, status, day of creation, day of last use.
    type Row = (i64, bool, i64, Option<i64>);

    fn at(day: i64) -> Timestamp {
        Timestamp::from_seconds(day * SECONDS_PER_DAY + 7)
    }

    /// A day at an edge of some limit, or any.
    fn day(chance: &mut ChaCha20Rng, limits: [i64; 2]) -> i64 {
        match chance.random_range(0..4) {
            0 => TODAY - chance.random_range(0..300),
            1 => TODAY + chance.random_range(0..3),
            edge => TODAY - limits[edge - 2] + chance.random_range(-2..=2),
        }
    }

    /// What is known of an account of random keys against a plain count of them.
    #[test]
    fn keys_behind_the_numbers_are_counted() {
        let mut chance = ChaCha20Rng::seed_from_u64(7);
        let (mut inexact, mut exact) = (0, 0);
        for round in 0..120 {
            let (old_days, unused_days) = [(90, 90), (90, 89), (30, 31), (10, 200), (200, 10)][round % 5];
            let scope = [AkScope::AccountTotal, AkScope::RootOnly][round % 2];
            let limits = [old_days, unused_days];
            let keys: Vec<Row> = (0..chance.random_range(0..9))
                .map(|_| {
                    let created = day(&mut chance, limits);
                    let used = chance.random_bool(0.6).then(|| day(&mut chance, limits));
                    (chance.random_range(0..4), chance.random_bool(0.8), created, used)
                })
                .collect();
            let logons: Vec<i64> = (0..3).map(|_| day(&mut chance, [90, 90])).collect();
            let thresholds =
                Thresholds::new(old_days.try_into().unwrap(), unused_days.try_into().unwrap(), scope)
                    .unwrap();
            let found = stored(&keys, &logons, thresholds);

            let count = |root: Option<bool>, counts: &dyn Fn(&Row) -> bool| {
                let fits = |key: &&Row| key.1 && root.is_none_or(|root| (key.0 == 0) == root) && counts(key);
                i64::try_from(keys.iter().filter(fits).count()).unwrap()
            };
            let old = |key: &Row| TODAY - key.2 > old_days;
            let unused = |key: &Row| TODAY - key.3.map_or(key.2, |used| used.max(key.2)) >= unused_days;
            let either = |key: &Row| old(key) || unused(key);
            let (users, root) = (Some(false), Some(true));
            let counts = found.keys;
            let told = format!("{thresholds:?} {keys:?}");
            assert_eq!(
                (counts.user_old, counts.user_unused),
                (count(users, &old), count(users, &unused)),
                "{told}"
            );
            assert_eq!(
                (counts.root_old, counts.root_unused),
                (count(root, &old), count(root, &unused)),
                "{told}"
            );
            assert_eq!(counts.root_either, count(root, &either), "{told}");
            let truly = count(users, &either);
            assert!(
                counts.user_either >= truly && (!counts.exact || counts.user_either == truly),
                "{counts:?} {told}"
            );
            assert!(counts.user_either <= counts.user_old + counts.user_unused, "{counts:?} {told}");
            *if counts.exact { &mut exact } else { &mut inexact } += 1;
            assert_eq!(found.active_keys, count(None, &|_| true), "{told}");
            assert_eq!(found.cis_old_keys, count(None, &|key| TODAY - key.2 > 90), "{told}");
            let idle = logons.iter().filter(|logon| TODAY - **logon >= 90).count();
            assert_eq!(found.cis_idle_users, i64::try_from(idle).unwrap(), "{logons:?}");
        }
        assert!(exact > 20 && inexact > 10, "{exact} exact, {inexact} not");
    }

    fn stored(keys: &[Row], logons: &[i64], thresholds: Thresholds) -> Known {
        let store = Store::temporary(SealKey::parse(&"5e".repeat(32), "test").unwrap()).unwrap();
        let (id, keys, logons) = (AccountId::new(1).unwrap(), keys.to_vec(), logons.to_vec());
        write(&store, move |tx| {
            accounts::insert(tx, &account(id))?;
            for (number, logon) in (1..).zip(&logons) {
                users::insert(tx, &user(id, number))?;
                let (create_date, last_login_date) = (at(TODAY - 1000), Some(at(*logon)));
                login_profiles::insert(
                    tx,
                    &LoginProfile { create_date, last_login_date, ..profile(id, user_id(number)) },
                )?;
            }
            for (number, (owner, active, created, used)) in keys.iter().enumerate() {
                let row = AccessKey {
                    status: if *active { Status::Active } else { Status::Inactive },
                    create_date: at(*created),
                    last_used_date: used.map(at),
                    ..key(id, user_id(*owner), &format!("key-{number}"), 0)
                };
                access_keys::insert(tx, &row)?;
            }
            Ok(())
        })
        .unwrap();
        store
            .read(|tx| {
                let row = accounts::find(tx, id)?.unwrap();
                known(tx, &row, Day(TODAY), thresholds)
            })
            .unwrap()
            .1
    }
}
