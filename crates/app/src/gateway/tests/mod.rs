//! The gateway over real sockets, in front of a backend that answers, waits, fails or overflows as the query says.

mod broken;
mod figures;
mod requests;
mod slow;
mod stopping;

use std::io::{Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use ramward_domain::entropy::SeededEntropy;
use ramward_domain::ids::RequestId;
use ramward_rpc::error::ApiError;
use tokio::sync::oneshot;

use super::backend::{Backend, Done, Figure, Step};
use super::limits::Limits;
use super::{Ended, Gateway};
use ramward_domain::report::facts::Facts;
use ramward_domain::service::figures::{AccountFigures, Figures};
use ramward_domain::service::{Answer, Call, Record};

/// Far longer than anything here takes; only a hang reaches it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers as the query says: `hold` hands the answer's place to the test, `full` and `drop` are what their names say,
/// `big` is a mebibyte, anything else is told back.
#[derive(Debug, Clone)]
struct Fake {
    entropy: Arc<SeededEntropy>,
    held: SyncSender<Held>,
    ready: Arc<Mutex<Result<(), String>>>,
    /// Statuses of the answers that were noted.
    noted: Arc<Mutex<Vec<u16>>>,
}

struct Held(Done);

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Held")
    }
}

impl Fake {
    /// One that only makes answers.
    fn detached() -> Self {
        let ready = Arc::new(Mutex::new(Ok(())));
        let entropy = Arc::new(SeededEntropy::new(1));
        Self { entropy, held: sync_channel(1).0, ready, noted: Arc::default() }
    }

    fn answer(&self, said: &str) -> Answer {
        let request_id = RequestId::generate(&*self.entropy);
        let body =
            serde_json::json!({"RequestId": request_id.as_str(), "Said": said}).to_string().into_bytes();
        Answer {
            status: 200,
            content_type: "application/json;charset=utf-8",
            body,
            request_id,
            retry_after_ms: None,
            record: Record { operation: Some(0), ..Record::default() },
        }
    }
}

impl Backend for Fake {
    fn begin(&self, call: &Call<'_>) -> Step {
        let said = format!("{} {} {}", call.method, call.query, String::from_utf8_lossy(call.body));
        let fake = self.clone();
        match call.query {
            "hold" => Step::Waiting(Box::new(move |done| {
                fake.held.send(Held(done)).expect("the test listens");
            })),
            "full" => Step::Waiting(Box::new(move |done| {
                let mut answer =
                    fake.refuse("full.example", false, &ApiError::unavailable("Try again.", 1500));
                answer.record.operation = Some(1);
                done(answer);
            })),
            "drop" => Step::Waiting(Box::new(drop)),
            "big" => Step::Answered(self.answer(&"x".repeat(1 << 20))),
            _ => Step::Answered(self.answer(&said)),
        }
    }

    fn note(&self, answer: &Answer, peer: IpAddr, _: Duration) {
        assert!(peer.is_loopback());
        self.noted.lock().unwrap().push(answer.status);
    }

    fn refuse(&self, host: &str, _: bool, error: &ApiError) -> Answer {
        let request_id = RequestId::generate(&*self.entropy);
        let members = error.members(request_id.as_str(), host, "https://example/".to_owned());
        let mut body = String::new();
        ramward_rpc::json::write(&mut body, &ramward_rpc::value::Value::Object(members));
        Answer {
            status: error.code.status(),
            content_type: "application/json;charset=utf-8",
            body: body.into_bytes(),
            request_id,
            retry_after_ms: error.retry_after_ms,
            record: Record { code: Some(error.code.to_string()), ..Record::default() },
        }
    }

    fn ready(&self) -> Result<(), String> {
        self.ready.lock().unwrap().clone()
    }

    fn operations(&self) -> Vec<(&'static str, &'static str)> {
        vec![("Ims", "Echo"), ("Ims", "Overflow")]
    }

    fn accounts(&self, most: usize) -> Result<Figures, String> {
        self.ready.lock().unwrap().clone()?;
        let facts = Facts { sub_user: 9, root_with_access_key: 1, ..Facts::NEW_ACCOUNT };
        let of = |id: &str| AccountFigures { account: id.parse().unwrap(), score: 63, facts };
        let mut accounts = vec![of("1234567890123456"), of("2234567890123456")];
        let truncated = most < accounts.len();
        accounts.truncate(most);
        Ok(Figures { accounts, truncated })
    }

    fn figures(&self) -> Vec<Figure> {
        vec![Figure::Level("fake_level", "A level", -3), Figure::Count("fake_count", "A count", 4)]
    }
}

/// An open door in front of a [`Fake`].
struct Door {
    address: SocketAddr,
    held: Receiver<Held>,
    ready: Arc<Mutex<Result<(), String>>>,
    noted: Arc<Mutex<Vec<u16>>>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<Ended>>,
}

fn limits() -> Limits {
    Limits {
        max_connections: 64,
        max_body_bytes: 1000,
        max_header_bytes: 16 * 1024,
        header_timeout: PATIENCE,
        body_timeout: PATIENCE,
        write_timeout: PATIENCE,
        idle_timeout: PATIENCE,
        grace: PATIENCE,
        metrics_accounts: 0,
    }
}

impl Door {
    fn open() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = limits();
        change(&mut limits);
        let (send_held, held) = sync_channel(16);
        let ready = Arc::new(Mutex::new(Ok(())));
        let noted = Arc::default();
        let fake = Fake {
            entropy: Arc::new(SeededEntropy::new(7)),
            held: send_held,
            ready: Arc::clone(&ready),
            noted: Arc::clone(&noted),
        };
        let (send_address, address) = sync_channel(1);
        let (stop, stopped) = oneshot::channel();
        let serving = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                send_address.send(listener.local_addr().unwrap()).unwrap();
                let mut stopped = Some(stopped);
                let asked = async || match stopped.take() {
                    Some(stopped) => drop(stopped.await),
                    None => std::future::pending().await,
                };
                Gateway::new(listener, limits, fake, None).serve(asked).await
            })
        });
        let address = address.recv().unwrap();
        Self { address, held, ready, noted, stop: Some(stop), serving: Some(serving) }
    }

    fn connect(&self) -> Client {
        let socket = TcpStream::connect(self.address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_write_timeout(Some(PATIENCE)).unwrap();
        Client { socket, unread: Vec::new() }
    }

    /// One request on a connection of its own.
    fn ask(&self, bytes: impl AsRef<[u8]>) -> Reply {
        let mut client = self.connect();
        client.send(bytes);
        client.reply()
    }

    /// Asks for the metrics until `line` is among them: what a connection's end changes is seen a moment after it.
    fn until_metrics_say(&self, line: &str) {
        let mut client = self.connect();
        let give_up = super::limits::now() + PATIENCE;
        loop {
            client.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
            let page = String::from_utf8(client.reply().body).unwrap();
            if page.lines().any(|found| found == line) {
                return;
            }
            assert!(super::limits::now() < give_up, "{line}\n\n{page}");
        }
    }

    fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    fn ended(&mut self) -> Ended {
        self.serving.take().unwrap().join().unwrap()
    }
}

/// One connection.
struct Client {
    socket: TcpStream,
    unread: Vec<u8>,
}

#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Client {
    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.socket.write_all(bytes.as_ref()).unwrap();
    }

    /// Sends what the server may refuse to read to its end.
    fn send_as_far_as_read(&mut self, bytes: impl AsRef<[u8]>) {
        let _may_be_cut = self.socket.write_all(bytes.as_ref());
    }

    fn end(&self) {
        self.socket.shutdown(Shutdown::Write).unwrap();
    }

    fn more(&mut self) -> usize {
        let mut buffer = [0; 64 * 1024];
        let count = self.socket.read(&mut buffer).unwrap_or_else(|error| match error.kind() {
            std::io::ErrorKind::ConnectionReset => 0,
            kind => panic!("the server did not answer: {kind:?}"),
        });
        self.unread.extend_from_slice(&buffer[..count]);
        count
    }

    /// The next reply; `HEAD` replies are read with [`Client::head`].
    fn reply(&mut self) -> Reply {
        let head = self.head();
        let length: usize =
            header(&head, "content-length").expect("every reply has a length").parse().unwrap();
        while self.unread.len() < length {
            assert_ne!(self.more(), 0, "the body ends early: {head}");
        }
        let body = self.unread.drain(..length).collect();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head, body }
    }

    fn head(&mut self) -> String {
        loop {
            if let Some(end) = self.unread.windows(4).position(|window| window == b"\r\n\r\n") {
                return String::from_utf8(self.unread.drain(..end + 4).collect()).unwrap();
            }
            assert_ne!(self.more(), 0, "no head: {:?}", String::from_utf8_lossy(&self.unread));
        }
    }

    /// Waits until the server closes, and asserts that it says nothing more.
    fn assert_closed(&mut self) {
        while self.more() > 0 {}
        assert!(self.unread.is_empty(), "{:?}", String::from_utf8_lossy(&self.unread));
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value)
    })
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// What the fake tells back.
    fn said(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["Said"].as_str().unwrap().to_owned()
    }

    /// Asserts that this is a whole envelope.
    fn assert_refusal(&self, status: u16, code: &str) {
        let body = self.json();
        assert_eq!((self.status, body["Code"].as_str()), (status, Some(code)), "{self:?}");
        for member in ["RequestId", "HostId", "Message", "Recommend"] {
            assert!(body[member].is_string(), "{member}: {body}");
        }
        assert_eq!(self.header("content-type"), Some("application/json;charset=utf-8"), "{self:?}");
        assert_eq!(self.header("x-acs-request-id"), body["RequestId"].as_str(), "{self:?}");
    }
}
