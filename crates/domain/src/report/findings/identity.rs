//! What a repair, or whatever else is done to it, makes of an identity. Must not know checks.

use std::collections::{BTreeMap, BTreeSet};

pub use crate::store::tables::identities::{Identity, Parts};
use crate::store::{KeyFacts, Subject};

impl Identity {
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
