//! Brings a database to the schema that this program knows, step by step, each step in one transaction, and tells who may
//! use a schema that goes beyond what it knows.

use std::sync::OnceLock;

use super::connection::{Access, Connection, Contents, Driver};
use super::error::StoreError;
use super::seal::SealKey;
use super::tables::server;
use super::tx::Tx;

/// The last step that was made.
const VERSION: &str = "schema_version";
/// The oldest schema whose programs can use the store as it is.
const USABLE_FROM: &str = "schema_usable_from";
const SEAL_CHECK: &str = "seal_check";

/// Steps that programs without them can live with: the step, and the schema that a program must know at least. Such a step
/// adds what nobody else must write or heed: a table that no other fact depends on, a column with a default, an index that
/// is not unique. A step that is not named here ends the time of all programs before it.
const LENIENT: &[(i64, i64)] = &[];

/// The oldest schema whose programs can use a store that has this step.
pub(super) fn usable_from(step: i64) -> i64 {
    LENIENT.iter().find(|(lenient, _)| *lenient == step).map_or(step, |(_, from)| *from)
}

/// Prepares the database for use: refuses what is not ours, sealed with another key, or too new; makes the steps that are
/// missing, and joins those that write.
pub(super) fn prepare(
    driver: &dyn Driver,
    connection: &mut dyn Connection,
    seal: &SealKey,
) -> Result<(), StoreError> {
    connection.hold_schema(true)?;
    let prepared = bring_forward(driver, connection, seal);
    let given_back = connection.hold_schema(false);
    prepared.and(given_back)
}

/// Whether this program still understands the schema. Once it does not, it never will: no program takes a step back.
#[derive(Default)]
pub(super) struct Understood(OnceLock<StoreError>);

impl Understood {
    /// For a connection that takes the place of one that was lost: joins those that write, unless a newer program has
    /// changed the schema meanwhile so that this one cannot use it any more.
    pub(super) fn look_again(
        &self,
        driver: &dyn Driver,
        connection: &mut dyn Connection,
    ) -> Result<(), StoreError> {
        // In this order: from here on nobody makes a step that this program could not live with.
        join(driver, connection)?;
        Standing::find(connection)?.check(driver).inspect_err(|error| {
            self.0.get_or_init(|| error.clone());
        })
    }

    /// Refuses what would be done with a schema that was found to be too new.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.0.get().cloned().map_or(Ok(()), Err)
    }
}

fn bring_forward(
    driver: &dyn Driver,
    connection: &mut dyn Connection,
    seal: &SealKey,
) -> Result<(), StoreError> {
    let found = match connection.contents()? {
        Contents::Empty => Standing { version: 0, usable_from: 0 },
        Contents::Foreign => {
            let place = driver.place();
            return Err(match driver.data_file() {
                Ok(path) => StoreError::NotADatabase { path },
                Err(_) => StoreError::Foreign { place: place.display().to_string() },
            });
        }
        Contents::Store => Standing::find(connection)?,
    };
    found.check(driver)?;
    if found.version > 0 {
        check_seal(connection, seal)?;
    }
    let mut usable_from = found.usable_from;
    for (number, sql) in driver.migrations().iter().filter(|(number, _)| *number > found.version) {
        let needed = driver.usable_from(*number);
        if found.version > 0 && needed > usable_from && !connection.join(true)? {
            let place = driver.place().display().to_string();
            return Err(StoreError::OtherVersions { place, step: *number });
        }
        usable_from = usable_from.max(needed);
        change(connection, |connection| {
            connection.batch(sql)?;
            let mut tx = Tx::new(connection, Access::Write);
            server::update(&mut tx, VERSION, &number.to_string())?;
            server::update(&mut tx, USABLE_FROM, &usable_from.to_string())?;
            if *number == 1 {
                server::update(&mut tx, SEAL_CHECK, &seal.check_value())?;
            }
            tx.finish().map(drop)
        })?;
        if found.version > 0 {
            tracing::info!(number, "the schema was brought forward");
        }
    }
    join(driver, connection)
}

fn join(driver: &dyn Driver, connection: &mut dyn Connection) -> Result<(), StoreError> {
    if connection.join(false)? {
        Ok(())
    } else {
        Err(StoreError::Held { place: driver.place().display().to_string() })
    }
}

/// Where a store stands.
struct Standing {
    /// The last step that was made.
    version: i64,
    /// The oldest schema whose programs can use it.
    usable_from: i64,
}

impl Standing {
    fn find(connection: &mut dyn Connection) -> Result<Self, StoreError> {
        let mut tx = Tx::new(connection, Access::Read);
        let mut number = |name| -> Result<Option<i64>, StoreError> {
            Ok(server::find(&mut tx, name)?.and_then(|text| text.parse().ok()))
        };
        let version =
            number(VERSION)?.ok_or_else(|| StoreError::damaged("the schema's version is missing"))?;
        // Programs that did not say it made no step that older ones could live with.
        Ok(Self { version, usable_from: number(USABLE_FROM)?.unwrap_or(version) })
    }

    /// Whether this program can use it.
    fn check(&self, driver: &dyn Driver) -> Result<(), StoreError> {
        let known = driver.migrations().last().map_or(0, |(number, _)| *number);
        if self.version > known && self.usable_from > known {
            return Err(StoreError::NewerSchema { path: driver.place(), found: self.version, known });
        }
        Ok(())
    }
}

fn check_seal(connection: &mut dyn Connection, seal: &SealKey) -> Result<(), StoreError> {
    let stored = server::find(&mut Tx::new(connection, Access::Read), SEAL_CHECK)?;
    if stored == Some(seal.check_value()) { Ok(()) } else { Err(StoreError::WrongSealKey) }
}

fn change(
    connection: &mut dyn Connection,
    work: impl FnOnce(&mut dyn Connection) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    connection.begin(Access::Write)?;
    let result = work(connection).and_then(|()| connection.commit());
    if result.is_err() && connection.in_transaction() {
        // The connection is given up right after; closing it takes the transaction back as well.
        if let Err(error) = connection.rollback() {
            tracing::debug!(%error, "rollback failed");
        }
    }
    result
}
