//! moto's server: installed beside the other tools of the repository, started, filled, asked.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::CONNECTIONS;
use crate::clock::{now, pass};
use crate::load::{self, Expected};
use crate::process::{Server, free_address};

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/peers/bin");

/// A running moto.
pub struct Moto(Server);

impl Moto {
    fn program() -> Result<PathBuf> {
        let program = Path::new(TOOLS).join("moto_server");
        ensure!(program.exists(), "moto is not installed: run ./check.sh bench-peers, which does that");
        Ok(program)
    }

    /// What it calls itself.
    ///
    /// # Errors
    /// It is not installed.
    pub fn version() -> Result<String> {
        Self::program()?;
        let ask = "import moto, sys; print('moto', moto.__version__, 'on Python', sys.version.split()[0])";
        let said = Command::new(Path::new(TOOLS).join("python")).args(["-c", ask]).output()?;
        Ok(String::from_utf8(said.stdout)?.trim().to_owned())
    }

    /// Starts it; the seconds to its first answer.
    ///
    /// # Errors
    /// It does not start.
    pub fn start() -> Result<(f64, Self)> {
        let address = free_address()?;
        let mut command = Command::new(Self::program()?);
        command.args(["-H", "127.0.0.1", "-p", &address.port().to_string()]);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        let request = request(address, "GetAccountSummary", "");
        let began = now();
        let server = Server::spawn(command, address)?;
        // Python takes a third of a second; connecting in a tight loop until then would take a processor from it.
        let first = loop {
            match std::net::TcpStream::connect(address) {
                Ok(_) => break load::ask(address, &request)?,
                Err(_) => {
                    ensure!(began.elapsed().as_secs() < 30, "moto does not listen");
                    pass(std::time::Duration::from_millis(2));
                }
            }
        };
        ensure!(first.status == 200, "moto's first answer is {}", first.status);
        Ok((began.elapsed().as_secs_f64(), Self(server)))
    }

    /// Makes so many users.
    ///
    /// # Errors
    /// It refuses.
    pub fn create_users(&self, users: u64) -> Result<()> {
        let address = self.0.address;
        let create = |number| request(address, "CreateUser", &format!("&UserName=user-{number:08}"));
        let requests: Vec<_> = (0..users).map(create).collect();
        load::run(address, CONNECTIONS, &requests, &Expected::default())?;
        let summary = load::ask(address, &request(address, "GetAccountSummary", ""))?;
        let text = String::from_utf8(summary.body)?;
        let counted = format!("<key>Users</key><value>{users}</value>");
        ensure!(text.contains(&counted), "moto does not count {users} users");
        Ok(())
    }

    /// Requests answered in a second.
    ///
    /// # Errors
    /// It refuses.
    pub fn rate(&self, action: &str, count: usize) -> Result<f64> {
        let requests = vec![request(self.0.address, action, ""); count];
        let head = format!("<{action}Response").into_bytes();
        let expected = Expected { head, tail: Vec::new() };
        Ok(load::run(self.0.address, CONNECTIONS, &requests, &expected)?.per_second())
    }

    /// Its resident memory.
    ///
    /// # Errors
    /// It is gone.
    pub fn memory_kib(&self) -> Result<u64> {
        self.0.memory_kib("VmRSS").context("moto's memory")
    }

    /// Ends it.
    ///
    /// # Errors
    /// It was gone before.
    pub fn stop(self) -> Result<()> {
        self.0.kill()
    }
}

/// A call of AWS IAM. moto reads the service from the signature's scope and checks nothing else of it.
fn request(address: SocketAddr, action: &str, params: &str) -> Vec<u8> {
    let body = format!("Action={action}&Version=2010-05-08{params}");
    format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\nauthorization: AWS4-HMAC-SHA256 \
         Credential=AKIDEXAMPLE/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
