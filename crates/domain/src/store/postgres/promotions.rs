//! Which of several primaries is the last that was promoted. A database counts its promotions as timelines; a primary that
//! was given up and comes back under its own address is on an earlier one than its successor. Must not connect.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a session of a primary is asked for; in recovery it is an error. The first eight digits of the name of the file that
/// the log is written to are the timeline, at once after a promotion, while the control file has it after the next checkpoint.
pub(super) const ASK: &str =
    "SELECT system_identifier, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system()";

/// Where the history of a database stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Timeline {
    /// The cluster, which all copies of it have in common.
    system: String,
    /// How often a copy was promoted.
    number: u32,
}

impl Timeline {
    /// Reads the columns of [`ASK`].
    pub(super) fn read(system: &str, number: &str) -> Option<Self> {
        Some(Self { system: system.to_owned(), number: u32::from_str_radix(number, 16).ok()? })
    }
}

/// A session was begun on a primary that another has taken the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outdated {
    /// The timeline that it is on.
    pub(super) found: u32,
    /// The one that was seen.
    pub(super) latest: u32,
}

/// The latest timeline that this process has seen, and where.
#[derive(Default)]
pub(super) struct Promotions(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    latest: Option<Timeline>,
    host: usize,
}

impl Promotions {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The host that was last taken, by its place in the address.
    pub(super) fn host(&self) -> usize {
        self.seen().host
    }

    /// Whether a later primary than this one was seen. What does not tell its timeline, or is of another cluster, is
    /// compared with nothing.
    pub(super) fn check(&self, timeline: Option<&Timeline>) -> Result<(), Outdated> {
        match (timeline, &self.seen().latest) {
            (Some(found), Some(latest)) if found.system == latest.system && found.number < latest.number => {
                Err(Outdated { found: found.number, latest: latest.number })
            }
            _ => Ok(()),
        }
    }

    /// A session was begun at this host.
    pub(super) fn note(&self, host: usize, timeline: Option<&Timeline>) {
        let mut seen = self.seen();
        seen.host = host;
        if let Some(timeline) = timeline {
            let is_earlier = seen
                .latest
                .as_ref()
                .is_some_and(|latest| latest.system == timeline.system && timeline.number <= latest.number);
            if !is_earlier {
                seen.latest = Some(timeline.clone());
            }
        }
    }
}

#[cfg(test)]
impl Promotions {
    /// As if another host had been promoted after all that were seen.
    pub(super) fn see_another(&self) {
        self.seen().latest.as_mut().unwrap().number += 1;
    }
}

/// Whether the first of two is the one to take: that which was promoted last, and of equals the first.
pub(super) fn is_later(one: Option<&Timeline>, than: Option<&Timeline>) -> bool {
    match (one, than) {
        (Some(one), Some(than)) => one.system == than.system && one.number > than.number,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(system: &str, number: u32) -> Option<Timeline> {
        Timeline::read(system, &format!("{number:08X}"))
    }

    #[test]
    fn a_primary_that_was_given_up_is_known_by_its_timeline() {
        let seen = Promotions::default();
        let (first, second) = (timeline("7", 9), timeline("7", 10));
        assert_eq!(seen.check(first.as_ref()), Ok(()), "nothing was seen");
        seen.note(0, first.as_ref());
        assert_eq!((seen.check(first.as_ref()), seen.check(second.as_ref())), (Ok(()), Ok(())));
        seen.note(1, second.as_ref());
        assert_eq!(seen.host(), 1);
        assert_eq!(seen.check(first.as_ref()), Err(Outdated { found: 9, latest: 10 }));
        // What was noted late changes nothing.
        seen.note(0, first.as_ref());
        assert_eq!(seen.check(first.as_ref()), Err(Outdated { found: 9, latest: 10 }));
        for other in [None, timeline("8", 1)] {
            assert_eq!(seen.check(other.as_ref()), Ok(()), "compared with nothing");
        }
    }

    #[test]
    fn of_several_primaries_the_one_that_was_promoted_last_is_taken() {
        let (first, second) = (timeline("7", 1), timeline("7", 2));
        assert!(is_later(second.as_ref(), first.as_ref()));
        assert!(!is_later(first.as_ref(), second.as_ref()) && !is_later(first.as_ref(), first.as_ref()));
        assert!(!is_later(timeline("8", 3).as_ref(), first.as_ref()), "another cluster");
        assert!(!is_later(None, first.as_ref()) && !is_later(second.as_ref(), None));
        assert_eq!(Timeline::read("7", "x"), None);
    }
}
