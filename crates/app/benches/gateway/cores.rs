//! Where servers and load run, and how long a server's threads ran.

use std::net::SocketAddr;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::bare;
use crate::process::{Launch, Server};

/// Where servers and load run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cores {
    /// Servers on one processor, the load on another.
    Apart,
    /// Everything on all processors.
    Shared,
}

impl Cores {
    /// How a server is started so.
    pub fn launch(self) -> Launch {
        match self {
            Self::Apart => Launch { prefix: &["taskset", "-c", "0"], threads: 1 },
            Self::Shared => Launch::anywhere(),
        }
    }

    /// Whether servers and load can be kept apart here.
    pub fn can_be_apart() -> bool {
        Launch::anywhere().threads > 1
            && Command::new("taskset").arg("--version").output().is_ok_and(|done| done.status.success())
    }

    /// Moves all threads of this process to where the load runs.
    ///
    /// # Errors
    /// `taskset` refuses.
    pub fn place_load(self) -> Result<()> {
        if !Self::can_be_apart() {
            return Ok(());
        }
        let all = format!("0-{}", Launch::anywhere().threads - 1);
        let list = if self == Self::Apart { "1" } else { &all };
        let own = std::process::id().to_string();
        let moved = Command::new("taskset").args(["-a", "-p", "-c", list, &own]).output()?;
        ensure!(moved.status.success(), "cannot pin: {}", String::from_utf8_lossy(&moved.stderr));
        Ok(())
    }
}

/// The bare server, listening.
///
/// # Errors
/// It does not start.
pub fn start_bare(address: SocketAddr, cores: Cores, body: &str) -> Result<Server> {
    let launch = cores.launch();
    let mut command = launch.command(&std::env::current_exe()?);
    command.args([bare::ROLE, &address.to_string(), &launch.threads.to_string(), body]).stdin(Stdio::null());
    let mut server = Server::spawn(command, address)?;
    server.wait_for_greeting()?;
    Ok(server)
}

/// Nanoseconds that a server's threads have run. Time in which they waited for a processor does not count.
///
/// # Errors
/// It is gone.
pub fn cpu_ns(server: &Server) -> Result<u64> {
    let mut sum = 0;
    for task in std::fs::read_dir(server.proc("task")).context("the server is gone")? {
        // A thread may end between the two looks.
        let Ok(text) = std::fs::read_to_string(task?.path().join("schedstat")) else { continue };
        sum += text.split(' ').next().and_then(|ran| ran.parse::<u64>().ok()).unwrap_or_default();
    }
    Ok(sum)
}
