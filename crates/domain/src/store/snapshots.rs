//! Whole stores as files: named copies beside the data file, and a store that takes another's place. The place is taken in
//! one transaction, so a reader sees the old store or the new one, and a failure leaves the old. What belongs to the
//! running server and not to its state (nonces, SAML assertions, the replay ceiling, the operator's keys) stays what it was: going back in
//! time must not make an old request new again.

use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::connection::{Access, Connection, Driver, Role};
use super::data_file::{TemporaryDirectory, beside, private_file};
use super::error::StoreError;
use super::migrations;
use super::seal::SealKey;
use super::sqlite::SqliteOptions;
use super::tables::{access_keys, console_sessions, nonces, saml_assertions, server};
use super::tx::{Effect, Tx};
use super::{Store, StoreOptions, StoreUrl};
use crate::identity::label::Label;
use crate::ids::{AccountId, UserId};
use crate::time::Timestamp;

const EXTENSION: &str = "db";

/// A copy of the whole store under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its name.
    pub name: Label,
    /// Its size.
    pub bytes: u64,
    /// When it was saved, by the clock of the file system.
    pub saved: Timestamp,
}

/// A store in the making that shall take another's place. It goes away with the value.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    _directory: TemporaryDirectory,
}

impl Staged {
    /// A place for one; nothing is there yet.
    pub fn create() -> Result<Self, StoreError> {
        let directory = TemporaryDirectory::create()?;
        Ok(Self { path: directory.path().join("ramward.db"), _directory: directory })
    }

    /// Opens it, to be filled. It must be closed, with all its clones, before it takes a place.
    pub fn open(&self, seal: &SealKey) -> Result<Store, StoreError> {
        let mut options = StoreOptions::new(StoreUrl::Sqlite(self.path.clone()), seal.clone());
        options.sqlite = SqliteOptions { durable: false, ..options.sqlite };
        Store::open(&options)
    }
}

impl Store {
    /// Whether the store is a data file, which can be copied and replaced as a whole.
    pub fn has_file(&self) -> bool {
        self.0.driver.data_file().is_ok()
    }

    /// Saves a copy of the store as it is now, in place of one of the same name. Writes go on meanwhile.
    pub fn save_snapshot(&self, name: &Label) -> Result<(), StoreError> {
        let directory = self.snapshot_directory()?;
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&directory);
        made.map_err(|error| StoreError::io("creating", &directory, error))?;
        // No label begins with a dot, so a copy that is not finished is in no list.
        let unfinished = directory.join(format!(".{name}.{EXTENSION}"));
        remove(&unfinished)?;
        let file = private_file(&unfinished)?;
        let saved = self.0.driver.connect(Role::Checkpointer).and_then(|mut connection| {
            connection.save(&unfinished)?;
            file.sync_all().map_err(|error| StoreError::io("writing", &unfinished, error))?;
            let path = self.snapshot_path(name)?;
            fs::rename(&unfinished, &path).map_err(|error| StoreError::io("renaming", &path, error))?;
            let synced = File::open(&directory).and_then(|directory| directory.sync_all());
            synced.map_err(|error| StoreError::io("writing", &directory, error))
        });
        if saved.is_err() {
            remove(&unfinished)?;
        }
        saved
    }

    /// Puts the store back to what it was when the snapshot was saved. `false` if there is none of that name.
    pub fn load_snapshot(&self, name: &Label) -> Result<bool, StoreError> {
        let path = self.snapshot_path(name)?;
        if !path.exists() {
            return Ok(false);
        }
        let staged = Staged::create()?;
        fs::copy(&path, &staged.path).map_err(|error| StoreError::io("copying", &path, error))?;
        self.replace(staged)?;
        Ok(true)
    }

    /// All snapshots by name.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>, StoreError> {
        let directory = self.snapshot_directory()?;
        let told = |error| StoreError::io("reading", &directory, error);
        let entries = match fs::read_dir(&directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(told)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(told)?;
            let path = entry.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let is_one = path.extension().is_some_and(|extension| extension == EXTENSION);
            let Some(name) = stem.filter(|_| is_one).and_then(|stem| Label::parse(stem).ok()) else {
                continue;
            };
            let facts = entry.metadata().map_err(told)?;
            let since = facts.modified().map_err(told)?.duration_since(UNIX_EPOCH).unwrap_or_default();
            let saved = Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
            found.push(Snapshot { name, bytes: facts.len(), saved });
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// Deletes a snapshot; whether there was one of that name.
    pub fn delete_snapshot(&self, name: &Label) -> Result<bool, StoreError> {
        remove(&self.snapshot_path(name)?)
    }

    fn snapshot_directory(&self) -> Result<PathBuf, StoreError> {
        Ok(beside(&self.0.driver.data_file()?, "-snapshots"))
    }

    fn snapshot_path(&self, name: &Label) -> Result<PathBuf, StoreError> {
        Ok(self.snapshot_directory()?.join(format!("{name}.{EXTENSION}")))
    }
}

/// Whether there was such a file.
fn remove(path: &Path) -> Result<bool, StoreError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io("removing", path, error)),
    }
}

/// Lets `staged` take the place of what `live` holds. Runs on the writer's thread, so that nothing is written between the
/// moment when facts are carried over and the moment when the place is taken.
pub(super) fn replace(
    driver: &dyn Driver,
    live: &mut dyn Connection,
    staged: &Staged,
    seal: &SealKey,
) -> Result<Vec<Effect>, StoreError> {
    let offset = {
        let other = driver.at(&staged.path)?;
        let mut connection = other.connect(Role::Writer)?;
        migrations::prepare(other.as_ref(), connection.as_mut(), seal)?;
        carry_over(live, connection.as_mut())?
        // Closed here, so that its log is in its file.
    };
    live.replace(&staged.path)?;
    Ok(vec![Effect::Replaced, Effect::Clock(offset)])
}

/// Writes into the new store what the running server must not forget; by how much its clock is ahead.
fn carry_over(live: &mut dyn Connection, staged: &mut dyn Connection) -> Result<i64, StoreError> {
    live.begin(Access::Read)?;
    let carried = carry(live, staged);
    live.rollback()?;
    carried
}

fn carry(live: &mut dyn Connection, staged: &mut dyn Connection) -> Result<i64, StoreError> {
    staged.begin(Access::Write)?;
    let mut from = Tx::new(live, Access::Read);
    let mut to = Tx::new(staged, Access::Write);
    for name in server::OF_THE_RUN {
        match server::find(&mut from, name)? {
            Some(value) => server::update(&mut to, name, &value)?,
            None => drop(server::delete(&mut to, name)?),
        }
    }
    nonces::delete_all(&mut to)?;
    console_sessions::delete_everywhere(&mut to)?;
    let mut held = Vec::new();
    nonces::each(&mut from, Timestamp::MIN, |account, expires, nonce| held.push((account, expires, nonce)))?;
    for (account, expires, nonce) in held {
        nonces::insert(&mut to, account, expires, nonce)?;
    }
    for (account, fingerprint, ends) in saml_assertions::list_all(&mut from)? {
        saml_assertions::insert(&mut to, account, &fingerprint, ends)?;
    }
    for key in access_keys::list(&mut to, AccountId::OPERATOR, UserId::ROOT)? {
        access_keys::delete(&mut to, key.account, key.user_id, &key.access_key_id)?;
    }
    for key in access_keys::list(&mut from, AccountId::OPERATOR, UserId::ROOT)? {
        access_keys::insert(&mut to, &key)?;
    }
    let offset = server::find(&mut to, server::CLOCK_OFFSET)?.and_then(|text| text.parse().ok());
    to.pay()?;
    to.finish()?;
    staged.commit()?;
    Ok(offset.unwrap_or_default())
}
