//! The suite on the database that the tests use: SQLite, or PostgreSQL where one is named.

use std::sync::Arc;

use super::fixtures::seal;
use crate::store::Store;
use crate::store::connection::Driver;
use crate::store::postgres::testing::{made, schema};
use crate::store::sqlite::Sqlite;

fn open() -> Store {
    Store::temporary(seal()).unwrap()
}

fn driver() -> Arc<dyn Driver> {
    made(&seal()).unwrap_or_else(empty)
}

fn empty() -> Arc<dyn Driver> {
    schema().unwrap_or_else(|| Arc::new(Sqlite::temporary().unwrap()))
}

conformance!(
    crate::store::conformance::on_either::open,
    crate::store::conformance::on_either::driver,
    crate::store::conformance::on_either::empty
);
