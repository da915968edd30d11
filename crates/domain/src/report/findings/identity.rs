//! An identity as a page of findings needs it: its name, the ids of its keys, and what the report knows of it. One that
//! is read costs four rows and its keys. Must not know checks.

use std::collections::BTreeSet;

use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::tables::{access_keys, login_profiles, mfa_devices, users};
use crate::store::{Dates, StoreError, Subject, Tx};

/// A RAM user, or root.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its id; root's is 0.
    pub user: UserId,
    /// Its name; empty for root, so that root comes first.
    pub name: String,
    /// What the report knows of it.
    pub subject: Subject,
    /// The ids of its keys, in the order of `subject.keys`.
    pub key_ids: Vec<AccessKeyId>,
}

impl Identity {
    /// Root, or the RAM user of that id; `None` if there is none.
    ///
    /// # Errors
    /// A failure of the store.
    pub fn read(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Option<Self>, StoreError> {
        let row = if user.is_root() {
            None
        } else {
            match users::find(tx, account, user)? {
                Some(row) => Some(row),
                None => return Ok(None),
            }
        };
        let (key_ids, keys) = access_keys::list_facts(tx, account, user)?.into_iter().unzip();
        let dates = row
            .as_ref()
            .map(|row| Dates { create_date: row.create_date, last_login_date: row.last_login_date });
        let subject = Subject {
            user: dates,
            keys,
            bound: mfa_devices::is_bound(tx, account, user)?,
            console: login_profiles::dates(tx, account, user)?,
        };
        let name = row.map(|row| row.user_name.to_string()).unwrap_or_default();
        Ok(Some(Self { user, name, subject, key_ids }))
    }

    /// What it is after its repair.
    pub fn after(&self, mend: &Mend) -> Subject {
        let keys = self.subject.keys.iter().enumerate().filter(|(place, _)| !mend.keys.contains(place));
        Subject {
            user: self.subject.user,
            keys: keys.map(|(_, key)| *key).collect(),
            bound: self.subject.bound || mend.binds,
            console: self.subject.console.filter(|_| !mend.closes),
        }
    }
}

/// What is done to an identity to repair it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mend {
    /// The keys that go, as places among its keys.
    pub keys: BTreeSet<usize>,
    /// Whether it gets an MFA device.
    pub binds: bool,
    /// Whether its way into the console goes.
    pub closes: bool,
}

impl Mend {
    /// Does that as well.
    pub fn add(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.binds |= other.binds;
        self.closes |= other.closes;
    }
}
