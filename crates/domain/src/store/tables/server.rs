//! What the server keeps for itself: names and values, of no account.

use crate::store::error::StoreError;
use crate::store::tx::Tx;

/// How far the domain clock is ahead of the wall clock, in seconds.
pub const CLOCK_OFFSET: &str = "clock_offset_seconds";

/// Stamps up to here may have been accepted by this run or an earlier one, in seconds.
pub const NONCE_CEILING: &str = "nonce_ceiling";
/// The key of the nonces' fingerprints.
pub const NONCE_KEY: &str = "nonce_key";
/// Whether the last run wrote its end.
pub const ENDED_CLEANLY: &str = "ended_cleanly";
/// How far a stamp may lie from the clock, in seconds.
pub const SIGNATURE_WINDOW: &str = "signature_window";
/// The account and the root AccessKey that the first start made.
pub const FIRST_KEY: &str = "first_root_key";

/// When somebody last tried to sign in at the console with a password, by the domain clock, in seconds.
pub const LAST_SIGN_IN_ATTEMPT: &str = "last_sign_in_attempt";

/// What belongs to the server and not to its state, and stays where a store is put back to what it was.
pub const OF_THE_RUN: [&str; 4] = [NONCE_CEILING, NONCE_KEY, ENDED_CLEANLY, FIRST_KEY];

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
