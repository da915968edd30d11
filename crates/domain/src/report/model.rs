//! The report against a model: random histories of accounts, and after each step the facts of several days, counted from
//! the stored numbers, against a plain count over plain structs that shares no code with them.

mod change;
mod findings;
mod simulation;

use std::collections::{BTreeMap, BTreeSet};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

pub(super) use self::change::Change;
use super::audit::{AuditFacts, audit};
use super::facts;
use super::facts::{Facts, SubUserPwdLevel};
use super::thresholds::{AkScope, Thresholds};
use crate::identity::access_key::Status;
use crate::identity::password_policy::PasswordPolicy;
use crate::identity::user::UserStatus;
use crate::ids::{AccountId, UserId};
use crate::store::conformance::fixtures::*;
use crate::store::seal::SealKey;
use crate::store::tables::access_keys::AccessKey;
use crate::store::tables::login_profiles::LoginProfile;
use crate::store::tables::{access_keys, accounts, login_profiles, mfa_devices, users};
use crate::store::{Store, StoreError, Tx};
use crate::time::{Day, Timestamp};

const DAY: i64 = 86_400;
/// The present of a history when it begins: some day in 2026, in the middle of the morning.
const BEGINNING: i64 = 20_600 * DAY + 34_567;

#[derive(Clone)]
struct Key {
    id: String,
    active: bool,
    created: i64,
    used: Option<i64>,
}

/// A logon profile.
#[derive(Clone)]
struct Console {
    active: bool,
    created: i64,
    logon: Option<i64>,
}

/// An account as plain structs; user 0 is root.
#[derive(Clone, Default)]
pub(super) struct Model {
    /// When each RAM user was made.
    created: BTreeMap<i64, i64>,
    keys: BTreeMap<i64, Vec<Key>>,
    devices: BTreeMap<String, Option<i64>>,
    consoles: BTreeMap<i64, Console>,
    logons: BTreeMap<i64, i64>,
    kinds_required: usize,
}

impl Model {
    /// The facts as the definitions say them, counted one by one.
    pub(super) fn facts(&self, today: i64, thresholds: Thresholds) -> Facts {
        let old = |key: &Key| today - key.created.div_euclid(DAY) > i64::from(thresholds.old_days());
        let unused = |key: &Key| {
            let last = key.used.map_or(key.created, |used| used.max(key.created));
            today - last.div_euclid(DAY) >= i64::from(thresholds.unused_days())
        };
        let number = |count: usize| i64::try_from(count).unwrap();
        let users_with = |counts: &dyn Fn(&Key) -> bool| {
            let has = |keys: &&Vec<Key>| keys.iter().any(|key| key.active && counts(key));
            number(self.keys.iter().filter(|(user, _)| **user != 0).map(|(_, keys)| keys).filter(has).count())
        };
        let keys_that = |counts: &dyn Fn(&Key) -> bool| {
            let fits = |user: i64| thresholds.ak_scope() == AkScope::AccountTotal || user == 0;
            let keys = self.keys.iter().filter(|(user, _)| fits(**user)).flat_map(|(_, keys)| keys);
            number(keys.filter(|key| key.active && counts(key)).count())
        };
        let bound: BTreeSet<i64> = self.devices.values().flatten().copied().collect();
        Facts {
            sub_user: number(self.keys.len() - 1),
            sub_user_bind_mfa: number(bound.iter().filter(|user| **user != 0).count()),
            sub_user_with_unused_access_key: users_with(&unused),
            root_with_access_key: number(self.keys[&0].len()),
            sub_user_with_old_access_key: users_with(&old),
            sub_user_pwd_level: match self.kinds_required {
                0 | 1 => SubUserPwdLevel::Low,
                2 | 3 => SubUserPwdLevel::Mid,
                _ => SubUserPwdLevel::High,
            },
            unused_ak_num: keys_that(&unused),
            old_ak_num: keys_that(&old),
            bind_mfa: bound.contains(&0),
        }
    }
}

impl Model {
    /// What the audit checks count, as the definitions say it.
    fn audit(&self, today: i64, thresholds: Thresholds) -> AuditFacts {
        let number = |count: usize| i64::try_from(count).unwrap();
        let consoles = || self.consoles.iter().filter(|(_, console)| console.active);
        let bound: BTreeSet<i64> = self.devices.values().flatten().copied().collect();
        let active = |user: &i64| self.keys[user].iter().filter(|key| key.active).count();
        let idle = |user: &i64, console: &Console| {
            let days = [Some(console.created), console.logon, self.logons.get(user).copied()];
            let last = days.into_iter().flatten().max().unwrap().div_euclid(DAY);
            today - last >= i64::from(thresholds.unused_days())
        };
        let never_used = |user: Option<i64>| {
            let keys = self.keys.iter().filter(|(owner, _)| user.is_none_or(|user| user == **owner));
            number(keys.flat_map(|(_, keys)| keys).filter(|key| key.active && key.used.is_none()).count())
        };
        let two_keys = self.keys.keys().filter(|user| **user != 0 && active(user) >= 2);
        AuditFacts {
            console_users: number(consoles().count()),
            console_users_without_mfa: number(consoles().filter(|(user, _)| !bound.contains(user)).count()),
            console_users_idle: number(consoles().filter(|(user, console)| idle(user, console)).count()),
            console_users_with_keys: number(consoles().filter(|(user, _)| active(user) > 0).count()),
            users_with_two_keys: number(two_keys.count()),
            never_used_keys: never_used(None),
            never_used_root_keys: never_used(Some(0)),
        }
    }
}

/// A history: several accounts, a clock, and chance.
pub(super) struct History {
    pub(super) chance: ChaCha20Rng,
    pub(super) store: Store,
    pub(super) models: BTreeMap<AccountId, Model>,
    pub(super) now: i64,
    named: i64,
}

impl History {
    pub(super) fn begin(seed: u64) -> Self {
        let store = Store::temporary(SealKey::parse(&"5e".repeat(32), "test").unwrap()).unwrap();
        let accounts = [1, 2, 3].map(|number| AccountId::new(number).unwrap());
        write(&store, move |tx| accounts.iter().try_for_each(|id| accounts::insert(tx, &account(*id))))
            .unwrap();
        let empty = Model { keys: BTreeMap::from([(UserId::ROOT.get(), Vec::new())]), ..Model::default() };
        let models = accounts.map(|id| (id, empty.clone())).into();
        Self { chance: ChaCha20Rng::seed_from_u64(seed), store, models, now: BEGINNING, named: 0 }
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() { None } else { Some(all[self.chance.random_range(0..all.len())].clone()) }
    }

    fn name(&mut self) -> i64 {
        self.named += 1;
        self.named
    }

    /// The clock goes on: a little, to the second before, at or after a midnight, by months, and sometimes back.
    pub(super) fn pass_time(&mut self) {
        let midnight = (self.now.div_euclid(DAY) + 1) * DAY;
        self.now = match self.chance.random_range(0..12) {
            0..=4 => self.now + self.chance.random_range(0..3_600),
            5..=7 => midnight + self.chance.random_range(-1..=1),
            8 | 9 => midnight + self.chance.random_range(86..95) * DAY + self.chance.random_range(-1..=1),
            10 => self.now + self.chance.random_range(0..400) * DAY,
            _ => self.now - self.chance.random_range(0..200 * DAY),
        };
    }

    /// A date of an import: mostly past, sometimes far, sometimes to come.
    fn date(&mut self) -> i64 {
        match self.chance.random_range(0..10) {
            0..=3 => self.now,
            4..=7 => self.now - self.chance.random_range(0..200 * DAY),
            8 => self.now - self.chance.random_range(0..9_000 * DAY),
            _ => self.now + self.chance.random_range(0..300 * DAY),
        }
    }

    pub(super) fn choose(&mut self, model: &Model) -> Change {
        let owners: Vec<i64> = model.keys.keys().copied().collect();
        let ram_users: Vec<i64> = owners.iter().copied().filter(|owner| *owner != 0).collect();
        let keys: Vec<(i64, String)> = model
            .keys
            .iter()
            .flat_map(|(owner, keys)| keys.iter().map(|key| (*owner, key.id.clone())))
            .collect();
        let devices: Vec<String> = model.devices.keys().cloned().collect();
        let free: Vec<String> =
            model.devices.iter().filter(|(_, owner)| owner.is_none()).map(|(name, _)| name.clone()).collect();
        loop {
            let roll = self.chance.random_range(0..115);
            let with: Vec<i64> = model.consoles.keys().copied().collect();
            let without: Vec<i64> = ram_users.iter().copied().filter(|user| !with.contains(user)).collect();
            let (an_owner, a_user, a_key) =
                (self.one_of(&owners), self.one_of(&ram_users), self.one_of(&keys));
            let chosen = match roll {
                0..=14 => {
                    let created = self.date();
                    Some(Change::CreateUser { number: self.name(), created })
                }
                15..=19 => a_user.map(Change::DeleteUser),
                20 | 21 => a_user.map(Change::FreezeUser),
                22..=44 => an_owner.map(|owner| {
                    let (created, used) = (self.date(), self.chance.random_bool(0.4).then(|| self.date()));
                    let active = self.chance.random_bool(0.8);
                    Change::CreateKey { owner, id: self.name().to_string(), active, created, used }
                }),
                45..=56 => {
                    a_key.map(|(owner, id)| Change::SwitchKey { owner, id, active: self.chance.random() })
                }
                57..=72 => a_key.map(|(owner, id)| Change::UseKey { owner, id, at: self.date() }),
                73..=79 => a_key.map(|(owner, id)| Change::DeleteKey { owner, id }),
                80..=84 => Some(Change::CreateDevice(self.name().to_string())),
                85..=90 => {
                    self.one_of(&free).zip(an_owner).map(|(device, owner)| Change::Bind { device, owner })
                }
                91..=94 => self.one_of(&devices).map(Change::Unbind),
                95 | 96 => self.one_of(&devices).map(Change::DeleteDevice),
                97..=99 => Some(Change::RequireKinds(self.chance.random_range(0..=4))),
                100..=105 => self.one_of(&without).map(|owner| {
                    let (created, logon) = (self.date(), self.chance.random_bool(0.4).then(|| self.date()));
                    Change::CreateProfile { owner, active: self.chance.random_bool(0.8), created, logon }
                }),
                106..=109 => self.one_of(&with).map(|owner| {
                    let logon = self.chance.random_bool(0.6).then(|| self.date());
                    Change::SwitchProfile { owner, active: self.chance.random(), logon }
                }),
                110 => self.one_of(&with).map(Change::DeleteProfile),
                _ => a_user.map(|owner| Change::LogOn { owner, at: self.date() }),
            };
            if let Some(change) = chosen {
                return change;
            }
        }
    }

    /// One job of one to eight changes: kept, taken back, partly taken back, or a bulk.
    fn step(&mut self) {
        self.pass_time();
        let ids: Vec<AccountId> = self.models.keys().copied().collect();
        let account = self.one_of(&ids).unwrap();
        let before = self.models[&account].clone();
        let count = if self.chance.random_bool(0.6) { 1 } else { self.chance.random_range(2..=8) };
        let (mut model, mut changes) = (before.clone(), Vec::new());
        for _ in 0..count {
            let change = self.choose(&model);
            change.apply_to_model(&mut model);
            changes.push(change);
        }
        let (now, bulk) = (self.now, self.chance.random_bool(0.2));
        // From here on the changes run inside and are taken back; the ones before stay.
        let inner = self.chance.random_bool(0.15).then(|| self.chance.random_range(0..=changes.len()));
        let discard = self.chance.random_bool(0.1);
        if let Some(inner) = inner {
            model = before.clone();
            changes.iter().take(inner).for_each(|change| change.apply_to_model(&mut model));
        }
        let told = format!("{changes:?}, bulk {bulk}, inner {inner:?}, discard {discard}");
        let outcome = write(&self.store, move |tx| {
            if bulk {
                tx.bulk();
            }
            let (outer, within) = changes.split_at(inner.unwrap_or(changes.len()));
            outer.iter().try_for_each(|change| change.apply(tx, account, now))?;
            if inner.is_some() {
                let taken_back = tx.nested(|tx| {
                    within.iter().try_for_each(|change| change.apply(tx, account, now))?;
                    Err::<(), _>(StoreError::Busy)
                });
                assert!(matches!(taken_back, Err(StoreError::Busy)), "{taken_back:?}");
            }
            if discard { Err(StoreError::Closed) } else { Ok(()) }
        });
        match outcome {
            Ok(()) => drop(self.models.insert(account, model)),
            Err(StoreError::Closed) => assert!(discard),
            Err(error) => panic!("{error}: {told}"),
        }
        self.assert_facts(account, &told);
    }

    /// The facts of today, of days at which something turns, and of any day, under several settings.
    fn assert_facts(&mut self, account: AccountId, told: &str) {
        let model = &self.models[&account];
        let today = self.now.div_euclid(DAY);
        let mut days = vec![today, today - 1, today + 1, today + self.chance.random_range(-3_000..3_000)];
        let keys: Vec<&Key> = model.keys.values().flatten().collect();
        if !keys.is_empty() {
            let key = keys[self.chance.random_range(0..keys.len())];
            let turn = self.chance.random_range(88..=92);
            days.push(key.created.div_euclid(DAY) + turn);
            days.push(key.used.unwrap_or(key.created).div_euclid(DAY) + turn);
        }
        let settings = [
            Thresholds::default(),
            Thresholds::new(90, 90, AkScope::RootOnly).unwrap(),
            Thresholds::new(1, 365, AkScope::AccountTotal).unwrap(),
        ];
        read(&self.store, |tx| {
            for day in &days {
                for thresholds in settings {
                    let found = facts(tx, account, Day(*day), thresholds)?.unwrap();
                    assert_eq!(
                        found,
                        model.facts(*day, thresholds),
                        "{account} on {}, after {told}",
                        Day(*day)
                    );
                    let audited = audit(tx, account, Day(*day), thresholds)?.unwrap();
                    assert_eq!(audited, model.audit(*day, thresholds), "{account} on {}, {told}", Day(*day));
                    if thresholds.ak_scope() == AkScope::AccountTotal {
                        assert_eq!(found.contradiction(), None);
                    }
                }
            }
            Ok(())
        });
    }
}

fn play(seed: u64) {
    const STEPS: usize = 1_000;
    let mut history = History::begin(seed);
    for step in 0..STEPS {
        history.step();
        if step % 25 == 0 {
            assert_verified(&history.store);
        }
    }
    assert_verified(&history.store);
    let sizes: Vec<usize> = history.models.values().map(|model| model.keys.len()).collect();
    assert!(sizes.iter().all(|size| *size > 20), "the histories stay too small to say much: {sizes:?}");
}

#[test]
fn a_history_is_counted_right() {
    play(1);
}

#[test]
fn another_history_is_counted_right() {
    play(2);
}

#[test]
fn a_third_history_is_counted_right() {
    play(3);
}

#[test]
fn a_fourth_history_is_counted_right() {
    play(4);
}

#[test]
fn an_account_that_is_not_there_has_no_report() {
    let history = History::begin(5);
    let absent = AccountId::new(99).unwrap();
    assert_eq!(read(&history.store, |tx| facts(tx, absent, Day(0), Thresholds::default())), None);
}
