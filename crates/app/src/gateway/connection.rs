//! One connection: its requests one after the other, each from head to response. Holds nothing but itself, however slow
//! its client is.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::header::{EXPECT, HOST};
use http::{Method, Request};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use ramward_rpc::error::{ApiError, Plain};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::answer::{Afterwards, Reply, respond};
use super::backend::{Backend, Start, Step};
use super::limits::{Progress, Watchdog, now, within};
use super::stream::{MakeEnvelope, Stream};
use super::{Shared, access_log, answer, health, metrics};
use ramward_domain::service::{Answer, Call};

/// How much of a body that is too large is read and thrown away, as a multiple of the limit: a client that sends its
/// whole body before it reads would otherwise see a broken connection in place of the refusal.
const DISCARDED_BODIES: usize = 16;

/// Serves one connection to its end.
pub(super) async fn serve<B: Backend>(shared: &Arc<Shared<B>>, socket: TcpStream, peer: IpAddr) {
    let progress = Progress::new();
    let stream = Stream::new(socket, Arc::clone(&progress), envelope(shared, peer));
    let exchange = Exchange { shared, progress: &progress, peer };
    // The library's own timer would be set and cleared for every request; the watchdog's is not. Its room for 100
    // header fields is on the stack, and only there for free.
    let connection = http1::Builder::new()
        .half_close(true)
        .header_read_timeout(None)
        .max_header_size(shared.limits.max_header_bytes)
        .serve_connection(TokioIo::new(stream), service_fn(|request| exchange.run(request)));
    let mut connection = pin!(connection);
    let mut stop = pin!(shared.stop.notified());
    let mut timer = pin!(tokio::time::sleep(shared.limits.idle_timeout));
    let mut watchdog = Watchdog::new(&progress, &shared.limits);
    let (mut is_polled, mut is_stopping) = (false, false);
    std::future::poll_fn(|cx| {
        loop {
            // What has arrived before the first look is still served.
            if is_polled && !is_stopping && shared.stopping.load(Ordering::Acquire) {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
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
struct Exchange<'a, B> {
    shared: &'a Arc<Shared<B>>,
    progress: &'a Progress,
    peer: IpAddr,
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
    async fn run(&self, mut request: Request<Incoming>) -> Result<Reply, Infallible> {
        let began = now();
        self.progress.begin_request();
        if request.uri().path() != "/" {
            return Ok(Box::pin(self.other(began, &request)).await);
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
            peer: self.peer,
            secure: false,
        });
        let answer = match step {
            Step::Answered(answer) => answer,
            Step::Waiting(start) => Box::pin(self.wait(&request, start)).await,
        };
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
    async fn other(&self, began: Instant, request: &Request<Incoming>) -> Reply {
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
    fn answered(&self, began: Instant, answer: Answer, afterwards: Afterwards) -> Reply {
        let ended = now();
        let took = ended.saturating_duration_since(began);
        self.progress.end_request(ended);
        self.shared.metrics.count(&answer.record, took);
        access_log::write(&answer, self.shared.metrics.name(answer.record.operation), self.peer, took);
        respond(answer, afterwards)
    }

    fn refuse(&self, request: &Request<Incoming>, error: &ApiError) -> Answer {
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        self.shared.backend.refuse(host, error)
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
fn envelope<B: Backend>(shared: &Arc<Shared<B>>, peer: IpAddr) -> MakeEnvelope {
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
        let mut answer = shared.backend.refuse("", &ApiError::with_message(Plain::InvalidParameter, message));
        answer.status = status;
        // When its first byte came is not known, and nothing was done for it.
        shared.metrics.count(&answer.record, Duration::ZERO);
        access_log::write(&answer, ("", ""), peer, Duration::ZERO);
        answer::write(&answer, line)
    })
}
