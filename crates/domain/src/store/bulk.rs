//! What a bulk change keeps back. The map from AccessKey to owner is ordered by ids that are random, so rows written as
//! they come would touch another page each. They are gathered instead and written in runs, sorted: several times faster
//! on a big table. A key that exists already is found at once all the same.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::error::StoreError;
use super::tables::access_keys;
use super::tx::Tx;
use crate::ids::{AccessKeyId, AccountId, UserId};

/// How many rows are gathered at most: some 25 MiB.
const RUN: usize = 200_000;

/// State of a job that said `bulk`.
pub(super) struct Bulk {
    /// Whether the map had rows before this job; asked for at its first key.
    had_rows: Option<bool>,
    gathered: HashMap<AccessKeyId, (AccountId, UserId)>,
    written: Written,
}

/// The keys that this job has written, but for a few strangers: two bits of a field for each.
struct Written {
    hasher: RandomState,
    /// 16 MiB once there is a key, so that after 10 million keys one stranger in 50 is taken for one of them.
    field: Vec<u64>,
}

impl Written {
    const BITS: u64 = 1 << 27;

    fn places(&self, key: &AccessKeyId) -> [(usize, u64); 2] {
        let hash = self.hasher.hash_one(key);
        [hash, hash >> 32].map(|half| {
            let bit = half % Self::BITS;
            ((bit / 64) as usize, 1 << (bit % 64))
        })
    }

    fn insert(&mut self, key: &AccessKeyId) {
        if self.field.is_empty() {
            self.field.resize((Self::BITS / 64) as usize, 0);
        }
        for (word, bit) in self.places(key) {
            if let Some(word) = self.field.get_mut(word) {
                *word |= bit;
            }
        }
    }

    fn may_contain(&self, key: &AccessKeyId) -> bool {
        let set = |(word, bit): (usize, u64)| self.field.get(word).is_some_and(|word| word & bit != 0);
        self.places(key).into_iter().all(set)
    }
}

impl Bulk {
    pub(super) fn new() -> Self {
        let written = Written { hasher: RandomState::new(), field: Vec::new() };
        Self { had_rows: None, gathered: HashMap::new(), written }
    }
}

impl Tx<'_> {
    /// Gathers a key's owner. `false` if there is such a key already.
    pub(super) fn gather_owner(
        &mut self,
        key: &AccessKeyId,
        account: AccountId,
        user: UserId,
    ) -> Result<bool, StoreError> {
        let had_rows = match self.bulk.as_ref().and_then(|bulk| bulk.had_rows) {
            Some(known) => known,
            None => access_keys::is_any(self)?,
        };
        let Some(bulk) = &mut self.bulk else { return Err(StoreError::Misuse("gathering outside a bulk")) };
        bulk.had_rows = Some(had_rows);
        if bulk.gathered.contains_key(key) {
            return Ok(false);
        }
        if (had_rows || bulk.written.may_contain(key)) && access_keys::is_owned(self, key)? {
            return Ok(false);
        }
        let Some(bulk) = &mut self.bulk else { return Err(StoreError::Misuse("gathering outside a bulk")) };
        bulk.gathered.insert(key.clone(), (account, user));
        if bulk.gathered.len() >= RUN {
            self.write_owners()?;
        }
        Ok(true)
    }

    /// Writes what is gathered; whoever reads the map calls this first.
    pub(super) fn write_owners(&mut self) -> Result<(), StoreError> {
        let Some(bulk) = &mut self.bulk else { return Ok(()) };
        let mut run: Vec<_> = bulk.gathered.drain().collect();
        run.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        for (key, _) in &run {
            bulk.written.insert(key);
        }
        for (key, (account, user)) in run {
            if !access_keys::insert_owner(self, &key, account, user)? {
                return Err(self.exists("AccessKey"));
            }
        }
        Ok(())
    }

    /// Drops what is gathered, where what it belongs to is taken back.
    pub(super) fn drop_owners(&mut self) {
        if let Some(bulk) = &mut self.bulk {
            bulk.gathered.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_was_written_is_known() {
        let mut written = Bulk::new().written;
        let key = |number: usize| -> AccessKeyId { format!("LTAI{number}").parse().unwrap() };
        assert!(!written.may_contain(&key(0)));
        (0..20_000).for_each(|number| written.insert(&key(number)));
        assert!((0..20_000).all(|number| written.may_contain(&key(number))));
        let strangers = (20_000..40_000).filter(|number| written.may_contain(&key(*number))).count();
        assert!(strangers < 20, "{strangers} of 20000 strangers are taken for known ones");
    }
}
