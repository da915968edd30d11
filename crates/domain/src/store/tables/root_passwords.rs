//! The passwords of root identities, as hashes. An account without a row has none: its root signs in with an AccessKey.

use crate::identity::login_profile::PasswordHash;
use crate::ids::AccountId;
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// The password of a root identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootPassword {
    /// The account.
    pub account: AccountId,
    /// Its hash.
    pub password_hash: PasswordHash,
    /// When it was set.
    pub password_date: Timestamp,
}

fn read(row: Row<'_>) -> Result<RootPassword, StoreError> {
    Ok(RootPassword { account: row.get(0)?, password_hash: row.get(1)?, password_date: row.get(2)? })
}

/// The password of an account's root identity.
pub fn find(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<RootPassword>, StoreError> {
    let sql = "SELECT account, password_hash, password_date FROM root_passwords WHERE account = ?1";
    tx.find(sql, &[account.into()], read)
}

/// Sets it, whether there was one or not.
pub fn update(tx: &mut Tx<'_>, password: &RootPassword) -> Result<(), StoreError> {
    let sql = "INSERT INTO root_passwords (account, password_hash, password_date) VALUES (?1, ?2, ?3) \
               ON CONFLICT (account) DO UPDATE SET password_hash = excluded.password_hash, \
               password_date = excluded.password_date";
    let args = [password.account.into(), (&password.password_hash).into(), password.password_date.into()];
    tx.execute(sql, &args).map(drop)
}

/// Forgets it; whether there was one.
pub fn delete(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM root_passwords WHERE account = ?1", &[account.into()])? > 0)
}
