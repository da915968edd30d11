//! OIDC identity providers with the keys that are registered for them.

use super::{met, rows};
use crate::identity::oidc_provider::{
    ClientIds, Fingerprints, IssuanceLimitTime, IssuerUrl, ProviderDescription, ProviderName,
};
use crate::ids::AccountId;
use crate::store::connection::{Arg, Row};
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// A provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcProvider {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its name; it never changes.
    pub provider_name: ProviderName,
    /// What it is for; may be empty.
    pub description: ProviderDescription,
    /// Who issues its tokens; no two providers of an account have the same, and it never changes.
    pub issuer_url: IssuerUrl,
    /// For whom its tokens may be.
    pub client_ids: ClientIds,
    /// What is known of the certificates at its address.
    pub fingerprints: Fingerprints,
    /// For how many hours after it was issued a token is taken.
    pub issuance_limit_time: IssuanceLimitTime,
    /// Its public keys as it publishes them, a JSON Web Key Set; `None` before they are registered.
    pub key_set: Option<String>,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it was last changed.
    pub update_date: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, provider_name, description, issuer_url, client_ids, fingerprints, issuance_limit_hours, \
             key_set, create_date, update_date FROM oidc_providers ",
            $rest
        )
    };
}

fn read(row: Row<'_>) -> Result<OidcProvider, StoreError> {
    let hours: i64 = row.get(6)?;
    let issuance_limit_time = IssuanceLimitTime::new(hours)
        .ok_or_else(|| StoreError::damaged("a provider's issuance limit is out of its bounds"))?;
    Ok(OidcProvider {
        account: row.get(0)?,
        provider_name: row.get(1)?,
        description: row.get(2)?,
        issuer_url: row.get(3)?,
        client_ids: row.get(4)?,
        fingerprints: row.get(5)?,
        issuance_limit_time,
        key_set: row.get(7)?,
        create_date: row.get(8)?,
        update_date: row.get(9)?,
    })
}

/// A provider by its name.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &ProviderName,
) -> Result<Option<OidcProvider>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND provider_name = ?2"), &[account.into(), name.into()], read)
}

/// Whether a provider of the account has this issuer.
pub fn is_issuer(tx: &mut Tx<'_>, account: AccountId, issuer: &IssuerUrl) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM oidc_providers WHERE account = ?1 AND issuer_url = ?2";
    Ok(tx.find(sql, &[account.into(), issuer.into()], |_| Ok(()))?.is_some())
}

/// The next `limit` providers after `after`, by name.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<&ProviderName>,
    limit: usize,
) -> Result<Vec<OidcProvider>, StoreError> {
    let sql = select!("WHERE account = ?1 AND provider_name > ?2 ORDER BY provider_name LIMIT ?3");
    let after = after.map_or("", ProviderName::as_str);
    tx.list(sql, &[account.into(), after.into(), rows(limit).into()], read)
}

/// How many providers the account has; by a walk over them, whose number a quota of a hundred bounds.
pub fn count(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM oidc_providers WHERE account = ?1";
    Ok(tx.find(sql, &[account.into()], |row| row.get(0))?.unwrap_or_default())
}

/// A new provider. `Exists` if its name or its issuer is taken.
pub fn insert(tx: &mut Tx<'_>, provider: &OidcProvider) -> Result<(), StoreError> {
    let sql = "INSERT INTO oidc_providers (account, provider_name, description, issuer_url, client_ids, fingerprints, \
               issuance_limit_hours, key_set, create_date, update_date) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING";
    let (client_ids, fingerprints) = (provider.client_ids.to_string(), provider.fingerprints.to_string());
    let args: [Arg<'_>; 10] = [
        provider.account.into(),
        (&provider.provider_name).into(),
        (&provider.description).into(),
        (&provider.issuer_url).into(),
        (&client_ids).into(),
        (&fingerprints).into(),
        provider.issuance_limit_time.get().into(),
        provider.key_set.as_ref().into(),
        provider.create_date.into(),
        provider.update_date.into(),
    ];
    if tx.execute(sql, &args)? == 0 { Err(tx.exists("OIDC provider")) } else { Ok(()) }
}

/// Writes what may change of a provider anew: all but its name, its issuer and when it was made. `Absent` if there is no
/// such provider.
pub fn update(tx: &mut Tx<'_>, provider: &OidcProvider) -> Result<(), StoreError> {
    let sql = "UPDATE oidc_providers SET description = ?3, client_ids = ?4, fingerprints = ?5, \
               issuance_limit_hours = ?6, key_set = ?7, update_date = ?8 WHERE account = ?1 AND provider_name = ?2";
    let (client_ids, fingerprints) = (provider.client_ids.to_string(), provider.fingerprints.to_string());
    let args: [Arg<'_>; 8] = [
        provider.account.into(),
        (&provider.provider_name).into(),
        (&provider.description).into(),
        (&client_ids).into(),
        (&fingerprints).into(),
        provider.issuance_limit_time.get().into(),
        provider.key_set.as_ref().into(),
        provider.update_date.into(),
    ];
    met(tx.execute(sql, &args)?, "OIDC provider")
}

/// Deletes a provider; whether it was there.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, name: &ProviderName) -> Result<bool, StoreError> {
    let sql = "DELETE FROM oidc_providers WHERE account = ?1 AND provider_name = ?2";
    Ok(tx.execute(sql, &[account.into(), name.into()])? > 0)
}

/// Deletes all of an account that is being deleted, which are few.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM oidc_providers WHERE account = ?1", &[account.into()]).map(drop)
}
