//! What a job moved in the reports of accounts, for their history: noted where the rows change, taken when the job is
//! done. Must not know what the report makes of it.

use std::collections::BTreeMap;

use super::error::StoreError;
use super::tx::Tx;
use super::upkeep::{KeyFacts, Subject};
use crate::identity::user::UserName;
use crate::ids::{AccessKeyId, AccountId, UserId};

/// What a job moved, by account.
pub type Moves = BTreeMap<AccountId, Moved>;

/// More subjects than this are only counted.
const NOTED: usize = 100;

/// What a job moved in an account. Nothing may be left of it in the end: who reads it compares.
#[derive(Debug, Clone, Default)]
pub struct Moved {
    /// Identities whose being, keys or devices changed, as they were and as they are.
    pub subjects: BTreeMap<UserId, (Subject, Subject)>,
    /// AccessKeys that were made, changed or deleted, as they were and as they are.
    pub keys: BTreeMap<(UserId, AccessKeyId), (Option<KeyFacts>, Option<KeyFacts>)>,
    /// The names of users that were made, renamed or deleted, as they were last.
    pub names: BTreeMap<UserId, UserName>,
    /// How many more subjects changed than are noted. A bulk notes none.
    pub more: usize,
}

impl Moved {
    /// Adds what a later job has moved in the same account.
    pub fn absorb(&mut self, later: Moved) {
        self.more += later.more;
        for (user, (before, after)) in later.subjects {
            if let Some((_, latest)) = self.subjects.get_mut(&user) {
                *latest = after;
            } else if self.subjects.len() < NOTED {
                self.subjects.insert(user, (before, after));
            } else {
                self.more += 1;
            }
        }
        for (key, (before, after)) in later.keys {
            if let Some((_, latest)) = self.keys.get_mut(&key) {
                *latest = after;
            } else if self.keys.len() < NOTED {
                self.keys.insert(key, (before, after));
            }
        }
        for (user, name) in later.names {
            if self.names.len() < NOTED || self.names.contains_key(&user) {
                self.names.insert(user, name);
            }
        }
    }
}

impl Tx<'_> {
    /// Call when something changed that the account's report stands on.
    pub(super) fn note_moved(&mut self, account: AccountId) -> &mut Moved {
        self.upkeep.moves.entry(account).or_default()
    }

    /// Notes an identity, if what changed is of the report's nine values.
    pub(super) fn note_subject(
        &mut self,
        account: AccountId,
        user: UserId,
        before: &Subject,
        after: &Subject,
    ) {
        let seen = |subject: &Subject| (subject.user.is_some(), subject.bound, subject.keys.clone());
        if seen(before) == seen(after) {
            return;
        }
        let moved = self.note_moved(account);
        if let Some((_, latest)) = moved.subjects.get_mut(&user) {
            latest.clone_from(after);
        } else if moved.subjects.len() < NOTED {
            moved.subjects.insert(user, (before.clone(), after.clone()));
        } else {
            moved.more += 1;
        }
    }

    /// Notes a key; a bulk notes none.
    pub(super) fn note_key(
        &mut self,
        account: AccountId,
        user: UserId,
        key: &AccessKeyId,
        before: Option<KeyFacts>,
        after: Option<KeyFacts>,
    ) {
        if self.is_bulk() {
            return;
        }
        let moved = self.note_moved(account);
        if let Some((_, latest)) = moved.keys.get_mut(&(user, key.clone())) {
            *latest = after;
        } else if moved.keys.len() < NOTED {
            moved.keys.insert((user, key.clone()), (before, after));
        }
    }

    /// Notes the name of a user that comes, goes or has a new one.
    pub(super) fn note_name(&mut self, account: AccountId, user: UserId, name: &UserName) {
        let names = &mut self.note_moved(account).names;
        if names.len() < NOTED || names.contains_key(&user) {
            names.insert(user, name.clone());
        }
    }

    /// What moved so far, once.
    pub fn take_moved(&mut self) -> Result<Moves, StoreError> {
        self.settle()?;
        Ok(std::mem::take(&mut self.upkeep.moves))
    }
}
