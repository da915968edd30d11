//! A bounded cache in front of the store that a commit can empty without ever letting a stale row back in.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use quick_cache::Equivalent;
use quick_cache::sync::Cache;

const SHARDS: usize = 64;

/// Entries by key. A reader that began before a commit cannot insert what it read after that commit: the shard's
/// epoch has moved on. So what [`GuardedCache::get`] returns is never older than the last invalidation.
#[derive(Debug)]
pub struct GuardedCache<K, V> {
    entries: Cache<K, V>,
    epochs: Vec<Mutex<u64>>,
    hasher: RandomState,
    misses: AtomicU64,
}

/// The state of a shard before a read of the store.
#[derive(Debug, Clone, Copy)]
pub struct Ticket {
    shard: usize,
    epoch: u64,
}

impl<K: Hash + Eq + Clone, V: Clone> GuardedCache<K, V> {
    /// A cache of at most `entries` entries.
    pub fn new(entries: usize) -> Self {
        Self {
            entries: Cache::new(entries),
            epochs: (0..SHARDS).map(|_| Mutex::new(0)).collect(),
            hasher: RandomState::new(),
            misses: AtomicU64::new(0),
        }
    }

    /// The entry of `key`, if it is here.
    pub fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<V> {
        self.entries.get(key)
    }

    /// To be taken before the store is read. `group` is what a commit invalidates by: the key itself, or a part of it.
    pub fn ticket<Q: Hash + ?Sized>(&self, group: &Q) -> Ticket {
        self.misses.fetch_add(1, Ordering::Relaxed);
        let shard = self.shard(group);
        Ticket { shard, epoch: self.epoch(shard, |epoch| *epoch) }
    }

    /// Keeps what was read since `ticket`, unless a commit touched the shard meanwhile.
    pub fn insert(&self, ticket: Ticket, key: K, value: V) {
        self.epoch(ticket.shard, |epoch| {
            if *epoch == ticket.epoch {
                self.entries.insert(key, value);
            }
        });
    }

    /// Forgets `keys`, all of `group`; to be called after a commit and before its answer.
    pub fn invalidate<'k, G, Q>(&self, group: &G, keys: impl IntoIterator<Item = &'k Q>)
    where
        G: Hash + ?Sized,
        Q: Hash + Equivalent<K> + ?Sized + 'k,
    {
        self.epoch(self.shard(group), |epoch| {
            *epoch += 1;
            for key in keys {
                self.entries.remove(key);
            }
        });
    }

    /// Forgets everything; after a commit that names no single key.
    pub fn clear(&self) {
        for epoch in &self.epochs {
            *epoch.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        }
        self.entries.clear();
    }

    /// Entries held now.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads of the store since the start.
    pub fn misses(&self) -> u64 {
        self.misses.load(Ordering::Relaxed)
    }

    fn shard<Q: Hash + ?Sized>(&self, key: &Q) -> usize {
        // Truncation is wanted: only the remainder counts.
        usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or_default()
    }

    fn epoch<T>(&self, shard: usize, act: impl FnOnce(&mut u64) -> T) -> T {
        let cell = self.epochs.get(shard).expect("a shard is below SHARDS");
        act(&mut cell.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_commit_does_not_come_back_after_it() {
        let cache: GuardedCache<String, u32> = GuardedCache::new(10);
        let before = cache.ticket("key");
        cache.invalidate("key", ["key"]);
        cache.insert(before, "key".to_owned(), 1);
        assert_eq!(cache.get("key"), None);
        let after = cache.ticket("key");
        cache.insert(after, "key".to_owned(), 2);
        assert_eq!(cache.get("key"), Some(2));
        cache.invalidate("key", ["key"]);
        assert_eq!(cache.get("key"), None);
    }
}
