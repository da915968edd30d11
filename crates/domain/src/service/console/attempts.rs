//! How often sign-ins may fail: under one name from one address, under one name at all, and from one address at all. In
//! memory, bounded; a restart forgets. Counts names whether they are anybody's or not, so that it tells nothing.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::time::Timestamp;

/// For how long failures count, from the first of them.
const PERIOD_SECONDS: i64 = 900;
/// Failures under one name from one address within that time.
pub const PER_NAME_AND_ADDRESS: u32 = 10;
/// Failures under one name, from wherever: more, so that nobody can easily keep somebody else out.
pub const PER_NAME: u32 = 40;
/// Failures from one address, under whatever names.
pub const PER_ADDRESS: u32 = 100;
/// How many counts are kept.
const MOST: usize = 100_000;

type Key = [u8; 16];

#[derive(Debug, Clone, Copy)]
struct Count {
    since: Timestamp,
    failures: u32,
}

/// The counts.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<Key, Count>>);

/// An attempt under way: it counts as failed until it is given back.
#[derive(Debug)]
#[must_use = "an attempt that succeeded is given back"]
pub struct Attempt([(Key, u32); 3]);

impl Attempt {
    fn new(name: &str, peer: IpAddr) -> Self {
        let peer = network(peer);
        Self([
            (key(&format!("{peer} {name}")), PER_NAME_AND_ADDRESS),
            (key(&format!("name {name}")), PER_NAME),
            (key(&format!("address {peer}")), PER_ADDRESS),
        ])
    }
}

impl Attempts {
    /// Begins an attempt.
    ///
    /// # Errors
    /// After how many seconds another may be made, where there were too many.
    pub fn begin(&self, name: &str, peer: IpAddr, now: Timestamp) -> Result<Attempt, i64> {
        let attempt = Attempt::new(name, peer);
        let mut counts = self.counts();
        let passed = |count: &Count| now.seconds_since(count.since);
        let is_over = |count: &Count| !(0..PERIOD_SECONDS).contains(&passed(count));
        for (key, most) in &attempt.0 {
            if let Some(count) = counts.get(key).filter(|count| !is_over(count) && count.failures >= *most) {
                return Err(PERIOD_SECONDS - passed(count));
            }
        }
        if counts.len() + attempt.0.len() > MOST {
            counts.retain(|_, count| !is_over(count));
        }
        if counts.len() + attempt.0.len() > MOST {
            // Somebody makes up names: those that failed once tell the least.
            counts.retain(|_, count| count.failures > 1);
        }
        for (key, _) in &attempt.0 {
            // Full of what matters more: it goes uncounted under its name, and is refused by its address if that is known.
            let has_room = counts.len() < MOST;
            match counts.get_mut(key) {
                Some(count) if is_over(count) => *count = Count { since: now, failures: 1 },
                Some(count) => count.failures += 1,
                None if has_room => drop(counts.insert(*key, Count { since: now, failures: 1 })),
                None => {}
            }
        }
        Ok(attempt)
    }

    /// Takes an attempt that succeeded out of the counts.
    pub fn give_back(&self, attempt: &Attempt) {
        let mut counts = self.counts();
        for (key, _) in &attempt.0 {
            if let Some(count) = counts.get_mut(key) {
                count.failures = count.failures.saturating_sub(1);
            }
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who has one IPv6 address has the 2^64 of its network.
fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => mapped.into(),
            None => std::net::Ipv6Addr::from(u128::from(address) & (!0 << 64)).into(),
        },
    }
}

fn key(text: &str) -> Key {
    let hash = Sha256::digest(text.as_bytes());
    let mut key = Key::default();
    key.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_750_000_000 + seconds)
    }

    fn peer(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_name_from_one_address_fails_so_often_and_then_waits() {
        let attempts = Attempts::default();
        let here = peer("192.0.2.1");
        for _ in 0..PER_NAME_AND_ADDRESS {
            drop(attempts.begin("alice", here, at(0)).unwrap());
        }
        assert_eq!(attempts.begin("alice", here, at(100)).unwrap_err(), 800);
        assert!(attempts.begin("bob", here, at(100)).is_ok(), "another name");
        assert!(attempts.begin("alice", peer("192.0.2.2"), at(100)).is_ok(), "another address");
        assert!(attempts.begin("alice", here, at(900)).is_ok(), "the time is over");
    }

    #[test]
    fn what_succeeds_does_not_count() {
        let attempts = Attempts::default();
        for _ in 0..1000 {
            let attempt = attempts.begin("alice", peer("192.0.2.1"), at(0)).unwrap();
            attempts.give_back(&attempt);
        }
    }

    #[test]
    fn a_name_and_an_address_have_their_own_measure() {
        let attempts = Attempts::default();
        let address = |n: u32| IpAddr::from([10, 0, 0, u8::try_from(n).unwrap()]);
        let by_name = (0..200).take_while(|n| attempts.begin("alice", address(*n), at(0)).is_ok()).count();
        assert_eq!(by_name, PER_NAME as usize);
        let here = peer("2001:db8::1");
        let by_address = (0..200)
            .take_while(|n| {
                let same_network = peer(&format!("2001:db8::{n:x}"));
                attempts.begin(&format!("user{n}"), same_network, at(0)).is_ok()
            })
            .count();
        assert_eq!(by_address, PER_ADDRESS as usize);
        assert!(attempts.begin("carol", here, at(1)).is_err());
        assert!(attempts.begin("carol", peer("2001:db8:0:1::1"), at(1)).is_ok());
    }

    #[test]
    fn made_up_names_do_not_grow_it_without_bound() {
        let attempts = Attempts::default();
        for n in 0..40_000_u32 {
            let from = IpAddr::from(n.to_be_bytes());
            drop(attempts.begin(&format!("user{n}"), from, at(0)));
        }
        assert!(attempts.counts().len() <= MOST);
    }
}
