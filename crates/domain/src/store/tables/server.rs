//! What the server keeps for itself: names and values, of no account.

use crate::store::error::StoreError;
use crate::store::tx::Tx;

/// How far the domain clock is ahead of the wall clock, in seconds.
pub const CLOCK_OFFSET: &str = "clock_offset_seconds";

/// The value of a name.
pub fn find(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>, StoreError> {
    tx.find("SELECT value FROM server WHERE name = ?1", &[name.into()], |row| row.get(0))
}

/// Sets a name's value, whether it had one or not.
pub fn update(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO server (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.execute(sql, &[name.into(), value.into()]).map(drop)
}

/// Forgets a name; whether it was there.
pub fn delete(tx: &mut Tx<'_>, name: &str) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM server WHERE name = ?1", &[name.into()])? > 0)
}
