//! Identity providers in state files: a line each, after their account.

use serde::{Deserialize, Serialize};

use super::taking::Fault;
use crate::identity::json_web_key::KeySet;
use crate::identity::oidc_provider::{
    ClientIds, Fingerprints, IssuanceLimitTime, IssuerUrl, ProviderDescription, ProviderName,
};
use crate::identity::saml::metadata::Metadata;
use crate::identity::saml_provider::AuthnSignAlgo;
use crate::ids::AccountId;
use crate::store::Tx;
use crate::store::tables::oidc_providers::{self, OidcProvider};
use crate::store::tables::saml_providers::{self, SamlProvider};
use crate::time::Timestamp;

/// For how many hours after it was issued a token is taken, if a record does not say.
const HOURS: i64 = 12;

/// An OIDC identity provider with its public keys.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OidcProviderRecord {
    /// Its account.
    pub account_id: AccountId,
    /// Its name.
    #[serde(rename = "OIDCProviderName")]
    pub oidc_provider_name: ProviderName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<ProviderDescription>,
    /// Who issues its tokens.
    pub issuer_url: IssuerUrl,
    /// For whom its tokens may be, with commas between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_ids: Option<ClientIds>,
    /// What is known of the certificates at its address, with commas between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprints: Option<Fingerprints>,
    /// For how many hours after it was issued a token is taken; 12, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuance_limit_time: Option<i64>,
    /// Its public keys, a JSON Web Key Set as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_web_key_set: Option<String>,
    /// When it was made; now, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    /// When it was last changed; when it was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_date: Option<Timestamp>,
}

/// A SAML identity provider with its metadata.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SamlProviderRecord {
    /// Its account.
    pub account_id: AccountId,
    /// Its name.
    #[serde(rename = "SAMLProviderName")]
    pub saml_provider_name: ProviderName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<ProviderDescription>,
    /// Its metadata as it is: XML, not base64.
    #[serde(rename = "SAMLMetadataDocument")]
    pub saml_metadata_document: String,
    /// How requests to it are signed; `rsa-sha1`, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authn_sign_algo: Option<AuthnSignAlgo>,
    /// When it was made; now, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    /// When it was last changed; when it was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_date: Option<Timestamp>,
}

impl From<OidcProvider> for OidcProviderRecord {
    fn from(row: OidcProvider) -> Self {
        Self {
            account_id: row.account,
            oidc_provider_name: row.provider_name,
            description: (!row.description.as_str().is_empty()).then_some(row.description),
            issuer_url: row.issuer_url,
            client_ids: (row.client_ids != ClientIds::default()).then_some(row.client_ids),
            fingerprints: (row.fingerprints != Fingerprints::default()).then_some(row.fingerprints),
            issuance_limit_time: Some(row.issuance_limit_time.get()),
            json_web_key_set: row.key_set,
            create_date: Some(row.create_date),
            update_date: Some(row.update_date),
        }
    }
}

impl From<SamlProvider> for SamlProviderRecord {
    fn from(row: SamlProvider) -> Self {
        Self {
            account_id: row.account,
            saml_provider_name: row.provider_name,
            description: (!row.description.as_str().is_empty()).then_some(row.description),
            saml_metadata_document: row.metadata_document,
            authn_sign_algo: Some(row.authn_sign_algo),
            create_date: Some(row.create_date),
            update_date: Some(row.update_date),
        }
    }
}

/// Takes an OIDC provider in.
pub(super) fn take_oidc(tx: &mut Tx<'_>, record: OidcProviderRecord, now: Timestamp) -> Result<(), Fault> {
    if let Some(keys) = &record.json_web_key_set {
        KeySet::parse(keys).map_err(|bad| Fault::Field("JsonWebKeySet", bad.to_string()))?;
    }
    let hours = record.issuance_limit_time.unwrap_or(HOURS);
    let issuance_limit_time = IssuanceLimitTime::new(hours)
        .ok_or_else(|| Fault::Field("IssuanceLimitTime", format!("{hours} is not between 1 and 168")))?;
    let create_date = record.create_date.unwrap_or(now);
    let row = OidcProvider {
        account: record.account_id,
        provider_name: record.oidc_provider_name,
        description: record.description.unwrap_or_default(),
        issuer_url: record.issuer_url,
        client_ids: record.client_ids.unwrap_or_default(),
        fingerprints: record.fingerprints.unwrap_or_default(),
        issuance_limit_time,
        key_set: record.json_web_key_set,
        create_date,
        update_date: record.update_date.unwrap_or(create_date),
    };
    Ok(oidc_providers::insert(tx, &row)?)
}

/// Takes a SAML provider in.
pub(super) fn take_saml(tx: &mut Tx<'_>, record: SamlProviderRecord, now: Timestamp) -> Result<(), Fault> {
    Metadata::parse(&record.saml_metadata_document)
        .map_err(|bad| Fault::Field("SAMLMetadataDocument", bad.to_string()))?;
    let create_date = record.create_date.unwrap_or(now);
    let row = SamlProvider {
        account: record.account_id,
        provider_name: record.saml_provider_name,
        description: record.description.unwrap_or_default(),
        metadata_document: record.saml_metadata_document,
        authn_sign_algo: record.authn_sign_algo.unwrap_or(AuthnSignAlgo::RsaSha1),
        create_date,
        update_date: record.update_date.unwrap_or(create_date),
    };
    Ok(saml_providers::insert(tx, &row)?)
}
