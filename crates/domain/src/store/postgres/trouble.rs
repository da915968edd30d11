//! What PostgreSQL and the way to it say when something fails, in the words of the store. A message of the database may
//! name tables and columns; what it says of values stands in its details, which are left out.

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::address::PostgresUrl;
use crate::store::error::StoreError;

/// What became of something that was asked of the database.
pub(super) enum Trouble {
    /// The database or the driver said no.
    Said(Error),
    /// Nothing came back in time.
    Silent,
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Said(error)
    }
}

impl Trouble {
    /// Whether the connection is of no use any more. Then whatever was open on it is taken back by the database.
    pub(super) fn ends_connection(&self) -> bool {
        match self {
            Self::Silent => true,
            Self::Said(error) => match error.code() {
                Some(code) => is_ending(code),
                None => error.is_closed() || is_io(error),
            },
        }
    }

    /// The same in the store's words.
    pub(super) fn told(self, url: &PostgresUrl) -> StoreError {
        let error = match self {
            Self::Silent => return StoreError::TimedOut,
            Self::Said(error) => error,
        };
        let Some(code) = error.code() else {
            if error.is_closed() || is_io(&error) {
                return StoreError::unreachable(url, reason(&error));
            }
            return StoreError::other(error);
        };
        match *code {
            SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => StoreError::Conflict,
            SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => StoreError::TimedOut,
            SqlState::DISK_FULL => StoreError::DiskFull,
            SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => StoreError::damaged(reason(&error)),
            SqlState::INSUFFICIENT_PRIVILEGE
            | SqlState::INVALID_PASSWORD
            | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
            | SqlState::UNDEFINED_DATABASE => StoreError::denied(url, reason(&error)),
            _ if is_ending(code) || is_short_of(code) => StoreError::unreachable(url, reason(&error)),
            _ => StoreError::other(Said(reason(&error))),
        }
    }
}

/// What the database said, without details.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Said(String);

/// The database ends the connection, or takes no writes any more: it stops, fails, or another one takes its place.
fn is_ending(code: &SqlState) -> bool {
    // Classes of appendix A of PostgreSQL's manual: 08 connection exceptions, 57P operator intervention.
    code.code().starts_with("08")
        || code.code().starts_with("57P")
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
}

/// Class 53: too many connections, no memory.
fn is_short_of(code: &SqlState) -> bool {
    code.code().starts_with("53")
}

fn is_io(error: &Error) -> bool {
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}

/// What is said, and the cause below it.
fn reason(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("{} ({})", said.message(), said.code().code());
    }
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
