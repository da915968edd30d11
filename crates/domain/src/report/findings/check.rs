//! The checks that have findings: in which list their subjects stand, when an identity breaks them, and what repairing it
//! would leave. Must not know pages.

use super::identity::{Identity, Mend, Parts};
use crate::identity::text::word;
use crate::report::repair::Limits;
use crate::report::thresholds::AkScope;
use crate::store::{KeyFacts, SubjectKind};
use crate::time::{Day, Timestamp};

word! {
    /// A check whose findings can be listed.
    CheckName {
        /// There are RAM users.
        RamUsersExist = "ram_users_exist",
        /// Root has an MFA device.
        RootMfa = "root_mfa",
        /// Root has no AccessKey.
        RootNoKey = "root_no_key",
        /// Every RAM user has an MFA device.
        UsersMfa = "users_mfa",
        /// No RAM user has an old key.
        UsersNoOldKey = "users_no_old_key",
        /// No RAM user has an unused key.
        UsersNoUnusedKey = "users_no_unused_key",
        /// No key is old.
        AccountNoOldKey = "account_no_old_key",
        /// No key is unused.
        AccountNoUnusedKey = "account_no_unused_key",
        /// The password policy asks for strong passwords.
        PasswordPolicy = "password_policy",
        /// Every RAM user with a console has an MFA device.
        ConsoleUserMfa = "console_user_mfa",
        /// Every RAM user with a console logs on to it.
        ConsoleLogonIdle = "console_logon_idle",
        /// No RAM user has two Active keys.
        TwoActiveKeys = "two_active_keys",
        /// Every Active key was used.
        KeyNeverUsed = "key_never_used",
        /// No RAM user has a console and Active keys.
        ConsoleAndKeys = "console_and_keys",
        /// No key of root is in use.
        RootKeyUsedRecently = "root_key_used_recently",
    }
}

/// Whom a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The account as a whole: one finding or none.
    Account,
    /// Root alone.
    Root,
    /// Identities that stand in a list, up to a day.
    Listed(SubjectKind, Day),
}

/// A way in which an identity breaks a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The day it is listed by.
    pub day: Day,
    /// Since when it does.
    pub since: Timestamp,
    /// The key that it is about, as a place among the identity's keys.
    pub key: Option<usize>,
}

impl CheckName {
    /// Whom it is about.
    pub fn scope(self, limits: Limits) -> Scope {
        let (old, unused) =
            (limits.thresholds.old_before(limits.today), limits.thresholds.unused_before(limits.today));
        let ever = Day(i64::MAX);
        let root_only = limits.thresholds.ak_scope() == AkScope::RootOnly;
        match self {
            Self::RamUsersExist | Self::RootMfa | Self::PasswordPolicy => Scope::Account,
            Self::RootNoKey | Self::RootKeyUsedRecently => Scope::Root,
            Self::AccountNoOldKey | Self::AccountNoUnusedKey if root_only => Scope::Root,
            Self::UsersMfa => Scope::Listed(SubjectKind::WithoutMfa, ever),
            Self::UsersNoOldKey | Self::AccountNoOldKey => Scope::Listed(SubjectKind::KeyOld, old),
            Self::UsersNoUnusedKey | Self::AccountNoUnusedKey => {
                Scope::Listed(SubjectKind::KeyUnused, unused)
            }
            Self::ConsoleUserMfa => Scope::Listed(SubjectKind::ConsoleWithoutMfa, ever),
            Self::ConsoleLogonIdle => Scope::Listed(SubjectKind::ConsoleIdle, unused),
            Self::TwoActiveKeys => Scope::Listed(SubjectKind::TwoKeys, ever),
            Self::KeyNeverUsed => Scope::Listed(SubjectKind::NeverUsed, ever),
            Self::ConsoleAndKeys => Scope::Listed(SubjectKind::ConsoleWithKeys, ever),
        }
    }

    /// The parts of an identity that it looks at. What it does not look at its repair does not change, so nothing else is
    /// needed to know what the repair gives back.
    pub const fn parts(self) -> Parts {
        let none = Parts { keys: false, device: false, console: false };
        match self {
            Self::RamUsersExist | Self::PasswordPolicy => none,
            Self::RootMfa | Self::UsersMfa => Parts { device: true, ..none },
            Self::RootNoKey
            | Self::UsersNoOldKey
            | Self::UsersNoUnusedKey
            | Self::AccountNoOldKey
            | Self::AccountNoUnusedKey
            | Self::TwoActiveKeys
            | Self::KeyNeverUsed
            | Self::RootKeyUsedRecently => Parts { keys: true, ..none },
            Self::ConsoleUserMfa => Parts { device: true, console: true, ..none },
            Self::ConsoleLogonIdle => Parts { console: true, ..none },
            Self::ConsoleAndKeys => Parts { keys: true, console: true, ..none },
        }
    }

    /// Whether its findings are AccessKeys.
    pub const fn is_about_keys(self) -> bool {
        matches!(
            self,
            Self::RootNoKey
                | Self::AccountNoOldKey
                | Self::AccountNoUnusedKey
                | Self::KeyNeverUsed
                | Self::RootKeyUsedRecently
        )
    }

    /// How an identity breaks it; each way is a finding.
    pub fn hits(self, limits: Limits, identity: &Identity) -> Vec<Hit> {
        let subject = &identity.subject;
        if self.is_about_keys() {
            let keys = subject.keys.iter().enumerate();
            let hit = |(place, key): (usize, &KeyFacts)| {
                let (day, since) = self.key_hit(limits, identity, key)?;
                Some(Hit { day, since, key: Some(place) })
            };
            return keys.filter_map(hit).collect();
        }
        if identity.user.is_root() {
            return Vec::new();
        }
        let at = |date: Timestamp| (date.day(), date);
        let without_mfa = !subject.bound;
        let hit = match self {
            Self::UsersMfa => subject.user.filter(|_| without_mfa).map(|row| at(row.create_date)),
            Self::ConsoleUserMfa => subject.console.filter(|_| without_mfa).map(|row| at(row.create_date)),
            Self::ConsoleLogonIdle => subject
                .console_day()
                .filter(|day| *day <= limits.thresholds.unused_before(limits.today))
                .map(|day| (day, limits.thresholds.turns_unused(day).start())),
            Self::TwoActiveKeys => subject.second_key_date().map(at),
            Self::ConsoleAndKeys => subject.console_with_keys_date().map(at),
            Self::UsersNoOldKey => subject
                .keys
                .iter()
                .filter(|key| limits.is_old(key))
                .map(|key| key.old_day())
                .min()
                .map(|day| (day, limits.thresholds.turns_old(day).start())),
            Self::UsersNoUnusedKey => subject
                .keys
                .iter()
                .filter(|key| limits.is_unused(key))
                .map(|key| key.unused_day())
                .min()
                .map(|day| (day, limits.thresholds.turns_unused(day).start())),
            _ => None,
        };
        hit.map(|(day, since)| Hit { day, since, key: None }).into_iter().collect()
    }

    fn key_hit(self, limits: Limits, identity: &Identity, key: &KeyFacts) -> Option<(Day, Timestamp)> {
        let of_root = identity.user.is_root();
        let in_scope = of_root || limits.thresholds.ak_scope() == AkScope::AccountTotal;
        let (created, old, unused) = (key.create_date, key.old_day(), key.unused_day());
        match self {
            Self::RootNoKey => of_root.then_some((old, created)),
            Self::AccountNoOldKey => {
                (in_scope && limits.is_old(key)).then(|| (old, limits.thresholds.turns_old(old).start()))
            }
            Self::AccountNoUnusedKey => (in_scope && limits.is_unused(key))
                .then(|| (unused, limits.thresholds.turns_unused(unused).start())),
            Self::KeyNeverUsed => (key.active && key.last_used_date.is_none()).then_some((old, created)),
            Self::RootKeyUsedRecently => {
                let limit = limits.thresholds.unused_before(limits.today);
                let used = key.last_used_date.filter(|used| key.active && of_root && used.day() > limit)?;
                Some((used.day(), used))
            }
            _ => None,
        }
    }

    /// What repairing a finding about an identity does to it, or, where no key is named, repairing all by which it breaks
    /// the check; nothing if it does not. A key is repaired by deleting it, with or without another in its place; of two Active keys the newest
    /// stays.
    pub fn mend(self, limits: Limits, identity: &Identity, key: Option<usize>) -> Mend {
        let subject = &identity.subject;
        let keys_go = |goes: &dyn Fn(&KeyFacts) -> bool| {
            let places = subject.keys.iter().enumerate().filter(|(_, key)| goes(key)).map(|(place, _)| place);
            let keys = places.filter(|place| key.is_none_or(|key| key == *place)).collect();
            Mend { keys, ..Mend::default() }
        };
        if self != Self::RootMfa && self.hits(limits, identity).is_empty() {
            return Mend::default();
        }
        match self {
            Self::RootMfa | Self::UsersMfa | Self::ConsoleUserMfa => Mend { binds: true, ..Mend::default() },
            Self::UsersNoOldKey | Self::AccountNoOldKey => keys_go(&|key| limits.is_old(key)),
            Self::UsersNoUnusedKey | Self::AccountNoUnusedKey => keys_go(&|key| limits.is_unused(key)),
            Self::RootNoKey | Self::KeyNeverUsed | Self::RootKeyUsedRecently => {
                keys_go(&|key| self.key_hit(limits, identity, key).is_some())
            }
            Self::TwoActiveKeys => {
                let mut newest = None;
                for (place, key) in subject.keys.iter().enumerate().filter(|(_, key)| key.active) {
                    if newest.is_none_or(|(date, _)| key.create_date >= date) {
                        newest = Some((key.create_date, place));
                    }
                }
                let kept = newest.map(|(_, place)| place);
                let places = subject.keys.iter().enumerate().filter(|(_, key)| key.active);
                let keys = places.map(|(place, _)| place).filter(|place| Some(*place) != kept).collect();
                Mend { keys, ..Mend::default() }
            }
            Self::ConsoleLogonIdle | Self::ConsoleAndKeys => Mend { closes: true, ..Mend::default() },
            Self::RamUsersExist | Self::PasswordPolicy => Mend::default(),
        }
    }
}
