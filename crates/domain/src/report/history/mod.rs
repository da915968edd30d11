//! The history of an account's report: an entry for each state that its ten values were in, from when on, and what led to
//! it. A change writes its entry in its own transaction (`record`); the days on which a value moved because time passed
//! are written before the next change, and told before that by whoever lists (`passing`). A read never writes.

mod entry;
mod passing;
mod reading;
mod recording;
mod subjects;
mod thinning;

#[cfg(test)]
mod model;

pub use self::entry::{Cause, CauseType, Entry, MovedSubject};
pub use self::reading::{Range, list, plot};
pub use self::recording::{begin, clock_was_set_back, record, record_moved, settings_in_force};
pub use self::subjects::ROOT;

use super::score::Model;
use super::thresholds::Thresholds;
use crate::time::Timestamp;

/// By what facts are counted and weighed.
#[derive(Debug, Clone, Copy)]
pub struct Measures<'a> {
    /// The limits of days.
    pub thresholds: Thresholds,
    /// The weights.
    pub model: &'a Model,
}

/// The instant of a change, and by what its reports are counted and weighed.
#[derive(Debug, Clone, Copy)]
pub struct Present<'a> {
    /// What the clock of dates shows.
    pub now: Timestamp,
    /// By what reports are counted and weighed.
    pub measures: Measures<'a>,
}

/// A clock that went back by less than this was put right, and time stands still until it has caught up; what lies
/// further ahead belongs to a time that was travelled to.
const PUT_RIGHT_SECONDS: i64 = 86_400;

/// How many subjects an entry names.
const NAMED_SUBJECTS: usize = 20;
