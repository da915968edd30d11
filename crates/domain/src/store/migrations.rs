//! Brings a database to the schema that this program knows, step by step, each step in one transaction.

use super::connection::{Access, Connection, Contents, Driver};
use super::error::StoreError;
use super::seal::SealKey;
use super::tables::server;
use super::tx::Tx;

const VERSION: &str = "schema_version";
const SEAL_CHECK: &str = "seal_check";

/// Prepares the database for use: refuses what is not ours, newer, or sealed with another key.
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

fn bring_forward(
    driver: &dyn Driver,
    connection: &mut dyn Connection,
    seal: &SealKey,
) -> Result<(), StoreError> {
    let found = match connection.contents()? {
        Contents::Empty => 0,
        Contents::Foreign => {
            let place = driver.place();
            return Err(match driver.data_file() {
                Ok(path) => StoreError::NotADatabase { path },
                Err(_) => StoreError::Foreign { place: place.display().to_string() },
            });
        }
        Contents::Store => version(connection)?,
    };
    let steps = driver.migrations();
    let known = steps.last().map_or(0, |(number, _)| *number);
    if found > known {
        return Err(StoreError::NewerSchema { path: driver.place(), found, known });
    }
    if found > 0 {
        check_seal(connection, seal)?;
    }
    for (number, sql) in steps.iter().filter(|(number, _)| *number > found) {
        change(connection, |connection| {
            connection.batch(sql)?;
            let mut tx = Tx::new(connection, Access::Write);
            server::update(&mut tx, VERSION, &number.to_string())?;
            if *number == 1 {
                server::update(&mut tx, SEAL_CHECK, &seal.check_value())?;
            }
            tx.finish().map(drop)
        })?;
        if found > 0 {
            tracing::info!(number, "the schema was brought forward");
        }
    }
    Ok(())
}

fn version(connection: &mut dyn Connection) -> Result<i64, StoreError> {
    let found = server::find(&mut Tx::new(connection, Access::Read), VERSION)?;
    found
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| StoreError::damaged("the schema's version is missing"))
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
