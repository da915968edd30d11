//! The store of a data directory that no server has open, and what one run leaves there for the next.

use std::path::Path;

use anyhow::Result;
use ramward_domain::store::seal::SealKey;
use ramward_domain::store::tables::nonces;
use ramward_domain::store::{Store, StoreError, StoreOptions, StoreUrl};
use ramward_domain::time::Timestamp;

/// The store of a data directory that no server has open.
///
/// # Errors
/// It cannot be opened.
pub fn open(data: &Path) -> Result<(Store, SealKey)> {
    let seal = SealKey::find_in_file(&data.join("seal.key"))?.ok_or(StoreError::Closed)?;
    let url = StoreUrl::Sqlite(data.join("ramward.db"));
    Ok((Store::open(&StoreOptions::new(url, seal.clone()))?, seal))
}

/// Forgets the nonces that a clean stop saved: a million of them would slow the next start of a benchmark, not of a
/// server that lives longer than a quarter of an hour between two stops.
///
/// # Errors
/// The store refuses.
pub fn forget_nonces(data: &Path) -> Result<()> {
    let (store, _) = open(data)?;
    let end_of_all = Timestamp::from_seconds(i64::MAX / 4);
    store.write(move |tx| nonces::delete_all_expired(tx, end_of_all).map(drop))?;
    Ok(())
}
