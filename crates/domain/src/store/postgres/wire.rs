//! One connection and the loop that drives it, on the thread that asks: no other thread has to be woken for an answer.
//! Must not know transactions.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio_postgres::{AsyncMessage, Client, Connection, Error, Notification, Socket};

use super::address::PostgresUrl;
use super::hosts::{self, Failed, Found, Look};
use super::promotions::{Outdated, Promotions, Timeline};
use super::tls::{Stream, Trust};
use super::trouble::Trouble;
use crate::store::error::StoreError;

/// Longer than any statement may take by the session's own limit: what is later than this does not come.
pub(super) const PATIENCE: Duration = Duration::from_secs(45);
/// How long the last word to the database may take.
const FAREWELL: Duration = Duration::from_millis(200);

pub(super) type Line = Connection<Socket, Stream<Socket>>;

/// An open connection.
pub(super) struct Wire {
    runtime: Option<Runtime>,
    /// Absent once it was said goodbye.
    client: Option<Client>,
    line: Line,
    heard: VecDeque<Notification>,
    /// Where the database's history stood, if it tells.
    pub(super) timeline: Option<Timeline>,
    /// The database has warned of something since this was last put back.
    pub(super) warned: bool,
    /// How long an answer may take.
    pub(super) patience: Duration,
    /// The last word to the database.
    pub(super) farewell: &'static str,
}

impl Wire {
    /// Connects to the host that takes writes; given up after so long.
    pub(super) fn connect(
        url: &PostgresUrl,
        trust: &Trust,
        promotions: &Promotions,
        look: Look,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StoreError::Io {
            what: "starting a connection to the database".to_owned(),
            source: std::sync::Arc::new(error),
        })?;
        let connected = runtime
            .block_on(async {
                tokio::time::timeout(patience, hosts::begin(url, trust, promotions, look, patience)).await
            })
            .map_err(|_| StoreError::TimedOut)?;
        // Whatever the reason: before a session there is nothing of it that the database could have done.
        let Found { client, line, timeline } = connected.map_err(|failed| match failed {
            Failed::Outdated(Outdated { found, latest }) => {
                StoreError::Outdated { place: url.to_string(), found, latest }
            }
            Failed::Trouble(trouble) => match trouble.told(url) {
                StoreError::Other(error) => StoreError::unreachable(url, error.to_string()),
                StoreError::TimedOut => StoreError::unreachable(url, "no host answered in time".to_owned()),
                told => told,
            },
        })?;
        Ok(Self {
            runtime: Some(runtime),
            client: Some(client),
            line,
            heard: VecDeque::new(),
            timeline,
            warned: false,
            patience: PATIENCE,
            farewell: "",
        })
    }

    /// Does `work` with the connection, driving it meanwhile.
    pub(super) fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&Client) -> Result<T, Error>,
    ) -> Result<T, Trouble> {
        self.run_within(self.patience, work)
    }

    /// The same, given up after so long.
    pub(super) fn run_within<T>(
        &mut self,
        patience: Duration,
        work: impl AsyncFnOnce(&Client) -> Result<T, Error>,
    ) -> Result<T, Trouble> {
        let Self { runtime: Some(runtime), client: Some(client), line, heard, warned, .. } = self else {
            return Err(Trouble::Silent);
        };
        runtime.block_on(async {
            let driven = drive(line, heard, warned, work(client));
            tokio::time::timeout(patience, driven).await.unwrap_or(Err(Trouble::Silent))
        })
    }

    /// Waits for notifications for so long; all that came.
    pub(super) fn listen(&mut self, patience: Duration) -> Result<Vec<String>, Trouble> {
        if self.heard.is_empty() {
            let Self { runtime: Some(runtime), line, heard, .. } = self else { return Err(Trouble::Silent) };
            let waited = runtime.block_on(async {
                let first = poll_fn(|cx| {
                    loop {
                        match line.poll_message(cx) {
                            Poll::Ready(Some(Ok(AsyncMessage::Notification(told)))) => heard.push_back(told),
                            Poll::Ready(Some(Ok(_))) => {}
                            Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(Trouble::Said(error))),
                            Poll::Ready(None) => return Poll::Ready(Err(Trouble::Silent)),
                            Poll::Pending if heard.is_empty() => return Poll::Pending,
                            Poll::Pending => return Poll::Ready(Ok(())),
                        }
                    }
                });
                tokio::time::timeout(patience, first).await
            });
            // Nothing in that time is no failure.
            if let Ok(Err(trouble)) = waited {
                return Err(trouble);
            }
        }
        Ok(self.heard())
    }

    /// The notifications that came so far.
    pub(super) fn heard(&mut self) -> Vec<String> {
        self.heard.drain(..).map(|told| told.payload().to_owned()).collect()
    }
}

/// Polls `work` and what it needs from the line until the work is done or the line is cut.
pub(super) async fn drive<T>(
    line: &mut Line,
    heard: &mut VecDeque<Notification>,
    warned: &mut bool,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Trouble> {
    let mut work = pin!(work);
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(done.map_err(Trouble::Said));
            }
            match line.poll_message(cx) {
                Poll::Ready(Some(Ok(AsyncMessage::Notification(told)))) => heard.push_back(told),
                Poll::Ready(Some(Ok(AsyncMessage::Notice(notice)))) => {
                    *warned |= notice.severity() == "WARNING"
                }
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(error))) => {
                    // The database may have said why before it cut the line.
                    return match work.as_mut().poll(cx) {
                        Poll::Ready(Err(said)) if said.code().is_some() => {
                            Poll::Ready(Err(Trouble::Said(said)))
                        }
                        _ => Poll::Ready(Err(Trouble::Said(error))),
                    };
                }
                Poll::Ready(None) => return Poll::Ready(Err(Trouble::Silent)),
                // What was read may be what the work waits for.
                Poll::Pending => {
                    return match work.as_mut().poll(cx) {
                        Poll::Ready(done) => Poll::Ready(done.map_err(Trouble::Said)),
                        Poll::Pending => Poll::Pending,
                    };
                }
            }
        }
    })
    .await
}

impl Drop for Wire {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        // From inside an event loop nothing can be waited for; the database then notices the closed socket.
        let client = self.client.take();
        if Handle::try_current().is_err() {
            let Self { line, heard, warned, farewell, .. } = self;
            runtime.block_on(async {
                let ended = async {
                    if let Some(client) = client.filter(|_| !farewell.is_empty()) {
                        drop(drive(line, heard, warned, client.batch_execute(farewell)).await);
                    }
                    // Without a client the line says goodbye by itself.
                    drop(line.await);
                };
                // It ends either way.
                drop(tokio::time::timeout(FAREWELL, ended).await);
            });
        }
        runtime.shutdown_background();
    }
}
