//! The seam to a database: what a driver must do, and nothing of what is stored. SQL is written once, with `?1`
//! placeholders; a driver rewrites them where its database wants others. A new back end is one more `Driver`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::StoreError;
use super::migrations;
use crate::identity::policy::VersionId;
use crate::ids::{AccessKeyId, AccountId, GroupId, RoleId, UserId};
use crate::time::{Day, Timestamp};

/// A value on its way into a statement or out of a column. There are no other types: time is seconds, a truth is 0 or 1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Arg<'a> {
    /// No value.
    Null,
    /// A 64-bit integer.
    Int(i64),
    /// UTF-8 text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// The columns of the row a query stands on; a driver implements it.
pub trait Columns {
    /// The value of a column, counted from 0.
    fn column(&self, index: usize) -> Result<Arg<'_>, StoreError>;
}

/// The row a query stands on.
#[derive(Clone, Copy)]
pub struct Row<'a>(&'a dyn Columns);

impl<'a> Row<'a> {
    /// The row behind a driver's columns.
    pub fn new(columns: &'a dyn Columns) -> Self {
        Self(columns)
    }

    /// The column `index`, counted from 0, as the type asked for.
    pub fn get<T: FromColumn>(&self, index: usize) -> Result<T, StoreError> {
        let value = self.0.column(index)?;
        T::from_column(value).ok_or_else(|| StoreError::damaged(format!("column {index} holds another type")))
    }
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A consistent snapshot.
    Read,
    /// Changes; takes the right to write at once, so that no later statement can lose a race.
    Write,
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The one connection that changes data.
    Writer,
    /// One of many that only read.
    Reader,
    /// The one that moves the log into the data file.
    Checkpointer,
}

/// What a database holds when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Nothing yet.
    Empty,
    /// A store of this program, of whatever version.
    Store,
    /// Somebody else's tables.
    Foreign,
}

/// A step of the schema: its number and its statements.
pub type Migration = (i64, &'static str);

/// A kind of database.
pub trait Driver: Send + Sync {
    /// A new connection.
    fn connect(&self, role: Role) -> Result<Box<dyn Connection>, StoreError>;

    /// All steps of the schema in this database's dialect, in order, numbered from 1.
    fn migrations(&self) -> &'static [Migration];

    /// The oldest schema whose programs can use a store that has this step: its own number, if they must know of it.
    fn usable_from(&self, step: i64) -> i64 {
        migrations::usable_from(step)
    }

    /// What to call it in a message.
    fn place(&self) -> PathBuf;

    /// The file that it is, beside which lies what belongs to it. Refused by a database that is no file.
    fn data_file(&self) -> Result<PathBuf, StoreError>;

    /// Whether it has a log that this program must move into the data file.
    fn has_log(&self) -> bool;

    /// Whether other processes may change what is stored.
    fn has_others(&self) -> bool;

    /// What hears of their commits from here on, if it can be had within `patience`; nothing where there are no others.
    fn ear(&self, patience: Duration) -> Result<Option<Box<dyn Ear>>, StoreError>;

    /// Another database of this kind, that is thrown away or copied before the system can fail.
    fn at(&self, path: &Path) -> Result<Box<dyn Driver>, StoreError>;
}

/// Hears what other nodes say with their commits.
pub trait Ear: Send {
    /// What was said, in the order of the commits; waits so long for the first.
    fn hear(&mut self, patience: Duration) -> Result<Vec<String>, StoreError>;

    /// Asks whether it would hear anything at all. All that was said before is there when it returns; an error if there is
    /// no answer in time.
    fn check(&mut self, patience: Duration) -> Result<(), StoreError>;
}

/// What is called with each row of a query; `false` ends it.
pub type EachRow<'a> = &'a mut dyn FnMut(Row<'_>) -> Result<bool, StoreError>;

/// One connection. After an error inside a transaction the caller asks `in_transaction`: a database may have taken the
/// whole transaction back on its own.
pub trait Connection: Send {
    /// Whether each statement is a journey to another process, so that one question for much is better than many.
    fn is_far(&self) -> bool;

    /// Runs a statement; how many rows it changed.
    fn execute(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<usize, StoreError>;

    /// The same where nobody asks how many rows it changed: it may be told to the database along with the next statement, or
    /// with the commit. Where it then fails, the transaction is no longer open.
    fn execute_later(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<(), StoreError> {
        self.execute(sql, args).map(drop)
    }

    /// Runs a query.
    fn query(&mut self, sql: &'static str, args: &[Arg<'_>], each: EachRow<'_>) -> Result<(), StoreError>;

    /// Runs several statements that return nothing and take no values: schema.
    fn batch(&mut self, sql: &str) -> Result<(), StoreError>;

    /// Begins a transaction.
    fn begin(&mut self, access: Access) -> Result<(), StoreError>;

    /// Inside a transaction for changes, before its first statement: waits until nobody else changes these accounts, or
    /// any account where there are none named, and keeps others from it until the end of the transaction. Where there is
    /// one writer, `begin` has done that.
    fn hold(&mut self, accounts: Option<&[AccountId]>) -> Result<(), StoreError>;

    /// Says that thousands of rows come: a database may then send them together. Lasts until the end of the transaction; what
    /// `execute` answers stays exact.
    fn begin_bulk(&mut self) -> Result<(), StoreError>;

    /// Says something to the other nodes, if the transaction is committed.
    fn announce(&mut self, text: &str) -> Result<(), StoreError>;

    /// Ends the transaction; when it returns, the changes are durable.
    fn commit(&mut self) -> Result<(), StoreError>;

    /// Takes the transaction back.
    fn rollback(&mut self) -> Result<(), StoreError>;

    /// Marks a point inside the transaction. Points nest.
    fn savepoint(&mut self) -> Result<(), StoreError>;

    /// Keeps what was done since the latest point, and forgets it.
    fn release(&mut self) -> Result<(), StoreError>;

    /// Takes back what was done since the latest point, and forgets it.
    fn rollback_to(&mut self) -> Result<(), StoreError>;

    /// Whether a transaction is open.
    fn in_transaction(&self) -> bool;

    /// What the database holds.
    fn contents(&mut self) -> Result<Contents, StoreError>;

    /// Waits until no other node is at work on the schema, and keeps others from it until it is given back with `false`.
    fn hold_schema(&mut self, held: bool) -> Result<(), StoreError>;

    /// Joins those that write to the store, for as long as the connection lives; `alone` keeps all others from it until it
    /// joins again without. Whether that could be had; where there is one process, it always can.
    fn join(&mut self, alone: bool) -> Result<bool, StoreError>;

    /// Moves the log into the data file, as far as nobody is in the way; `restart` waits a moment for those, and lets the
    /// next commit write from the log's beginning. How many pages the log then has that are not yet moved. A database
    /// without such a log answers 0.
    fn checkpoint(&mut self, restart: bool) -> Result<u64, StoreError>;

    /// Copies the whole database, as the last commit left it, into the empty file at `path`.
    fn save(&mut self, path: &Path) -> Result<(), StoreError>;

    /// Puts the whole database at `path`, which nobody else has open, in the place of this one: durably, or not at all.
    /// Not inside a transaction.
    fn replace(&mut self, path: &Path) -> Result<(), StoreError>;

    /// How long the log was after the latest commit of this connection, in pages; what a start after a kill has to read.
    fn log_pages(&self) -> u64;
}

impl From<i64> for Arg<'_> {
    fn from(value: i64) -> Self {
        Arg::Int(value)
    }
}

impl From<bool> for Arg<'_> {
    fn from(value: bool) -> Self {
        Arg::Int(i64::from(value))
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(value: &'a str) -> Self {
        Arg::Text(value)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(value: &'a String) -> Self {
        Arg::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Arg<'a> {
    fn from(value: &'a [u8]) -> Self {
        Arg::Bytes(value)
    }
}

impl<'a, T: Into<Arg<'a>>> From<Option<T>> for Arg<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Arg::Null, Into::into)
    }
}

impl From<Timestamp> for Arg<'_> {
    fn from(value: Timestamp) -> Self {
        Arg::Int(value.seconds())
    }
}

impl From<Day> for Arg<'_> {
    fn from(value: Day) -> Self {
        Arg::Int(value.0)
    }
}

impl From<AccountId> for Arg<'_> {
    fn from(value: AccountId) -> Self {
        Arg::Int(value.get())
    }
}

impl From<UserId> for Arg<'_> {
    fn from(value: UserId) -> Self {
        Arg::Int(value.get())
    }
}

impl From<GroupId> for Arg<'_> {
    fn from(value: GroupId) -> Self {
        Arg::Int(value.get())
    }
}

impl From<RoleId> for Arg<'_> {
    fn from(value: RoleId) -> Self {
        Arg::Int(value.get())
    }
}

impl From<VersionId> for Arg<'_> {
    fn from(value: VersionId) -> Self {
        Arg::Int(value.get())
    }
}

impl<'a> From<&'a AccessKeyId> for Arg<'a> {
    fn from(value: &'a AccessKeyId) -> Self {
        Arg::Text(value.as_str())
    }
}

/// What a column can be read as.
pub trait FromColumn: Sized {
    /// `None` if the column holds another type or a value out of range.
    fn from_column(value: Arg<'_>) -> Option<Self>;
}

impl FromColumn for i64 {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        if let Arg::Int(number) = value { Some(number) } else { None }
    }
}

impl FromColumn for bool {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        match value {
            Arg::Int(0) => Some(false),
            Arg::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl FromColumn for String {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        if let Arg::Text(text) = value { Some(text.to_owned()) } else { None }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        if let Arg::Bytes(bytes) = value { Some(bytes.to_owned()) } else { None }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        if value == Arg::Null { Some(None) } else { T::from_column(value).map(Some) }
    }
}

impl FromColumn for Timestamp {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        i64::from_column(value).map(Self::from_seconds)
    }
}

impl FromColumn for Day {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        i64::from_column(value).map(Self)
    }
}

impl FromColumn for AccountId {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        i64::from_column(value).and_then(Self::new)
    }
}

impl FromColumn for UserId {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        i64::from_column(value).and_then(Self::new)
    }
}

impl FromColumn for GroupId {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        i64::from_column(value).and_then(Self::new)
    }
}

impl FromColumn for RoleId {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        i64::from_column(value).and_then(Self::new)
    }
}

impl FromColumn for VersionId {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        i64::from_column(value).and_then(Self::new)
    }
}

impl FromColumn for AccessKeyId {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        if let Arg::Text(text) = value { text.parse().ok() } else { None }
    }
}
