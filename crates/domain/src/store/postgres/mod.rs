//! PostgreSQL behind the driver's seam: sessions, the locks that keep nodes apart, the words of its failures. Knows nothing
//! of tables but how to see that they are ours. The same statements run here as on SQLite; the schema has a folder of its
//! own, with the same steps.

mod address;
mod connection;
mod copying;
mod ear;
mod hosts;
mod later;
mod promotions;
#[cfg(test)]
pub(crate) mod testing;
mod tls;
mod trouble;
mod values;
mod wire;

use std::fmt::Write as _;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use siphasher::sip::SipHasher13;

pub use self::address::PostgresUrl;
use self::connection::PostgresConnection;
use self::ear::Listener;
use self::hosts::Look;
use self::promotions::{Outdated, Promotions};
use self::tls::Trust;
use self::wire::Wire;
use super::connection::{Connection, Driver, Ear, Migration, Role};
use super::error::StoreError;
use crate::ids::AccountId;

const MIGRATIONS: &[Migration] = &[
    (1, include_str!("../schema/postgres/0001_spine.sql")),
    (2, include_str!("../schema/postgres/0002_subjects.sql")),
    (3, include_str!("../schema/postgres/0003_history.sql")),
    (4, include_str!("../schema/postgres/0004_collected.sql")),
    (5, include_str!("../schema/postgres/0005_exceptions.sql")),
    (6, include_str!("../schema/postgres/0006_policies.sql")),
    (7, include_str!("../schema/postgres/0007_federation.sql")),
    (8, include_str!("../schema/postgres/0008_bins.sql")),
    (9, include_str!("../schema/postgres/0009_console.sql")),
    (10, include_str!("../schema/postgres/0010_nonces.sql")),
];

/// How many processes may write to a store at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    /// One: it holds the store, and a second one is refused.
    One,
    /// Any number: each transaction holds the accounts that it changes.
    Several,
}

/// One schema of one database.
pub struct Postgres {
    shared: Arc<Shared>,
    /// The connection that it was opened with, until somebody wants one.
    first: Mutex<Option<PostgresConnection>>,
}

impl Postgres {
    /// Connects for the first time, so that an address that leads nowhere is told at once.
    pub fn open(url: PostgresUrl, nodes: Nodes) -> Result<Self, StoreError> {
        let trust = Trust::of(url.tls.as_ref().and_then(|file| file.as_deref()))?;
        let promotions = Promotions::default();
        let shared = Arc::new(Shared { url, trust, nodes, schema: OnceLock::new(), promotions });
        let mut first = PostgresConnection::new(Arc::clone(&shared), shared.wire(Look::All)?);
        let schema = first.schema()?;
        // Nobody else has the value yet.
        drop(shared.schema.set(schema));
        Ok(Self { shared, first: Mutex::new(Some(first)) })
    }

    /// Whether there is a store already.
    pub fn is_filled(url: PostgresUrl) -> Result<bool, StoreError> {
        let driver = Self::open(url, Nodes::Several)?;
        let mut connection = driver.connect(Role::Reader)?;
        Ok(connection.contents()? == super::connection::Contents::Store)
    }
}

impl Driver for Postgres {
    fn connect(&self, role: Role) -> Result<Box<dyn Connection>, StoreError> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut connection = match first {
            Some(first) => first,
            None => {
                // Where it writes must be right; readers follow it.
                let look = if role == Role::Writer { Look::All } else { Look::Last };
                PostgresConnection::new(Arc::clone(&self.shared), self.shared.wire(look)?)
            }
        };
        if role == Role::Writer && self.shared.nodes == Nodes::One {
            connection.hold_store()?;
        }
        Ok(Box::new(connection))
    }

    fn migrations(&self) -> &'static [Migration] {
        MIGRATIONS
    }

    fn place(&self) -> PathBuf {
        PathBuf::from(self.shared.url.to_string())
    }

    fn data_file(&self) -> Result<PathBuf, StoreError> {
        Err(self.shared.no_files())
    }

    fn has_log(&self) -> bool {
        // The database looks after its own.
        false
    }

    fn has_others(&self) -> bool {
        self.shared.nodes == Nodes::Several
    }

    fn ear(&self, patience: Duration) -> Result<Option<Box<dyn Ear>>, StoreError> {
        if !self.has_others() {
            return Ok(None);
        }
        Ok(Some(Box::new(Listener::open(Arc::clone(&self.shared), patience)?)))
    }

    fn at(&self, _path: &Path) -> Result<Box<dyn Driver>, StoreError> {
        Err(self.shared.no_files())
    }
}

/// What all connections of a driver have in common.
struct Shared {
    url: PostgresUrl,
    trust: Trust,
    nodes: Nodes,
    schema: OnceLock<String>,
    promotions: Promotions,
}

/// What an advisory lock of the database stands for.
#[derive(Clone, Copy)]
enum Lock {
    /// The store as a whole.
    Store,
    /// The steps of the schema.
    Schema,
    /// Who writes: one process alone, or several that share it.
    Owner,
    /// One account.
    Account(AccountId),
}

impl Shared {
    fn wire(&self, look: Look) -> Result<Wire, StoreError> {
        // Each host has its own limit, which the address may set.
        self.wire_within(look, Duration::MAX)
    }

    fn wire_within(&self, look: Look, patience: Duration) -> Result<Wire, StoreError> {
        Wire::connect(&self.url, &self.trust, &self.promotions, look, patience)
    }

    /// Refuses a session of a primary that another has taken the place of. It is as good as lost: a new one begins at the
    /// other.
    fn check(&self, wire: &Wire) -> Result<(), StoreError> {
        self.promotions.check(wire.timeline.as_ref()).map_err(|Outdated { found, latest }| {
            let reason = format!("its timeline is {found}, and another host is on {latest}");
            StoreError::unreachable(&self.url, reason)
        })
    }

    /// The number of a lock. Locks are the database's, so the schema is a part of it; two that meet in one number are held
    /// together, which costs time and nothing else.
    fn number(&self, lock: Lock) -> i64 {
        // Any key will do, as long as all nodes of all versions have the same.
        let mut hasher = SipHasher13::new_with_keys(0x7261_6d77_6172_6421, 0x6c6f_636b_7321);
        hasher.write(self.schema.get().map_or("", String::as_str).as_bytes());
        let (kind, account) = match lock {
            Lock::Store => (0, 0),
            Lock::Schema => (1, 0),
            Lock::Owner => (2, 0),
            Lock::Account(account) => (3, account.get()),
        };
        hasher.write_u8(0xff);
        hasher.write_u8(kind);
        hasher.write_i64(account);
        hasher.finish().cast_signed()
    }

    /// The statements that take the right to change these accounts, or all, until the end of the transaction. Always in the
    /// same order, so that no two nodes wait for each other.
    fn locks(&self, accounts: Option<&[AccountId]>) -> String {
        if self.nodes == Nodes::One {
            return String::new();
        }
        let store = self.number(Lock::Store);
        let Some(accounts) = accounts else { return format!("SELECT pg_advisory_xact_lock({store});") };
        let mut text = format!("SELECT pg_advisory_xact_lock_shared({store});");
        let mut numbers: Vec<i64> =
            accounts.iter().map(|account| self.number(Lock::Account(*account))).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            // A text takes whatever is written to it.
            let _written = write!(text, "SELECT pg_advisory_xact_lock({number});");
        }
        text
    }

    /// The channel on which the nodes of this store speak.
    fn channel(&self) -> String {
        format!("ramward_{:016x}", self.number(Lock::Store))
    }

    fn no_files(&self) -> StoreError {
        StoreError::Unsupported(
            "a store in PostgreSQL has no data file, so it has no snapshots and cannot be reset; save and restore it as the database is (docs/operations/postgresql.md)",
        )
    }
}
