//! One connection: its requests one after the other, each from head to response. Holds nothing but itself, however slow
//! its client is. Whether TLS lies below is known only to tell the service.

use std::convert::Infallible;
use std::error::Error;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::header::{EXPECT, HOST};
use http::{Method, Request};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::TokioIo;
use ramward_rpc::error::{ApiError, Plain};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;

use super::answer::{Afterwards, Reply, respond};
use super::backend::{Backend, Start, Step};
use super::limits::{Progress, Watchdog, now, within};
use super::stream::{MakeEnvelope, Stream};
use super::{Shared, access_log, answer, health, metrics, pages};
use ramward_domain::service::{Answer, Call};

/// How much of a body that is too large is read and thrown away, as a multiple of the limit: a client that sends its
/// whole body before it reads would otherwise see a broken connection in place of the refusal.
const DISCARDED_BODIES: usize = 16;

/// Where a connection comes from, and over what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    /// The other end.
    pub peer: IpAddr,
    /// Whether it came over TLS.
    pub secure: bool,
}

/// Serves one connection to its end.
pub(super) async fn serve<B: Backend, S>(shared: &Arc<Shared<B>>, socket: S, origin: Origin)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let progress = Progress::new();
    let stream = Stream::new(socket, Arc::clone(&progress), envelope(shared, origin.peer));
    let exchange = Exchange { shared, progress: &progress, origin };
    let connection =
        builder(shared).serve_connection(TokioIo::new(stream), service_fn(|request| exchange.run(request)));
    drive(shared, &progress, origin.peer, connection).await;
}

/// How HTTP is spoken at every door. The library's own timer would be set and cleared for every request; the watchdog's
/// is not. Its room for 100 header fields is on the stack, and only there for free.
pub(super) fn builder<B>(shared: &Shared<B>) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.half_close(true).header_read_timeout(None).max_header_size(shared.limits.max_header_bytes);
    builder
}

/// A connection of the library that can be told to end after the request that runs.
pub(super) trait Graceful: Future {
    /// Tells it.
    fn end(self: Pin<&mut Self>);
}

impl<I, B, S> Graceful for http1::Connection<I, S>
where
    I: Read + Write + Unpin,
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    fn end(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// Runs a connection to its end, to the end of its time, or until the server stops.
pub(super) async fn drive<B>(
    shared: &Shared<B>,
    progress: &Progress,
    peer: IpAddr,
    connection: impl Graceful,
) {
    let mut connection = pin!(connection);
    let mut stop = pin!(shared.stop.notified());
    let mut timer = pin!(tokio::time::sleep(shared.limits.idle_timeout));
    let mut watchdog = Watchdog::new(progress, &shared.limits);
    let (mut is_polled, mut is_stopping) = (false, false);
    std::future::poll_fn(|cx| {
        loop {
            // What has arrived before the first look is still served.
            if is_polled && !is_stopping && shared.stopping.load(Ordering::Acquire) {
                is_stopping = true;
                connection.as_mut().end();
            }
            if connection.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            if is_polled {
                break;
            }
            is_polled = true;
            // A task has one waker for its life, so leaving it once is enough; from then on the flag tells.
            let _wakes_this_task = stop.as_mut().poll(cx);
        }
        match watchdog.check(timer.as_mut(), cx) {
            Some(phase) => {
                tracing::debug!(%peer, ?phase, "a connection took too long and is closed");
                Poll::Ready(())
            }
            None => Poll::Pending,
        }
    })
    .await;
}

/// What the requests of one connection share.
pub(super) struct Exchange<'a, B> {
    pub shared: &'a Arc<Shared<B>>,
    pub progress: &'a Progress,
    pub origin: Origin,
}

/// Why a body cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    TooLarge,
    TooSlow,
    Broken,
}

impl<B: Backend> Exchange<'_, B> {
    /// One request, from its head to its response. Its state is moved several times on the way into the connection, so
    /// whatever not every request needs is in a box.
    pub(super) async fn run(&self, mut request: Request<Incoming>) -> Result<Reply, Infallible> {
        let began = now();
        self.progress.begin_request();
        if request.uri().path() != "/" {
            return Ok(Box::pin(self.other(began, &mut request)).await);
        }
        let body = if request.body().is_end_stream() {
            Ok(Bytes::new())
        } else {
            Box::pin(self.read_body(&mut request)).await
        };
        let body = match body {
            Ok(body) => body,
            Err(fault) => {
                return Ok(self.answered(began, self.refuse_body(&request, fault), Afterwards::Close));
            }
        };
        let step = self.shared.backend.begin(&Call {
            method: request.method(),
            path: request.uri().path(),
            query: request.uri().query().unwrap_or_default(),
            headers: request.headers(),
            body: &body,
            peer: self.origin.peer,
            secure: self.origin.secure,
        });
        let answer = match step {
            Step::Answered(answer) => answer,
            Step::Waiting(start) => Box::pin(self.wait(&request, start)).await,
        };
        if let Some(fault) = answer.record.fault.as_deref().filter(|fault| fault.delay_ms > 0) {
            Box::pin(tokio::time::sleep(Duration::from_millis(fault.delay_ms.into()))).await;
        }
        Ok(self.answered(began, answer, Afterwards::KeepAlive))
    }

    /// Waits for an answer that is made elsewhere.
    async fn wait(&self, request: &Request<Incoming>, start: Start) -> Answer {
        let (send, receive) = oneshot::channel();
        start(Box::new(move |answer| {
            // A client that has gone away needs no answer.
            let _sent = send.send(answer);
        }));
        match receive.await {
            Ok(answer) => answer,
            Err(_dropped) => self.refuse(request, &ApiError::internal("the service gave no answer")),
        }
    }

    /// Everything that is no call.
    async fn other(&self, began: Instant, request: &mut Request<Incoming>) -> Reply {
        if let Some(console) = &self.shared.console
            && pages::is_one(request.uri().path())
        {
            let reply = match self.read_body(request).await {
                Ok(body) => pages::reply(console, request, body, self.origin).await,
                Err(fault) => {
                    return self.answered(began, self.refuse_body(request, fault), Afterwards::Close);
                }
            };
            self.progress.end_request(now());
            return reply;
        }
        let probed = matches!(*request.method(), Method::GET | Method::HEAD);
        let reply = match request.uri().path() {
            "/healthz" if probed => health::alive(),
            "/readyz" if probed => health::ready(&self.shared.backend).await,
            "/metrics" if probed => metrics::page(self.shared).await,
            path => {
                let plain = match path {
                    "/healthz" | "/readyz" | "/metrics" => Plain::UnsupportedHttpMethod,
                    _ => Plain::InvalidActionNotFound,
                };
                let answer = self.refuse(request, &ApiError::new(plain));
                return self.answered(began, answer, Afterwards::KeepAlive);
            }
        };
        self.progress.end_request(now());
        reply
    }

    /// Counts, logs and sends an answer.
    pub(super) fn answered(&self, began: Instant, answer: Answer, afterwards: Afterwards) -> Reply {
        let ended = now();
        let took = ended.saturating_duration_since(began);
        self.progress.end_request(ended);
        self.shared.metrics.count(&answer.record, took);
        self.shared.backend.note(&answer, self.origin.peer, took);
        access_log::write(&answer, self.shared.metrics.name(answer.record.operation), self.origin.peer, took);
        respond(answer, afterwards)
    }

    /// The envelope of a refusal of `request`.
    pub(super) fn refuse(&self, request: &Request<Incoming>, error: &ApiError) -> Answer {
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        self.shared.backend.refuse(host, self.origin.secure, error)
    }

    fn refuse_body(&self, request: &Request<Incoming>, fault: Fault) -> Answer {
        let limits = &self.shared.limits;
        let (status, message) = match fault {
            Fault::TooLarge => (
                413,
                format!("The body is larger than the {} bytes this server takes.", limits.max_body_bytes),
            ),
            Fault::TooSlow => {
                (408, format!("The body did not arrive within {} ms.", limits.body_timeout.as_millis()))
            }
            Fault::Broken => {
                (400, "The body is not readable: it ended early or its chunks are malformed.".to_owned())
            }
        };
        let mut answer = self.refuse(request, &ApiError::with_message(Plain::InvalidParameter, message));
        answer.status = status;
        answer
    }

    async fn read_body(&self, request: &mut Request<Incoming>) -> Result<Bytes, Fault> {
        let limits = &self.shared.limits;
        let most = limits.max_body_bytes;
        let declared = request.body().size_hint().lower();
        let is_too_large = declared > most as u64;
        // Such a client has not sent its body yet and will not, once it is refused.
        if is_too_large && request.headers().contains_key(EXPECT) {
            return Err(Fault::TooLarge);
        }
        let body = request.body_mut();
        let discarded = most.saturating_mul(DISCARDED_BODIES);
        let whole = within(limits.body_timeout, async {
            if is_too_large {
                if declared <= discarded as u64 {
                    discard(body, discarded).await;
                }
                return Err(Fault::TooLarge);
            }
            match collect(body, most).await {
                Err(Fault::TooLarge) => {
                    discard(body, discarded).await;
                    Err(Fault::TooLarge)
                }
                whole => whole,
            }
        });
        whole.await.unwrap_or(Err(if is_too_large { Fault::TooLarge } else { Fault::TooSlow }))
    }
}

/// The whole body, if it is at most `most` bytes; without a copy where it came in one piece.
async fn collect(body: &mut Incoming, most: usize) -> Result<Bytes, Fault> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // Trailers carry nothing that a signature covers.
        let Ok(data) = frame.map_err(|_| Fault::Broken)?.into_data() else { continue };
        if first.len() + whole.len() + data.len() > most {
            return Err(Fault::TooLarge);
        }
        if first.is_empty() && whole.is_empty() {
            first = data;
        } else {
            if whole.is_empty() {
                whole.extend_from_slice(&std::mem::take(&mut first));
            }
            whole.extend_from_slice(&data);
        }
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

/// Reads and forgets up to `most` bytes.
async fn discard(body: &mut Incoming, most: usize) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > most {
            return;
        }
    }
}

/// Makes the answers to heads that the HTTP library cannot read.
pub(super) fn envelope<B: Backend>(shared: &Arc<Shared<B>>, peer: IpAddr) -> MakeEnvelope {
    let shared = Arc::clone(shared);
    Arc::new(move |status| {
        let (line, message) = match status {
            414 => (
                "414 URI Too Long",
                "The request line is too long. Send the parameters as a form in the body.",
            ),
            431 => (
                "431 Request Header Fields Too Large",
                "The request line and header fields are too large. Send the parameters as a form in the body.",
            ),
            _ => ("400 Bad Request", "The request is not readable as HTTP/1.1."),
        };
        let mut answer =
            shared.backend.refuse("", false, &ApiError::with_message(Plain::InvalidParameter, message));
        answer.status = status;
        // When its first byte came is not known, and nothing was done for it.
        shared.metrics.count(&answer.record, Duration::ZERO);
        shared.backend.note(&answer, peer, Duration::ZERO);
        access_log::write(&answer, ("", ""), peer, Duration::ZERO);
        answer::write(&answer, line)
    })
}
