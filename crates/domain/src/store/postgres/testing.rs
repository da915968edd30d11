//! A schema of its own for each test that asks for a store, in the database that `RAMWARD_TEST_POSTGRES` names. Without
//! the variable the tests run on SQLite.
//!
//! To make all tables takes longer than most tests, so a schema with tables is lent: to one test at a time, in whatever
//! process, and emptied before the next.

use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use siphasher::sip::SipHasher13;

use super::{MIGRATIONS, Nodes, Postgres, PostgresUrl};
use crate::store::connection::{Connection, Driver, Ear, Migration, Role};
use crate::store::error::StoreError;
use crate::store::migrations::prepare;
use crate::store::seal::SealKey;

/// Empties what has rows; a table without any is not even opened for it.
const EMPTY: &str = "DO $$ DECLARE filled text; BEGIN \
    SELECT string_agg(oid::regclass::text, ', ') INTO filled FROM pg_class \
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0; \
    EXECUTE 'TRUNCATE ' || filled; END $$";

/// The database that tests use, if they shall use one.
pub fn database() -> Option<String> {
    std::env::var("RAMWARD_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// A schema without tables, where there is a database for tests.
pub fn schema() -> Option<Arc<dyn Driver>> {
    Some(Arc::new(TestSchema::create(&database()?, Nodes::Several)))
}

/// A schema with all tables and no rows, as a store that was just made with this key, where there is a database for tests.
pub fn made(seal: &SealKey) -> Option<Arc<dyn Driver>> {
    Some(Arc::new(TestSchema::lend(&database()?, seal)))
}

/// A schema that goes away with the value, or back to those that are lent.
pub struct TestSchema {
    driver: Postgres,
    /// The address of the database, without the schema.
    database: PostgresUrl,
    name: String,
    /// The session whose lock says that the schema is lent.
    lent: Option<Mutex<Box<dyn Connection>>>,
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
        Self { driver, database, name, lent: None }
    }

    /// One with tables, which nobody else has as long as the value lives.
    fn lend(database: &str, seal: &SealKey) -> Self {
        let database: PostgresUrl = database.parse().unwrap();
        let mut outside =
            Postgres::open(database.clone(), Nodes::Several).unwrap().connect(Role::Reader).unwrap();
        // Another version of the tests has other tables.
        let mut version = SipHasher13::new();
        MIGRATIONS.iter().for_each(|(_, sql)| version.write(sql.as_bytes()));
        let version = version.finish();
        let name = (0..)
            .map(|number| format!("lent_{version:016x}_{number}"))
            .find(|name| {
                let lock =
                    "SELECT CASE WHEN pg_try_advisory_lock(hashtextextended(?1::text, 0)) THEN 1 ELSE 0 END";
                is(outside.as_mut(), lock, name)
            })
            .unwrap();
        // Its comment says that all of it is there: who made it may have been killed on the way.
        let is_made = is(
            outside.as_mut(),
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = ?1::text \
             AND obj_description(oid, 'pg_namespace') = 'made') THEN 1 ELSE 0 END",
            &name,
        );
        if !is_made {
            outside.batch(&format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}")).unwrap();
        }
        let driver = Postgres::open(Self::address_of(&database, &name), Nodes::Several).unwrap();
        let mut first = driver.first.lock().unwrap().take().unwrap();
        if is_made {
            let (last, _) = MIGRATIONS.last().unwrap();
            let check = seal.check_value();
            // What the steps of the schema insert themselves is there again.
            let statements = MIGRATIONS.iter().flat_map(|(_, sql)| sql.split(';'));
            let inserts: Vec<&str> =
                statements.filter_map(|sql| sql.find("INSERT INTO ").map(|begin| &sql[begin..])).collect();
            let rows = inserts.join("; ");
            first
                .batch(&format!(
                    "{EMPTY}; {rows}; INSERT INTO server VALUES ('schema_version', '{last}'), ('seal_check', '{check}')"
                ))
                .unwrap();
        } else {
            prepare(&driver, &mut first, seal).unwrap();
            outside.batch(&format!("COMMENT ON SCHEMA {name} IS 'made'")).unwrap();
        }
        *driver.first.lock().unwrap() = Some(first);
        Self { driver, database, name, lent: Some(Mutex::new(outside)) }
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

impl Postgres {
    /// As if another host had taken the place of the one that there is.
    pub fn see_another_promoted(&self) {
        self.shared.promotions.see_another();
    }
}

/// Whether a question about a name is answered with 1.
fn is(connection: &mut dyn Connection, sql: &'static str, name: &str) -> bool {
    let mut found = None;
    connection
        .query(sql, &[name.into()], &mut |row| {
            found = Some(row.get(0)?);
            Ok(false)
        })
        .unwrap();
    found.unwrap()
}

impl Drop for TestSchema {
    fn drop(&mut self) {
        if self.lent.is_some() {
            return;
        }
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
