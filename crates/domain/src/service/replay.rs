//! No request is accepted twice: not within a run, not across a clean restart, not across a kill (decision record 0005).
//!
//! Nonces are held in memory. So that a kill cannot make the server forget, every accepted stamp lies at or below a
//! *ceiling* that is durable before the answer; after an unclean stop everything at or below that ceiling is refused, for
//! it cannot be told from a replay. A stamp further ahead than the ceiling may go has its nonce written down instead.

use std::hash::Hasher;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use ramward_rpc::error::{ApiError, ApiResult, Plain};
use siphasher::sip::SipHasher13;

use crate::authn::nonces::{Burnt, Fingerprint, NonceTable};
use crate::time::Timestamp;

/// A stamp at most this far ahead of the wall clock is covered by the ceiling.
const LEAD_SECONDS: i64 = 2;
/// How far ahead of the wall clock the ceiling is raised; the longest time for which an unclean stop closes the door.
const LEASE_SECONDS: i64 = 4;

/// What must be durable before a request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing more.
    Nothing,
    /// The ceiling, raised to this.
    Ceiling(Timestamp),
    /// The nonce itself, until its end.
    Nonce(Fingerprint, Timestamp),
}

/// Guards against replays.
#[derive(Debug)]
pub struct ReplayGuard {
    table: NonceTable,
    hash_key: [u8; 16],
    window_seconds: i64,
    /// Everything at or below was possibly accepted before an unclean stop.
    closed_until: Timestamp,
    ceiling: AtomicI64,
    used_since_tick: AtomicBool,
    /// Other nodes take requests too: each nonce must be burnt where all see it.
    shared: bool,
}

impl ReplayGuard {
    /// A guard that continues after an earlier run: `hash_key` is the one of that run, `ceiling` its durable ceiling,
    /// `closed_until` is the ceiling after an unclean stop and [`Timestamp::MIN`] after a clean one.
    pub fn new(
        hash_key: [u8; 16],
        window_seconds: i64,
        max_held: usize,
        ceiling: Timestamp,
        closed_until: Timestamp,
    ) -> Self {
        Self {
            table: NonceTable::new(max_held),
            hash_key,
            window_seconds,
            closed_until,
            ceiling: AtomicI64::new(ceiling.seconds()),
            used_since_tick: AtomicBool::new(false),
            shared: false,
        }
    }

    /// The same for one of several nodes: what is new here must still be burnt in the store, which all of them share.
    pub fn shared(self, shared: bool) -> Self {
        Self { shared, ..self }
    }

    /// Whether the store has the last word on a nonce.
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// Takes a nonce over from an earlier run.
    pub fn take_over(&self, fingerprint: Fingerprint, expires: Timestamp, wall: Timestamp) {
        self.table.burn(fingerprint, expires, wall);
    }

    /// Refuses a stamp outside the window.
    ///
    /// # Errors
    /// `InvalidTimeStamp.Expired`.
    pub fn check_window(&self, stamp: Timestamp, wall: Timestamp) -> ApiResult<()> {
        if stamp.seconds_since(wall).abs() > self.window_seconds {
            let message = format!(
                "Specified time stamp or date value is expired. The request says {stamp}, the server's clock {wall}; they may differ by {} seconds.",
                self.window_seconds
            );
            return Err(ApiError::with_message(Plain::InvalidTimeStampExpired, message));
        }
        Ok(())
    }

    /// Burns the nonce of a request whose signature was right.
    ///
    /// # Errors
    /// `SignatureNonceUsed`; `Throttling` when the table is full; `ServiceUnavailable` for a stamp that an earlier,
    /// uncleanly ended run may have accepted.
    pub fn burn(
        &self,
        access_key_id: &str,
        nonce: &str,
        stamp: Timestamp,
        wall: Timestamp,
    ) -> ApiResult<Needs> {
        if stamp <= self.closed_until {
            let wait = self.closed_until.seconds_since(wall).max(0) + 1;
            let message = format!(
                "The server was ended abruptly and cannot tell requests signed up to {} from replays. Sign the request again in {wait} s.",
                self.closed_until
            );
            let milliseconds = u32::try_from(wait.saturating_mul(1000)).unwrap_or(u32::MAX);
            return Err(ApiError::unavailable(message, milliseconds));
        }
        let mut hasher = SipHasher13::new_with_key(&self.hash_key);
        hasher.write(access_key_id.as_bytes());
        hasher.write_u8(0xff);
        hasher.write(nonce.as_bytes());
        let fingerprint = Fingerprint(hasher.finish());
        let expires = stamp.plus_seconds(self.window_seconds);
        match self.table.burn(fingerprint, expires, wall) {
            Burnt::New => {}
            Burnt::Used => return Err(ApiError::new(Plain::SignatureNonceUsed)),
            Burnt::Full => {
                let mut error = ApiError::with_message(
                    Plain::Throttling,
                    "Request was denied due to request throttling. The server holds as many nonces as it may.",
                );
                error.retry_after_ms = Some(60_000);
                return Err(error);
            }
        }
        if self.shared {
            return Ok(Needs::Nonce(fingerprint, expires));
        }
        if !self.used_since_tick.load(Ordering::Relaxed) {
            self.used_since_tick.store(true, Ordering::Relaxed);
        }
        Ok(if stamp.seconds() <= self.ceiling.load(Ordering::Acquire) {
            Needs::Nothing
        } else if stamp <= wall.plus_seconds(LEAD_SECONDS) {
            Needs::Ceiling(wall.plus_seconds(LEASE_SECONDS))
        } else {
            Needs::Nonce(fingerprint, expires)
        })
    }

    /// The ceiling to write ahead of need, asked about once a second: requests then find it high enough.
    pub fn tick(&self, wall: Timestamp) -> Option<Timestamp> {
        let used = self.used_since_tick.swap(false, Ordering::Relaxed);
        used.then(|| wall.plus_seconds(LEASE_SECONDS))
    }

    /// Notes that `ceiling` is durable.
    pub fn raised(&self, ceiling: Timestamp) {
        self.ceiling.fetch_max(ceiling.seconds(), Ordering::Release);
    }

    /// Everything held, for a clean stop.
    pub fn export(&self) -> Vec<(Fingerprint, Timestamp)> {
        self.table.export()
    }

    /// Nonces held now.
    pub fn held(&self) -> usize {
        self.table.held()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn guard(ceiling: i64, closed_until: i64) -> ReplayGuard {
        ReplayGuard::new([7; 16], 900, 1000, at(ceiling), at(closed_until))
    }

    fn code(refused: ApiResult<Needs>) -> String {
        refused.unwrap_err().code.to_string()
    }

    #[test]
    fn every_accepted_stamp_is_covered_by_the_ceiling_or_by_its_own_row() {
        let guard = guard(0, 0);
        let wall = at(1_000_000);
        assert_eq!(guard.burn("k", "a", wall, wall).unwrap(), Needs::Ceiling(at(1_000_004)));
        guard.raised(at(1_000_004));
        assert_eq!(guard.burn("k", "b", wall, wall).unwrap(), Needs::Nothing);
        assert_eq!(guard.burn("k", "c", at(999_200), wall).unwrap(), Needs::Nothing);
        let ahead = at(1_000_600);
        assert!(matches!(
            guard.burn("k", "d", ahead, wall).unwrap(),
            Needs::Nonce(_, expires) if expires == at(1_001_500)
        ));
        assert_eq!(code(guard.burn("k", "d", ahead, wall)), "SignatureNonceUsed");
        assert!(guard.burn("other", "d", ahead, wall).is_ok(), "a nonce belongs to its key");
    }

    #[test]
    fn an_unclean_stop_closes_up_to_the_ceiling_and_no_further() {
        let guard = guard(1_000_004, 1_000_004);
        let wall = at(1_000_001);
        let refused = guard.burn("k", "a", wall, wall).unwrap_err();
        assert_eq!(refused.code.to_string(), "ServiceUnavailable");
        assert_eq!(refused.retry_after_ms, Some(4000));
        assert_eq!(code(guard.burn("k", "a", at(1_000_004), at(1_000_005))), "ServiceUnavailable");
        assert!(guard.burn("k", "a", at(1_000_005), at(1_000_005)).is_ok());
    }

    #[test]
    fn the_window_is_closed_on_both_sides() {
        let guard = guard(0, 0);
        for (offset, fits) in [(-901, false), (-900, true), (0, true), (900, true), (901, false)] {
            assert_eq!(guard.check_window(at(1_000_000 + offset), at(1_000_000)).is_ok(), fits, "{offset}");
        }
    }

    #[test]
    fn with_other_nodes_every_nonce_is_for_the_store() {
        let guard = guard(0, 0).shared(true);
        let wall = at(1_000_000);
        let needs = guard.burn("k", "a", wall, wall).unwrap();
        assert!(matches!(needs, Needs::Nonce(_, expires) if expires == at(1_000_900)));
        assert_eq!(code(guard.burn("k", "a", wall, wall)), "SignatureNonceUsed", "here it is known at once");
        assert_eq!(guard.tick(wall), None);
    }

    #[test]
    fn the_ceiling_is_renewed_only_while_there_is_traffic() {
        let guard = guard(0, 0);
        assert_eq!(guard.tick(at(50)), None);
        let _needs = guard.burn("k", "a", at(50), at(50)).unwrap();
        assert_eq!(guard.tick(at(51)), Some(at(55)));
        assert_eq!(guard.tick(at(52)), None);
    }
}
