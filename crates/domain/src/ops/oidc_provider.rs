//! OIDC identity providers as their operations show and find them. Knows no single operation.

use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::arn::{Arn, Resource};
use crate::identity::oidc_provider::{
    ClientIds, Fingerprints, IssuanceLimitTime, IssuerUrl, ProviderDescription, ProviderName,
};
use crate::ids::AccountId;
use crate::ops::{Cx, Target};
use crate::store::Tx;
use crate::store::tables::oidc_providers::{self, OidcProvider};
use crate::time::Timestamp;

/// The most providers of an account (the vendor's page of CreateOIDCProvider, 2026).
pub const MOST: i64 = 100;

shape! {
    /// An OIDC identity provider.
    pub struct OIDCProvider {
        /// Its name.
        OIDCProviderName as oidc_provider_name: ProviderName = "TestOIDCProvider";
        /// Its ARN.
        Arn as arn: String = "acs:ram::1234567890123456:oidc-provider/TestOIDCProvider";
        /// What it is for.
        Description as description: ProviderDescription = "robots of the build";
        /// Who issues its tokens.
        IssuerUrl as issuer_url: IssuerUrl = "https://idp.example.com";
        /// For whom its tokens may be, with commas between.
        ClientIds as client_ids: ClientIds = "498469743454717001,sts.aliyuncs.com";
        /// The SHA-1 of the certificate authorities of its address, with commas between. Kept and told; no connection is made to the address.
        Fingerprints as fingerprints: Fingerprints = "902ef2deeb3c5b13ea4c3d5193629309e2310001";
        /// For how many hours after it was issued a token is taken.
        IssuanceLimitTime as issuance_limit_time: IssuanceLimitTime = "12";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2025-06-15T12:00:00Z";
        /// When it was last changed.
        UpdateDate as update_date: Timestamp = "2025-06-15T12:00:00Z";
        /// When it was made, in milliseconds since 1970.
        GmtCreate as gmt_create: String = "1749988800000";
        /// When it was last changed, in milliseconds since 1970.
        GmtModified as gmt_modified: String = "1749988800000";
    }
}

shape! {
    /// The answer: the provider as it is now.
    pub struct OIDCProviderResponse {
        /// The provider.
        OIDCProvider as oidc_provider: Nested<OIDCProvider> = "";
    }
}

impl From<OidcProvider> for OIDCProvider {
    fn from(row: OidcProvider) -> Self {
        let milliseconds = |at: Timestamp| at.seconds().saturating_mul(1000).to_string();
        Self {
            arn: arn(row.account, &row.provider_name).to_string(),
            oidc_provider_name: row.provider_name,
            description: row.description,
            issuer_url: row.issuer_url,
            client_ids: row.client_ids,
            fingerprints: row.fingerprints,
            issuance_limit_time: row.issuance_limit_time,
            create_date: row.create_date,
            update_date: row.update_date,
            gmt_create: milliseconds(row.create_date),
            gmt_modified: milliseconds(row.update_date),
        }
    }
}

impl OIDCProviderResponse {
    /// An answer with this provider.
    pub fn new(row: OidcProvider) -> Self {
        Self { oidc_provider: Nested(row.into()) }
    }
}

/// The ARN of a provider.
pub fn arn(account: AccountId, name: &ProviderName) -> Arn {
    Arn { account, resource: Resource::OidcProvider(name.clone()) }
}

/// What a request about a provider is about.
pub fn target(name: &ProviderName) -> Target {
    Target::Named { kind: "oidc-provider", name: name.to_string() }
}

/// The provider of that name.
///
/// # Errors
/// `EntityNotExist.OIDCProvider`.
pub fn find(tx: &mut Tx<'_>, account: AccountId, name: &ProviderName) -> ApiResult<OidcProvider> {
    oidc_providers::find(tx, account, name)?.ok_or_else(absent)
}

/// The refusal where there is no such provider (the code that the vendor's Terraform provider waits for).
pub fn absent() -> Box<ApiError> {
    ApiError::new(Code::EntityNotExist("OIDCProvider"))
}

/// Changes the provider of that name and writes it down.
///
/// # Errors
/// `EntityNotExist.OIDCProvider`, or what `change` refuses.
pub fn change(
    cx: &mut Cx<'_, '_>,
    name: &ProviderName,
    change: impl FnOnce(&mut OidcProvider) -> ApiResult<()>,
) -> ApiResult<OidcProvider> {
    let mut provider = find(cx.tx, cx.caller.account(), name)?;
    change(&mut provider)?;
    provider.update_date = cx.now;
    oidc_providers::update(cx.tx, &provider)?;
    Ok(provider)
}
