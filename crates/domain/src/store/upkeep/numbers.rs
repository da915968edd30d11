//! The numbers of an account: counters, and histograms of base days. What an identity adds to them is said here and
//! nowhere else. Must not know how they are stored.

use std::collections::BTreeMap;

use super::subject::Subject;
use crate::ids::UserId;
use crate::time::Day;

/// A histogram over base days. *Old* counts from the day of creation, *unused* from the day of the last use, or of
/// creation if there was none; only Active keys are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayKind {
    /// Each RAM user with a counted key, by the earliest base day of its keys.
    UserOld,
    /// The same for use.
    UserUnused,
    /// Each counted key, root's included.
    KeyOld,
    /// The same for use.
    KeyUnused,
    /// Each counted key of root.
    RootOld,
    /// The same for use.
    RootUnused,
    /// Each RAM user with an Active logon profile, by the day of the last console logon, or of the profile's creation
    /// where that is later.
    ConsoleIdle,
}

impl DayKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::UserOld,
        Self::UserUnused,
        Self::KeyOld,
        Self::KeyUnused,
        Self::RootOld,
        Self::RootUnused,
        Self::ConsoleIdle,
    ];

    /// Its number in the table.
    pub const fn code(self) -> i64 {
        self as i64
    }

    pub(in crate::store) fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A counter of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Total {
    /// RAM users.
    Users,
    /// RAM users with at least one bound MFA device.
    UsersMfa,
    /// 1 if root has a bound MFA device, else 0.
    RootMfa,
    /// Root's AccessKeys, whatever their status.
    RootKeys,
    /// RAM users with at least one Active key.
    CountedUsers,
    /// Active keys, root's included.
    CountedKeys,
    /// Active keys of root.
    CountedRootKeys,
    /// MFA devices, bound or not.
    MfaDevices,
    /// MFA devices bound to a user or to root.
    MfaDevicesInUse,
    /// RAM users with an Active logon profile.
    ConsoleUsers,
    /// Those of them without a bound MFA device.
    ConsoleUsersWithoutMfa,
    /// Those of them with at least one Active key.
    ConsoleUsersWithKeys,
    /// RAM users with two or more Active keys.
    UsersWithTwoKeys,
    /// Active keys that were never used, root's included.
    NeverUsedKeys,
    /// Active keys of root that were never used.
    NeverUsedRootKeys,
    /// RAM users with a policy attached to them directly.
    UsersWithPolicies,
}

impl Total {
    /// All of them, in the order of their columns.
    pub const ALL: [Self; 16] = [
        Self::Users,
        Self::UsersMfa,
        Self::RootMfa,
        Self::RootKeys,
        Self::CountedUsers,
        Self::CountedKeys,
        Self::CountedRootKeys,
        Self::MfaDevices,
        Self::MfaDevicesInUse,
        Self::ConsoleUsers,
        Self::ConsoleUsersWithoutMfa,
        Self::ConsoleUsersWithKeys,
        Self::UsersWithTwoKeys,
        Self::NeverUsedKeys,
        Self::NeverUsedRootKeys,
        Self::UsersWithPolicies,
    ];
}

/// The counters of an account, or changes to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals(pub(in crate::store) [i64; Total::ALL.len()]);

impl Totals {
    /// One of them.
    pub fn get(&self, total: Total) -> i64 {
        self.0.get(total as usize).copied().unwrap_or_default()
    }

    /// Adds to one of them.
    pub fn add(&mut self, total: Total, n: i64) {
        if let Some(place) = self.0.get_mut(total as usize) {
            *place += n;
        }
    }

    pub(in crate::store) fn has_negative(&self) -> bool {
        self.0.iter().any(|n| *n < 0)
    }

    /// Adds to each of them what it is in `changes`.
    pub(in crate::store) fn add_all(&mut self, changes: &Self) {
        for (total, change) in self.0.iter_mut().zip(changes.0) {
            *total += change;
        }
    }
}

/// Numbers of an account: what it has, what a subject adds to it, or what a job changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbers {
    /// The counters.
    pub totals: Totals,
    /// The histograms; no zeros where this is what an account has.
    pub days: BTreeMap<(DayKind, Day), i64>,
}

impl Numbers {
    fn add_day(&mut self, kind: DayKind, day: Day, n: i64) {
        *self.days.entry((kind, day)).or_default() += n;
    }

    /// Adds what an identity gives, `n` times; -1 takes it away.
    pub fn add(&mut self, user: UserId, subject: &Subject, n: i64) {
        self.add_keys(user, subject, n);
        if user.is_root() {
            self.totals.add(Total::RootMfa, n * i64::from(subject.bound));
            self.totals.add(Total::RootKeys, n * i64::try_from(subject.keys.len()).unwrap_or(i64::MAX));
            return;
        }
        self.totals.add(Total::Users, n * i64::from(subject.user.is_some()));
        self.totals.add(Total::UsersMfa, n * i64::from(subject.bound));
        if let Some(day) = subject.console_day() {
            self.totals.add(Total::ConsoleUsers, n);
            self.totals.add(Total::ConsoleUsersWithoutMfa, n * i64::from(!subject.bound));
            self.totals
                .add(Total::ConsoleUsersWithKeys, n * i64::from(subject.active_keys().next().is_some()));
            self.add_day(DayKind::ConsoleIdle, day, n);
        }
    }

    fn add_keys(&mut self, user: UserId, subject: &Subject, n: i64) {
        let mut earliest: Option<(Day, Day)> = None;
        for key in subject.active_keys() {
            let (old, unused) = (key.old_day(), key.unused_day());
            let never_used = n * i64::from(key.last_used_date.is_none());
            self.totals.add(Total::CountedKeys, n);
            self.totals.add(Total::NeverUsedKeys, never_used);
            self.add_day(DayKind::KeyOld, old, n);
            self.add_day(DayKind::KeyUnused, unused, n);
            if user.is_root() {
                self.totals.add(Total::CountedRootKeys, n);
                self.totals.add(Total::NeverUsedRootKeys, never_used);
                self.add_day(DayKind::RootOld, old, n);
                self.add_day(DayKind::RootUnused, unused, n);
            }
            earliest = Some(earliest.map_or((old, unused), |first| (first.0.min(old), first.1.min(unused))));
        }
        if let (Some((old, unused)), false) = (earliest, user.is_root()) {
            self.totals.add(Total::CountedUsers, n);
            self.totals.add(Total::UsersWithTwoKeys, n * i64::from(subject.active_keys().nth(1).is_some()));
            self.add_day(DayKind::UserOld, old, n);
            self.add_day(DayKind::UserUnused, unused, n);
        }
    }

    /// Without the zeros that additions leave.
    pub fn without_zeros(mut self) -> Self {
        self.days.retain(|_, n| *n != 0);
        self
    }
}
