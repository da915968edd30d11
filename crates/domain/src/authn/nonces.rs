//! The table of used nonces in memory: bounded, never forgetting early. Knows no store; what must survive a restart is handed in and out.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::time::Timestamp;

/// A used nonce of an AccessKey, as 64 bits of a keyed hash. A wrong refusal has the probability held / 2^64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub u64);

/// What became of a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Burnt {
    /// It is new and held from now on.
    New,
    /// It was used before.
    Used,
    /// The table is full; nothing was held.
    Full,
}

const SHARDS: u64 = 64;
/// Nonces are dropped by the generation, so expiry costs nothing per nonce; a nonce is held up to this much too long.
const GENERATION_SECONDS: i64 = 600;

/// The table.
#[derive(Debug)]
pub struct NonceTable {
    shards: Vec<Mutex<Shard>>,
    held: AtomicUsize,
    max_held: usize,
}

type Shard = BTreeMap<i64, HashSet<u64, BuildHasherDefault<Identity>>>;

impl NonceTable {
    /// A table of at most `max_held` nonces.
    pub fn new(max_held: usize) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::new(Shard::new())).collect();
        Self { shards, held: AtomicUsize::new(0), max_held }
    }

    /// Holds `fingerprint` until `expires` has passed on the wall clock, which reads `now`.
    pub fn burn(&self, fingerprint: Fingerprint, expires: Timestamp, now: Timestamp) -> Burnt {
        let mut shard = self.shard(fingerprint);
        let alive = now.seconds().div_euclid(GENERATION_SECONDS);
        while let Some(oldest) = shard.first_entry() {
            if *oldest.key() >= alive {
                break;
            }
            self.held.fetch_sub(oldest.get().len(), Ordering::Relaxed);
            oldest.remove();
        }
        if shard.values().any(|generation| generation.contains(&fingerprint.0)) {
            return Burnt::Used;
        }
        if self.held.load(Ordering::Relaxed) >= self.max_held {
            return Burnt::Full;
        }
        shard.entry(expires.seconds().div_euclid(GENERATION_SECONDS)).or_default().insert(fingerprint.0);
        self.held.fetch_add(1, Ordering::Relaxed);
        Burnt::New
    }

    /// Nonces held now.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Everything held, with the time until which it must be held; for a clean stop.
    pub fn export(&self) -> Vec<(Fingerprint, Timestamp)> {
        let mut all = Vec::with_capacity(self.held());
        for shard in &self.shards {
            for (generation, fingerprints) in &*shard.lock().unwrap_or_else(PoisonError::into_inner) {
                let expires = Timestamp::from_seconds((generation + 1) * GENERATION_SECONDS);
                all.extend(fingerprints.iter().map(|fingerprint| (Fingerprint(*fingerprint), expires)));
            }
        }
        all
    }

    fn shard(&self, fingerprint: Fingerprint) -> std::sync::MutexGuard<'_, Shard> {
        let index = usize::try_from(fingerprint.0 % SHARDS).unwrap_or_default();
        let shard = self.shards.get(index).expect("an index below SHARDS");
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fingerprints are uniform already; their upper bits serve as the hash.
#[derive(Debug, Default)]
pub struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only u64 keys are hashed");
    }

    fn write_u64(&mut self, fingerprint: u64) {
        // The shard took the lowest bits; rotate them out of the bucket index.
        self.0 = fingerprint.rotate_right(6);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn a_nonce_is_held_until_its_own_end_and_not_forgotten_early() {
        let table = NonceTable::new(100);
        assert_eq!(table.burn(Fingerprint(1), at(10_000), at(9_000)), Burnt::New);
        for now in [9_000, 9_001, 9_999, 10_000] {
            assert_eq!(table.burn(Fingerprint(1), at(10_000), at(now)), Burnt::Used, "at {now}");
        }
        let long_after = 10_000 + 2 * GENERATION_SECONDS;
        assert_eq!(table.burn(Fingerprint(1), at(long_after), at(long_after)), Burnt::New);
        assert_eq!(table.held(), 1);
    }

    #[test]
    fn a_clock_that_steps_back_forgets_nothing_that_is_held() {
        let table = NonceTable::new(100);
        table.burn(Fingerprint(5), at(10_000), at(9_900));
        assert_eq!(table.burn(Fingerprint(5), at(9_000), at(8_000)), Burnt::Used);
    }

    #[test]
    fn a_full_table_refuses_and_keeps_what_it_has() {
        let table = NonceTable::new(2);
        assert_eq!(table.burn(Fingerprint(1), at(100), at(0)), Burnt::New);
        assert_eq!(table.burn(Fingerprint(2), at(100), at(0)), Burnt::New);
        assert_eq!(table.burn(Fingerprint(3), at(100), at(0)), Burnt::Full);
        assert_eq!(table.burn(Fingerprint(1), at(100), at(0)), Burnt::Used);
    }

    #[test]
    fn export_holds_at_least_as_long() {
        let table = NonceTable::new(10);
        table.burn(Fingerprint(9), at(1_234), at(1_000));
        let exported = table.export();
        assert_eq!(exported.len(), 1);
        assert!(
            exported.iter().all(|(print, expires)| *print == Fingerprint(9) && expires.seconds() >= 1_234)
        );
    }
}
