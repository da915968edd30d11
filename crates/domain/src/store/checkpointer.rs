//! Moves the log into the data file from time to time, on its own thread and connection, so that a writer need not.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::connection::{Connection, Driver, Role};
use super::error::StoreError;
use super::writer::Shared;

const PERIOD: Duration = Duration::from_millis(500);

/// Stops when it is dropped.
pub(super) struct Checkpointer {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(super) fn start(driver: Arc<dyn Driver>, shared: Arc<Shared>) -> Result<Self, StoreError> {
        let (stop, stopped) = channel::<()>();
        let run = move || {
            let mut connection = None;
            // None yet: a log that a crash left behind is moved even if nothing is written.
            let mut moved_commits = u64::MAX;
            while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                let commits = shared.commits.load(Ordering::Relaxed);
                if commits == moved_commits {
                    continue;
                }
                match checkpoint(driver.as_ref(), &mut connection) {
                    Ok(left) => {
                        shared.log_pages.store(left, Ordering::Relaxed);
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
        Ok(Self { stop: Some(stop), thread: Some(thread) })
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
        self.stop = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpointer's thread panicked");
        }
    }
}
