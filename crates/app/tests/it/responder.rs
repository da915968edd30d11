//! An HTTP server on loopback that gives prepared replies, one a connection, and remembers what it was asked.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What it does with a request once it has read it.
pub enum Reply {
    /// Sends these bytes, then closes.
    Bytes(Vec<u8>),
    /// Says nothing until the client has gone.
    Silence,
}

/// A reply with a status, header lines and a body.
pub fn reply(status: u16, headers: &[&str], body: &str) -> Reply {
    let mut text =
        format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    Reply::Bytes(format!("{text}\r\n{body}").into_bytes())
}

/// A JSON reply.
pub fn json(status: u16, body: &str) -> Reply {
    reply(status, &["Content-Type: application/json;charset=utf-8"], body)
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: Method,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// The server. It ends with the last reply or when it is dropped.
pub struct Responder {
    scheme: &'static str,
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    thread: Option<JoinHandle<()>>,
}

impl Responder {
    pub fn start(replies: Vec<Reply>) -> Self {
        Self::listen("http", replies, |stream, reply, seen| {
            serve(stream, reply, seen, |stream| stream.shutdown(Shutdown::Write))
        })
    }

    /// The same over TLS.
    pub fn start_tls(config: Arc<ServerConfig>, replies: Vec<Reply>) -> Self {
        Self::listen("https", replies, move |stream, reply, seen| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            serve(StreamOwned::new(connection, stream), reply, seen, |stream| {
                stream.conn.send_close_notify();
                stream.flush()
            })
        })
    }

    fn listen(
        scheme: &'static str,
        replies: Vec<Reply>,
        serve: impl Fn(TcpStream, Reply, &Mutex<Vec<Request>>) -> bool + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let thread = std::thread::spawn(move || {
            for reply in replies {
                let (stream, _) = listener.accept().unwrap();
                if !serve(stream, reply, &seen) {
                    return;
                }
            }
        });
        Self { scheme, address, requests, thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The one request that there was.
    pub fn request(&self) -> Request {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        // Unless all replies are given, the thread waits for a connection.
        drop(TcpStream::connect(self.address));
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) && !std::thread::panicking() {
            panic!("the responder broke down");
        }
    }
}

/// Serves one connection; false if it brought no request: it is the drop's, or its client trusts nobody.
fn serve<S: Read + Write>(
    mut stream: S,
    reply: Reply,
    seen: &Mutex<Vec<Request>>,
    hang_up: impl Fn(&mut S) -> std::io::Result<()>,
) -> bool {
    let Some(request) = read(&mut stream) else { return false };
    seen.lock().unwrap().push(request);
    if let Reply::Bytes(bytes) = reply {
        stream.write_all(&bytes).unwrap();
        hang_up(&mut stream).unwrap();
    }
    // Until the client hangs up: closing with unread bytes would reset the connection under its hands.
    let _ = stream.read_to_end(&mut Vec::new());
    true
}

fn read(stream: &mut impl Read) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk) {
            Ok(read @ 1..) => bytes.extend_from_slice(&chunk[..read]),
            Ok(0) | Err(_) => return None,
        }
    };
    let head = std::str::from_utf8(&bytes[..end]).unwrap().to_owned();
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap().split(' ');
    let method = words.next().unwrap().parse().unwrap();
    let (path, query) = words.next().map(|target| target.split_once('?').unwrap_or((target, ""))).unwrap();
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').unwrap();
        headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value.trim()).unwrap());
    }
    let length = headers.get("content-length").map_or(0, |length| length.to_str().unwrap().parse().unwrap());
    let mut body = bytes[end + 4..].to_vec();
    let read = body.len();
    body.resize(length, 0);
    stream.read_exact(&mut body[read..]).unwrap();
    Some(Request { method, path: path.into(), query: query.into(), headers, body })
}
