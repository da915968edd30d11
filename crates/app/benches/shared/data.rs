//! Data directories for servers under test, filled from a state file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use ramward_domain::time::Timestamp;

use super::population::Account;
use super::process::{Launch, Server, ramward_command};

/// A folder on the disk of the build that goes away with the value.
pub struct Folder(PathBuf);

impl Folder {
    /// A new one.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(name: &str) -> Result<Self> {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// A path in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed stays for the next `cargo clean`.
        let _removed = std::fs::remove_dir_all(&self.0);
    }
}

/// Writes the state file of `accounts`; its size.
///
/// # Errors
/// The disk is full.
pub fn write_state(path: &Path, accounts: &[Account], now: Timestamp) -> Result<u64> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    for account in accounts {
        account.write(&mut out, now)?;
    }
    out.flush()?;
    Ok(std::fs::metadata(path)?.len())
}

/// Imports `state` into `data` with the program itself; the peak of its memory in KiB.
///
/// # Errors
/// The import failed.
pub fn import(data: &Path, state: &Path) -> Result<u64> {
    import_with(data, state, &[])
}

/// The same with more flags.
///
/// # Errors
/// The import failed.
pub fn import_with(data: &Path, state: &Path, flags: &[&str]) -> Result<u64> {
    let mut command = ramward_command(&Launch::anywhere());
    command.arg("import").arg(state).arg("--data").arg(data).args(flags);
    // It listens nowhere.
    Ok(Server::spawn(command, ([127, 0, 0, 1], 0).into())?.wait()?.0)
}
