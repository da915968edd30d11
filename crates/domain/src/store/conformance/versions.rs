//! Programs of several versions on one store: what a later one adds, an earlier one can live with if the step says so. The
//! later ones are this program with made-up steps behind its own. On SQLite, and where there is a database for tests there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::fixtures::*;
use crate::store::connection::{Connection, Driver, Ear, Migration, Role};
use crate::store::postgres::testing::{TestSchema, database};
use crate::store::postgres::{Nodes, Postgres};
use crate::store::sqlite::{Sqlite, SqliteOptions};
use crate::store::tables::{server, users};
use crate::store::{Store, StoreError, StoreOptions, StoreUrl, Tx, refusal};

/// A step that older programs need not know, with all that such a step may bring, and one that they must know.
const ADDED: &str = "CREATE TABLE later (account BIGINT NOT NULL PRIMARY KEY, remark TEXT); \
    ALTER TABLE users ADD COLUMN later INTEGER NOT NULL DEFAULT 7; \
    CREATE INDEX users_later ON users (account, later)";
const BREAKING: &str = "ALTER TABLE user_tags RENAME TO tags_of_users";

/// Where all versions have their store.
enum Place {
    File(PathBuf),
    Schema(Box<TestSchema>),
}

impl Place {
    fn schema(database: &str) -> Self {
        Self::Schema(Box::new(TestSchema::create(database, Nodes::Several)))
    }

    fn driver(&self, nodes: Nodes) -> Result<Box<dyn Driver>, StoreError> {
        Ok(match self {
            Self::File(path) => Box::new(Sqlite::open(path, SqliteOptions::default())?),
            Self::Schema(schema) => Box::new(Postgres::open(schema.address(), nodes)?),
        })
    }

    /// This program, with so many of the made-up steps.
    fn open(&self, later: usize) -> Result<Store, StoreError> {
        start(self::later(self.driver(Nodes::Several)?, later))
    }
}

fn start(driver: impl Driver + 'static) -> Result<Store, StoreError> {
    Store::with_driver(Arc::new(driver), &StoreOptions::new(StoreUrl::Temporary, seal()))
}

/// A program with so many of the made-up steps behind the driver's own.
pub fn later(driver: Box<dyn Driver>, count: usize) -> Version {
    let own = driver.migrations();
    let last = own.last().unwrap().0;
    let mut steps = own.to_vec();
    steps.extend([(last + 1, ADDED), (last + 2, BREAKING)].into_iter().take(count));
    Version { driver, steps: Vec::leak(steps), lenient: (last + 1, last) }
}

/// Writes what only a program with the first of them knows.
pub fn write_later(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute("UPDATE users SET later = 8 WHERE account = ?1", &[ACCOUNT.into()])?;
    tx.execute("INSERT INTO later (account, remark) VALUES (?1, 'x')", &[ACCOUNT.into()]).map(drop)
}

/// A program with steps of its own, one of which older ones can live with: its number, and how old.
pub struct Version {
    driver: Box<dyn Driver>,
    steps: &'static [Migration],
    lenient: (i64, i64),
}

impl Version {
    fn plain(driver: Box<dyn Driver>) -> Self {
        Self { steps: driver.migrations(), driver, lenient: (0, 0) }
    }
}

impl Driver for Version {
    fn connect(&self, role: Role) -> Result<Box<dyn Connection>, StoreError> {
        self.driver.connect(role)
    }

    fn migrations(&self) -> &'static [Migration] {
        self.steps
    }

    fn usable_from(&self, step: i64) -> i64 {
        if step == self.lenient.0 { self.lenient.1 } else { self.driver.usable_from(step) }
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
        self.driver.has_others()
    }

    fn ear(&self, patience: Duration) -> Result<Option<Box<dyn Ear>>, StoreError> {
        self.driver.ear(patience)
    }

    fn at(&self, path: &Path) -> Result<Box<dyn Driver>, StoreError> {
        self.driver.at(path)
    }
}

fn insert(store: &Store, number: i64) {
    write(store, move |tx| users::insert(tx, &user(ACCOUNT, number))).unwrap();
}

fn is_there(store: &Store, number: i64) -> bool {
    read(store, |tx| users::find(tx, ACCOUNT, user_id(number))).is_some()
}

fn version(store: &Store) -> i64 {
    read(store, |tx| server::find(tx, "schema_version")).unwrap().parse().unwrap()
}

#[test]
fn a_data_file_of_a_later_version_serves_an_earlier_one_if_it_can() {
    let directory = tempfile::tempdir().unwrap();
    let place = Place::File(directory.path().join("one.db"));
    let store = with_account(place.open(0).unwrap());
    let own = version(&store);
    drop(store);
    let store = place.open(1).unwrap();
    assert_eq!(version(&store), own + 1);
    insert(&store, 1);
    write(&store, write_later).unwrap();
    drop(store);
    // Back to the program of before, which leaves the schema as it is.
    let store = place.open(0).unwrap();
    assert_eq!(version(&store), own + 1);
    assert!(is_there(&store, 1));
    insert(&store, 2);
    assert_verified(&store);
    drop(store);
    drop(place.open(2).unwrap());
    for later in [0, 1] {
        let refused = place.open(later).err().unwrap();
        assert!(matches!(refused, StoreError::NewerSchema { .. }), "{refused}");
    }
}

#[test]
fn nodes_of_two_versions_serve_one_schema() {
    let Some(database) = database() else { return };
    let place = Place::schema(&database);
    let early = with_account(place.open(0).unwrap());
    let own = version(&early);
    let late = place.open(1).unwrap();
    assert_eq!(version(&early), own + 1, "brought forward while the other runs");
    insert(&early, 1);
    insert(&late, 2);
    let another = place.open(0).unwrap();
    insert(&another, 3);
    for store in [&early, &late, &another] {
        assert!((1..=3).all(|number| is_there(store, number)));
        assert_verified(store);
    }
    // What the earlier ones could not live with waits until they are gone, and changes nothing before.
    let refused = place.open(2).err().unwrap();
    assert!(matches!(refused, StoreError::OtherVersions { step, .. } if step == own + 2), "{refused}");
    insert(&early, 4);
    drop((early, another));
    let refused = place.open(2).err().unwrap();
    assert!(matches!(refused, StoreError::OtherVersions { .. }), "{refused}");
    drop(late);
    let last = place.open(2).unwrap();
    assert!(is_there(&last, 4));
    let refused = place.open(1).err().unwrap();
    assert!(matches!(refused, StoreError::NewerSchema { .. }), "{refused}");
}

#[test]
fn a_node_that_was_cut_off_looks_at_the_schema_again() {
    let Some(database) = database() else { return };
    let place = Place::schema(&database);
    let Place::Schema(schema) = &place else { return };
    let early = with_account(place.open(0).unwrap());
    insert(&early, 1);
    // Before it comes back the schema is another.
    schema.cut_writers();
    let late = place.open(2).unwrap();
    let left_behind = write(&early, |tx| users::insert(tx, &user(ACCOUNT, 2))).unwrap_err();
    assert!(matches!(left_behind, StoreError::NewerSchema { .. }), "{left_behind}");
    assert_eq!(refusal(left_behind).code.to_string(), "ServiceUnavailable");
    assert!(!is_there(&late, 2));
}

#[test]
fn one_that_is_alone_and_several_keep_out_of_each_others_way() {
    let Some(database) = database() else { return };
    let place = Place::schema(&database);
    let several = with_account(place.open(0).unwrap());
    let alone = || place.driver(Nodes::One).and_then(|driver| start(Version::plain(driver)));
    let refused = alone().err().unwrap();
    assert!(matches!(refused, StoreError::Held { .. }), "{refused}");
    drop(several);
    let store = alone().unwrap();
    let refused = place.open(0).err().unwrap();
    assert!(matches!(refused, StoreError::Held { .. }), "{refused}");
    insert(&store, 1);
    drop(store);
    assert!(is_there(&place.open(0).unwrap(), 1));
}
