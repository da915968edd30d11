//! What the report would say: on a later day, after repairs or single changes, with another password policy. The facts of that day are
//! counted as for a report; what each repaired identity adds to them is taken away and added as it is repaired. Checks
//! repaired as a whole are repaired one by one where few break them, and counted out of the totals where many do. Never
//! writes. Must not know wire shapes.

use std::collections::{BTreeMap, BTreeSet};

use super::audit::audit;
use super::counts;
use super::facts::{Facts, SubUserPwdLevel};
use super::findings::{CheckName, Identity, Mend, Parts, Scope};
use super::repair::{self, Limits};
use super::thresholds::AkScope;
use crate::ids::{AccountId, UserId};
use crate::store::tables::{identities, report_days, report_subjects};
use crate::store::{DayKind, KeyFacts, StoreError, Subject, SubjectKind, Tx};
use crate::time::Day;

/// How many identities are repaired one by one for a check at most.
const ONE_BY_ONE: usize = 2000;

/// What a repair is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// All findings of a check.
    All(CheckName),
    /// Those about an identity; of a key, if one is named, as a place among the identity's keys.
    One(CheckName, UserId, Option<usize>),
}

/// A change that repairs nothing, or not as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// There is one more RAM user, without keys and MFA device.
    NewUser,
    /// An identity comes out otherwise.
    Of(UserId, Mend),
}

/// The fields of the report that a simulation may only know an upper bound of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AtMost {
    /// `SubUserWithOldAccessKey`.
    pub users_old: bool,
    /// `SubUserWithUnusedAccessKey`.
    pub users_unused: bool,
    /// `OldAkNum`.
    pub keys_old: bool,
    /// `UnusedAkNum`.
    pub keys_unused: bool,
}

/// The facts after all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The facts.
    pub facts: Facts,
    /// Which of them are at most what is said.
    pub at_most: AtMost,
}

/// What the report of the account would say; `None` if there is no such account.
///
/// # Errors
/// A failure of the store.
pub fn simulate(
    tx: &mut Tx<'_>,
    account: AccountId,
    limits: Limits,
    repairs: &[Repair],
    changes: &[Change],
    policy: SubUserPwdLevel,
) -> Result<Option<Outcome>, StoreError> {
    simulate_within(tx, account, limits, repairs, changes, policy, ONE_BY_ONE)
}

/// The same with another number of identities that are repaired one by one.
pub(in crate::report) fn simulate_within(
    tx: &mut Tx<'_>,
    account: AccountId,
    limits: Limits,
    repairs: &[Repair],
    changes: &[Change],
    policy: SubUserPwdLevel,
    one_by_one: usize,
) -> Result<Option<Outcome>, StoreError> {
    let Some(facts) = counts::facts(tx, account, limits.today, limits.thresholds)? else { return Ok(None) };
    let facts = Facts { sub_user_pwd_level: policy, ..facts };
    let (mended, many) = (BTreeMap::new(), Many::default());
    let parts = parts(repairs, changes);
    let mut simulation =
        Simulation { tx, account, limits, one_by_one, parts, facts, mended, many, new_users: 0 };
    for repair in repairs {
        match repair {
            Repair::All(check) => simulation.repair_all(*check)?,
            Repair::One(check, user, key) => simulation.repair(*check, *user, *key)?,
        }
    }
    for change in changes {
        match change {
            Change::NewUser => simulation.new_users += 1,
            Change::Of(user, mend) => simulation.mend(*user, |_| mend.clone())?,
        }
    }
    simulation.outcome(repairs).map(Some)
}

/// The parts of identities that matter: a repair touches no other than its check looks at, a change may touch any.
fn parts(repairs: &[Repair], changes: &[Change]) -> Parts {
    if !changes.is_empty() {
        return Parts::ALL;
    }
    let checks = repairs.iter().map(|repair| match repair {
        Repair::All(check) | Repair::One(check, ..) => check.parts(),
    });
    checks.fold(Parts::default(), Parts::and)
}

/// Checks repaired as a whole that too many break to repair them one by one. Only RAM users are meant: root is always
/// repaired by itself.
#[derive(Debug, Default)]
struct Many {
    old: bool,
    unused: bool,
    consoles: bool,
    /// Keys go, and which they are is not known: what is left is at most what was there.
    others: bool,
}

struct Simulation<'a, 'tx> {
    tx: &'a mut Tx<'tx>,
    account: AccountId,
    limits: Limits,
    one_by_one: usize,
    /// What is read of an identity.
    parts: Parts,
    /// The facts before any repair.
    facts: Facts,
    mended: BTreeMap<UserId, (Identity, Mend)>,
    many: Many,
    new_users: i64,
}

impl Simulation<'_, '_> {
    fn repair(&mut self, check: CheckName, user: UserId, key: Option<usize>) -> Result<(), StoreError> {
        let limits = self.limits;
        self.mend(user, |identity| check.mend(limits, identity, key))
    }

    fn mend(&mut self, user: UserId, how: impl FnOnce(&Identity) -> Mend) -> Result<(), StoreError> {
        if !self.mended.contains_key(&user) {
            let Some(identity) = identities::find(self.tx, self.account, user, self.parts)? else {
                return Ok(());
            };
            self.mended.insert(user, (identity, Mend::default()));
        }
        if let Some((identity, mend)) = self.mended.get_mut(&user) {
            mend.add(how(identity));
        }
        Ok(())
    }

    fn repair_all(&mut self, check: CheckName) -> Result<(), StoreError> {
        let (kind, until) = match check.scope(self.limits) {
            Scope::Account | Scope::Root => return self.repair(check, UserId::ROOT, None),
            Scope::Listed(kind, until) => (kind, until),
        };
        // These are known in all without knowing who they are, or change nothing in the report.
        if matches!(check, CheckName::UsersMfa | CheckName::ConsoleLogonIdle | CheckName::ConsoleAndKeys) {
            return Ok(());
        }
        if check.is_about_keys() {
            self.repair(check, UserId::ROOT, None)?;
        }
        if let Some(few) = self.few(check, kind, until)? {
            for user in few {
                self.repair(check, user, None)?;
            }
            return Ok(());
        }
        match check {
            CheckName::UsersNoOldKey | CheckName::AccountNoOldKey => self.many.old = true,
            CheckName::UsersNoUnusedKey | CheckName::AccountNoUnusedKey => self.many.unused = true,
            CheckName::ConsoleUserMfa => self.many.consoles = true,
            _ => self.many.others = true,
        }
        Ok(())
    }

    /// The RAM users that stand in a check's list, if they are few enough to repair them one by one.
    fn few(
        &mut self,
        check: CheckName,
        kind: SubjectKind,
        until: Day,
    ) -> Result<Option<Vec<UserId>>, StoreError> {
        // Each owner has an entry or more, so where the owners alone are too many nothing is read to find out.
        let owners = match check {
            CheckName::UsersNoOldKey | CheckName::AccountNoOldKey => self.facts.sub_user_with_old_access_key,
            CheckName::UsersNoUnusedKey | CheckName::AccountNoUnusedKey => {
                self.facts.sub_user_with_unused_access_key
            }
            _ => 0,
        };
        if owners > number(self.one_by_one) {
            return Ok(None);
        }
        let first = (Day(i64::MIN), 0);
        let entries = report_subjects::list(self.tx, self.account, kind, first, until, self.one_by_one + 1)?;
        let few = entries.len() <= self.one_by_one;
        Ok(few.then(|| entries.into_iter().map(|(_, user)| user).filter(|user| !user.is_root()).collect()))
    }

    fn outcome(mut self, repairs: &[Repair]) -> Result<Outcome, StoreError> {
        let all = |check| repairs.contains(&Repair::All(check));
        let mut after = self.facts;
        after.sub_user += self.new_users;
        for (user, (identity, mend)) in &self.mended {
            after = repair::after(after, self.limits, *user, &identity.subject, &identity.after(mend));
        }
        if self.many.consoles {
            after.sub_user_bind_mfa += self.consoles_left()?;
        }
        if all(CheckName::PasswordPolicy) {
            after.sub_user_pwd_level = SubUserPwdLevel::High;
        }
        if all(CheckName::RamUsersExist) {
            after.sub_user = after.sub_user.max(1);
        }
        if all(CheckName::UsersMfa) {
            after.sub_user_bind_mfa = after.sub_user;
        }
        let mut outcome = Outcome { facts: after, at_most: AtMost::default() };
        if self.many.old || self.many.unused {
            self.count_out(&mut outcome)?;
        }
        if self.many.others {
            let left = outcome.facts;
            let at_most = &mut outcome.at_most;
            at_most.users_old |= left.sub_user_with_old_access_key > 0;
            at_most.users_unused |= left.sub_user_with_unused_access_key > 0;
            at_most.keys_old |= left.old_ak_num > 0;
            at_most.keys_unused |= left.unused_ak_num > 0;
        }
        Ok(outcome)
    }

    /// How many RAM users with a console and no MFA device nobody has given one yet.
    fn consoles_left(&mut self) -> Result<i64, StoreError> {
        let Limits { today, thresholds } = self.limits;
        let audited = audit(self.tx, self.account, today, thresholds)?;
        let given = self.mended.values().filter(|(identity, mend)| {
            let subject = &identity.subject;
            // A user that is deleted needs none.
            let is_given = mend.binds || mend.deletes;
            is_given && !subject.bound && subject.console.is_some() && !identity.user.is_root()
        });
        let given = number(given.count());
        Ok(audited.map_or(0, |audited| audited.console_users_without_mfa) - given)
    }

    fn subject_after(&mut self, user: UserId) -> Result<Subject, StoreError> {
        match self.mended.get(&user) {
            Some((identity, mend)) => Ok(identity.after(mend)),
            None => Subject::read(self.tx, self.account, user),
        }
    }

    /// Takes all old, or all unused, keys of RAM users out of the totals.
    fn count_out(&mut self, outcome: &mut Outcome) -> Result<(), StoreError> {
        let Outcome { facts, at_most } = outcome;
        let root = self.subject_after(UserId::ROOT)?;
        let of_root =
            |counts: &dyn Fn(&KeyFacts) -> bool| number(root.keys.iter().filter(|key| counts(key)).count());
        let root_old = of_root(&|key| self.limits.is_old(key));
        let root_unused = of_root(&|key| self.limits.is_unused(key));
        // Under root's scope the report does not count the keys of users.
        let counts_keys = self.limits.thresholds.ak_scope() == AkScope::AccountTotal;
        let (old, unused) = (facts.old_ak_num - root_old, facts.unused_ak_num - root_unused);
        let young = self.unused_and_not_old()?;
        match (self.many.old, self.many.unused) {
            (true, true) => {
                (facts.sub_user_with_old_access_key, facts.sub_user_with_unused_access_key) = (0, 0);
                (facts.old_ak_num, facts.unused_ak_num) = (root_old, root_unused);
            }
            (true, false) => {
                (facts.sub_user_with_old_access_key, facts.old_ak_num) = (0, root_old);
                facts.sub_user_with_unused_access_key =
                    facts.sub_user_with_unused_access_key.min(young.users);
                at_most.users_unused = !young.exact && facts.sub_user_with_unused_access_key > 0;
                if counts_keys {
                    let left = unused.min(young.keys);
                    facts.unused_ak_num = root_unused + left;
                    at_most.keys_unused = !young.exact && left > 0;
                }
            }
            (false, true) => {
                (facts.sub_user_with_unused_access_key, facts.unused_ak_num) = (0, root_unused);
                if counts_keys {
                    let left = (old - unused + unused.min(young.keys)).clamp(0, old);
                    facts.old_ak_num = root_old + left;
                    at_most.keys_old = !young.exact && left > 0;
                    facts.sub_user_with_old_access_key = facts.sub_user_with_old_access_key.min(left);
                }
                // Which of them keep an old key is not known; that nobody does, is.
                at_most.users_old = facts.sub_user_with_old_access_key > 0;
            }
            (false, false) => {}
        }
        Ok(())
    }

    /// The keys of RAM users that are unused and not old, and their owners. They were made between the two limits, which
    /// with limits as they usually are is one day.
    fn unused_and_not_old(&mut self) -> Result<Young, StoreError> {
        let Limits { today, thresholds } = self.limits;
        let (first, last) = (thresholds.old_before(today), thresholds.unused_before(today));
        if last <= first {
            return Ok(Young { keys: 0, users: 0, exact: true });
        }
        let mut made_after = |day| report_days::sum_after(self.tx, self.account, DayKind::KeyOld, day);
        let made = made_after(first)? - made_after(last)?;
        let (behind, asked) = ((first, i64::MAX), self.one_by_one + 1);
        let entries = report_subjects::list(self.tx, self.account, SubjectKind::KeyOld, behind, last, asked)?;
        if entries.len() > self.one_by_one {
            return Ok(Young { keys: made, users: made, exact: false });
        }
        let owners: BTreeSet<UserId> = entries.into_iter().map(|(_, user)| user).collect();
        let mut young = Young { keys: 0, users: 0, exact: true };
        for user in owners.into_iter().filter(|user| !user.is_root()) {
            let subject = self.subject_after(user)?;
            let is_young = |key: &&KeyFacts| self.limits.is_unused(key) && !self.limits.is_old(key);
            let keys = number(subject.keys.iter().filter(is_young).count());
            young.keys += keys;
            young.users += i64::from(keys > 0);
        }
        Ok(young)
    }
}

/// See [`Simulation::unused_and_not_old`]; at most so many, where not exact.
struct Young {
    keys: i64,
    users: i64,
    exact: bool,
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
