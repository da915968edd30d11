//! Nonces that must not be accepted again before they expire. The fingerprint says which AccessKey and which nonce; how
//! it is made is not known here. About 20 bytes each.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::many::{self, Statements};
use crate::ids::AccountId;
use crate::store::connection::Arg;
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// Burns a nonce; `false` if it was burnt before, for the same end or, unless it is the operator's, for another one.
pub fn insert(
    tx: &mut Tx<'_>,
    account: AccountId,
    expires: Timestamp,
    fingerprint: u64,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO nonces (account, expires, fingerprint) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, &[account.into(), expires.into(), fingerprint.cast_signed().into()])? > 0)
}

static INSERTS: LazyLock<Statements> = LazyLock::new(|| {
    many::statements(|rows| {
        let rows: Vec<String> =
            (0..rows).map(|row| format!("(?1, ?{}, ?{})", 2 * row + 2, 2 * row + 3)).collect();
        format!(
            "INSERT INTO nonces (account, expires, fingerprint) VALUES {} \
             ON CONFLICT DO NOTHING RETURNING expires, fingerprint",
            rows.join(", ")
        )
    })
});

/// Burns many of an account, with few statements; for each whether it was not burnt before. Of two equal ones the first is
/// new.
pub fn insert_all(
    tx: &mut Tx<'_>,
    account: AccountId,
    nonces: &[(Timestamp, u64)],
) -> Result<Vec<bool>, StoreError> {
    let mut inserted = HashSet::new();
    for (sql, rows) in many::parts(&INSERTS, nonces) {
        let mut args: Vec<Arg<'_>> = vec![account.into()];
        args.extend(
            rows.iter().flat_map(|(expires, print)| [Arg::from(*expires), print.cast_signed().into()]),
        );
        tx.each(sql, &args, |row| {
            inserted.insert((row.get::<Timestamp>(0)?, row.get::<i64>(1)?.cast_unsigned()));
            Ok(true)
        })?;
    }
    Ok(nonces.iter().map(|nonce| inserted.remove(nonce)).collect())
}

/// Calls `each` with all that expire at `now` or later, of all accounts: what a start takes up again.
pub fn each(
    tx: &mut Tx<'_>,
    now: Timestamp,
    mut each: impl FnMut(AccountId, Timestamp, u64),
) -> Result<(), StoreError> {
    let sql = "SELECT account, expires, fingerprint FROM nonces WHERE expires >= ?1";
    tx.each(sql, &[now.into()], |row| {
        each(row.get(0)?, row.get(1)?, row.get::<i64>(2)?.cast_unsigned());
        Ok(true)
    })
}

/// Drops those of an account that expired before `now`; how many.
pub fn delete_expired(tx: &mut Tx<'_>, account: AccountId, now: Timestamp) -> Result<usize, StoreError> {
    tx.execute("DELETE FROM nonces WHERE account = ?1 AND expires < ?2", &[account.into(), now.into()])
}

/// The same for all accounts; reads the whole table, so only for a start.
pub fn delete_all_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    tx.execute("DELETE FROM nonces WHERE expires < ?1", &[now.into()])
}

/// Drops all of all accounts; only where others take their place.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>) -> Result<usize, StoreError> {
    tx.execute("DELETE FROM nonces", &[])
}
