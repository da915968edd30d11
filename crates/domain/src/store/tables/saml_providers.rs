//! SAML identity providers with their metadata.

use super::{met, rows};
use crate::identity::oidc_provider::{ProviderDescription, ProviderName};
use crate::identity::saml_provider::AuthnSignAlgo;
use crate::ids::AccountId;
use crate::store::connection::{Arg, Row};
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// A provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamlProvider {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its name; it never changes.
    pub provider_name: ProviderName,
    /// What it is for; may be empty.
    pub description: ProviderDescription,
    /// Its metadata as it was given.
    pub metadata_document: String,
    /// How requests to it are signed.
    pub authn_sign_algo: AuthnSignAlgo,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it was last changed.
    pub update_date: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, provider_name, description, metadata_document, authn_sign_algo, create_date, update_date \
             FROM saml_providers ",
            $rest
        )
    };
}

fn read(row: Row<'_>) -> Result<SamlProvider, StoreError> {
    Ok(SamlProvider {
        account: row.get(0)?,
        provider_name: row.get(1)?,
        description: row.get(2)?,
        metadata_document: row.get(3)?,
        authn_sign_algo: row.get(4)?,
        create_date: row.get(5)?,
        update_date: row.get(6)?,
    })
}

/// A provider by its name.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &ProviderName,
) -> Result<Option<SamlProvider>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND provider_name = ?2"), &[account.into(), name.into()], read)
}

/// The next `limit` providers after `after`, by name.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<&ProviderName>,
    limit: usize,
) -> Result<Vec<SamlProvider>, StoreError> {
    let sql = select!("WHERE account = ?1 AND provider_name > ?2 ORDER BY provider_name LIMIT ?3");
    let after = after.map_or("", ProviderName::as_str);
    tx.list(sql, &[account.into(), after.into(), rows(limit).into()], read)
}

/// How many providers the account has; by a walk over them, whose number a quota of a hundred bounds.
pub fn count(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM saml_providers WHERE account = ?1";
    Ok(tx.find(sql, &[account.into()], |row| row.get(0))?.unwrap_or_default())
}

/// A new provider. `Exists` if its name is taken.
pub fn insert(tx: &mut Tx<'_>, provider: &SamlProvider) -> Result<(), StoreError> {
    let sql = "INSERT INTO saml_providers (account, provider_name, description, metadata_document, authn_sign_algo, \
               create_date, update_date) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
    let args: [Arg<'_>; 7] = [
        provider.account.into(),
        (&provider.provider_name).into(),
        (&provider.description).into(),
        (&provider.metadata_document).into(),
        (&provider.authn_sign_algo).into(),
        provider.create_date.into(),
        provider.update_date.into(),
    ];
    if tx.execute(sql, &args)? == 0 { Err(tx.exists("SAML provider")) } else { Ok(()) }
}

/// Writes what may change of a provider anew: all but its name and when it was made. `Absent` if there is no such
/// provider.
pub fn update(tx: &mut Tx<'_>, provider: &SamlProvider) -> Result<(), StoreError> {
    let sql = "UPDATE saml_providers SET description = ?3, metadata_document = ?4, authn_sign_algo = ?5, \
               update_date = ?6 WHERE account = ?1 AND provider_name = ?2";
    let args: [Arg<'_>; 6] = [
        provider.account.into(),
        (&provider.provider_name).into(),
        (&provider.description).into(),
        (&provider.metadata_document).into(),
        (&provider.authn_sign_algo).into(),
        provider.update_date.into(),
    ];
    met(tx.execute(sql, &args)?, "SAML provider")
}

/// Deletes a provider; whether it was there.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, name: &ProviderName) -> Result<bool, StoreError> {
    let sql = "DELETE FROM saml_providers WHERE account = ?1 AND provider_name = ?2";
    Ok(tx.execute(sql, &[account.into(), name.into()])? > 0)
}

/// Deletes all of an account that is being deleted, which are few.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM saml_providers WHERE account = ?1", &[account.into()]).map(drop)
}
