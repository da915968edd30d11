//! The cheapest way to a target score: which repairs, how many of each, what each gains. Every check gives all or nothing
//! for its repairs, so doing a kind of repair in part gains nothing, and trying every choice of whole kinds finds the
//! cheapest plan exactly. Must not know how facts are counted.

use std::cmp::Reverse;

use super::checks::{Check, Inputs, KeyCounts, NextStep, find};
use super::facts::{Facts, SubUserPwdLevel};
use super::ledger::{Ledger, Points};
use super::score::Model;
use super::thresholds::{AkScope, Thresholds};

/// The way to a score.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The score to be reached.
    pub target: u8,
    /// The score after all steps.
    pub score_after: u8,
    /// The steps, those that gain most for a repair first; none if the target is reached already.
    pub steps: Vec<Step>,
}

impl Plan {
    /// How many single repairs it takes.
    pub fn repairs(&self) -> i64 {
        self.steps.iter().map(|step| step.repairs).sum()
    }
}

/// Repairs of one kind.
#[derive(Debug, Clone)]
pub struct Step {
    /// The check it is for; it may help others too.
    pub check: &'static Check,
    /// What a single repair is, in words.
    pub action: &'static str,
    /// How many single repairs.
    pub repairs: i64,
    /// Whether fewer may do: the numbers at hand do not tell how many keys stand behind them.
    pub at_most: bool,
    /// What the score gains by it, after the steps before it.
    pub points: Points,
    /// A line for this program that does one of the repairs.
    pub ramward_call: Option<String>,
}

/// Which keys of an owner are repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    None,
    Unused,
    Old,
    Both,
}

/// A choice of kinds of repair.
#[derive(Debug, Clone, Copy)]
struct Choice {
    create_user: bool,
    bind_root: bool,
    delete_root_keys: bool,
    bind_users: bool,
    policy: bool,
    user_keys: Keys,
    root_keys: Keys,
}

/// A kind of repair, one step of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repair {
    CreateUser,
    BindRoot,
    DeleteRootKeys,
    BindUsers,
    Policy,
    UserUnused,
    UserOld,
    RootUnused,
    RootOld,
}

/// The cheapest plan: the fewest single repairs, among those the fewest kinds, among those the highest score. There always
/// is one: an account that does everything has 100.
pub fn plan(model: &Model, inputs: &Inputs<'_>, target: u8) -> Plan {
    let facts = inputs.facts;
    let keys = inputs.known.map_or_else(|| KeyCounts::at_most(facts, inputs.thresholds), |known| known.keys);
    let world = World { model, facts, keys, scope: inputs.thresholds.ak_scope() };
    if model.score(facts) >= target {
        return Plan { target, score_after: model.score(facts), steps: Vec::new() };
    }
    let choice = world.cheapest(target);
    Plan { target, score_after: model.score(&world.after(&choice)), steps: world.steps(inputs, &choice) }
}

/// What is repaired, and by which measure.
struct World<'a> {
    model: &'a Model,
    facts: &'a Facts,
    keys: KeyCounts,
    scope: AkScope,
}

/// How many old and how many unused keys are left after repairing those of `chosen`. A key may be both.
fn left(old: i64, unused: i64, either: i64, chosen: Keys) -> (i64, i64) {
    let both = old + unused - either;
    match chosen {
        Keys::None => (old, unused),
        Keys::Unused => (old - both, 0),
        Keys::Old => (0, unused - both),
        Keys::Both => (0, 0),
    }
}

impl World<'_> {
    /// Every choice of kinds that have something to repair.
    fn choices(&self) -> Vec<Choice> {
        let (keys, facts) = (&self.keys, self.facts);
        let perhaps = |may: bool| if may { &[false, true][..] } else { &[false][..] };
        let of_keys = |old: i64, unused: i64| -> &[Keys] {
            match (old > 0, unused > 0) {
                (false, false) => &[Keys::None],
                (false, true) => &[Keys::None, Keys::Unused],
                (true, false) => &[Keys::None, Keys::Old],
                (true, true) => &[Keys::None, Keys::Unused, Keys::Old, Keys::Both],
            }
        };
        let mut choices = Vec::new();
        for user_keys in of_keys(keys.user_old, keys.user_unused) {
            for root_keys in of_keys(keys.root_old, keys.root_unused) {
                choices.push(Choice { user_keys: *user_keys, root_keys: *root_keys, ..Choice::of(&[]) });
            }
        }
        // Of choices that are equal otherwise the first is taken: the one whose repairs stand first in the ledger.
        let mut vary = |values: &[bool], set: fn(Choice, bool) -> Choice| {
            choices = choices.iter().flat_map(|one| values.iter().map(|value| set(*one, *value))).collect();
        };
        let is_high = facts.sub_user_pwd_level == SubUserPwdLevel::High;
        let all_bound = facts.sub_user > 0 && facts.sub_user_bind_mfa == facts.sub_user;
        vary(perhaps(!is_high), |choice, policy| Choice { policy, ..choice });
        vary(perhaps(!all_bound), |choice, bind_users| Choice { bind_users, ..choice });
        vary(perhaps(facts.root_with_access_key > 0), |choice, delete_root_keys| Choice {
            delete_root_keys,
            ..choice
        });
        vary(perhaps(!facts.bind_mfa), |choice, bind_root| Choice { bind_root, ..choice });
        vary(perhaps(facts.sub_user == 0), |choice, create_user| Choice { create_user, ..choice });
        // Keys that are deleted need no other repair.
        choices.retain(|choice| !choice.delete_root_keys || choice.root_keys == Keys::None);
        choices
    }

    fn cheapest(&self, target: u8) -> Choice {
        let reaching =
            self.choices().into_iter().filter(|choice| self.model.score(&self.after(choice)) >= target);
        let cheapest = reaching.min_by_key(|choice| {
            let repairs = self.repairs(choice);
            let cost: i64 = repairs.iter().map(|(_, count)| count).sum();
            (cost, repairs.len(), Reverse(self.model.score(&self.after(choice))))
        });
        cheapest.expect("all repairs together give every check all it can, which is 100")
    }

    fn users_after(&self, choice: &Choice) -> i64 {
        self.facts.sub_user + i64::from(choice.create_user && self.facts.sub_user == 0)
    }

    /// The facts after the repairs, as far as scores depend on them.
    fn after(&self, choice: &Choice) -> Facts {
        let (keys, facts) = (&self.keys, self.facts);
        let (user_old, user_unused) =
            left(keys.user_old, keys.user_unused, keys.user_either, choice.user_keys);
        let root_keys = if choice.delete_root_keys { Keys::Both } else { choice.root_keys };
        let (root_old, root_unused) = left(keys.root_old, keys.root_unused, keys.root_either, root_keys);
        let users = self.users_after(choice);
        let counted = |of_users: i64, of_root: i64| match self.scope {
            AkScope::AccountTotal => of_users + of_root,
            AkScope::RootOnly => of_root,
        };
        Facts {
            sub_user: users,
            sub_user_bind_mfa: if choice.bind_users { users } else { facts.sub_user_bind_mfa },
            sub_user_with_unused_access_key: facts.sub_user_with_unused_access_key.min(user_unused),
            root_with_access_key: if choice.delete_root_keys { 0 } else { facts.root_with_access_key },
            sub_user_with_old_access_key: facts.sub_user_with_old_access_key.min(user_old),
            sub_user_pwd_level: if choice.policy { SubUserPwdLevel::High } else { facts.sub_user_pwd_level },
            unused_ak_num: counted(user_unused, root_unused),
            old_ak_num: counted(user_old, root_old),
            bind_mfa: facts.bind_mfa || choice.bind_root,
        }
    }

    /// The kinds of repair in a choice that have something to repair, with how many.
    fn repairs(&self, choice: &Choice) -> Vec<(Repair, i64)> {
        let (keys, facts) = (&self.keys, self.facts);
        let of_keys = |chosen: Keys, old: i64, unused: i64, either: i64| match chosen {
            Keys::None => (0, 0),
            Keys::Unused => (0, unused),
            Keys::Old => (old, 0),
            Keys::Both => (either - unused, unused),
        };
        let (user_old, user_unused) =
            of_keys(choice.user_keys, keys.user_old, keys.user_unused, keys.user_either);
        let (root_old, root_unused) =
            of_keys(choice.root_keys, keys.root_old, keys.root_unused, keys.root_either);
        let without_device = self.users_after(choice) - facts.sub_user_bind_mfa;
        let when = |chosen: bool, count: i64| if chosen { count } else { 0 };
        let mut repairs = vec![
            (Repair::CreateUser, when(choice.create_user, i64::from(facts.sub_user == 0))),
            (Repair::BindRoot, when(choice.bind_root, i64::from(!facts.bind_mfa))),
            (Repair::DeleteRootKeys, when(choice.delete_root_keys, facts.root_with_access_key)),
            (Repair::BindUsers, when(choice.bind_users, without_device)),
            (
                Repair::Policy,
                when(choice.policy, i64::from(facts.sub_user_pwd_level != SubUserPwdLevel::High)),
            ),
            (Repair::UserUnused, user_unused),
            (Repair::UserOld, user_old),
            (Repair::RootUnused, root_unused),
            (Repair::RootOld, root_old),
        ];
        repairs.retain(|(_, count)| *count > 0);
        repairs
    }

    /// The steps of a choice: of those that are left, always the one that gains most for a repair.
    fn steps(&self, inputs: &Inputs<'_>, choice: &Choice) -> Vec<Step> {
        let mut left = self.repairs(choice);
        let mut done: Vec<Repair> = Vec::new();
        let mut points = Ledger::of(self.model, self.facts).points;
        let mut steps = Vec::new();
        while !left.is_empty() {
            let after = |repair: Repair| {
                let mut with: Vec<Repair> = done.clone();
                with.push(repair);
                Ledger::of(self.model, &self.after(&Choice::of(&with))).points
            };
            let gains = left.iter().enumerate().map(|(place, (repair, count))| {
                let gain = after(*repair).beyond(points);
                (gain.hundredths() * 1000 / count.unsigned_abs().max(1), Reverse(place))
            });
            let Some((_, Reverse(place))) = gains.max() else { break };
            let (repair, count) = left.remove(place);
            let total = after(repair);
            steps.push(self.step(inputs, repair, count, total.beyond(points)));
            points = total;
            done.push(repair);
        }
        steps
    }

    fn step(&self, inputs: &Inputs<'_>, repair: Repair, repairs: i64, points: Points) -> Step {
        let check = find(repair.check()).expect("a repair names a check of the list");
        let roots_own = || NextStep::roots_key(repair == Repair::RootOld).ramward_call;
        let is_roots = matches!(repair, Repair::RootUnused | Repair::RootOld);
        let ramward_call = if is_roots { roots_own() } else { check.next_step(inputs).ramward_call };
        let of_keys = is_roots || matches!(repair, Repair::UserUnused | Repair::UserOld);
        let at_most = of_keys && !self.keys.exact;
        Step { check, action: repair.action(at_most), repairs, at_most, points, ramward_call }
    }
}

impl Choice {
    /// The choice of exactly these repairs.
    fn of(repairs: &[Repair]) -> Self {
        let has = |repair: Repair| repairs.contains(&repair);
        let keys = |unused: Repair, old: Repair| match (has(unused), has(old)) {
            (false, false) => Keys::None,
            (true, false) => Keys::Unused,
            (false, true) => Keys::Old,
            (true, true) => Keys::Both,
        };
        Self {
            create_user: has(Repair::CreateUser),
            bind_root: has(Repair::BindRoot),
            delete_root_keys: has(Repair::DeleteRootKeys),
            bind_users: has(Repair::BindUsers),
            policy: has(Repair::Policy),
            user_keys: keys(Repair::UserUnused, Repair::UserOld),
            root_keys: keys(Repair::RootUnused, Repair::RootOld),
        }
    }
}

impl Repair {
    const fn check(self) -> &'static str {
        match self {
            Self::CreateUser => "ram_users_exist",
            Self::BindRoot => "root_mfa",
            Self::DeleteRootKeys => "root_no_key",
            Self::BindUsers => "users_mfa",
            Self::Policy => "password_policy",
            Self::UserUnused => "users_no_unused_key",
            Self::UserOld => "users_no_old_key",
            Self::RootUnused => "account_no_unused_key",
            Self::RootOld => "account_no_old_key",
        }
    }

    /// A single repair in words; whose key it is may not be known.
    const fn action(self, of_anybody: bool) -> &'static str {
        match self {
            Self::CreateUser => "create a RAM user",
            Self::BindRoot => "bind an MFA device to root",
            Self::DeleteRootKeys => "delete an AccessKey of root",
            Self::BindUsers => "bind an MFA device to a RAM user",
            Self::Policy => "ask for stronger passwords",
            Self::UserUnused if of_anybody => "switch off an unused AccessKey",
            Self::UserUnused => "switch off an unused AccessKey of a RAM user",
            Self::UserOld if of_anybody => "replace an old AccessKey",
            Self::UserOld => "replace an old AccessKey of a RAM user",
            Self::RootUnused => "switch off an unused AccessKey of root",
            Self::RootOld => "replace an old AccessKey of root",
        }
    }
}

/// The vendor's quota; behind a number of users stand at most twice as many keys.
const KEYS_OF_A_USER: i64 = 2;

impl KeyCounts {
    /// The most keys that can stand behind the nine values.
    pub fn at_most(facts: &Facts, thresholds: Thresholds) -> Self {
        let roots = facts.root_with_access_key;
        // Whose keys they are: root's if no user has one, else the users', as far as can be told.
        let divide = |users: i64, keys: i64| match thresholds.ak_scope() {
            AkScope::AccountTotal if users == 0 => (0, keys, true),
            AkScope::AccountTotal => (keys, 0, roots == 0),
            AkScope::RootOnly => (users * KEYS_OF_A_USER, keys, users == 0),
        };
        let (user_old, root_old, old_exact) = divide(facts.sub_user_with_old_access_key, facts.old_ak_num);
        let (user_unused, root_unused, unused_exact) =
            divide(facts.sub_user_with_unused_access_key, facts.unused_ak_num);
        // What is unused is as old as that at least.
        let unused_is_old = thresholds.unused_days() > thresholds.old_days();
        let either = |old: i64, unused: i64| if unused_is_old { old.max(unused) } else { old + unused };
        let disjoint = |old: i64, unused: i64| unused_is_old || old == 0 || unused == 0;
        Self {
            user_old,
            user_unused,
            user_either: either(user_old, user_unused),
            root_old,
            root_unused,
            root_either: either(root_old, root_unused).min(roots.max(root_old).max(root_unused)),
            exact: old_exact
                && unused_exact
                && disjoint(user_old, user_unused)
                && disjoint(root_old, root_unused),
        }
    }
}

#[cfg(test)]
mod tests;
