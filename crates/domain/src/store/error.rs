//! What can go wrong in the store, as far as a caller branches on it. The texts tell an operator what to do next;
//! none of them carries a value of a row.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ramward_rpc::error::{ApiError, Plain};

/// Why the store refused or failed. `Clone`, because one failed commit answers every write of its group.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file holds something else.
    #[error("{} is not a ramward data file; name another one, or move this one away", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A later version wrote the file.
    #[error(
        "{} has schema {found}, written by a newer ramward; this one knows schemas up to {known}: start the newer one",
        path.display()
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// What the file has.
        found: i64,
        /// The last that this program knows.
        known: i64,
    },
    /// Other processes use the database, and a step of the schema must be made that they may not know.
    #[error(
        "schema {step} is not one that older versions can use: stop the other processes of the store {place}, then start this one"
    )]
    OtherVersions {
        /// The database, without its password.
        place: String,
        /// The step.
        step: i64,
    },
    /// A file or directory cannot be read, written or made.
    #[error("no access to {}: {hint}", path.display())]
    NoAccess {
        /// The file or directory.
        path: PathBuf,
        /// What the system said, and what helps.
        hint: String,
    },
    /// Another process has the data open.
    #[error("{} is in use by another process; stop that one, or name another data directory", path.display())]
    InUse {
        /// The data file.
        path: PathBuf,
    },
    /// More writes wait than the queue holds. Nothing was changed; trying again a little later may succeed.
    #[error("too many writes wait for the store; try again in a moment")]
    Busy,
    /// The device of the data file is full. Nothing was changed.
    #[error("the disk of the store is full; free some space, what is stored stays valid")]
    DiskFull,
    /// The data file is cut or damaged.
    #[error("the data file is damaged ({what}); put back a copy of it")]
    Damaged {
        /// What was found, without values.
        what: String,
    },
    /// The secrets in the store were sealed with another key.
    #[error(
        "the seal key is not the one this store was made with; put the right key file back, or set RAMWARD_SEAL_KEY"
    )]
    WrongSealKey,
    /// A sealed secret was changed, or belongs to another owner.
    #[error("a sealed secret does not open; the data file or the seal key was changed")]
    SealBroken,
    /// The text of a seal key, or the file that holds it, has another form.
    #[error("{origin} does not hold a seal key: 32 bytes as 64 hexadecimal digits or as base64")]
    BadSealKey {
        /// Where the text came from.
        origin: String,
    },
    /// There is a store, but not the file with its seal key.
    #[error("{} is missing, but the store needs the seal key it was made with; put the file back, or set RAMWARD_SEAL_KEY", path.display())]
    SealKeyMissing {
        /// The file.
        path: PathBuf,
    },
    /// The address of a store has an unknown form.
    #[error("'{0}' names no store; write sqlite:PATH or postgres://USER@HOST/DATABASE")]
    BadUrl(String),
    /// The address of a database cannot be used.
    #[error("the address of the store is not usable: {0}; write postgres://USER@HOST/DATABASE")]
    BadAddress(String),
    /// The database's schema holds something else.
    #[error(
        "{place} holds tables that are not ramward's; create an empty schema, and name it with ?options=-csearch_path%3DSCHEMA"
    )]
    Foreign {
        /// The database, without its password.
        place: String,
    },
    /// Another process writes to the database.
    #[error("another process writes to the store {place}; stop that one first")]
    Held {
        /// The database, without its password.
        place: String,
    },
    /// No connection, or it was lost before a commit: nothing was changed.
    #[error(
        "the database {place} does not answer: {reason}; see that it runs and takes connections from here"
    )]
    Unreachable {
        /// The database, without its password.
        place: String,
        /// What it or the system said.
        reason: String,
    },
    /// The database takes writes, but another has taken its place.
    #[error(
        "the database {place} is one that was given up: its timeline is {found}, and {latest} was seen; rewind it to follow the later one, or take it away"
    )]
    Outdated {
        /// The database, without its password.
        place: String,
        /// Its timeline.
        found: u32,
        /// The one that was seen.
        latest: u32,
    },
    /// The database does not let this user in, or not do that.
    #[error("the database {place} refuses: {reason}; see user, password, database and rights")]
    Denied {
        /// The database, without its password.
        place: String,
        /// What it said.
        reason: String,
    },
    /// A statement took longer than it may, or waited for others too long. Nothing was changed.
    #[error("the database took too long; try again in a moment")]
    TimedOut,
    /// Others changed the same meanwhile, again and again. Nothing was changed.
    #[error("others changed the same at the same time; try again in a moment")]
    Conflict,
    /// The connection was lost while a change was committed: it is there as a whole, or not at all.
    #[error("it is not known whether a change was kept: {0}")]
    Unknown(String),
    /// This kind of store cannot do that.
    #[error("{0}")]
    Unsupported(&'static str),
    /// A row with this key exists already; `what` names the kind of row.
    #[error("the {what} exists already")]
    Exists {
        /// The kind of row.
        what: &'static str,
    },
    /// The row that was to be changed does not exist; `what` names the kind of row.
    #[error("the {what} does not exist")]
    Absent {
        /// The kind of row.
        what: &'static str,
    },
    /// A write ended in a panic; its own changes were taken back.
    #[error("a write ended unexpectedly; nothing of it was kept")]
    Panicked,
    /// The store is closing or its writer is gone.
    #[error("the store is closed")]
    Closed,
    /// Only a fault in the program leads here.
    #[error("the store was used wrongly: {0}")]
    Misuse(&'static str),
    /// The operating system failed.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// The database failed in a way nobody branches on.
    #[error("the database failed: {0}")]
    Other(Arc<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Anything the database says that has no variant of its own.
    pub fn other(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Other(Arc::new(error))
    }

    /// What the operating system said of `path` while `what` was tried.
    pub fn io(what: &str, path: &Path, error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull,
            ErrorKind::PermissionDenied
            | ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::ReadOnlyFilesystem => Self::no_access(path, &error.to_string()),
            _ => Self::Io { what: format!("{what} {}", path.display()), source: Arc::new(error) },
        }
    }

    pub(crate) fn no_access(path: &Path, reason: &str) -> Self {
        let hint = format!("{reason}; the directory must exist and belong to the user that runs the server");
        Self::NoAccess { path: path.to_owned(), hint }
    }

    pub(super) fn unreachable(place: &impl fmt::Display, reason: String) -> Self {
        Self::Unreachable { place: place.to_string(), reason }
    }

    pub(super) fn denied(place: &impl fmt::Display, reason: String) -> Self {
        Self::Denied { place: place.to_string(), reason }
    }

    /// Whether nothing stands in the way but the moment: the same may succeed a little later.
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Self::Busy
                | Self::DiskFull
                | Self::Closed
                | Self::InUse { .. }
                | Self::Held { .. }
                | Self::Unreachable { .. }
                | Self::Outdated { .. }
                | Self::Denied { .. }
                | Self::TimedOut
                | Self::Conflict
                | Self::Unknown(_)
                // A node that was left behind: others answer.
                | Self::NewerSchema { .. }
        )
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

/// How long a caller should wait before it tries a busy or full store again, in milliseconds.
const RETRY_AFTER_MS: u32 = 1000;

/// A failure of the store as the caller of an operation sees it; the cause stays for the log.
pub fn refusal(error: StoreError) -> Box<ApiError> {
    if let StoreError::Unsupported(what) = error {
        return ApiError::with_message(
            Plain::InvalidParameter,
            format!("This server cannot do that: {what}."),
        );
    }
    if !error.passes() {
        return ApiError::internal(error);
    }
    let message = match error {
        StoreError::Unknown(_) => {
            "The request has failed due to a temporary failure of the server. It may have been carried out; look before you try again."
        }
        _ => {
            "The request has failed due to a temporary failure of the server. Nothing was changed; try again shortly."
        }
    };
    let mut refusal = ApiError::unavailable(message, RETRY_AFTER_MS);
    refusal.cause = Some(Arc::new(error));
    refusal
}

impl From<StoreError> for Box<ApiError> {
    fn from(error: StoreError) -> Self {
        refusal(error)
    }
}
