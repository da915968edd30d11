//! The load generator: one thread, one event queue, keep-alive connections, one request in flight on each. It sends what
//! was signed beforehand and looks at every answer. Knows nothing of what a request means.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::clock::now;

/// A server that says nothing for so long has died.
const SILENCE: Duration = Duration::from_secs(30);

/// What every answer of a run must look like.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// How the body begins.
    pub head: Vec<u8>,
    /// How the body ends.
    pub tail: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// From the first byte sent to the last received.
    pub took: Duration,
    /// Requests answered.
    pub requests: usize,
}

impl Run {
    /// Requests answered in a second.
    pub fn per_second(&self) -> f64 {
        self.requests as f64 / self.took.as_secs_f64()
    }
}

/// Sends each of `requests` once over `connections` connections, the next on a connection when the last is answered.
///
/// # Errors
/// The first answer that is not a 200 as `expected`; a connection that breaks; a server that falls silent.
pub fn run(
    address: SocketAddr,
    connections: usize,
    requests: &[Vec<u8>],
    expected: &Expected,
) -> Result<Run> {
    let mut poll = Poll::new()?;
    let mut lines = Vec::with_capacity(connections);
    for number in 0..connections.min(requests.len()) {
        lines.push(Line::open(address, &poll, number)?);
    }
    let mut waiting = requests.iter();
    let began = now();
    for line in &mut lines {
        if let Some(request) = waiting.next() {
            line.send(request)?;
        }
    }
    let mut events = Events::with_capacity(connections.max(1));
    let mut answered = 0;
    while answered < requests.len() {
        if let Err(error) = poll.poll(&mut events, Some(SILENCE)) {
            ensure!(error.kind() == ErrorKind::Interrupted, error);
            continue;
        }
        ensure!(!events.is_empty(), "the server is silent after {answered} answers");
        for event in &events {
            let line = lines.get_mut(event.token().0).context("an event of a connection")?;
            // An edge is told once: read until there is nothing left or a whole answer is there. What comes on a line that
            // waits for nothing is its end.
            if !line.is_waiting || !line.receive(expected)? {
                continue;
            }
            line.is_waiting = false;
            answered += 1;
            if let Some(request) = waiting.next() {
                if line.is_closing {
                    // Some servers end a connection with each answer.
                    *line = Line::open(address, &poll, event.token().0)?;
                }
                line.send(request)?;
            }
        }
    }
    Ok(Run { took: began.elapsed(), requests: answered })
}

/// One connection.
struct Line {
    stream: TcpStream,
    received: Vec<u8>,
    is_waiting: bool,
    is_closing: bool,
}

impl Line {
    fn open(address: SocketAddr, poll: &Poll, number: usize) -> Result<Self> {
        let socket = std::net::TcpStream::connect(address).context("cannot connect to the server")?;
        socket.set_nodelay(true)?;
        socket.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(socket);
        poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
        Ok(Self { stream, received: Vec::with_capacity(16 << 10), is_waiting: false, is_closing: false })
    }

    /// A request is smaller than a socket's empty buffer, so it is taken whole.
    fn send(&mut self, request: &[u8]) -> Result<()> {
        self.received.clear();
        self.is_waiting = true;
        self.stream.write_all(request).context("cannot send a request")
    }

    /// Whether a whole answer is there, which is then the expected one.
    fn receive(&mut self, expected: &Expected) -> Result<bool> {
        loop {
            let mut chunk = [0; 16 << 10];
            match self.stream.read(&mut chunk) {
                Ok(0) => bail!("the server closed a connection: {}", printable(&self.received)),
                Ok(count) => self.received.extend_from_slice(chunk.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error.into()),
            }
            let Some((status, body)) = parse(&self.received)? else { continue };
            let is_expected =
                status == 200 && body.starts_with(&expected.head) && body.ends_with(&expected.tail);
            ensure!(is_expected, "not the expected answer: {}", printable(&self.received));
            let head = self.received.len() - body.len();
            self.is_closing = closes(self.received.get(..head).unwrap_or_default());
            return Ok(true);
        }
    }
}

/// One request on a connection of its own, waited for; retried while nobody listens yet.
///
/// # Errors
/// No answer within the patience of this module.
pub fn ask(address: SocketAddr, request: &[u8]) -> Result<Reply> {
    let began = now();
    let mut stream = loop {
        match std::net::TcpStream::connect(address) {
            Ok(stream) => break stream,
            Err(error) if error.kind() == ErrorKind::ConnectionRefused && began.elapsed() < SILENCE => {
                std::thread::yield_now();
            }
            Err(error) => return Err(error).context("cannot connect to the server"),
        }
    };
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(SILENCE))?;
    stream.write_all(request)?;
    let mut received = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        let count = stream.read(&mut chunk)?;
        ensure!(count > 0, "the server closed the connection: {}", printable(&received));
        received.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if let Some((status, body)) = parse(&received)? {
            return Ok(Reply { status, body: body.to_vec() });
        }
    }
}

/// Status and body, once all is there.
fn parse(received: &[u8]) -> Result<Option<(u16, &[u8])>> {
    let Some(end) = memchr::memmem::find(received, b"\r\n\r\n") else { return Ok(None) };
    let (head, rest) = received.split_at(end + 4);
    let status = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    let status = status.and_then(|digits| digits.parse().ok()).context("an answer without a status")?;
    let length = content_length(head).context("an answer without a content length")?;
    Ok(rest.get(..length).map(|body| (status, body)))
}

fn content_length(head: &[u8]) -> Option<usize> {
    std::str::from_utf8(field(head, b"content-length:")?).ok()?.parse().ok()
}

fn closes(head: &[u8]) -> bool {
    field(head, b"connection:").is_some_and(|value| value.eq_ignore_ascii_case(b"close"))
}

/// The value of a header field; `name` ends with its colon.
fn field<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (found, value) = line.split_at_checked(name.len())?;
        found.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
    })
}

fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..bytes.len().min(1500)).unwrap_or_default()).into_owned()
}
