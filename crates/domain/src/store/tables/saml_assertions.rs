//! SAML assertions that were brought, and OIDC tokens where they are for one use too, for as long as they are good: none is
//! taken twice.

use super::rows;
use crate::ids::AccountId;
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// Remembers one of a provider until `ends`; `false` if it is remembered already. `fingerprint` stands for provider and
/// assertion, or for issuer and token.
pub fn insert(
    tx: &mut Tx<'_>,
    account: AccountId,
    fingerprint: &[u8],
    ends: Timestamp,
) -> Result<bool, StoreError> {
    let sql =
        "INSERT INTO saml_assertions (account, fingerprint, ends) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, &[account.into(), fingerprint.into(), ends.into()])? > 0)
}

/// Forgets a few of those that are good no longer, so that there are never many more than are good.
pub fn delete_ended(
    tx: &mut Tx<'_>,
    account: AccountId,
    now: Timestamp,
    most: usize,
) -> Result<usize, StoreError> {
    let sql = "SELECT fingerprint FROM saml_assertions WHERE account = ?1 AND ends <= ?2 LIMIT ?3";
    let ended: Vec<Vec<u8>> =
        tx.list(sql, &[account.into(), now.into(), rows(most).into()], |row| row.get(0))?;
    for fingerprint in &ended {
        let sql = "DELETE FROM saml_assertions WHERE account = ?1 AND fingerprint = ?2";
        tx.execute(sql, &[account.into(), fingerprint.as_slice().into()])?;
    }
    Ok(ended.len())
}

/// Deletes all of an account that is being deleted; they are no more than were brought in the last minutes.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM saml_assertions WHERE account = ?1", &[account.into()]).map(drop)
}

/// All that are remembered, of all accounts: what a store that takes another's place must not forget.
pub(in crate::store) fn list_all(
    tx: &mut Tx<'_>,
) -> Result<Vec<(AccountId, Vec<u8>, Timestamp)>, StoreError> {
    let sql = "SELECT account, fingerprint, ends FROM saml_assertions";
    tx.list(sql, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}
