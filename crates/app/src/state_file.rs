//! A state file on the disk: which form it has, and its way into a store. Prints nothing; the records themselves are the
//! domain's business.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use ramward_domain::entropy::OsEntropy;
use ramward_domain::report::history::Present;
use ramward_domain::state::import::{self, Form, ImportError, Imported};
use ramward_domain::store::Store;
use ramward_domain::store::seal::SealKey;

/// Large enough that a file of millions of lines is not read in small bites.
const BUFFER_BYTES: usize = 1 << 20;

/// Why nothing of a file was imported.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// The file cannot be opened.
    #[error("cannot open the state file {}: {reason}; check the path and its rights", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The file, or the store, refuses.
    #[error("{}: {reason}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Line, field and what is wrong with it; or what the store says.
        reason: ImportError,
    },
}

/// The state files that a path stands for: itself, or all `.json` and `.jsonl` files of a directory, by name.
///
/// # Errors
/// A directory that cannot be read.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, StateFileError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |reason| StateFileError::Unreadable { path: path.to_owned(), reason };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let extension = file.extension().unwrap_or_default();
        if extension.eq_ignore_ascii_case("json") || extension.eq_ignore_ascii_case("jsonl") {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

/// The form of a file, by its name: `.json` is one object, everything else one record a line.
pub fn form(path: &Path) -> Form {
    let is_document = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if is_document { Form::Document } else { Form::Lines }
}

/// Brings the whole file into `store`, or nothing of it. `progress` is told now and then; `present` is
/// what the accounts' histories begin with.
///
/// # Errors
/// The first bad record with its line, or what the system or the store says.
pub fn load(
    path: &Path,
    store: &Store,
    seal: &SealKey,
    present: Present<'_>,
    progress: &mut dyn FnMut(&Imported),
) -> Result<Imported, StateFileError> {
    let file =
        File::open(path).map_err(|reason| StateFileError::Unreadable { path: path.to_owned(), reason })?;
    let mut source = BufReader::with_capacity(BUFFER_BYTES, file);
    import::import(store, seal, &OsEntropy, present, &mut source, form(path), progress)
        .map_err(|reason| StateFileError::Refused { path: path.to_owned(), reason })
}
