//! The one thread that changes data. It takes the jobs that wait, runs each behind its own savepoint, commits them
//! together (one wait for the disk for all), tells who keeps copies, and only then answers. So an answered write is
//! durable, and under load many writes share one commit. Must not know what a job does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;

use super::checkpointer::Bell;
use super::connection::{Connection, Driver, Role};
use super::error::StoreError;
use super::group::write_group;
use super::known::Known;
use super::migrations::Understood;
use super::news::NodeName;
use super::seal::SealKey;
use super::snapshots::{self, Staged};
use super::tx::{Effect, Tx};
use crate::identity::user::UserName;
use crate::ids::AccountId;

/// What a job says after it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its changes shall be kept.
    Keep,
    /// Its changes shall be taken back. It is answered after the commit all the same, for what it saw may be new.
    Discard,
}

/// A change that waits for its turn.
pub trait Job: Send {
    /// Does the work. May be called again, if a database asks for it, with nothing of the first time kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict;

    /// The accounts that it changes; `None` where that shows only when it runs, or where it changes what belongs to none.
    /// Then no other node writes meanwhile.
    fn accounts(&self) -> Option<Vec<AccountId>> {
        None
    }

    /// The name of a user that it will ask for, if that is known before: those of a group may be asked for together.
    fn user(&self) -> Option<(AccountId, UserName)> {
        None
    }

    /// Whether it can run a second time.
    fn is_repeatable(&self) -> bool {
        true
    }

    /// Called once, on the writer's thread: after the commit with what became of the verdict. An error means that nothing
    /// was changed, whatever the verdict was. Must be quick: everybody waits.
    fn done(self: Box<Self>, committed: Result<(), StoreError>);
}

/// How much the store did since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Jobs answered.
    pub jobs: u64,
    /// Commits, each of which waited for the disk once.
    pub commits: u64,
    /// Jobs that wait at this moment.
    pub waiting: u64,
    /// Jobs refused because too many waited.
    pub refused: u64,
    /// Pages of the log that were not yet in the data file when last looked.
    pub log_pages: u64,
}

/// What hears of each commit.
pub type Listener = Box<dyn Fn(&[Effect]) + Send + Sync>;

/// What the writer's thread shares with the others.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) jobs: AtomicU64,
    pub(super) commits: AtomicU64,
    pub(super) waiting: AtomicU64,
    pub(super) schema: Understood,
    pub(super) refused: AtomicU64,
    pub(super) log_pages: AtomicU64,
    /// The checkpointer moved what it could since this was last asked.
    pub(super) log_moved: AtomicBool,
    /// The name of this store among others that write to the same database; without others it has none.
    pub(super) node: Option<NodeName>,
    /// Whether the others were heard since this was opened.
    pub(super) hears: AtomicBool,
    listeners: RwLock<Vec<Listener>>,
}

impl Shared {
    /// Of a store that has this name among its nodes, if it has any.
    pub(super) fn of(node: Option<NodeName>) -> Self {
        Self { node, ..Self::default() }
    }

    pub(super) fn listen(&self, listener: Listener) {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    pub(super) fn tell(&self, effects: &[Effect]) {
        if effects.is_empty() {
            return;
        }
        for listener in self.listeners.read().unwrap_or_else(PoisonError::into_inner).iter() {
            if catch_unwind(AssertUnwindSafe(|| listener(effects))).is_err() {
                tracing::error!("a listener to commits panicked");
            }
        }
    }

    pub(super) fn counters(&self) -> Counters {
        Counters {
            jobs: self.jobs.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            waiting: self.waiting.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            log_pages: self.log_pages.load(Ordering::Relaxed),
        }
    }
}

/// A log of this length (4 MiB) is moved at once: all of it is read by the first start after a kill.
const LONG_LOG_PAGES: u64 = 1000;

/// How often jobs run that others get in the way of.
const MOST_TRIES: u32 = 5;

/// A store that shall take the place of this one, and whom to tell.
pub(super) struct Replacement {
    pub(super) staged: Staged,
    pub(super) seal: SealKey,
    pub(super) answer: Sender<Result<(), StoreError>>,
}

/// What waits for the writer.
enum Order {
    Job(Box<dyn Job>),
    Replace(Box<Replacement>),
}

impl Order {
    fn refuse(self, error: StoreError) {
        match self {
            Self::Job(job) => job.done(Err(error)),
            // Nobody listens only if the caller's thread is gone.
            Self::Replace(replacement) => drop(replacement.answer.send(Err(error))),
        }
    }
}

/// The writer as its users see it.
pub(super) struct Writer {
    queue: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
}

impl Writer {
    pub(super) fn start(
        driver: Arc<dyn Driver>,
        connection: Box<dyn Connection>,
        shared: Arc<Shared>,
        checkpointer: Bell,
        (queue, group): (usize, usize),
    ) -> Result<Self, StoreError> {
        let (sender, receiver) = sync_channel(queue);
        let thread = {
            let shared = shared.clone();
            std::thread::Builder::new().name("store-writer".into()).spawn(move || {
                let too_long = LONG_LOG_PAGES;
                let (connection, known) = (Some(connection), Known::default());
                let mut desk = Desk { driver, connection, known, shared, checkpointer, too_long };
                while let Some((jobs, replacement)) = take(&receiver, group) {
                    if !jobs.is_empty() {
                        desk.serve(jobs);
                    }
                    if let Some(replacement) = replacement {
                        desk.replace(*replacement);
                    }
                }
            })
        };
        let thread = thread.map_err(|error| StoreError::Io {
            what: "starting the writer's thread".to_owned(),
            source: Arc::new(error),
        })?;
        Ok(Self { queue: Some(sender), thread: Some(thread), shared })
    }

    /// Whether this is the writer's own thread, which cannot wait for itself.
    pub(super) fn is_here(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| thread.thread().id() == std::thread::current().id())
    }

    /// Puts a job into the queue, or answers it at once that the queue is full.
    pub(super) fn submit(&self, job: Box<dyn Job>) {
        self.order(Order::Job(job));
    }

    /// The same for a store that shall take the place of this one.
    pub(super) fn replace(&self, replacement: Replacement) {
        self.order(Order::Replace(Box::new(replacement)));
    }

    fn order(&self, order: Order) {
        let Some(queue) = &self.queue else { return order.refuse(StoreError::Closed) };
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        let (order, error) = match queue.try_send(order) {
            Ok(()) => return,
            Err(TrySendError::Full(order)) => (order, StoreError::Busy),
            Err(TrySendError::Disconnected(order)) => (order, StoreError::Closed),
        };
        self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
        self.shared.refused.fetch_add(1, Ordering::Relaxed);
        order.refuse(error);
    }
}

impl Drop for Writer {
    /// What waits is still written and answered.
    fn drop(&mut self) {
        self.queue = None;
        let here = self.is_here();
        if let Some(thread) = self.thread.take().filter(|_| !here)
            && thread.join().is_err()
        {
            tracing::error!("the writer's thread panicked");
        }
    }
}

/// Jobs that run together, and the replacement of the store that comes after them, if one does.
type Batch = (Vec<Box<dyn Job>>, Option<Box<Replacement>>);

/// Waits for an order, and takes the jobs that wait behind it, up to a replacement. `None` when no more can come.
fn take(queue: &Receiver<Order>, most: usize) -> Option<Batch> {
    let mut jobs = Vec::new();
    let mut next = Some(queue.recv().ok()?);
    while let Some(order) = next {
        match order {
            Order::Job(job) => jobs.push(job),
            Order::Replace(replacement) => return Some((jobs, Some(replacement))),
        }
        next = if jobs.len() < most { queue.try_recv().ok() } else { None };
    }
    Some((jobs, None))
}

struct Desk {
    driver: Arc<dyn Driver>,
    /// Absent after a failure that left it unusable.
    connection: Option<Box<dyn Connection>>,
    /// What the last group knew of the store, if nobody else writes to it.
    known: Known,
    shared: Arc<Shared>,
    checkpointer: Bell,
    /// The length of the log from which on the checkpointer is asked for it.
    too_long: u64,
}

impl Desk {
    fn serve(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let count = jobs.len() as u64;
        self.shared.waiting.fetch_sub(count, Ordering::Relaxed);
        let mut effects = Vec::new();
        let answers = match self.write(&mut jobs, &mut effects) {
            Ok(answers) => {
                self.shared.tell(&effects);
                answers
            }
            Err(error @ StoreError::Unknown(_)) => {
                tracing::error!(%error, jobs = count, "a group of writes was cut off");
                // All of it may be there.
                self.shared.tell(&[Effect::All]);
                vec![Err(error); jobs.len()]
            }
            Err(error) => {
                tracing::warn!(%error, jobs = count, "a group of writes failed; nothing of it was kept");
                vec![Err(error); jobs.len()]
            }
        };
        self.shared.jobs.fetch_add(count, Ordering::Relaxed);
        for (job, answer) in jobs.into_iter().zip(answers) {
            if catch_unwind(AssertUnwindSafe(|| job.done(answer))).is_err() {
                tracing::error!("a job panicked when it was answered");
            }
        }
        self.shorten_log();
    }

    /// Lets another store take the place of this one, between two groups.
    fn replace(&mut self, Replacement { staged, seal, answer }: Replacement) {
        self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
        let driver = Arc::clone(&self.driver);
        self.known = Known::default();
        let replaced = match self.connection() {
            Ok(connection) => snapshots::replace(&*driver, connection, &staged, &seal),
            Err(error) => Err(error),
        };
        let replaced = replaced.map(|effects| {
            self.shared.commits.fetch_add(1, Ordering::Relaxed);
            self.shared.tell(&effects);
        });
        if replaced.is_err() {
            self.connection = None;
        }
        self.shared.jobs.fetch_add(1, Ordering::Relaxed);
        // Nobody listens only if the caller's thread is gone.
        drop(answer.send(replaced));
    }

    fn connection(&mut self) -> Result<&mut dyn Connection, StoreError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            absent => {
                let mut connection = self.driver.connect(Role::Writer)?;
                self.shared.schema.look_again(&*self.driver, connection.as_mut())?;
                // Another database may have taken the place of the one that was lost, and may not have all of it.
                self.shared.tell(&[Effect::All]);
                absent.insert(connection)
            }
        };
        Ok(connection.as_mut())
    }

    /// Runs the jobs in one transaction. An error means that nothing of any of them was kept, unless it is `Unknown`.
    fn write(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        effects: &mut Vec<Effect>,
    ) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let shared = Arc::clone(&self.shared);
        let repeatable = jobs.iter().all(|job| job.is_repeatable());
        let mut tries = 0;
        loop {
            effects.clear();
            let known = std::mem::take(&mut self.known);
            let result = match write_group(self.connection()?, known, jobs, effects, &shared) {
                Ok((answers, known)) => {
                    if !self.driver.has_others() {
                        self.known = known;
                    }
                    Ok(answers)
                }
                Err(error) => {
                    // Closing takes back whatever is open. A new connection begins where the last commit ended, whatever
                    // state the failure left this one in.
                    self.connection = None;
                    Err(error)
                }
            };
            tries += 1;
            match &result {
                // Others were quicker.
                Err(StoreError::Conflict) if repeatable && tries < MOST_TRIES => {}
                // The connection may have been dead for long: the database was started anew, or another took its place.
                Err(StoreError::Unreachable { .. }) if repeatable && tries == 1 => {}
                _ => return result,
            }
        }
    }

    /// The checkpointer moves nearly all of a long log while writing goes on; the rest is moved here, between two groups,
    /// so that the next group begins a new log.
    fn shorten_log(&mut self) {
        let Some(connection) = &mut self.connection else { return };
        let pages = connection.log_pages();
        if pages < LONG_LOG_PAGES {
            self.too_long = LONG_LOG_PAGES;
        } else if pages >= self.too_long {
            // Asked once for each such length: a long read may be in the way for long.
            self.too_long = pages + LONG_LOG_PAGES;
            self.shared.log_moved.store(false, Ordering::Relaxed);
            self.checkpointer.ring();
        } else if self.shared.log_moved.swap(false, Ordering::Relaxed)
            && let Err(error) = connection.checkpoint(true)
        {
            tracing::debug!(%error, "the log could not be begun anew yet");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::store::checkpointer::Checkpointer;
    use crate::store::sqlite::Sqlite;

    struct Bulky(std::sync::mpsc::Sender<()>, usize);

    impl Job for Bulky {
        fn run(&mut self, tx: &mut Tx<'_>) -> Verdict {
            for _ in 0..self.1 {
                tx.execute("INSERT INTO rows VALUES (zeroblob(4000))", &[]).unwrap();
            }
            Verdict::Keep
        }

        fn done(self: Box<Self>, committed: Result<(), StoreError>) {
            committed.unwrap();
            self.0.send(()).unwrap();
        }
    }

    #[test]
    fn the_log_stays_short_however_much_is_written() {
        let driver: Arc<dyn Driver> = Arc::new(Sqlite::temporary().unwrap());
        let mut connection = driver.connect(Role::Writer).unwrap();
        connection.batch("CREATE TABLE rows (bytes BLOB)").unwrap();
        let shared = Arc::new(Shared::default());
        let never = std::time::Duration::from_secs(3600);
        let checkpointer = Checkpointer::start(driver.clone(), shared.clone(), never).unwrap();
        let bell = checkpointer.bell();
        let writer = Writer::start(driver.clone(), connection, shared.clone(), bell, (8, 8)).unwrap();
        let mut log = driver.place().into_os_string();
        log.push("-wal");
        let write = |rows| {
            let (done, is_done) = channel();
            writer.submit(Box::new(Bulky(done, rows)));
            is_done.recv().unwrap();
        };
        let pages = || std::fs::metadata(&log).unwrap().len() / 4096;
        let mut written = 0;
        // Only a log that is begun anew stops growing; how soon the checkpointer comes is not known.
        while written < 20 * LONG_LOG_PAGES || pages() > written / 4 {
            write(100);
            written += 100;
            assert!(written < 10_000 * LONG_LOG_PAGES, "the log has {} pages of {written}", pages());
        }
        drop(writer);
    }
}
