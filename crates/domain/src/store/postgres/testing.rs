//! A schema of its own for each test that asks for a store, in the database that `RAMWARD_TEST_POSTGRES` names. Without
//! the variable the tests run on SQLite.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Nodes, Postgres, PostgresUrl};
use crate::store::connection::{Connection, Driver, Ear, Migration, Role};
use crate::store::error::StoreError;

/// The database that tests use, if they shall use one.
pub fn database() -> Option<String> {
    std::env::var("RAMWARD_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// A schema with nothing in it, where there is a database for tests.
pub fn schema() -> Option<Arc<dyn Driver>> {
    Some(Arc::new(TestSchema::create(&database()?, Nodes::Several)))
}

/// A schema that goes away with the value.
pub struct TestSchema {
    driver: Postgres,
    /// The address of the database, without the schema.
    database: PostgresUrl,
    name: String,
}

impl TestSchema {
    /// A new one.
    pub fn create(database: &str, nodes: Nodes) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let database: PostgresUrl = database.parse().unwrap();
        let mut outside =
            Postgres::open(database.clone(), Nodes::Several).unwrap().connect(Role::Reader).unwrap();
        // One of that name may be left of a process that was killed.
        outside.batch(&format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}")).unwrap();
        let driver = Postgres::open(Self::address_of(&database, &name), nodes).unwrap();
        Self { driver, database, name }
    }

    /// The address of the schema, for another node.
    pub fn address(&self) -> PostgresUrl {
        Self::address_of(&self.database, &self.name)
    }

    /// Ends the sessions in which its nodes listen; they say nothing but that.
    pub fn cut_listeners(&self) {
        let listen = format!("LISTEN {}", self.driver.shared.channel());
        let mut outside = self.driver.connect(Role::Reader).unwrap();
        let cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query =";
        outside.batch(&format!("{cut} '{listen}'")).unwrap();
    }

    /// Ends the sessions in which its nodes write.
    pub fn cut_writers(&self) {
        let number = self.driver.shared.number(super::Lock::Owner);
        let mut outside = self.driver.connect(Role::Reader).unwrap();
        let cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'";
        outside.batch(&format!("{cut} AND (classid::bigint << 32 | objid::bigint) = {number}")).unwrap();
    }

    fn address_of(database: &PostgresUrl, name: &str) -> PostgresUrl {
        let mut url = database.clone();
        let options = format!("{} -c search_path={name}", url.config.get_options().unwrap_or_default());
        url.config.options(options);
        url
    }
}

impl Drop for TestSchema {
    fn drop(&mut self) {
        let dropped = Postgres::open(self.database.clone(), Nodes::Several)
            .and_then(|driver| driver.connect(Role::Reader))
            .and_then(|mut outside| outside.batch(&format!("DROP SCHEMA {} CASCADE", self.name)));
        if let Err(error) = dropped
            && !std::thread::panicking()
        {
            panic!("the schema of a test stays behind: {error}");
        }
    }
}

impl Driver for TestSchema {
    fn connect(&self, role: Role) -> Result<Box<dyn Connection>, StoreError> {
        self.driver.connect(role)
    }

    fn migrations(&self) -> &'static [Migration] {
        self.driver.migrations()
    }

    fn place(&self) -> PathBuf {
        self.driver.place()
    }

    fn data_file(&self) -> Result<PathBuf, StoreError> {
        self.driver.data_file()
    }

    fn has_log(&self) -> bool {
        self.driver.has_log()
    }

    fn has_others(&self) -> bool {
        // Nobody else has the schema, but for tests that open other nodes themselves.
        false
    }

    fn ear(&self, patience: Duration) -> Result<Option<Box<dyn Ear>>, StoreError> {
        self.driver.ear(patience)
    }

    fn at(&self, path: &Path) -> Result<Box<dyn Driver>, StoreError> {
        self.driver.at(path)
    }
}
