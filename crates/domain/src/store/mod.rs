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
mod group;
mod known;
mod migrations;
mod moved;
mod news;
mod pool;
pub mod postgres;
pub mod seal;
mod snapshots;
pub mod sqlite;
pub mod tables;
mod tx;
mod upkeep;
pub mod verify;
mod writer;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

pub use self::error::{StoreError, refusal};
pub use self::moved::{Moved, Moves};
pub use self::snapshots::{Snapshot, Staged};
pub use self::tx::{Effect, Tx};
pub use self::upkeep::{Dates, DayKind, KeyFacts, Numbers, Subject, SubjectKind, Total, Totals};
pub use self::writer::{Counters, Job, Listener, Verdict};

use self::checkpointer::Checkpointer;
use self::connection::{Driver, Role};
use self::news::{News, NodeName};
use self::pool::Pool;
use self::postgres::{Nodes, Postgres, PostgresUrl};
use self::seal::SealKey;
use self::sqlite::{Sqlite, SqliteOptions};
use self::writer::{Replacement, Shared, Writer};
use crate::ids::AccountId;

/// How far the clocks of a store's nodes may differ, in seconds: what is good once is remembered for so long beyond its end,
/// or one node would forget what another still takes.
pub const CLOCKS_DIFFER_SECONDS: i64 = 300;

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `sqlite:PATH`: a data file, made if it is not there.
    Sqlite(PathBuf),
    /// `postgres://USER@HOST/DATABASE`: a database, which must be there.
    Postgres(Box<PostgresUrl>),
    /// `temporary`: a new data file that goes away with the store and never waits for the disk. For tests and trials.
    Temporary,
}

impl StoreUrl {
    /// Whether there is a store already, so that its seal key must be there too.
    ///
    /// # Errors
    /// A database that does not answer.
    pub fn exists(&self) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(path) => Ok(std::fs::metadata(path).is_ok_and(|file| file.len() > 0)),
            Self::Postgres(url) => Postgres::is_filled(PostgresUrl::clone(url)),
            Self::Temporary => Ok(false),
        }
    }
}

impl FromStr for StoreUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(Box::new(text.parse()?))),
            None if text == "temporary" => Ok(Self::Temporary),
            _ => Err(StoreError::BadUrl(text.to_owned())),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => write!(f, "{url}"),
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
    /// Who else may write to a database meanwhile.
    pub nodes: Nodes,
    /// How old what is kept of a database may be while its notifications cannot be heard.
    pub cache_bound: Duration,
}

impl StoreOptions {
    /// The usual sizes.
    pub fn new(url: StoreUrl, seal: SealKey) -> Self {
        Self {
            url,
            seal,
            queue: 1024,
            group: 512,
            sqlite: SqliteOptions::default(),
            nodes: Nodes::One,
            cache_bound: Duration::from_secs(2),
        }
    }
}

/// An open store; a clone is the same store. The last one to go closes it, after all that waits is written.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

// Dropped in this order: the threads before the connections they share the file with, the file's lock last.
struct Inner {
    _news: Option<News>,
    writer: Writer,
    _checkpointer: Option<Checkpointer>,
    readers: Pool,
    shared: Arc<Shared>,
    seal: SealKey,
    driver: Arc<dyn Driver>,
    at_hand: bool,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("counters", &self.counters()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store, or makes it.
    pub fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let driver: Arc<dyn Driver> = match &options.url {
            StoreUrl::Sqlite(path) => Arc::new(Sqlite::open(path, options.sqlite)?),
            StoreUrl::Postgres(url) => Arc::new(Postgres::open(PostgresUrl::clone(url), options.nodes)?),
            StoreUrl::Temporary => Arc::new(Sqlite::temporary()?),
        };
        Self::with_driver(driver, options)
    }

    /// A store that goes away with the value, sealed with a key nobody needs to know.
    pub fn temporary(seal: SealKey) -> Result<Self, StoreError> {
        let options = StoreOptions::new(StoreUrl::Temporary, seal);
        #[cfg(test)]
        if let Some(driver) = postgres::testing::made(&options.seal) {
            return Self::with_driver(driver, &options);
        }
        Self::open(&options)
    }

    /// A store on a driver of one's own; the address in the options is not looked at.
    pub fn with_driver(driver: Arc<dyn Driver>, options: &StoreOptions) -> Result<Self, StoreError> {
        let mut connection = driver.connect(Role::Writer)?;
        migrations::prepare(driver.as_ref(), connection.as_mut(), &options.seal)?;
        let node = driver.has_others().then(NodeName::new);
        let shared = Arc::new(Shared::of(node.clone()));
        let news = match node {
            Some(node) => Some(News::start(driver.clone(), shared.clone(), node, options.cache_bound)?),
            None => None,
        };
        let checkpointer = if driver.has_log() {
            Some(Checkpointer::start(driver.clone(), shared.clone(), checkpointer::PERIOD)?)
        } else {
            None
        };
        let bell = checkpointer.as_ref().map(Checkpointer::bell).unwrap_or_default();
        let sizes = (options.queue, options.group.max(1));
        let writer = Writer::start(driver.clone(), connection, shared.clone(), bell, sizes)?;
        let readers = Pool::new(driver.clone());
        let seal = options.seal.clone();
        Ok(Self(Arc::new(Inner {
            _news: news,
            writer,
            _checkpointer: checkpointer,
            readers,
            shared,
            seal,
            at_hand: driver.data_file().is_ok(),
            driver,
        })))
    }

    /// Whether a row is read faster than another thread is woken: it comes out of a file of this machine.
    pub fn is_at_hand(&self) -> bool {
        self.0.at_hand
    }

    /// Reads from a consistent snapshot, on the caller's thread.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.0.shared.schema.check()?;
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
        self.wait_for(work, None, true)
    }

    /// The same for work that changes these accounts alone, or none where that needs no care: other nodes change others
    /// meanwhile.
    pub fn write_in<T, E, F>(&self, accounts: Vec<AccountId>, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.wait_for(work, Some(accounts), true)
    }

    /// The same for work that cannot run twice, since it uses something up.
    pub fn write_once<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.wait_for(work, None, false)
    }

    fn wait_for<T, E, F>(&self, work: F, accounts: Option<Vec<AccountId>>, repeatable: bool) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        if self.0.writer.is_here() {
            return Err(StoreError::Misuse("a write waits for another on the writer's thread").into());
        }
        let (answer, answered) = channel();
        self.submit(Box::new(Waiting { work, accounts, repeatable, result: None, answer }));
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

    /// Whether other nodes may change what is stored.
    pub fn is_shared(&self) -> bool {
        self.0.driver.has_others()
    }

    /// How much was done since it was opened.
    pub fn counters(&self) -> Counters {
        self.0.shared.counters()
    }
}

struct Waiting<T, E, F> {
    work: F,
    accounts: Option<Vec<AccountId>>,
    repeatable: bool,
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

    fn accounts(&self) -> Option<Vec<AccountId>> {
        self.accounts.clone()
    }

    fn is_repeatable(&self) -> bool {
        self.repeatable
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
