//! The passwords that a user had, as hashes, so that the policy can refuse their return.

use super::rows;
use crate::identity::login_profile::PasswordHash;
use crate::ids::{AccountId, UserId};
use crate::store::error::StoreError;
use crate::store::tx::Tx;

/// The last `limit` passwords of a user, newest first.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    limit: usize,
) -> Result<Vec<PasswordHash>, StoreError> {
    let sql = "SELECT password_hash FROM password_history WHERE account = ?1 AND user_id = ?2 \
               ORDER BY place DESC LIMIT ?3";
    tx.list(sql, &[account.into(), user.into(), rows(limit).into()], |row| row.get(0))
}

/// Adds a password as the newest and keeps the newest `keep`.
pub fn insert(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    hash: &PasswordHash,
    keep: usize,
) -> Result<(), StoreError> {
    let sql = "SELECT COALESCE(MAX(place), 0) FROM password_history WHERE account = ?1 AND user_id = ?2";
    let last: i64 = tx.find(sql, &[account.into(), user.into()], |row| row.get(0))?.unwrap_or_default();
    let sql = "INSERT INTO password_history (account, user_id, place, password_hash) VALUES (?1, ?2, ?3, ?4)";
    tx.execute(sql, &[account.into(), user.into(), (last + 1).into(), hash.into()])?;
    let sql = "DELETE FROM password_history WHERE account = ?1 AND user_id = ?2 AND place <= ?3";
    let forgotten = (last + 1).saturating_sub(rows(keep));
    tx.execute(sql, &[account.into(), user.into(), forgotten.into()]).map(drop)
}
