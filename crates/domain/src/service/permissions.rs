//! What identities may do, in memory: compiled policies by account and holder, no older than the last commit that changed
//! the account's policies. Bounded by the length of the documents. Must not know what a decision is about.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::authz::{Granted, Holder};
use crate::ids::AccountId;

const SHARDS: usize = 1024;

/// Bytes of policy documents kept at most; compiled they take several times as much.
const MAX_DOCUMENT_BYTES: u64 = 32 * 1024 * 1024;

/// What an entry weighs beside its documents.
const ENTRY_BYTES: u64 = 1024;

/// The compiled policies. An entry carries the epoch of its account's shard from before its rows were read; a commit
/// moves the epoch on, and what was read before it is never given out again, whenever it is put in.
#[derive(Debug)]
pub struct Permissions {
    entries: Cache<(AccountId, Holder), Kept, ByBytes>,
    epochs: Vec<AtomicU64>,
    hasher: RandomState,
    misses: AtomicU64,
}

#[derive(Debug, Clone)]
struct Kept {
    epoch: u64,
    /// `None`: there is no such holder.
    granted: Option<Arc<Granted>>,
}

#[derive(Debug, Clone)]
struct ByBytes;

impl Weighter<(AccountId, Holder), Kept> for ByBytes {
    fn weight(&self, _: &(AccountId, Holder), kept: &Kept) -> u64 {
        ENTRY_BYTES + kept.granted.as_ref().map_or(0, |granted| granted.bytes)
    }
}

/// The state of an account's shard before a read of the store.
#[derive(Debug, Clone, Copy)]
pub struct Ticket(u64);

impl Permissions {
    /// A store of policies for about `entries` identities.
    pub fn new(entries: usize) -> Self {
        Self {
            entries: Cache::with_weighter(entries, MAX_DOCUMENT_BYTES, ByBytes),
            epochs: (0..SHARDS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            misses: AtomicU64::new(0),
        }
    }

    /// What is known of a holder: `None` for nothing, `Some(None)` that there is no such holder.
    pub fn get(&self, account: AccountId, holder: Holder) -> Option<Option<Arc<Granted>>> {
        let kept = self.entries.get(&(account, holder))?;
        (kept.epoch == self.epoch(account).load(Ordering::Acquire)).then_some(kept.granted)
    }

    /// To be taken before the read begins: what a read sees is as of its beginning.
    pub fn ticket(&self, account: AccountId) -> Ticket {
        Ticket(self.epoch(account).load(Ordering::Acquire))
    }

    /// Keeps what was read since `ticket`.
    pub fn insert(&self, ticket: Ticket, account: AccountId, holder: Holder, granted: Option<Arc<Granted>>) {
        self.misses.fetch_add(1, Ordering::Relaxed);
        self.entries.insert((account, holder), Kept { epoch: ticket.0, granted });
    }

    /// Forgets an account; to be called after a commit and before its answer.
    pub fn invalidate(&self, account: AccountId) {
        self.epoch(account).fetch_add(1, Ordering::AcqRel);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        for epoch in &self.epochs {
            epoch.fetch_add(1, Ordering::AcqRel);
        }
        self.entries.clear();
    }

    /// Entries held now, those that are over included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Reads of the store since the start.
    pub fn misses(&self) -> u64 {
        self.misses.load(Ordering::Relaxed)
    }

    fn epoch(&self, account: AccountId) -> &AtomicU64 {
        // Truncation is wanted: only the remainder counts.
        let shard = usize::try_from(self.hasher.hash_one(account) % SHARDS as u64).unwrap_or_default();
        self.epochs.get(shard).expect("a shard is below SHARDS")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UserId;

    #[test]
    fn what_was_read_before_a_commit_does_not_come_back_after_it() {
        let permissions = Permissions::new(10);
        let (account, other) = (AccountId::new(1).unwrap(), AccountId::new(2).unwrap());
        let holder = Holder::User(UserId::new(7).unwrap());
        let granted = || Some(Arc::new(Granted::default()));
        let before = permissions.ticket(account);
        permissions.invalidate(account);
        permissions.insert(before, account, holder, granted());
        assert!(permissions.get(account, holder).is_none());
        permissions.insert(permissions.ticket(account), account, holder, granted());
        permissions.insert(permissions.ticket(other), other, holder, None);
        assert!(permissions.get(account, holder).is_some_and(|known| known.is_some()));
        assert!(permissions.get(other, holder).is_some_and(|known| known.is_none()));
        permissions.invalidate(account);
        assert!(permissions.get(account, holder).is_none());
        permissions.insert(permissions.ticket(account), account, holder, granted());
        permissions.clear();
        assert!(permissions.get(account, holder).is_none() && permissions.get(other, holder).is_none());
    }
}
