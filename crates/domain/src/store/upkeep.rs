//! The report's numbers, kept exact in the transaction of each change: per account a few totals, and histograms of
//! base days (see `report`). A table function says which subject it is about to change (`touch_…`), before it does; at
//! the end of the job the subject's share after the change minus its share before is added. Must not know limits,
//! dates of today or scores.

use std::collections::BTreeMap;

use super::connection::Row;
use super::error::StoreError;
use super::tables::{accounts, report_days};
use super::tx::Tx;
use crate::ids::{AccountId, UserId};
use crate::time::{Day, Timestamp};

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
}

impl DayKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::UserOld, Self::UserUnused, Self::KeyOld, Self::KeyUnused, Self::RootOld, Self::RootUnused];

    /// Its number in the table.
    pub const fn code(self) -> i64 {
        self as i64
    }

    pub(super) fn from_code(code: i64) -> Option<Self> {
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
}

impl Total {
    /// All of them, in the order of their columns.
    pub const ALL: [Self; 9] = [
        Self::Users,
        Self::UsersMfa,
        Self::RootMfa,
        Self::RootKeys,
        Self::CountedUsers,
        Self::CountedKeys,
        Self::CountedRootKeys,
        Self::MfaDevices,
        Self::MfaDevicesInUse,
    ];
}

/// The counters of an account, or changes to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals(pub(super) [i64; Total::ALL.len()]);

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

    /// Adds what the keys of one identity give, `n` times; -1 takes it away.
    pub fn add_keys(&mut self, user: UserId, keys: &[KeyFacts], n: i64) {
        let mut earliest: Option<(Day, Day)> = None;
        for key in keys.iter().filter(|key| key.active) {
            let (old, unused) = (key.old_day(), key.unused_day());
            self.totals.add(Total::CountedKeys, n);
            self.add_day(DayKind::KeyOld, old, n);
            self.add_day(DayKind::KeyUnused, unused, n);
            if user.is_root() {
                self.totals.add(Total::CountedRootKeys, n);
                self.add_day(DayKind::RootOld, old, n);
                self.add_day(DayKind::RootUnused, unused, n);
            }
            earliest = Some(earliest.map_or((old, unused), |first| (first.0.min(old), first.1.min(unused))));
        }
        if user.is_root() {
            self.totals.add(Total::RootKeys, n * i64::try_from(keys.len()).unwrap_or(i64::MAX));
        } else if let Some((old, unused)) = earliest {
            self.totals.add(Total::CountedUsers, n);
            self.add_day(DayKind::UserOld, old, n);
            self.add_day(DayKind::UserUnused, unused, n);
        }
    }

    /// Adds what an identity with a bound MFA device gives, `n` times.
    pub fn add_device_owner(&mut self, user: UserId, n: i64) {
        self.totals.add(if user.is_root() { Total::RootMfa } else { Total::UsersMfa }, n);
    }

    /// Without the zeros that additions leave.
    pub fn without_zeros(mut self) -> Self {
        self.days.retain(|_, n| *n != 0);
        self
    }
}

/// What the report needs of an AccessKey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyFacts {
    /// Only Active keys are counted.
    pub active: bool,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it was last used.
    pub last_used_date: Option<Timestamp>,
}

impl KeyFacts {
    fn old_day(self) -> Day {
        self.create_date.day()
    }

    /// The day that use is counted from.
    pub fn unused_day(self) -> Day {
        self.last_used_date.map_or(self.create_date, |used| used.max(self.create_date)).day()
    }

    pub(super) fn read(row: Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            active: row.get::<String>(0)? == "Active",
            create_date: row.get(1)?,
            last_used_date: row.get(2)?,
        })
    }
}

/// A subject that a bulk job has just inserted, with all it has so far.
#[derive(Debug, Clone)]
struct Growing {
    account: AccountId,
    user: UserId,
    keys: Vec<KeyFacts>,
    bound: bool,
}

/// What a job has touched, as it was before, and what it has added so far.
#[derive(Debug, Default, Clone)]
pub(super) struct Upkeep {
    keys: BTreeMap<(AccountId, UserId), Vec<KeyFacts>>,
    device_owners: BTreeMap<(AccountId, UserId), bool>,
    changes: BTreeMap<AccountId, Numbers>,
    growing: Option<Growing>,
}

impl Tx<'_> {
    /// Call before a change of an identity's AccessKeys.
    pub(super) fn touch_keys(&mut self, account: AccountId, user: UserId) -> Result<(), StoreError> {
        self.stop_growing(account, user);
        if !self.upkeep.keys.contains_key(&(account, user)) {
            let before = self.keys_of(account, user)?;
            self.upkeep.keys.insert((account, user), before);
        }
        Ok(())
    }

    /// Call before a change of the devices bound to an identity.
    pub(super) fn touch_devices(&mut self, account: AccountId, user: UserId) -> Result<(), StoreError> {
        self.stop_growing(account, user);
        if !self.upkeep.device_owners.contains_key(&(account, user)) {
            let before = self.owns_device(account, user)?;
            self.upkeep.device_owners.insert((account, user), before);
        }
        Ok(())
    }

    /// Call before inserting a key: cheaper than `touch_keys` where the owner is growing.
    pub(super) fn touch_new_key(
        &mut self,
        account: AccountId,
        user: UserId,
        key: KeyFacts,
    ) -> Result<(), StoreError> {
        match &mut self.upkeep.growing {
            Some(growing) if (growing.account, growing.user) == (account, user) => growing.keys.push(key),
            _ => self.touch_keys(account, user)?,
        }
        Ok(())
    }

    /// Call before binding a device: cheaper than `touch_devices` where the owner is growing.
    pub(super) fn touch_new_device(&mut self, account: AccountId, user: UserId) -> Result<(), StoreError> {
        match &mut self.upkeep.growing {
            Some(growing) if (growing.account, growing.user) == (account, user) => growing.bound = true,
            _ => self.touch_devices(account, user)?,
        }
        Ok(())
    }

    /// Call when an identity was inserted that has nothing yet.
    pub(super) fn touch_new_subject(&mut self, account: AccountId, user: UserId) {
        self.settle_growing();
        if self.is_bulk() {
            self.upkeep.growing = Some(Growing { account, user, keys: Vec::new(), bound: false });
        }
    }

    /// Adds to a counter that follows from the change itself.
    pub(super) fn count(&mut self, account: AccountId, total: Total, n: i64) {
        self.upkeep.changes.entry(account).or_default().totals.add(total, n);
    }

    /// Call when an account was deleted with all it had.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.settle_growing();
        self.upkeep.keys.retain(|(of, _), _| *of != account);
        self.upkeep.device_owners.retain(|(of, _), _| *of != account);
        self.upkeep.changes.remove(&account);
    }

    fn keys_of(&mut self, account: AccountId, user: UserId) -> Result<Vec<KeyFacts>, StoreError> {
        let sql =
            "SELECT status, create_date, last_used_date FROM access_keys WHERE account = ?1 AND user_id = ?2";
        self.list(sql, &[account.into(), user.into()], KeyFacts::read)
    }

    fn owns_device(&mut self, account: AccountId, user: UserId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM mfa_devices WHERE account = ?1 AND user_id = ?2 LIMIT 1";
        Ok(self.find(sql, &[account.into(), user.into()], |_| Ok(()))?.is_some())
    }

    /// What has grown so far is what the rows say, so from here on the rows are asked.
    fn stop_growing(&mut self, account: AccountId, user: UserId) {
        let growing = self.upkeep.growing.as_ref();
        if growing.is_some_and(|growing| (growing.account, growing.user) == (account, user)) {
            self.settle_growing();
        }
    }

    fn settle_growing(&mut self) {
        if let Some(growing) = self.upkeep.growing.take() {
            let changes = self.upkeep.changes.entry(growing.account).or_default();
            changes.add_keys(growing.user, &growing.keys, 1);
            changes.add_device_owner(growing.user, i64::from(growing.bound));
        }
    }

    /// Writes what the job has changed so far; whoever reads the numbers inside a change calls this first.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        self.settle_growing();
        for ((account, user), before) in std::mem::take(&mut self.upkeep.keys) {
            let after = self.keys_of(account, user)?;
            if after != before {
                let changes = self.upkeep.changes.entry(account).or_default();
                changes.add_keys(user, &after, 1);
                changes.add_keys(user, &before, -1);
            }
        }
        for ((account, user), before) in std::mem::take(&mut self.upkeep.device_owners) {
            let after = self.owns_device(account, user)?;
            let changes = self.upkeep.changes.entry(account).or_default();
            changes.add_device_owner(user, i64::from(after) - i64::from(before));
        }
        for (account, changes) in std::mem::take(&mut self.upkeep.changes) {
            if changes.totals != Totals::default() {
                accounts::add_totals(self, account, &changes.totals)?;
            }
            for ((kind, day), n) in changes.days {
                report_days::add(self, account, kind, day, n)?;
            }
        }
        Ok(())
    }
}
