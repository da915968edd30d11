//! An identity as a page of findings needs it: its name, the ids of its keys, and what the report knows of it. Must not
//! know checks.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::tables::{access_keys, login_profiles, mfa_devices, users};
use crate::store::{KeyFacts, StoreError, Subject, Tx};

/// The parts of an identity beside its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// Its AccessKeys.
    pub keys: bool,
    /// Whether it has an MFA device.
    pub device: bool,
    /// Its way into the console.
    pub console: bool,
}

impl Parts {
    /// All of it.
    pub const ALL: Self = Self { keys: true, device: true, console: true };

    /// These and those.
    pub const fn and(self, other: Self) -> Self {
        Self {
            keys: self.keys || other.keys,
            device: self.device || other.device,
            console: self.console || other.console,
        }
    }
}

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
    /// Root, or the RAM user of that id, with the parts asked for and the others empty; `None` if there is none.
    ///
    /// # Errors
    /// A failure of the store.
    pub fn read(
        tx: &mut Tx<'_>,
        account: AccountId,
        user: UserId,
        parts: Parts,
    ) -> Result<Option<Self>, StoreError> {
        let mut subject = Subject::default();
        let mut name = String::new();
        if !user.is_root() {
            let Some((named, dates)) = users::find_dates(tx, account, user)? else { return Ok(None) };
            (name, subject.user) = (named.to_string(), Some(dates));
        }
        let mut key_ids = Vec::new();
        if parts.keys {
            (key_ids, subject.keys) = access_keys::list_facts(tx, account, user)?.into_iter().unzip();
        }
        if parts.device {
            subject.bound = mfa_devices::is_bound(tx, account, user)?;
        }
        if parts.console {
            subject.console = login_profiles::dates(tx, account, user)?;
        }
        Ok(Some(Self { user, name, subject, key_ids }))
    }

    /// What it is after its repair, or whatever else is done to it.
    pub fn after(&self, mend: &Mend) -> Subject {
        if mend.deletes {
            return Subject::default();
        }
        let keys = self.subject.keys.iter().enumerate().filter(|(place, _)| !mend.keys.contains(place));
        let keys = keys.map(|(place, key)| {
            let active = mend.switched.get(&place).copied().unwrap_or(key.active);
            KeyFacts { active, ..*key }
        });
        Subject {
            user: self.subject.user,
            keys: keys.chain(mend.new_keys.iter().copied()).collect(),
            bound: (self.subject.bound || mend.binds) && !mend.unbinds,
            console: self.subject.console.filter(|_| !mend.closes),
        }
    }
}

/// What is done to an identity: to repair it, or whatever else a call does of which the report knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mend {
    /// The keys that go, as places among its keys.
    pub keys: BTreeSet<usize>,
    /// Whether it gets an MFA device.
    pub binds: bool,
    /// Whether its way into the console goes.
    pub closes: bool,
    /// Whether its MFA device is taken off.
    pub unbinds: bool,
    /// Whether it goes itself.
    pub deletes: bool,
    /// The keys that are switched on or off, as places among its keys.
    pub switched: BTreeMap<usize, bool>,
    /// The keys that it gets.
    pub new_keys: Vec<KeyFacts>,
}

impl Mend {
    /// Does that as well.
    pub fn add(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.binds |= other.binds;
        self.closes |= other.closes;
        self.unbinds |= other.unbinds;
        self.deletes |= other.deletes;
        self.switched.extend(other.switched);
        self.new_keys.extend(other.new_keys);
    }
}
