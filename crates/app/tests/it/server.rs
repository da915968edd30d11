//! A real server of its own for a test: `ramward serve` on a free port and a new data directory, killed when dropped.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Ramward, ramward_without_credentials};

pub struct Server {
    child: Child,
    greeting: Value,
    _home: TempDir,
}

impl Server {
    /// Starts one with flags of its own and waits until it answers.
    pub fn start(flags: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_ramward"))
            .args(["serve", "--listen", "127.0.0.1:0", "--output", "json", "--data", "data"])
            .args(flags)
            .env_clear()
            .env("HOME", home.path())
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let greeting = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        Self { child, greeting, _home: home }
    }

    /// A member of what it said when it was ready.
    pub fn said(&self, member: &str) -> &str {
        self.greeting[member].as_str().unwrap_or_else(|| panic!("no {member} in the greeting"))
    }

    /// A command that calls it as the root identity of its account.
    pub fn as_root(&self, arguments: &[&str]) -> Ramward {
        self.with_key(arguments, self.said("AccessKeyId"), self.said("AccessKeySecret"))
    }

    /// A command that calls it as its operator.
    pub fn as_operator(&self, arguments: &[&str]) -> Ramward {
        self.with_key(arguments, self.said("OperatorAccessKeyId"), self.said("OperatorAccessKeySecret"))
    }

    /// A command that calls it with an AccessKey.
    pub fn with_key(&self, arguments: &[&str], id: &str, secret: &str) -> Ramward {
        ramward_without_credentials(arguments)
            .endpoint(self.said("Endpoint"))
            .variable("ALIBABA_CLOUD_ACCESS_KEY_ID", id)
            .variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
