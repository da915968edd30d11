//! Plans against a search that repairs users and keys one by one.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::score::tests::any_model;
use super::*;

const NEW: Facts = Facts::NEW_ACCOUNT;

fn inputs(facts: &Facts) -> Inputs<'_> {
    Inputs { facts, thresholds: Thresholds::default(), known: None }
}

fn lines(plan: &Plan) -> Vec<(i64, &'static str, String)> {
    plan.steps.iter().map(|step| (step.repairs, step.action, step.points.to_string())).collect()
}

fn line(repairs: i64, action: &'static str, points: &str) -> (i64, &'static str, String) {
    (repairs, action, points.to_owned())
}

#[test]
fn the_vendors_sample_reaches_each_target_in_the_fewest_repairs() {
    let sample = Facts { sub_user: 9, root_with_access_key: 1, ..NEW };
    let to = |target| plan(&Model::default(), &inputs(&sample), target);
    assert_eq!((to(63).steps.len(), to(63).score_after), (0, 63));
    let bind = line(1, "bind an MFA device to root", "9.09");
    assert_eq!((lines(&to(64)), to(64).score_after), (vec![bind.clone()], 72));
    let two = vec![bind, line(1, "delete an AccessKey of root", "9.09")];
    assert_eq!((lines(&to(80)), to(80).score_after), (two.clone(), 81));
    let mut all = two;
    all.push(line(1, "ask for stronger passwords", "9.09"));
    assert_eq!((lines(&to(90)), to(90).score_after), (all.clone(), 90));
    all.push(line(9, "bind an MFA device to a RAM user", "9.09"));
    assert_eq!((lines(&to(100)), to(100).score_after), (all, 100));
}

#[test]
fn steps_say_how_to_do_them() {
    let facts = Facts { root_with_access_key: 1, old_ak_num: 1, bind_mfa: true, ..NEW };
    let calls: Vec<_> = plan(&Model::default(), &inputs(&facts), 100)
        .steps
        .into_iter()
        .map(|step| (step.check.id, step.ramward_call.unwrap()))
        .collect();
    let expected = [
        ("ram_users_exist", "ramward call CreateUser UserPrincipalName=USER@DOMAIN DisplayName=USER"),
        ("root_no_key", "ramward call DeleteAccessKey UserAccessKeyId=KEY_ID"),
    ];
    assert_eq!(calls.get(..2).unwrap(), expected.map(|(id, call)| (id, call.to_owned())));
    assert!(calls.iter().all(|(id, _)| *id != "account_no_old_key"), "a deleted key is not old either");
}

/// Replacing a key that is both repairs both.
#[test]
fn one_repair_serves_several_checks() {
    let facts = Facts {
        sub_user: 2,
        sub_user_bind_mfa: 2,
        sub_user_with_old_access_key: 1,
        sub_user_with_unused_access_key: 1,
        old_ak_num: 3,
        unused_ak_num: 2,
        bind_mfa: true,
        sub_user_pwd_level: SubUserPwdLevel::High,
        ..NEW
    };
    let thresholds = Thresholds::new(30, 31, AkScope::AccountTotal).unwrap();
    let found = plan(&Model::default(), &Inputs { facts: &facts, thresholds, known: None }, 100);
    assert_eq!(lines(&found), [line(3, "replace an old AccessKey of a RAM user", "36.36")]);
    // With equal limits a key may be unused one day before it is old, so the numbers alone cannot tell.
    let found = plan(&Model::default(), &inputs(&facts), 100);
    assert_eq!(found.repairs(), 5);
    assert!(found.steps.iter().all(|step| step.at_most));
}

/// A key: old, unused.
type Key = (bool, bool);

#[derive(Debug, Clone)]
struct Small {
    users: Vec<(bool, Vec<Key>)>,
    root: Vec<Key>,
    root_off: i64,
    root_mfa: bool,
    level: SubUserPwdLevel,
}

impl Small {
    /// The facts with the keys in `repaired` repaired, counted plainly.
    fn facts(&self, scope: AkScope) -> Facts {
        let count = |which: fn(&Key) -> bool| {
            let of = |keys: &[Key]| i64::try_from(keys.iter().filter(|key| which(key)).count()).unwrap();
            let users: i64 = self.users.iter().map(|(_, keys)| of(keys)).sum();
            let owners = self.users.iter().filter(|(_, keys)| of(keys) > 0).count();
            let total = if scope == AkScope::RootOnly { of(&self.root) } else { users + of(&self.root) };
            (i64::try_from(owners).unwrap(), total)
        };
        let (old_users, old) = count(|key| key.0);
        let (unused_users, unused) = count(|key| key.1);
        Facts {
            sub_user: i64::try_from(self.users.len()).unwrap(),
            sub_user_bind_mfa: i64::try_from(self.users.iter().filter(|(bound, _)| *bound).count()).unwrap(),
            sub_user_with_unused_access_key: unused_users,
            root_with_access_key: i64::try_from(self.root.len()).unwrap() + self.root_off,
            sub_user_with_old_access_key: old_users,
            sub_user_pwd_level: self.level,
            unused_ak_num: unused,
            old_ak_num: old,
            bind_mfa: self.root_mfa,
        }
    }

    fn keys(&self) -> KeyCounts {
        let count = |keys: &[Key], which: fn(&Key) -> bool| {
            i64::try_from(keys.iter().filter(|key| which(key)).count()).unwrap()
        };
        let users: Vec<Key> = self.users.iter().flat_map(|(_, keys)| keys.clone()).collect();
        KeyCounts {
            user_old: count(&users, |key| key.0),
            user_unused: count(&users, |key| key.1),
            user_either: count(&users, |key| key.0 || key.1),
            root_old: count(&self.root, |key| key.0),
            root_unused: count(&self.root, |key| key.1),
            root_either: count(&self.root, |key| key.0 || key.1),
            exact: true,
        }
    }

    /// Every account that one more repair makes of this one.
    fn repaired(&self) -> Vec<Self> {
        let mut next = Vec::new();
        let mut add = |change: &dyn Fn(&mut Self)| {
            let mut after = self.clone();
            change(&mut after);
            next.push(after);
        };
        if self.users.is_empty() {
            add(&|small| small.users.push((false, Vec::new())));
        }
        if !self.root_mfa {
            add(&|small| small.root_mfa = true);
        }
        if self.level != SubUserPwdLevel::High {
            add(&|small| small.level = SubUserPwdLevel::High);
        }
        if self.root_off > 0 {
            add(&|small| small.root_off -= 1);
        }
        for (place, (bound, keys)) in self.users.iter().enumerate() {
            if !bound {
                add(&|small| small.users[place].0 = true);
            }
            for (key, faults) in keys.iter().enumerate() {
                if faults.0 || faults.1 {
                    add(&|small| small.users[place].1[key] = (false, false));
                }
            }
        }
        for (key, faults) in self.root.iter().enumerate() {
            add(&|small| {
                small.root.remove(key);
            });
            if faults.0 || faults.1 {
                add(&|small| small.root[key] = (false, false));
            }
        }
        next
    }

    /// The same account whatever the order of its users and keys.
    fn sorted(mut self) -> Self {
        for (_, keys) in &mut self.users {
            keys.sort_unstable();
        }
        self.users.sort_unstable();
        self.root.sort_unstable();
        self
    }

    /// The fewest repairs after which each score is reached, found by trying all.
    fn fewest(&self, model: &Model, scope: AkScope) -> BTreeMap<u8, i64> {
        let mut fewest = BTreeMap::new();
        let mut frontier = BTreeMap::from([(format!("{:?}", self.clone().sorted()), self.clone())]);
        for repairs in 0.. {
            let mut next = BTreeMap::new();
            for small in frontier.into_values() {
                fewest.entry(model.score(&small.facts(scope))).or_insert(repairs);
                for after in small.repaired() {
                    let after = after.sorted();
                    next.insert(format!("{after:?}"), after);
                }
            }
            if next.is_empty() {
                return fewest;
            }
            frontier = next;
        }
        fewest
    }
}

fn any_small() -> impl Strategy<Value = Small> {
    let key = || (any::<bool>(), any::<bool>());
    let user = (any::<bool>(), proptest::collection::vec(key(), 0..=2));
    let level =
        prop_oneof![Just(SubUserPwdLevel::Low), Just(SubUserPwdLevel::Mid), Just(SubUserPwdLevel::High)];
    (
        proptest::collection::vec(user, 0..=2),
        proptest::collection::vec(key(), 0..=2),
        0_i64..=1,
        any::<bool>(),
        level,
    )
        .prop_map(|(users, root, root_off, root_mfa, level)| Small {
            users,
            root,
            root_off,
            root_mfa,
            level,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_way_is_cheaper_than_the_plan(
        small in any_small(), model in any_model(), built_in in any::<bool>(), root_only in any::<bool>(),
    ) {
        let model = if built_in { Model::default() } else { model };
        let scope = if root_only { AkScope::RootOnly } else { AkScope::AccountTotal };
        let facts = small.facts(scope);
        let fewest = small.fewest(&model, scope);
        let thresholds = Thresholds::new(90, 90, scope).unwrap();
        for target in [1, 50, 75, 90, 100] {
            let least = fewest.range(target..).map(|(_, repairs)| *repairs).min();
            let world = World { model: &model, facts: &facts, keys: small.keys(), scope };
            let chosen = world.repairs(&world.cheapest(target));
            prop_assert_eq!(Some(chosen.iter().map(|(_, count)| count).sum()), least, "{}", target);
            // The nine values alone never promise too little.
            let from_values = plan(&model, &Inputs { facts: &facts, thresholds, known: None }, target);
            prop_assert!(from_values.repairs() >= least.unwrap(), "{}: {:?}", target, from_values);
            prop_assert!(from_values.score_after >= target);
            let gained: Points = from_values.steps.iter().map(|step| step.points).sum();
            let before = Ledger::of(&model, &facts).points;
            prop_assert_eq!((before + gained).hundredths() / 100, u64::from(from_values.score_after));
        }
    }
}
