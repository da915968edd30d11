//! Server processes: started, pinned, looked at from outside, ended. Ends only what it started.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::clock::{now, pass};

/// How a server process is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Words before the program's, such as those that pin it.
    pub prefix: &'static [&'static str],
    /// Threads that it gets.
    pub threads: usize,
}

impl Launch {
    /// On all processors.
    pub fn anywhere() -> Self {
        Self { prefix: &[], threads: std::thread::available_parallelism().map_or(2, usize::from) }
    }

    /// The command that runs `program` so.
    pub fn command(&self, program: &Path) -> Command {
        match self.prefix {
            [] => Command::new(program),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        }
    }
}

/// A port that was free a moment ago.
///
/// # Errors
/// The system has none.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// A server process; dropping it ends it.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// The line of JSON it greeted with, if it does.
    pub greeting: String,
}

/// The program under test: `RAMWARD_BIN`, or the one built along with this harness.
fn ramward() -> PathBuf {
    std::env::var_os("RAMWARD_BIN").map_or_else(|| env!("CARGO_BIN_EXE_ramward").into(), PathBuf::from)
}

/// A command of the program under test that reads no setting from around it.
pub fn ramward_command(launch: &Launch) -> Command {
    let mut command = launch.command(&ramward());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RAMWARD_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}

impl Server {
    /// Ramward on `data`, listening before this returns. `settings` are flags in the form `--name=value`.
    ///
    /// # Errors
    /// It does not start.
    pub fn ramward(data: &Path, address: SocketAddr, launch: &Launch, settings: &[&str]) -> Result<Self> {
        let mut command = ramward_command(launch);
        command.arg("serve").arg("--data").arg(data).arg("--listen").arg(address.to_string());
        command.args(["--output", "json", &format!("--workers={}", launch.threads)]).args(settings);
        let mut server = Self::spawn(command, address)?;
        server.wait_for_greeting()?;
        Ok(server)
    }

    /// Whatever `command` runs; it need not listen yet.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn spawn(mut command: Command, address: SocketAddr) -> Result<Self> {
        let child = command.stdout(Stdio::piped()).spawn().context("cannot start a server")?;
        Ok(Self { child, address, greeting: String::new() })
    }

    /// Waits for the line it prints when it is ready.
    ///
    /// # Errors
    /// It ended before.
    pub fn wait_for_greeting(&mut self) -> Result<()> {
        let stdout = self.child.stdout.take().context("the server's output")?;
        BufReader::new(stdout).read_line(&mut self.greeting)?;
        ensure!(!self.greeting.is_empty(), "the server ended before it was ready");
        Ok(())
    }

    /// A file of the system about its process.
    pub fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.child.id()))
    }

    /// A field of its memory status, in KiB: `VmRSS` or `VmHWM`.
    ///
    /// # Errors
    /// It is gone.
    pub fn memory_kib(&self, field: &str) -> Result<u64> {
        let status = std::fs::read_to_string(self.proc("status")).context("the server is gone")?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let number = line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse().ok());
        number.with_context(|| format!("the server has no {field}"))
    }

    /// Asks it to end and waits for that.
    ///
    /// # Errors
    /// It does not.
    pub fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let began = now();
        while self.child.try_wait()?.is_none() {
            ensure!(began.elapsed().as_secs() < 120, "a server does not end");
            pass(std::time::Duration::from_millis(5));
        }
        Ok(())
    }

    /// Kills it.
    ///
    /// # Errors
    /// It was gone before.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Waits until it ends by itself, looking at its memory; its peak in KiB, and what it printed.
    ///
    /// # Errors
    /// It failed.
    pub fn wait(mut self) -> Result<(u64, String)> {
        let mut peak = 0;
        let stdout = self.child.stdout.take();
        let ended = loop {
            peak = self.memory_kib("VmHWM").unwrap_or(peak).max(peak);
            if let Some(ended) = self.child.try_wait()? {
                break ended;
            }
            pass(std::time::Duration::from_millis(2));
        };
        ensure!(ended.success(), "the process failed: {ended}");
        let mut told = String::new();
        if let Some(mut stdout) = stdout {
            stdout.read_to_string(&mut told)?;
        }
        Ok((peak, told))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}
