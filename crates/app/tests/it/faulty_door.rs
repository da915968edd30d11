//! A door before a server that sometimes does not behave: it throttles, breaks off, stays silent, fails, or gives another
//! answer than the server's. What it lets through it counts.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What happens to a request.
#[derive(Clone)]
pub enum Fault {
    /// 400 `Throttling.User`, with the milliseconds after which to come back.
    Throttle(u32),
    /// 503 of the API.
    Unavailable,
    /// A page of some proxy.
    BadGateway,
    /// Half of the server's answer, then the end.
    Half,
    /// Half of the server's answer with a length that fits it.
    CutJson,
    /// Nothing at all until the client gives up.
    Silence,
    /// An API refusal with this code.
    Refuse(&'static str),
    /// The server's answer, changed.
    Change(fn(String) -> String),
}

/// Decides over each request: the operation, and how many of that operation came before.
type Judge = dyn FnMut(&str, usize) -> Option<Fault> + Send;

#[derive(Default)]
struct Seen {
    /// Requests by operation, faults included.
    arrived: BTreeMap<String, usize>,
    /// Requests that the server answered, by operation.
    passed: BTreeMap<String, usize>,
}

pub struct FaultyDoor {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl FaultyDoor {
    /// Stands before `server`. Its thread ends with the process.
    pub fn before(
        server: SocketAddr,
        judge: impl FnMut(&str, usize) -> Option<Fault> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let judge: Arc<Mutex<Box<Judge>>> = Arc::new(Mutex::new(Box::new(judge)));
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (seen, judge) = (Arc::clone(&shared), Arc::clone(&judge));
                std::thread::spawn(move || {
                    let mut client = client;
                    // The client may hang up in the middle of anything.
                    let _ended = serve(&mut client, server, &seen, &judge);
                });
            }
        });
        Self { address, seen }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Requests that the server answered: of all operations.
    pub fn passed(&self) -> usize {
        self.seen.lock().unwrap().passed.values().sum()
    }

    /// The same of one operation.
    pub fn passed_of(&self, action: &str) -> usize {
        self.seen.lock().unwrap().passed.get(action).copied().unwrap_or_default()
    }

    /// Requests of one operation, those that met a fault included.
    pub fn arrived_of(&self, action: &str) -> usize {
        self.seen.lock().unwrap().arrived.get(action).copied().unwrap_or_default()
    }
}

/// Serves one connection: one request after the other over one connection to the server.
fn serve(
    client: &mut TcpStream,
    server: SocketAddr,
    seen: &Mutex<Seen>,
    judge: &Mutex<Box<Judge>>,
) -> std::io::Result<()> {
    let mut upstream = TcpStream::connect(server)?;
    // Head and body go in two writes; without this the second waits for the first to be acknowledged.
    upstream.set_nodelay(true)?;
    client.set_nodelay(true)?;
    loop {
        let Some((head, body)) = read(client)? else { return Ok(()) };
        let action = header(&head, "x-acs-action").unwrap_or_default();
        let before = {
            let mut seen = seen.lock().unwrap();
            let count = seen.arrived.entry(action.clone()).or_default();
            *count += 1;
            *count - 1
        };
        let fault = judge.lock().unwrap()(&action, before);
        let refusal = |status: u16, code: &str, header: &str| {
            let body = format!(r#"{{"RequestId":"DOOR","Code":"{code}","Message":"by the door"}}"#);
            format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n{header}\r\n{body}", body.len())
        };
        match fault {
            Some(Fault::Throttle(ms)) => {
                let header = format!("x-acs-retry-after: {ms}\r\n");
                client.write_all(refusal(400, "Throttling.User", &header).as_bytes())?;
                continue;
            }
            Some(Fault::Unavailable) => {
                client.write_all(refusal(503, "ServiceUnavailable", "").as_bytes())?;
                continue;
            }
            Some(Fault::Refuse(code)) => {
                client.write_all(refusal(403, code, "").as_bytes())?;
                continue;
            }
            Some(Fault::BadGateway) => {
                client.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>")?;
                continue;
            }
            Some(Fault::Silence) => {
                client.read_to_end(&mut Vec::new())?;
                return Ok(());
            }
            Some(Fault::Half | Fault::CutJson | Fault::Change(_)) | None => {}
        }
        upstream.write_all(&head)?;
        upstream.write_all(&body)?;
        let Some((head, body)) = read(&mut upstream)? else { return Ok(()) };
        match fault {
            Some(Fault::Half) => {
                client.write_all(&head)?;
                client.write_all(&body[..body.len() / 2])?;
                return Ok(());
            }
            Some(Fault::CutJson) => answer(client, &body[..body.len() / 2])?,
            Some(Fault::Change(change)) => {
                let body = change(String::from_utf8(body).unwrap());
                *seen.lock().unwrap().passed.entry(action).or_default() += 1;
                answer(client, body.as_bytes())?;
            }
            _ => {
                *seen.lock().unwrap().passed.entry(action).or_default() += 1;
                client.write_all(&head)?;
                client.write_all(&body)?;
            }
        }
    }
}

fn answer(client: &mut TcpStream, body: &[u8]) -> std::io::Result<()> {
    client.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes())?;
    client.write_all(body)
}

fn header(head: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
}

/// Head and body of one message; `None` if the other side has hung up.
fn read(stream: &mut TcpStream) -> std::io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 65536];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut chunk)? {
            0 => return Ok(None),
            read => bytes.extend_from_slice(&chunk[..read]),
        }
    };
    let mut body = bytes.split_off(end);
    let length = header(&bytes, "content-length").map_or(0, |length| length.parse().unwrap());
    let read = body.len();
    body.resize(length, 0);
    stream.read_exact(&mut body[read..])?;
    Ok(Some((bytes, body)))
}
