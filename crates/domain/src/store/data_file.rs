//! The data file as a file: who may open it, that nobody else has it open, and what damage shows before the database
//! looks. Knows nothing of what is in it but its head.

use std::fs::{DirBuilder, File, TryLockError};
use std::io::Read;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::error::StoreError;

/// A data file, held by this process alone for as long as the value lives.
pub(super) struct DataFile {
    path: PathBuf,
    _lock: File,
    // After the lock, so that the directory goes last.
    _directory: Option<TemporaryDirectory>,
}

impl DataFile {
    /// Takes the file; makes an empty one if there is none.
    pub(super) fn hold(path: &Path) -> Result<Self, StoreError> {
        Self::hold_in(path, None)
    }

    /// Takes a file in a new directory that goes away with the value.
    pub(super) fn temporary() -> Result<Self, StoreError> {
        let directory = TemporaryDirectory::create()?;
        let path = directory.0.join("ramward.db");
        Self::hold_in(&path, Some(directory))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn hold_in(path: &Path, directory: Option<TemporaryDirectory>) -> Result<Self, StoreError> {
        let lock_path = beside(path, ".lock");
        let lock = private_file(&lock_path)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StoreError::InUse { path: path.to_owned() },
            TryLockError::Error(error) => StoreError::io("locking", &lock_path, error),
        })?;
        // Made here rather than by the database, so that nobody else may ever read it; the log inherits its rights.
        check_head(&private_file(path)?, path)?;
        Ok(Self { path: path.to_owned(), _lock: lock, _directory: directory })
    }
}

/// Refuses what the database does not notice: a strange file shorter than its smallest page, which it would take for
/// an empty one and write over, and a file that lost a part of its last page. The layout of the head is SQLite's
/// documented file format.
fn check_head(file: &File, path: &Path) -> Result<(), StoreError> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    const SMALLEST: u64 = 512;
    let told = |error| StoreError::io("reading", path, error);
    let mut head = Vec::new();
    file.take(SMALLEST).read_to_end(&mut head).map_err(told)?;
    if head.is_empty() {
        return Ok(());
    }
    if !head.starts_with(MAGIC) {
        return Err(StoreError::NotADatabase { path: path.to_owned() });
    }
    let number = |at: std::ops::Range<usize>| {
        head.get(at).map(|bytes| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
    };
    let (Some(page), Some(pages)) = (number(16..18), number(28..32)) else {
        return Err(StoreError::damaged("the file was cut"));
    };
    let page = if page == 1 { 65_536 } else { page };
    // After a crash a page may be in the log alone; the database finds it there.
    let logged = std::fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let length = file.metadata().map_err(told)?.len();
    if length < SMALLEST || !logged && length < page * pages {
        return Err(StoreError::damaged("the file was cut"));
    }
    Ok(())
}

/// The file whose name is that of `path` with something behind it.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

pub(super) fn private_file(path: &Path) -> Result<File, StoreError> {
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|error| StoreError::io("opening", path, error))
}

/// A directory of our own that is removed with the value.
#[derive(Debug)]
pub(super) struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn create() -> Result<Self, StoreError> {
        let parent = std::env::temp_dir();
        let mut attempt = 0_u32;
        loop {
            let path = parent.join(format!("ramward-{}-{attempt}", std::process::id()));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => attempt += 1,
                Err(error) => return Err(StoreError::io("creating", &path, error)),
            }
        }
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "a temporary directory stays behind");
        }
    }
}
