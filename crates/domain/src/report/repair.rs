//! What an identity adds to the facts of a day, and so what the facts would be without it or after its repair. Must not
//! know how findings are listed.

use super::facts::Facts;
use super::ledger::Points;
use super::score::Model;
use super::thresholds::{AkScope, Thresholds};
use crate::ids::UserId;
use crate::store::{KeyFacts, Subject};
use crate::time::Day;

/// A day and the limits in force: what makes a key old or unused.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The day.
    pub today: Day,
    /// The limits.
    pub thresholds: Thresholds,
}

impl Limits {
    /// Whether a key counts as old.
    pub fn is_old(self, key: &KeyFacts) -> bool {
        key.active && key.old_day() <= self.thresholds.old_before(self.today)
    }

    /// Whether a key counts as unused.
    pub fn is_unused(self, key: &KeyFacts) -> bool {
        key.active && key.unused_day() <= self.thresholds.unused_before(self.today)
    }
}

/// The facts with what an identity adds to them, `n` times; -1 takes it away. The password policy is no identity's.
pub fn with(facts: Facts, limits: Limits, user: UserId, subject: &Subject, n: i64) -> Facts {
    let count = |which: &dyn Fn(&KeyFacts) -> bool| {
        n * i64::try_from(subject.keys.iter().filter(|key| which(key)).count()).unwrap_or(i64::MAX)
    };
    let some = |count: i64| n * i64::from(count != 0);
    let (old, unused) = (count(&|key| limits.is_old(key)), count(&|key| limits.is_unused(key)));
    let in_scope = user.is_root() || limits.thresholds.ak_scope() == AkScope::AccountTotal;
    let of_root = user.is_root();
    Facts {
        sub_user: facts.sub_user + n * i64::from(subject.user.is_some()),
        sub_user_bind_mfa: facts.sub_user_bind_mfa + n * i64::from(subject.bound && !of_root),
        sub_user_with_unused_access_key: facts.sub_user_with_unused_access_key
            + if of_root { 0 } else { some(unused) },
        root_with_access_key: facts.root_with_access_key + if of_root { count(&|_| true) } else { 0 },
        sub_user_with_old_access_key: facts.sub_user_with_old_access_key
            + if of_root { 0 } else { some(old) },
        sub_user_pwd_level: facts.sub_user_pwd_level,
        unused_ak_num: facts.unused_ak_num + if in_scope { unused } else { 0 },
        old_ak_num: facts.old_ak_num + if in_scope { old } else { 0 },
        bind_mfa: if of_root && subject.bound { n > 0 } else { facts.bind_mfa },
    }
}

/// The facts after an identity has changed.
pub fn after(facts: Facts, limits: Limits, user: UserId, before: &Subject, after: &Subject) -> Facts {
    with(with(facts, limits, user, before, -1), limits, user, after, 1)
}

/// The half units that facts earn.
pub fn earned(model: &Model, facts: &Facts) -> u32 {
    model.ledger(facts).iter().map(|entry| entry.gave).sum()
}

/// What a change from facts that earned `before` half units gives back; nothing where it takes.
pub fn gained(model: &Model, before: u32, after: &Facts) -> Points {
    Points::of(earned(model, after).saturating_sub(before), model.full())
}
