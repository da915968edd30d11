//! The HTTP door: bytes in, bytes out, limits, health, metrics, access log. Speaks HTTP/1.1 through hyper and knows
//! nothing of accounts: what a request means is the service's business. Every refusal, also one the service never
//! hears of, is an envelope in JSON.
//!
//! A call that the service can answer at once is answered on the connection's own task; any other runs on the
//! service's threads while the task waits, so a connection that goes away never leaves a change half-made.

pub mod access_log;
mod account_figures;
mod answer;
pub mod backend;
mod connection;
mod health;
pub mod limits;
mod metrics;
mod stream;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

use self::backend::Backend;
use self::limits::Limits;
use self::metrics::Metrics;

/// How long accepting rests when the system has no descriptor or memory left for a connection.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// A door that is open but not yet served.
pub struct Gateway<B> {
    listener: TcpListener,
    shared: Arc<Shared<B>>,
}

/// What all connections share.
struct Shared<B> {
    backend: B,
    limits: Limits,
    metrics: Arc<Metrics>,
    registry: Registry,
    stopping: AtomicBool,
    stop: Notify,
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every request that had begun was answered.
    Finished,
    /// So many connections were cut at the end of the grace period.
    Cut(usize),
}

impl<B: Backend> Gateway<B> {
    /// A door that is open at `listener`.
    pub fn new(listener: TcpListener, limits: Limits, backend: B) -> Self {
        let metrics = Arc::new(Metrics::new(backend.operations()));
        let mut registry = Registry::default();
        registry.register_collector(Box::new(metrics::Page {
            metrics: Arc::clone(&metrics),
            backend: backend.clone(),
            accounts: limits.metrics_accounts,
        }));
        let shared = Shared {
            backend,
            limits,
            metrics,
            registry,
            stopping: AtomicBool::new(false),
            stop: Notify::new(),
        };
        Self { listener, shared: Arc::new(shared) }
    }

    /// Serves until `asked` is ready, then closes the door and lets running requests finish within the grace period,
    /// which `asked` ends when it is ready a second time.
    pub async fn serve(self, mut asked: impl AsyncFnMut()) -> Ended {
        let Self { listener, shared } = self;
        let most = shared.limits.max_connections;
        let room = Arc::new(Semaphore::new(most));
        tokio::select! {
            () = asked() => {}
            never = accept(&listener, &shared, &room) => match never {},
        }
        // Closed first, so that whoever connects from now on is refused by the system at once.
        drop(listener);
        shared.stopping.store(true, Ordering::Release);
        shared.stop.notify_waiters();
        let all = u32::try_from(most).unwrap_or(u32::MAX);
        tokio::select! {
            _all = room.acquire_many(all) => Ended::Finished,
            () = tokio::time::sleep(shared.limits.grace) => Ended::Cut(most - room.available_permits()),
            () = asked() => Ended::Cut(most - room.available_permits()),
        }
    }
}

/// Accepts connections as long as there is room; more wait in the system's queue.
async fn accept<B: Backend>(
    listener: &TcpListener,
    shared: &Arc<Shared<B>>,
    room: &Arc<Semaphore>,
) -> std::convert::Infallible {
    loop {
        let place = Arc::clone(room).acquire_owned().await.expect("nobody closes the semaphore");
        match listener.accept().await {
            Ok((socket, peer)) => {
                // Answers are whole when they are written; waiting for more would only add delay.
                let _best_effort = socket.set_nodelay(true);
                let shared = Arc::clone(shared);
                shared.metrics.connection_opened();
                tokio::spawn(async move {
                    connection::serve(&shared, socket, peer.ip()).await;
                    shared.metrics.connection_closed();
                    drop(place);
                });
            }
            Err(error) if of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections; trying again shortly");
                drop(place);
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

/// Whether an error of accepting concerns only the connection that was to be accepted.
fn of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
