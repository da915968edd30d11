//! A data directory in one go.

use std::path::PathBuf;

use anyhow::Result;
use ramward_domain::time::{Clock, SystemClock};

use super::data::{Folder, import, write_state};
use super::population::Account;

/// A data directory with `accounts`.
///
/// # Errors
/// The disk is full, or the import failed.
pub fn make(folder: &Folder, accounts: &[Account]) -> Result<PathBuf> {
    let (state, data) = (folder.join("state.jsonl"), folder.join("data"));
    write_state(&state, accounts, SystemClock.now())?;
    import(&data, &state)?;
    std::fs::remove_file(&state)?;
    Ok(data)
}
