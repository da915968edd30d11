//! SQLite behind the driver's seam: one file with a write-ahead log beside it, readable with the stock shell. Knows
//! nothing of tables. The settings are measured ones: full synchronisation, no memory mapping, checkpoints elsewhere
//! than on the writer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, OpenFlags, ToSql};

use super::connection::{
    Access, Arg, Columns, Connection, Contents, Driver, EachRow, Ear, Migration, Role, Row,
};
use super::data_file::DataFile;
use super::error::StoreError;
use crate::ids::AccountId;

/// Marks the file as one of this program (the four letters `RAMW`); `file` and the stock shell show it.
const APPLICATION_ID: i64 = 0x5241_4d57;
/// How long beginning the log anew may wait for readers; who reads longer is waited for at the next attempt.
const RESTART_PATIENCE: Duration = Duration::from_millis(50);
/// More than the program has statements, so that each is compiled once per connection.
const STATEMENTS: usize = 256;

const MIGRATIONS: &[Migration] = &[
    (1, include_str!("schema/sqlite/0001_spine.sql")),
    (2, include_str!("schema/sqlite/0002_subjects.sql")),
    (3, include_str!("schema/sqlite/0003_history.sql")),
    (4, include_str!("schema/sqlite/0004_collected.sql")),
    (5, include_str!("schema/sqlite/0005_exceptions.sql")),
    (6, include_str!("schema/sqlite/0006_policies.sql")),
    (7, include_str!("schema/sqlite/0007_federation.sql")),
    (8, include_str!("schema/sqlite/0008_bins.sql")),
    (9, include_str!("schema/sqlite/0009_console.sql")),
    (10, include_str!("schema/sqlite/0010_nonces.sql")),
];

/// Sizes that may be set.
#[derive(Debug, Clone, Copy)]
pub struct SqliteOptions {
    /// Page cache of the writer.
    pub writer_cache_kib: u32,
    /// Page cache of each reader.
    pub reader_cache_kib: u32,
    /// Whether a commit waits for the disk. Only a store that is thrown away anyway goes without.
    pub durable: bool,
    /// How long to wait for a stranger, say a shell, that holds the file for a moment.
    pub patience: Duration,
    /// The most pages (of 4 KiB) that the file may have; a disk that is full, for a test.
    pub max_pages: Option<u32>,
}

impl SqliteOptions {
    /// The sizes of a server.
    pub const USUAL: Self = Self {
        writer_cache_kib: 32 * 1024,
        // The inner pages of the trees of a million users, so that a key that is not in memory costs a few leaves.
        reader_cache_kib: 6 * 1024,
        durable: true,
        patience: Duration::from_secs(5),
        max_pages: None,
    };
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self::USUAL
    }
}

/// One data file, held by this process alone for as long as the value lives.
pub struct Sqlite {
    file: DataFile,
    options: SqliteOptions,
}

impl Sqlite {
    /// Takes the file; makes an empty one if there is none. Refused while another process, or another value, holds it.
    pub fn open(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        Ok(Self { file: DataFile::hold(path)?, options })
    }

    /// A store in a new directory that goes away with it.
    pub fn temporary() -> Result<Self, StoreError> {
        let options = SqliteOptions { durable: false, ..SqliteOptions::default() };
        Ok(Self { file: DataFile::temporary()?, options })
    }
}

impl Driver for Sqlite {
    fn connect(&self, role: Role) -> Result<Box<dyn Connection>, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = rusqlite::Connection::open_with_flags(self.file.path(), flags);
        let mut connection = SqliteConnection {
            raw: opened.map_err(|error| translate(self.file.path(), error))?,
            path: self.file.path().to_owned(),
            patience: self.options.patience,
            log_pages: Arc::default(),
        };
        connection.raw.set_prepared_statement_cache_capacity(STATEMENTS);
        // Plans follow from the text alone. Otherwise a statement on a table with a partial index is compiled again
        // whenever another value is bound to it.
        connection.set(|raw| raw.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop))?;
        connection.set(|raw| raw.busy_timeout(self.options.patience))?;
        let cache_kib = match role {
            Role::Writer => self.options.writer_cache_kib,
            Role::Reader | Role::Checkpointer => self.options.reader_cache_kib,
        };
        let synchronous = if self.options.durable { "FULL" } else { "OFF" };
        connection.batch(&format!(
            "PRAGMA cache_size = -{cache_kib}; PRAGMA mmap_size = 0; PRAGMA synchronous = {synchronous};
             PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 16777216; PRAGMA trusted_schema = OFF;"
        ))?;
        match role {
            Role::Writer => {
                connection.use_log()?;
                let log_pages = Arc::clone(&connection.log_pages);
                let heard = move |_: &mut Wal, pages: std::ffi::c_int| {
                    log_pages.store(u64::try_from(pages).unwrap_or(0), Ordering::Relaxed);
                    Ok(())
                };
                connection.raw.wal_hook(Some(heard)).map_err(|error| translate(self.file.path(), error))?;
                if let Some(pages) = self.options.max_pages {
                    connection.batch(&format!("PRAGMA max_page_count = {pages};"))?;
                }
            }
            Role::Reader => connection.batch("PRAGMA query_only = ON;")?,
            Role::Checkpointer => {}
        }
        Ok(Box::new(connection))
    }

    fn migrations(&self) -> &'static [Migration] {
        MIGRATIONS
    }

    fn place(&self) -> PathBuf {
        self.file.path().to_owned()
    }

    fn data_file(&self) -> Result<PathBuf, StoreError> {
        Ok(self.place())
    }

    fn has_log(&self) -> bool {
        true
    }

    fn has_others(&self) -> bool {
        false
    }

    fn ear(&self, _patience: Duration) -> Result<Option<Box<dyn Ear>>, StoreError> {
        Ok(None)
    }

    fn at(&self, path: &Path) -> Result<Box<dyn Driver>, StoreError> {
        let options = SqliteOptions { durable: false, max_pages: None, ..self.options };
        Ok(Box::new(Self::open(path, options)?))
    }
}

struct SqliteConnection {
    raw: rusqlite::Connection,
    path: PathBuf,
    patience: Duration,
    log_pages: Arc<AtomicU64>,
}

impl SqliteConnection {
    fn set(
        &self,
        what: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        what(&self.raw).map_err(|error| translate(&self.path, error))
    }

    fn number(&self, pragma: &str) -> Result<i64, StoreError> {
        self.raw.query_row(pragma, [], |row| row.get(0)).map_err(|error| translate(&self.path, error))
    }

    /// Switches to the write-ahead log; the file remembers it.
    fn use_log(&self) -> Result<(), StoreError> {
        // Only an own or an empty file is switched: a stranger's is left as it is.
        if self.number("PRAGMA application_id")? != APPLICATION_ID
            && self.number("SELECT COUNT(*) FROM sqlite_master")? != 0
        {
            return Ok(());
        }
        let mode: String = self
            .raw
            .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
            .map_err(|error| translate(&self.path, error))?;
        if mode == "wal" {
            return Ok(());
        }
        Err(StoreError::no_access(
            &self.path,
            "this file system has no shared memory, which a write-ahead log needs",
        ))
    }
}

/// A value in the form the database takes it; nothing is copied.
struct Value<'a>(Arg<'a>);

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Arg::Null => ValueRef::Null,
            Arg::Int(number) => ValueRef::Integer(number),
            Arg::Text(text) => ValueRef::Text(text.as_bytes()),
            Arg::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

struct SqliteRow<'a, 'b> {
    raw: &'a rusqlite::Row<'b>,
}

impl Columns for SqliteRow<'_, '_> {
    fn column(&self, index: usize) -> Result<Arg<'_>, StoreError> {
        let value = self.raw.get_ref(index).map_err(StoreError::other)?;
        match value {
            ValueRef::Null => Ok(Arg::Null),
            ValueRef::Integer(number) => Ok(Arg::Int(number)),
            ValueRef::Real(_) => Err(StoreError::damaged("a column holds a fraction")),
            ValueRef::Text(text) => std::str::from_utf8(text)
                .map(Arg::Text)
                .map_err(|_| StoreError::damaged("a text is not UTF-8")),
            ValueRef::Blob(bytes) => Ok(Arg::Bytes(bytes)),
        }
    }
}

fn bind(statement: &mut rusqlite::CachedStatement<'_>, args: &[Arg<'_>]) -> rusqlite::Result<()> {
    for (index, arg) in args.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, Value(*arg))?;
    }
    Ok(())
}

impl Connection for SqliteConnection {
    fn is_far(&self) -> bool {
        false
    }

    fn execute(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<usize, StoreError> {
        let run = || {
            let mut statement = self.raw.prepare_cached(sql)?;
            bind(&mut statement, args)?;
            statement.raw_execute()
        };
        run().map_err(|error| translate(&self.path, error))
    }

    fn query(&mut self, sql: &'static str, args: &[Arg<'_>], each: EachRow<'_>) -> Result<(), StoreError> {
        let told = |error| translate(&self.path, error);
        let mut statement = self.raw.prepare_cached(sql).map_err(told)?;
        bind(&mut statement, args).map_err(told)?;
        let mut rows = statement.raw_query();
        while let Some(raw) = rows.next().map_err(told)? {
            if !each(Row::new(&SqliteRow { raw }))? {
                break;
            }
        }
        Ok(())
    }

    fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.set(|raw| raw.execute_batch(sql))
    }

    fn begin(&mut self, access: Access) -> Result<(), StoreError> {
        let sql = match access {
            Access::Read => "BEGIN DEFERRED",
            Access::Write => "BEGIN IMMEDIATE",
        };
        self.execute(sql, &[]).map(drop)
    }

    fn hold(&mut self, _accounts: Option<&[AccountId]>) -> Result<(), StoreError> {
        Ok(())
    }

    fn begin_bulk(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn announce(&mut self, _text: &str) -> Result<(), StoreError> {
        // Nobody else can have the file open.
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.execute("COMMIT", &[]).map(drop)
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        self.execute("ROLLBACK", &[]).map(drop)
    }

    fn savepoint(&mut self) -> Result<(), StoreError> {
        self.execute("SAVEPOINT job", &[]).map(drop)
    }

    fn release(&mut self) -> Result<(), StoreError> {
        self.execute("RELEASE job", &[]).map(drop)
    }

    fn rollback_to(&mut self) -> Result<(), StoreError> {
        self.execute("ROLLBACK TO job", &[])?;
        self.release()
    }

    fn in_transaction(&self) -> bool {
        !self.raw.is_autocommit()
    }

    fn contents(&mut self) -> Result<Contents, StoreError> {
        if self.number("PRAGMA application_id")? == APPLICATION_ID {
            return Ok(Contents::Store);
        }
        let tables = self.number("SELECT COUNT(*) FROM sqlite_master")?;
        Ok(if tables == 0 { Contents::Empty } else { Contents::Foreign })
    }

    fn hold_schema(&mut self, _held: bool) -> Result<(), StoreError> {
        // The file is this process's alone.
        Ok(())
    }

    fn join(&mut self, _alone: bool) -> Result<bool, StoreError> {
        // Whoever holds the file is alone.
        Ok(true)
    }

    fn checkpoint(&mut self, restart: bool) -> Result<u64, StoreError> {
        let told = |error| translate(&self.path, error);
        let sql = if restart { "PRAGMA wal_checkpoint(RESTART)" } else { "PRAGMA wal_checkpoint(PASSIVE)" };
        if restart {
            self.raw.busy_timeout(RESTART_PATIENCE).map_err(told)?;
        }
        let counted = self.raw.query_row(sql, [], |row| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)));
        if restart {
            self.raw.busy_timeout(self.patience).map_err(told)?;
        }
        let (pages, moved) = counted.map_err(told)?;
        Ok(if pages == moved { 0 } else { u64::try_from(pages).unwrap_or(0) })
    }

    fn save(&mut self, path: &Path) -> Result<(), StoreError> {
        let told = |error| translate(path, error);
        let mut copy = rusqlite::Connection::open(path).map_err(told)?;
        // Whoever asked waits for the disk once, when all of it is written.
        copy.execute_batch("PRAGMA synchronous = OFF").map_err(told)?;
        copy_all(&self.raw, &mut copy, path)
    }

    fn replace(&mut self, path: &Path) -> Result<(), StoreError> {
        let other = rusqlite::Connection::open(path).map_err(|error| translate(path, error))?;
        copy_all(&other, &mut self.raw, &self.path)
    }

    fn log_pages(&self) -> u64 {
        self.log_pages.load(Ordering::Relaxed)
    }
}

/// All pages in one transaction of `to`; of a database with a log, the log is what is written. SQLite's online backup
/// keeps the format of the target's log and makes every other connection read the schema anew.
fn copy_all(
    from: &rusqlite::Connection,
    to: &mut rusqlite::Connection,
    path: &Path,
) -> Result<(), StoreError> {
    let told = |error| translate(path, error);
    match Backup::new(from, to).map_err(told)?.step(-1).map_err(told)? {
        StepResult::Done => Ok(()),
        _ => Err(StoreError::InUse { path: path.to_owned() }),
    }
}

/// Says it in the words of the store. What SQLite says names tables and columns, never values.
fn translate(path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotADatabase { path: path.to_owned() },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::damaged(error.to_string()),
        Some(ErrorCode::DiskFull) => StoreError::DiskFull,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::InUse { path: path.to_owned() }
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            StoreError::no_access(path, &error.to_string())
        }
        _ => StoreError::other(error),
    }
}
