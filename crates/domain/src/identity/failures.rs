//! Wrong passwords and codes in a row, and when they lock a logon: for an hour after the last that counted (vendor help
//! page of the password policy, 2021). Must not know whose they are.

use super::password_policy::MaxLoginAttemps;
use crate::time::Timestamp;

/// How long a lock lasts, and after which pause a count begins anew.
pub const LOCK_SECONDS: i64 = 3600;

/// Wrong passwords and codes since the last logon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    /// How many.
    pub attempts: i64,
    /// When the last of them came.
    pub last: Option<Timestamp>,
}

impl Failures {
    /// Whether so many lock the logon at `now`; a policy of 0 never does.
    pub fn lock(self, most: MaxLoginAttemps, now: Timestamp) -> bool {
        most.get() > 0 && self.attempts >= most.get() && self.is_recent(now)
    }

    /// One more at `now`. Those of more than an hour ago no longer count.
    #[must_use]
    pub fn with_another(self, now: Timestamp) -> Self {
        let before = if self.is_recent(now) { self.attempts } else { 0 };
        Self { attempts: before.saturating_add(1), last: Some(now) }
    }

    /// A last one that lies in the future was counted before the clock was set back: it locks nobody.
    fn is_recent(self, now: Timestamp) -> bool {
        self.last.is_some_and(|last| (0..LOCK_SECONDS).contains(&now.seconds_since(last)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_within_an_hour_lock_for_an_hour() {
        let at = Timestamp::from_seconds;
        let (three, never) = (MaxLoginAttemps::new(3).unwrap(), MaxLoginAttemps::new(0).unwrap());
        let mut failures = Failures::default();
        for second in [0, 3599, 7198] {
            assert!(!failures.lock(three, at(second)), "{second}");
            failures = failures.with_another(at(second));
        }
        assert_eq!(failures, Failures { attempts: 3, last: Some(at(7198)) });
        for (now, locked) in [(7197, false), (7198, true), (7198 + 3599, true), (7198 + 3600, false)] {
            assert_eq!(
                (failures.lock(three, at(now)), failures.lock(never, at(now))),
                (locked, false),
                "{now}"
            );
        }
        assert_eq!(failures.with_another(at(7198 + 3600)).attempts, 1, "a pause of an hour begins anew");
    }
}
