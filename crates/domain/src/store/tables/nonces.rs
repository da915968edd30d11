//! Nonces that must not be accepted again before they expire. The fingerprint says which AccessKey and which nonce; how
//! it is made is not known here. About 20 bytes each.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::LazyLock;

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

/// Rows of one statement. A statement of each length is prepared once; a group between two lengths takes the longer one.
const LENGTHS: [usize; 4] = [1, 4, 16, 64];

static INSERTS: LazyLock<[String; 4]> = LazyLock::new(|| {
    LENGTHS.map(|rows| {
        let mut sql = "INSERT INTO nonces (account, expires, fingerprint) VALUES (?1, ?2, ?3)".to_owned();
        for row in 1..rows {
            let place = 2 * row + 2;
            // A text takes whatever is written to it.
            let _written = write!(sql, ", (?1, ?{place}, ?{})", place + 1);
        }
        sql + " ON CONFLICT DO NOTHING RETURNING expires, fingerprint"
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
    let longest = LENGTHS.into_iter().max().unwrap_or(1);
    for chunk in nonces.chunks(longest) {
        let fits = LENGTHS.iter().zip(INSERTS.iter()).find(|(length, _)| **length >= chunk.len());
        let (Some((length, sql)), Some(last)) = (fits, chunk.last()) else { continue };
        // What is missing to the length is the last one again, which is then there already.
        let rows = chunk.iter().chain(std::iter::repeat(last)).take(*length);
        let mut args: Vec<Arg<'_>> = vec![account.into()];
        args.extend(rows.flat_map(|(expires, print)| [Arg::from(*expires), print.cast_signed().into()]));
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
