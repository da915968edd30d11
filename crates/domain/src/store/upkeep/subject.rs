//! What the report needs of one identity: of its row, its AccessKeys, its devices and its way into the console. Must not
//! know limits or dates of today.

use crate::ids::{AccountId, UserId};
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tables::{access_keys, login_profiles, mfa_devices, users};
use crate::store::tx::Tx;
use crate::time::{Day, Timestamp};

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
    /// The day that age is counted from.
    pub fn old_day(self) -> Day {
        self.create_date.day()
    }

    /// The day that use is counted from.
    pub fn unused_day(self) -> Day {
        self.last_used_date.map_or(self.create_date, |used| used.max(self.create_date)).day()
    }

    pub(in crate::store) fn read(row: Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            active: row.get::<String>(0)? == "Active",
            create_date: row.get(1)?,
            last_used_date: row.get(2)?,
        })
    }
}

/// What the report needs of a RAM user's row, or of an Active logon profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// When it was made.
    pub create_date: Timestamp,
    /// When, by what it says, its owner last logged on to the console.
    pub last_login_date: Option<Timestamp>,
}

/// An identity as the report sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subject {
    /// Its row, if it is a RAM user.
    pub user: Option<Dates>,
    /// Its AccessKeys, whatever their status.
    pub keys: Vec<KeyFacts>,
    /// Whether an MFA device is bound to it.
    pub bound: bool,
    /// Its logon profile, if it is Active.
    pub console: Option<Dates>,
}

impl Subject {
    /// An identity as its rows are.
    ///
    /// # Errors
    /// A failure of the store.
    pub fn read(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Self, StoreError> {
        Ok(Self {
            user: users::dates(tx, account, user)?,
            keys: access_keys::facts(tx, account, user)?,
            bound: mfa_devices::is_bound(tx, account, user)?,
            console: login_profiles::dates(tx, account, user)?,
        })
    }

    /// Its counted keys.
    pub fn active_keys(&self) -> impl Iterator<Item = KeyFacts> + '_ {
        self.keys.iter().copied().filter(|key| key.active)
    }

    /// The day that the console's being idle is counted from, if it has a way in: of the last logon, or of the profile's
    /// creation where that is later.
    pub fn console_day(&self) -> Option<Day> {
        let console = self.console?;
        let logons = [console.last_login_date, self.user.and_then(|user| user.last_login_date)];
        Some(logons.into_iter().flatten().fold(console.create_date, Timestamp::max).day())
    }
}
