//! What one connection may take: bytes, and time in each of its phases. Knows no HTTP.
//!
//! Deadlines are lazy: a phase only notes when it began, and one timer per connection looks at that note when it fires.
//! So a request in the common case starts and stops no timer.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

use crate::config::Settings;

/// Bounds of a connection.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections served at once.
    pub max_connections: usize,
    /// Bytes of a body.
    pub max_body_bytes: usize,
    /// Bytes of a request line with its header fields.
    pub max_header_bytes: usize,
    /// From the first byte of a request to the end of its header fields.
    pub header_timeout: Duration,
    /// From the header fields to the end of the body.
    pub body_timeout: Duration,
    /// How long a client may leave an answer unread.
    pub write_timeout: Duration,
    /// Between two requests.
    pub idle_timeout: Duration,
    /// For running requests after the stop.
    pub grace: Duration,
    /// Accounts whose score and values `/metrics` carries.
    pub metrics_accounts: usize,
}

impl From<&Settings> for Limits {
    fn from(settings: &Settings) -> Self {
        Self {
            max_connections: settings.max_connections,
            max_body_bytes: settings.max_body_bytes,
            max_header_bytes: settings.max_header_bytes,
            header_timeout: settings.header_timeout,
            body_timeout: settings.body_timeout,
            write_timeout: settings.write_timeout,
            idle_timeout: settings.idle_timeout,
            grace: settings.grace,
            metrics_accounts: settings.metrics_accounts,
        }
    }
}

/// The monotonic clock, for durations alone.
#[expect(
    clippy::disallowed_methods,
    reason = "only durations are measured: time-outs and latencies of the gateway"
)]
pub fn now() -> Instant {
    Instant::now()
}

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// The first byte of a request.
    Idle = 0,
    /// The rest of the header fields.
    Head = 1,
    /// The service, or the body, which has a time-out of its own.
    Busy = 2,
    /// The client, to read what was written.
    Write = 3,
}

/// Where a connection stands; shared between its stream, its request handler and its timer, all of one task. Atomics
/// because the task may move between threads; it never runs on two, so no ordering is needed.
#[derive(Debug)]
pub struct Progress {
    born: Instant,
    phase: AtomicU8,
    since_us: AtomicU64,
    received: AtomicBool,
    blocked: AtomicBool,
}

impl Progress {
    /// The progress of a connection that was just accepted.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            born: now(),
            phase: AtomicU8::new(Phase::Idle as u8),
            since_us: AtomicU64::new(0),
            received: AtomicBool::new(false),
            blocked: AtomicBool::new(false),
        })
    }

    /// Bytes came in.
    pub fn note_received(&self) {
        self.received.store(true, Ordering::Relaxed);
    }

    /// A write went through, or did not.
    pub fn note_write(&self, blocked: bool) {
        self.blocked.store(blocked, Ordering::Relaxed);
    }

    /// A request's head is complete.
    pub fn begin_request(&self) {
        self.phase.store(Phase::Busy as u8, Ordering::Relaxed);
        self.received.store(false, Ordering::Relaxed);
    }

    /// A request is answered, at `at`.
    pub fn end_request(&self, at: Instant) {
        self.enter(Phase::Idle, at);
    }

    fn enter(&self, phase: Phase, at: Instant) {
        self.phase.store(phase as u8, Ordering::Relaxed);
        let since = at.saturating_duration_since(self.born).as_micros();
        self.since_us.store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Idle,
            1 => Phase::Head,
            2 => Phase::Busy,
            _ => Phase::Write,
        }
    }

    /// Notes what the last poll of the connection showed; reads the clock only where the phase changes.
    fn settle(&self) {
        let blocked = self.blocked.load(Ordering::Relaxed);
        match self.phase() {
            Phase::Write if !blocked => self.enter(Phase::Idle, now()),
            Phase::Idle | Phase::Head if blocked => self.enter(Phase::Write, now()),
            Phase::Idle if self.received.swap(false, Ordering::Relaxed) => self.enter(Phase::Head, now()),
            _ => {}
        }
    }

    fn deadline(&self, limits: &Limits) -> Option<Instant> {
        let limit = match self.phase() {
            Phase::Idle => limits.idle_timeout,
            Phase::Head => limits.header_timeout,
            Phase::Write => limits.write_timeout,
            Phase::Busy => return None,
        };
        Some(self.born + Duration::from_micros(self.since_us.load(Ordering::Relaxed)) + limit)
    }
}

/// The one timer of a connection.
#[derive(Debug)]
pub struct Watchdog<'a> {
    progress: &'a Progress,
    limits: &'a Limits,
    /// When the timer fires; absent while it is not set.
    set_to: Option<Instant>,
}

impl<'a> Watchdog<'a> {
    /// A watchdog over `progress`.
    pub fn new(progress: &'a Progress, limits: &'a Limits) -> Self {
        Self { progress, limits, set_to: None }
    }

    /// To be called after each poll of the connection with the same `timer`, by the same task: the phase that ran out
    /// of time, if one did.
    pub fn check(&mut self, mut timer: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Option<Phase> {
        self.progress.settle();
        if self.set_to.is_some() && timer.is_elapsed() {
            self.set_to = None;
        }
        // A request that begins and ends before the timer fires leaves it as it is; it then fires early and is set anew.
        while let Some(deadline) = self.progress.deadline(self.limits) {
            if self.set_to.is_some_and(|set_to| set_to <= deadline) {
                return None;
            }
            timer.as_mut().reset(deadline.into());
            self.set_to = Some(deadline);
            if timer.as_mut().poll(cx) == Poll::Pending {
                return None;
            }
            self.set_to = None;
            if deadline <= now() {
                return Some(self.progress.phase());
            }
        }
        None
    }
}

/// Runs `future` for at most `limit`. The clock is read only if `future` is not ready at once.
pub async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let first = std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
    match first {
        Poll::Ready(output) => Some(output),
        Poll::Pending => tokio::time::timeout(limit, future).await.ok(),
    }
}
