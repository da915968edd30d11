//! Simulations against the same plain structs: the repairs are really made in the model, and its clock is really moved.

use super::*;
use crate::report::findings::{CheckName, Parts};
use crate::report::repair::Limits;
use crate::report::score;
use crate::report::simulation::{AtMost, Outcome, Repair, simulate_within};
use crate::store::tables::identities;

impl Model {
    /// Makes a repair.
    fn repair(
        &mut self,
        repair: &Repair,
        identity: impl Fn(i64) -> Vec<String>,
        limits: Limits,
        account: AccountId,
    ) {
        let (check, only, key) = match repair {
            Repair::All(check) => (*check, None, None),
            Repair::One(check, user, key) => (*check, Some(user.get()), *key),
        };
        let (today, thresholds) = (limits.today.0, limits.thresholds);
        match (check, only) {
            (CheckName::RamUsersExist, _) if self.keys.len() == 1 => drop(self.keys.insert(-1, Vec::new())),
            (CheckName::RootMfa, _) => drop(self.devices.insert("root repair".to_owned(), Some(0))),
            (CheckName::PasswordPolicy, _) => self.kinds_required = 4,
            _ => {}
        }
        let named = |user: i64| key.map(|place| identity(user)[place].clone());
        for (_, user, id, _) in self.findings(check, account, today, thresholds) {
            if only.is_some_and(|only| only != user) {
                continue;
            }
            let goes = |key: &Key| {
                let full = format!("{account}-{}", key.id);
                let fits = match check {
                    CheckName::UsersNoOldKey => key.active && limits.is_old(&key.facts()),
                    CheckName::UsersNoUnusedKey => key.active && limits.is_unused(&key.facts()),
                    CheckName::TwoActiveKeys => {
                        let keys = self.keys[&user].iter().filter(|key| key.active);
                        let newest = keys.max_by_key(|key| (key.created, format!("{account}-{}", key.id)));
                        key.active && newest.is_none_or(|newest| newest.id != key.id)
                    }
                    _ => full == id,
                };
                fits && named(user).is_none_or(|named| named == full)
            };
            match check {
                CheckName::UsersMfa | CheckName::ConsoleUserMfa => {
                    self.devices.insert(format!("repair {user}"), Some(user));
                }
                CheckName::ConsoleLogonIdle | CheckName::ConsoleAndKeys => {}
                _ => {
                    let kept: Vec<Key> = self.keys[&user].iter().filter(|key| !goes(key)).cloned().collect();
                    self.keys.insert(user, kept);
                }
            }
        }
    }
}

impl Key {
    fn facts(&self) -> crate::store::KeyFacts {
        crate::store::KeyFacts {
            active: self.active,
            create_date: Timestamp::from_seconds(self.created),
            last_used_date: self.used.map(Timestamp::from_seconds),
        }
    }
}

/// Whether a value that is said to be `said` may be `truth`: exactly so, or at most so, and nothing only if nothing is.
fn holds(said: i64, truth: i64, at_most: bool) -> bool {
    if at_most { truth <= said && said > 0 } else { said == truth }
}

impl History {
    fn identity(&self, account: AccountId, user: i64) -> Vec<String> {
        let user = if user == 0 { UserId::ROOT } else { user_id(user) };
        let identity = read(&self.store, |tx| identities::find(tx, account, user, Parts::ALL));
        identity.map_or_else(Vec::new, |identity| identity.key_ids.iter().map(ToString::to_string).collect())
    }

    fn choose_repairs(&mut self, account: AccountId) -> Vec<Repair> {
        let count = self.chance.random_range(0..6);
        let users: Vec<i64> = self.models[&account].keys.keys().copied().collect();
        let mut repairs: Vec<Repair> = (0..count)
            .map(|_| {
                let check = self.one_of(CheckName::ALL).unwrap();
                if self.chance.random_bool(0.5) {
                    return Repair::All(check);
                }
                let user = self.one_of(&users).unwrap();
                let keys: Vec<usize> = (0..self.identity(account, user).len()).collect();
                let is_about_account = matches!(
                    check,
                    CheckName::RamUsersExist | CheckName::RootMfa | CheckName::PasswordPolicy
                );
                if is_about_account || (user == 0) == (check == CheckName::UsersMfa) {
                    return Repair::All(check);
                }
                let key = self.one_of(&keys).filter(|_| self.chance.random_bool(0.5));
                let user = if user == 0 { UserId::ROOT } else { user_id(user) };
                Repair::One(check, user, key)
            })
            .collect();
        // The same repair twice counts once.
        if let Some(again) = self.one_of(&repairs) {
            repairs.push(again);
        }
        repairs
    }

    fn assert_simulation(&mut self, exact: &mut BTreeMap<bool, usize>) {
        let ids: Vec<AccountId> = self.models.keys().copied().collect();
        let account = self.one_of(&ids).unwrap();
        let scopes = [AkScope::AccountTotal, AkScope::AccountTotal, AkScope::RootOnly];
        let days = self.one_of(&[(90, 90), (30, 200), (200, 30)]).unwrap();
        let thresholds = Thresholds::new(days.0, days.1, self.one_of(&scopes).unwrap()).unwrap();
        let today = self.now.div_euclid(DAY) + self.chance.random_range(0..200);
        let limits = Limits { today: Day(today), thresholds };
        let repairs = self.choose_repairs(account);
        let one_by_one = self.one_of(&[0, 2, 2000]).unwrap();
        let policy = self.models[&account].facts(today, thresholds).sub_user_pwd_level;
        let Outcome { facts, at_most } =
            read(&self.store, |tx| simulate_within(tx, account, limits, &repairs, &[], policy, one_by_one))
                .unwrap();
        let untouched = &self.models[&account];
        let mut model = untouched.clone();
        // All are chosen by the account as it was, and made one after the other.
        let mut chosen: Vec<Model> = Vec::new();
        for repair in &repairs {
            let mut alone = untouched.clone();
            alone.repair(repair, |user| self.identity(account, user), limits, account);
            chosen.push(alone);
        }
        for alone in &chosen {
            for (user, keys) in &mut model.keys {
                keys.retain(|key| {
                    alone.keys.get(user).is_some_and(|left| left.iter().any(|one| one.id == key.id))
                });
            }
            model.devices.extend(alone.devices.clone());
            model.kinds_required = model.kinds_required.max(alone.kinds_required);
            if alone.keys.contains_key(&-1) {
                model.keys.insert(-1, Vec::new());
            }
        }
        if model.keys.contains_key(&-1) && repairs.contains(&Repair::All(CheckName::UsersMfa)) {
            model.devices.insert("new user".to_owned(), Some(-1));
        }
        let truth = model.facts(today, thresholds);
        let told =
            format!("{repairs:?} on {}, {thresholds:?}, {one_by_one} one by one: {at_most:?}", Day(today));
        let rows = [
            (facts.sub_user_with_old_access_key, truth.sub_user_with_old_access_key, at_most.users_old),
            (
                facts.sub_user_with_unused_access_key,
                truth.sub_user_with_unused_access_key,
                at_most.users_unused,
            ),
            (facts.old_ak_num, truth.old_ak_num, at_most.keys_old),
            (facts.unused_ak_num, truth.unused_ak_num, at_most.keys_unused),
        ];
        for (said, truth, at_most) in rows {
            assert!(holds(said, truth, at_most), "{said}, not {truth}: {told}");
        }
        assert_eq!(facts.sub_user, truth.sub_user, "{told}");
        assert_eq!(facts.sub_user_bind_mfa, truth.sub_user_bind_mfa, "{told}");
        assert_eq!(facts.root_with_access_key, truth.root_with_access_key, "{told}");
        assert_eq!(
            (facts.bind_mfa, facts.sub_user_pwd_level),
            (truth.bind_mfa, truth.sub_user_pwd_level),
            "{told}"
        );
        if one_by_one == 2000 {
            assert_eq!(at_most, AtMost::default(), "{told}");
            let weights = score::Model::default();
            assert_eq!(weights.score(&facts), weights.score(&truth), "{told}");
        }
        *exact.entry(at_most == AtMost::default()).or_default() += 1;
    }
}

fn play_simulations(seed: u64) {
    let (mut history, mut exact) = (History::begin(seed), BTreeMap::new());
    for step in 0..600 {
        history.step();
        if step % 2 == 0 {
            history.assert_simulation(&mut exact);
        }
    }
    assert!(exact[&true] > 150 && exact[&false] > 5, "{exact:?}");
}

#[test]
fn what_is_simulated_is_what_would_be() {
    play_simulations(21);
}

#[test]
fn what_is_simulated_in_another_history_as_well() {
    play_simulations(22);
}
