//! A real server process in a place of its own, and signed requests to it as bytes. It ends with the value.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ramward_domain::time::{Clock, SystemClock, Timestamp};
use ramward_rpc::request::{Placement, RequestBuilder};
use ramward_rpc::sign::Secret;
use serde_json::Value;
use tempfile::TempDir;

/// Far longer than anything here takes; only a hang reaches it.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub const IMS: &str = "2019-08-15";

/// Where servers keep their data, one after the other.
pub struct Place {
    directory: TempDir,
}

/// A server that runs.
pub struct Server {
    child: Option<Child>,
    _stdout: BufReader<ChildStdout>,
    /// The line it printed when it was ready.
    pub ready: Value,
}

/// An AccessKey.
#[derive(Debug, Clone)]
pub struct Key {
    pub id: String,
    pub secret: String,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Place {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The data directory; the first server makes it.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// `ramward` with these arguments; nothing of the tests' environment reaches it.
    pub fn ramward(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ramward"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.path())
            .env("RAMWARD_DATA", self.data())
            .current_dir(self.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// `ramward serve` on a free port of loopback, with more flags.
    pub fn serve(&self, flags: &[&str]) -> Command {
        self.ramward(&[&["serve", "--listen", "127.0.0.1:0", "--output", "json"], flags].concat())
    }

    /// A server that is ready.
    pub fn start(&self, flags: &[&str]) -> Server {
        Server::started(self.serve(flags))
    }

    /// A server that does not start: its exit code and what it says, with this place as `~`.
    pub fn refused(&self, mut serve: Command) -> (Option<i32>, String) {
        let output = serve.output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "nothing is promised");
        let stderr = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), stderr.replace(self.path().to_str().unwrap(), "~"))
    }
}

impl Server {
    pub fn started(mut serve: Command) -> Self {
        let mut child = serve.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        match serde_json::from_str(&line) {
            Ok(ready) => Self { child: Some(child), _stdout: stdout, ready },
            Err(_) => {
                let output = child.wait_with_output().unwrap();
                panic!("no server: {line:?} {}", String::from_utf8_lossy(&output.stderr))
            }
        }
    }

    pub fn said(&self, name: &str) -> Option<&str> {
        self.ready[name].as_str()
    }

    pub fn address(&self) -> SocketAddr {
        self.said("Endpoint").unwrap().strip_prefix("http://").unwrap().parse().unwrap()
    }

    /// The root AccessKey; only on the first start.
    pub fn root(&self) -> Key {
        let text = |name| self.said(name).expect("a first start").to_owned();
        Key { id: text("AccessKeyId"), secret: text("AccessKeySecret") }
    }

    pub fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(self.address()).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_write_timeout(Some(PATIENCE)).unwrap();
        socket
    }

    /// Sends bytes on a connection of their own and reads the answer.
    pub fn send(&self, bytes: impl AsRef<[u8]>) -> Reply {
        let mut socket = self.connect();
        // A server that refuses may stop to read; what it says counts.
        let _may_be_cut = socket.write_all(bytes.as_ref());
        Reply::read(&mut socket)
    }

    /// A signed call.
    pub fn call(&self, key: &Key, action: &str, params: &[(&str, &str)]) -> Reply {
        self.send(signed(self.address(), key, action, params))
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let pid = self.child.as_ref().unwrap().id();
        let killed = Command::new("sh").args(["-c", &format!("kill -TERM {pid}")]).status().unwrap();
        assert!(killed.success());
    }

    /// Ends it with SIGKILL, in the middle of whatever it does.
    pub fn kill(&mut self) {
        let child = self.child.as_mut().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Waits for its end: exit code and stderr.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let output: Output = self.child.take().unwrap().wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    /// Ends it cleanly: its stderr.
    pub fn stop(self) -> String {
        self.terminate();
        let (code, stderr) = self.ended();
        assert_eq!(code, Some(0), "{stderr}");
        stderr
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _already_ended = child.kill();
            let _reaped = child.wait();
        }
    }
}

/// A signed IMS call as bytes, its parameters in a form body.
pub fn signed(address: impl ToString, key: &Key, action: &str, params: &[(&str, &str)]) -> Vec<u8> {
    signed_at(SystemClock.now(), address, key, action, params)
}

/// The same, signed for another instant than now.
pub fn signed_at(
    time: Timestamp,
    address: impl ToString,
    key: &Key,
    action: &str,
    params: &[(&str, &str)],
) -> Vec<u8> {
    static NONCES: AtomicU32 = AtomicU32::new(0);
    let nonce = format!("{}-{}", std::process::id(), NONCES.fetch_add(1, Ordering::Relaxed));
    let request = RequestBuilder::new(address.to_string(), IMS, action)
        .placement(Placement::Body)
        .params(params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        .sign(&key.id, &Secret::from(key.secret.as_str()), &time.to_string(), &nonce);
    let mut bytes = format!("{} {} HTTP/1.1\r\n", request.method, request.path_and_query).into_bytes();
    for (name, value) in &request.headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", request.body.len()).as_bytes());
    bytes.extend_from_slice(&request.body);
    bytes
}

impl Reply {
    /// The next answer on a connection.
    pub fn read(socket: &mut impl Read) -> Self {
        Self::try_read(socket).unwrap_or_else(|error| panic!("no answer: {error}"))
    }

    /// The next answer on a connection whose other end may be gone.
    pub fn try_read(socket: &mut impl Read) -> std::io::Result<Self> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            socket.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        socket.read_exact(&mut body)?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Self { status, body })
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The body of a success.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.json());
        self.json()
    }

    /// Status and code of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["Code"].as_str().expect("a refusal").to_owned())
    }
}
