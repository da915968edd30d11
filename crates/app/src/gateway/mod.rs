//! The doors: bytes in, bytes out, limits, health, metrics, access log. Speaks HTTP/1.1 through hyper, with TLS below it or
//! behind a CONNECT, and knows nothing of accounts: what a request means is the service's business. Every refusal, also
//! one the service never hears of, is an envelope in JSON.
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
mod pages;
mod proxy;
mod stream;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use prometheus_client::registry::Registry;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio_rustls::TlsAcceptor;

use self::backend::Backend;
use self::connection::Origin;
use self::limits::{Limits, within};
use self::metrics::Metrics;
use crate::console::Console;

/// How long accepting rests when the system has no descriptor or memory left for a connection.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// Doors that are open but not yet served.
pub struct Gateway<B> {
    doors: Vec<(TcpListener, Door)>,
    shared: Arc<Shared<B>>,
}

/// What is spoken at a door.
#[derive(Clone)]
pub enum Door {
    /// HTTP.
    Http,
    /// HTTP over TLS.
    Https(TlsAcceptor),
    /// A proxy that leads nowhere but to this server: CONNECT to one of the vendor's names, then TLS; or plain HTTP for one.
    Proxy(TlsAcceptor),
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Http => "Http",
            Self::Https(_) => "Https",
            Self::Proxy(_) => "Proxy",
        })
    }
}

/// What all connections share.
struct Shared<B> {
    backend: B,
    limits: Limits,
    metrics: Arc<Metrics>,
    registry: Registry,
    /// Answers what is asked for under `/console`, where there is a console.
    console: Option<Arc<Console>>,
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
    /// One door for HTTP, open at `listener`, with a console if there is one.
    pub fn new(listener: TcpListener, limits: Limits, backend: B, console: Option<Arc<Console>>) -> Self {
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
            console,
            stopping: AtomicBool::new(false),
            stop: Notify::new(),
        };
        Self { doors: vec![(listener, Door::Http)], shared: Arc::new(shared) }
    }

    /// One more door.
    #[must_use]
    pub fn with(mut self, listener: TcpListener, door: Door) -> Self {
        self.doors.push((listener, door));
        self
    }

    /// Serves until `asked` is ready, then closes the doors and lets running requests finish within the grace period,
    /// which `asked` ends when it is ready a second time.
    pub async fn serve(self, mut asked: impl AsyncFnMut()) -> Ended {
        let Self { doors, shared } = self;
        let most = shared.limits.max_connections;
        let room = Arc::new(Semaphore::new(most));
        let accept = |(listener, door)| accept(listener, door, &shared, &room);
        let mut accepting: Vec<_> = doors.into_iter().map(|door| Box::pin(accept(door))).collect();
        tokio::select! {
            () = asked() => {}
            never = forever(&mut accepting) => match never {},
        }
        // Closed first, so that whoever connects from now on is refused by the system at once.
        drop(accepting);
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

/// Runs what never ends, all at once.
async fn forever<F: Future<Output = Infallible>>(all: &mut [Pin<Box<F>>]) -> Infallible {
    std::future::poll_fn(|cx| {
        for one in &mut *all {
            match one.as_mut().poll(cx) {
                Poll::Ready(never) => match never {},
                Poll::Pending => {}
            }
        }
        Poll::Pending
    })
    .await
}

/// Accepts connections at one door. Each waits until there is room for it, and the next ones in the system's queue.
async fn accept<B: Backend>(
    listener: TcpListener,
    door: Door,
    shared: &Arc<Shared<B>>,
    room: &Arc<Semaphore>,
) -> Infallible {
    loop {
        match listener.accept().await {
            Ok((socket, peer)) => {
                let place = Arc::clone(room).acquire_owned().await.expect("nobody closes the semaphore");
                // Answers are whole when they are written; waiting for more would only add delay.
                let _best_effort = socket.set_nodelay(true);
                let (shared, door) = (Arc::clone(shared), door.clone());
                shared.metrics.connection_opened();
                tokio::spawn(async move {
                    let origin = Origin { peer: peer.ip(), secure: false };
                    match door {
                        Door::Http => connection::serve(&shared, socket, origin).await,
                        Door::Https(tls) => Box::pin(serve_tls(&shared, &tls, socket, origin)).await,
                        Door::Proxy(tls) => Box::pin(serve_proxy(&shared, &tls, socket, origin)).await,
                    }
                    shared.metrics.connection_closed();
                    drop(place);
                });
            }
            Err(error) if of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections; trying again shortly");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

/// Serves one connection over TLS. The handshake has the time that a request's header fields have.
async fn serve_tls<B, S>(shared: &Arc<Shared<B>>, tls: &TlsAcceptor, socket: S, origin: Origin)
where
    B: Backend,
    S: AsyncRead + AsyncWrite + Unpin,
{
    let stop = shared.stop.notified();
    if shared.stopping.load(Ordering::Acquire) {
        return;
    }
    let shaken = tokio::select! {
        shaken = within(shared.limits.header_timeout, tls.accept(socket)) => shaken,
        () = stop => return,
    };
    match shaken {
        Some(Ok(stream)) => connection::serve(shared, stream, Origin { secure: true, ..origin }).await,
        // Often a client that does not trust the certificate; it knows better than this side.
        Some(Err(error)) => tracing::debug!(peer = %origin.peer, %error, "no TLS with a client"),
        None => tracing::debug!(peer = %origin.peer, "a TLS handshake took too long and is closed"),
    }
}

/// Serves one connection to the proxy, and what follows on it after a CONNECT.
async fn serve_proxy<B: Backend>(
    shared: &Arc<Shared<B>>,
    tls: &TlsAcceptor,
    socket: TcpStream,
    origin: Origin,
) {
    if let Some(tunnel) = proxy::serve(shared, socket, origin).await {
        serve_tls(shared, tls, TokioIo::new(tunnel), origin).await;
    }
}

/// Whether an error of accepting concerns only the connection that was to be accepted.
fn of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
