//! Whom the report counts: for each kind of finding the identities it may be about, by the day it is reckoned from. Must
//! not know from which day on it is a finding.

use super::subject::Subject;
use crate::ids::UserId;
use crate::time::{Day, Timestamp};

/// A list of identities by day. A list of keys has an identity once for each day on which one of its keys stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubjectKind {
    /// Owners of Active keys, root included, by the creation of the key.
    KeyOld,
    /// The same by the last use of the key, or its creation where it was never used.
    KeyUnused,
    /// RAM users without a bound MFA device, by their creation.
    WithoutMfa,
    /// RAM users with an Active logon profile and without a bound MFA device, by the creation of the profile.
    ConsoleWithoutMfa,
    /// RAM users with an Active logon profile, by the last logon, or the profile's creation where that is later.
    ConsoleIdle,
    /// RAM users with two or more Active keys, by the creation of the second oldest.
    TwoKeys,
    /// Owners of Active keys that were never used, root included, by the creation of the key.
    NeverUsed,
    /// RAM users with an Active logon profile and Active keys, by the creation of the profile or of the oldest of the
    /// keys, whichever is later.
    ConsoleWithKeys,
}

impl SubjectKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::KeyOld,
        Self::KeyUnused,
        Self::WithoutMfa,
        Self::ConsoleWithoutMfa,
        Self::ConsoleIdle,
        Self::TwoKeys,
        Self::NeverUsed,
        Self::ConsoleWithKeys,
    ];

    /// Its number in the table.
    pub const fn code(self) -> i64 {
        self as i64
    }

    pub(in crate::store) fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl Subject {
    /// When its second oldest Active key was made, if it has two.
    pub fn second_key_date(&self) -> Option<Timestamp> {
        let mut dates: Vec<_> = self.active_keys().map(|key| key.create_date).collect();
        dates.sort_unstable();
        dates.get(1).copied()
    }

    /// Since when it has both a way into the console and an Active key.
    pub fn console_with_keys_date(&self) -> Option<Timestamp> {
        let oldest = self.active_keys().map(|key| key.create_date).min()?;
        self.console.map(|console| console.create_date.max(oldest))
    }

    /// The lists it stands in, and where; sorted, each place once.
    pub fn marks(&self, user: UserId) -> Vec<(SubjectKind, Day)> {
        let mut marks = Vec::new();
        for key in self.active_keys() {
            marks.push((SubjectKind::KeyOld, key.old_day()));
            marks.push((SubjectKind::KeyUnused, key.unused_day()));
            if key.last_used_date.is_none() {
                marks.push((SubjectKind::NeverUsed, key.old_day()));
            }
        }
        if !user.is_root() {
            let mut stands = |kind, date: Option<Timestamp>| {
                marks.extend(date.map(|date| (kind, date.day())));
            };
            let console = self.console.map(|console| console.create_date);
            stands(SubjectKind::WithoutMfa, self.user.filter(|_| !self.bound).map(|row| row.create_date));
            stands(SubjectKind::ConsoleWithoutMfa, console.filter(|_| !self.bound));
            stands(SubjectKind::TwoKeys, self.second_key_date());
            stands(SubjectKind::ConsoleWithKeys, self.console_with_keys_date());
            marks.extend(self.console_day().map(|day| (SubjectKind::ConsoleIdle, day)));
        }
        marks.sort_unstable();
        marks.dedup();
        marks
    }
}
