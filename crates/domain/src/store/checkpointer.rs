//! Moves the log into the data file from time to time, on its own thread and connection, so that a writer need not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use super::connection::{Connection, Driver, Role};
use super::error::StoreError;
use super::writer::Shared;

/// How often it looks. A log of half a second slows no read.
pub(super) const PERIOD: Duration = Duration::from_millis(500);

/// Stops when it is dropped.
pub(super) struct Checkpointer {
    bell: Bell,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Makes the checkpointer look at once.
#[derive(Clone, Default)]
pub(super) struct Bell(Option<Thread>);

impl Bell {
    pub(super) fn ring(&self) {
        // Without a checkpointer there is no log to move.
        if let Some(thread) = &self.0 {
            thread.unpark();
        }
    }
}

impl Checkpointer {
    pub(super) fn start(
        driver: Arc<dyn Driver>,
        shared: Arc<Shared>,
        period: Duration,
    ) -> Result<Self, StoreError> {
        let stopping = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stopping);
        let run = move || {
            let mut connection = None;
            // None yet: a log that a crash left behind is moved even if nothing is written.
            let mut moved_commits = u64::MAX;
            loop {
                std::thread::park_timeout(period);
                if stopped.load(Ordering::Acquire) {
                    return;
                }
                let commits = shared.commits.load(Ordering::Relaxed);
                if commits == moved_commits {
                    continue;
                }
                match checkpoint(driver.as_ref(), &mut connection) {
                    Ok(left) => {
                        shared.log_pages.store(left, Ordering::Relaxed);
                        shared.log_moved.store(true, Ordering::Relaxed);
                        // Pages that a reader or the writer kept back are tried again even if nothing is added.
                        moved_commits = if left == 0 { commits } else { u64::MAX };
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the log could not be moved; trying again");
                        connection = None;
                    }
                }
            }
        };
        let thread = std::thread::Builder::new().name("store-checkpointer".into()).spawn(run);
        let thread = thread.map_err(|error| StoreError::Io {
            what: "starting the checkpointer's thread".to_owned(),
            source: Arc::new(error),
        })?;
        Ok(Self { bell: Bell(Some(thread.thread().clone())), stopping, thread: Some(thread) })
    }

    pub(super) fn bell(&self) -> Bell {
        self.bell.clone()
    }
}

fn checkpoint(driver: &dyn Driver, connection: &mut Option<Box<dyn Connection>>) -> Result<u64, StoreError> {
    let connection = match connection {
        Some(connection) => connection,
        absent => absent.insert(driver.connect(Role::Checkpointer)?),
    };
    connection.checkpoint(false)
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        self.bell.ring();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpointer's thread panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::connection::Access;
    use crate::store::sqlite::Sqlite;

    #[test]
    fn what_is_committed_reaches_the_data_file() {
        let driver: Arc<dyn Driver> = Arc::new(Sqlite::temporary().unwrap());
        let mut writer = driver.connect(Role::Writer).unwrap();
        let shared = Arc::new(Shared::default());
        let checkpointer =
            Checkpointer::start(driver.clone(), shared.clone(), Duration::from_millis(1)).unwrap();
        let length = || std::fs::metadata(driver.place()).unwrap().len();
        writer.batch("CREATE TABLE rows (bytes BLOB)").unwrap();
        for round in 1..=3 {
            writer.begin(Access::Write).unwrap();
            for _ in 0..50 {
                writer.execute("INSERT INTO rows VALUES (zeroblob(4000))", &[]).unwrap();
            }
            writer.commit().unwrap();
            shared.commits.fetch_add(1, Ordering::Relaxed);
            while length() < round * 50 * 4000 {
                std::thread::yield_now();
            }
        }
        drop(checkpointer);
        assert_eq!(shared.log_pages.load(Ordering::Relaxed), 0);
    }
}
