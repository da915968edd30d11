//! Runs the binary in a home and an environment of its own and shows how it ended as one picture.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A command line that is not run yet. Nothing of the environment of the tests reaches it.
pub struct Ramward {
    command: Command,
    home: TempDir,
    hidden: Vec<(String, &'static str)>,
}

/// `ramward` with arguments; it has an AccessKey in its environment.
pub fn ramward(arguments: &[&str]) -> Ramward {
    ramward_without_credentials(arguments)
        .variable("ALIBABA_CLOUD_ACCESS_KEY_ID", "test-key")
        .variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "test-secret")
}

/// `ramward` with arguments and an empty environment.
pub fn ramward_without_credentials(arguments: &[&str]) -> Ramward {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ramward"));
    command.args(arguments).env_clear().env("HOME", home.path()).current_dir(home.path());
    command.stdin(Stdio::null());
    let hidden = vec![(home.path().to_str().unwrap().to_owned(), "~")];
    Ramward { command, home, hidden }
}

impl Ramward {
    /// Sets an environment variable.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Calls this server, shown as `http://server` or `https://server`.
    pub fn endpoint(self, url: &str) -> Self {
        let shown = if url.starts_with("https:") { "https://server" } else { "http://server" };
        self.variable("RAMWARD_ENDPOINT", url).hide(url, shown)
    }

    /// Shows a text that differs from run to run as another one.
    pub fn hide(mut self, text: &str, shown: &'static str) -> Self {
        self.hidden.push((text.to_owned(), shown));
        self
    }

    /// Writes a file below the home directory.
    pub fn file(self, path: &str, text: &str) -> Self {
        let path = self.home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// The home directory.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs it to its end.
    pub fn output(&mut self) -> Output {
        self.command.output().unwrap()
    }

    /// Starts it, with its output to read from.
    pub fn spawn(&mut self) -> Child {
        self.command.stdout(Stdio::piped()).spawn().unwrap()
    }

    /// Runs it to its end: exit code, stdout and stderr as one text.
    pub fn picture(mut self) -> String {
        let output = self.output();
        let mut picture = format!(
            "exit code: {}\n--- stdout ---\n{}\n--- stderr ---\n{}",
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap().trim_end_matches('\n'),
            String::from_utf8(output.stderr).unwrap().trim_end_matches('\n'),
        );
        for (text, shown) in &self.hidden {
            picture = picture.replace(text, shown);
        }
        picture
    }
}
