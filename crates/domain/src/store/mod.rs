//! What is kept: the only SQL of the project. `Store` opens a database, `read` and `write` give a transaction (`Tx`), the
//! tables are functions on it (`tables`). Everything acknowledged is on the disk. Must not know operations, signatures
//! or HTTP. A new table is a file in `tables/`, a step in `schema/`, and a case in the conformance suite; a new back end
//! is a `Driver`.

mod bulk;
mod checkpointer;
mod columns;
#[cfg(test)]
pub(crate) mod conformance;
pub mod connection;
mod data_file;
mod error;
#[cfg(test)]
pub(crate) mod faulty;
mod migrations;
mod moved;
mod pool;
pub mod seal;
mod snapshots;
pub mod sqlite;
pub mod tables;
mod tx;
mod upkeep;
pub mod verify;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

pub use self::error::{StoreError, refusal};
pub use self::moved::{Moved, Moves};
pub use self::snapshots::{Snapshot, Staged};
pub use self::tx::{Effect, Tx};
pub use self::upkeep::{Dates, DayKind, KeyFacts, Numbers, Subject, SubjectKind, Total, Totals};
pub use self::writer::{Counters, Job, Listener, Verdict};

use self::checkpointer::Checkpointer;
use self::connection::{Driver, Role};
use self::pool::Pool;
use self::seal::SealKey;
use self::sqlite::{Sqlite, SqliteOptions};
use self::writer::{Replacement, Shared, Writer};

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `sqlite:PATH`: a data file, made if it is not there.
    Sqlite(PathBuf),
    /// `temporary`: a new data file that goes away with the store and never waits for the disk. For tests and trials.
    Temporary,
}

impl StoreUrl {
    /// Whether there is a store already, so that its seal key must be there too.
    pub fn exists(&self) -> bool {
        match self {
            Self::Sqlite(path) => std::fs::metadata(path).is_ok_and(|file| file.len() > 0),
            Self::Temporary => false,
        }
    }

    /// The data file, where there is one with a name.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Temporary => None,
        }
    }
}

impl FromStr for StoreUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            None if text == "temporary" => Ok(Self::Temporary),
            _ => Err(StoreError::BadUrl(text.to_owned())),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Temporary => f.write_str("temporary"),
        }
    }
}

/// How to open a store.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Where it is.
    pub url: StoreUrl,
    /// The key of its secrets.
    pub seal: SealKey,
    /// How many writes may wait; one more is refused.
    pub queue: usize,
    /// How many writes share a commit at most.
    pub group: usize,
    /// Sizes of the data file's caches.
    pub sqlite: SqliteOptions,
}

impl StoreOptions {
    /// The usual sizes.
    pub fn new(url: StoreUrl, seal: SealKey) -> Self {
        Self { url, seal, queue: 1024, group: 512, sqlite: SqliteOptions::default() }
    }
}

/// An open store; a clone is the same store. The last one to go closes it, after all that waits is written.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

// Dropped in this order: the threads before the connections they share the file with, the file's lock last.
struct Inner {
    writer: Writer,
    _checkpointer: Checkpointer,
    readers: Pool,
    shared: Arc<Shared>,
    seal: SealKey,
    driver: Arc<dyn Driver>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("counters", &self.counters()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store, or makes it.
    pub fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let driver = match &options.url {
            StoreUrl::Sqlite(path) => Sqlite::open(path, options.sqlite)?,
            StoreUrl::Temporary => Sqlite::temporary()?,
        };
        Self::with_driver(Arc::new(driver), options)
    }

    /// A store that goes away with the value, sealed with a key nobody needs to know.
    pub fn temporary(seal: SealKey) -> Result<Self, StoreError> {
        Self::open(&StoreOptions::new(StoreUrl::Temporary, seal))
    }

    /// A store on a driver of one's own; the address in the options is not looked at.
    pub fn with_driver(driver: Arc<dyn Driver>, options: &StoreOptions) -> Result<Self, StoreError> {
        let mut connection = driver.connect(Role::Writer)?;
        migrations::prepare(driver.as_ref(), connection.as_mut(), &options.seal)?;
        let shared = Arc::new(Shared::default());
        let checkpointer = Checkpointer::start(driver.clone(), shared.clone(), checkpointer::PERIOD)?;
        let sizes = (options.queue, options.group.max(1));
        let writer = Writer::start(driver.clone(), connection, shared.clone(), checkpointer.bell(), sizes)?;
        let readers = Pool::new(driver.clone());
        let seal = options.seal.clone();
        Ok(Self(Arc::new(Inner { writer, _checkpointer: checkpointer, readers, shared, seal, driver })))
    }

    /// Reads from a consistent snapshot, on the caller's thread.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.0.readers.read(work)
    }

    /// Changes data: `work` runs on the writer's thread, and its answer comes back when the commit is on the disk. An
    /// error, its own or the store's, means that nothing was changed.
    pub fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        if self.0.writer.is_here() {
            return Err(StoreError::Misuse("a write waits for another on the writer's thread").into());
        }
        let (answer, answered) = channel();
        self.submit(Box::new(Waiting { work, result: None, answer }));
        answered.recv().unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Changes data without waiting: the job is answered when the commit is on the disk, or at once if too many wait.
    pub fn submit(&self, job: Box<dyn Job>) {
        self.0.writer.submit(job);
    }

    /// Puts another store, which must be closed, in the place of this one: all of it or nothing, and durable when this
    /// returns. Nonces and the operator's keys stay what they are.
    pub fn replace(&self, staged: Staged) -> Result<(), StoreError> {
        if self.0.writer.is_here() {
            return Err(StoreError::Misuse("a write waits for another on the writer's thread"));
        }
        let (answer, answered) = channel();
        self.0.writer.replace(Replacement { staged, seal: self.0.seal.clone(), answer });
        answered.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Calls `listener` after each commit, before any write of that commit is answered: so a copy kept outside is never
    /// older than an answer. It runs on the writer's thread and must be quick.
    pub fn on_commit(&self, listener: Listener) {
        self.0.shared.listen(listener);
    }

    /// How much was done since it was opened.
    pub fn counters(&self) -> Counters {
        self.0.shared.counters()
    }
}

struct Waiting<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    answer: Sender<Result<T, E>>,
}

impl<T, E, F> Job for Waiting<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict {
        let result = (self.work)(tx);
        let verdict = if result.is_ok() { Verdict::Keep } else { Verdict::Discard };
        self.result = Some(result);
        verdict
    }

    fn done(mut self: Box<Self>, committed: Result<(), StoreError>) {
        let result = match (committed, self.result.take()) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Closed.into()),
            (Err(error), _) => Err(error.into()),
        };
        // Nobody listens only if the caller's thread is gone.
        drop(self.answer.send(result));
    }
}
