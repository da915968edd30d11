//! SAML identity providers as their operations show and find them. Knows no single operation.

use std::borrow::Cow;

use data_encoding::BASE64;
use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::arn::{Arn, Resource};
use crate::identity::oidc_provider::{ProviderDescription, ProviderName};
use crate::identity::saml::BadSaml;
use crate::identity::saml::metadata::Metadata;
use crate::identity::saml_provider::AuthnSignAlgo;
use crate::ids::AccountId;
use crate::ops::Target;
use crate::store::Tx;
use crate::store::tables::saml_providers::{self, SamlProvider};
use crate::time::Timestamp;

/// The most providers of an account, as of those for OIDC.
pub const MOST: i64 = 100;

shape! {
    /// A SAML identity provider.
    pub struct SAMLProvider {
        /// Its name.
        SAMLProviderName as saml_provider_name: ProviderName = "test-provider";
        /// Its ARN.
        Arn as arn: String = "acs:ram::1234567890123456:saml-provider/test-provider";
        /// What it is for.
        Description as description: ProviderDescription = "the company's directory";
        /// How requests to the provider are signed. Kept and told: this server sends none.
        AuthnSignAlgo as authn_sign_algo: AuthnSignAlgo = "rsa-sha256";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2025-06-15T12:00:00Z";
        /// When it was last changed.
        UpdateDate as update_date: Timestamp = "2025-06-15T12:00:00Z";
    }
}

shape! {
    /// The answer: the provider as it is now.
    pub struct SAMLProviderResponse {
        /// The provider.
        SAMLProvider as saml_provider: Nested<SAMLProvider> = "";
    }
}

impl SAMLProviderResponse {
    /// An answer with this provider.
    pub fn new(row: &SamlProvider) -> Self {
        Self {
            saml_provider: Nested(SAMLProvider {
                saml_provider_name: row.provider_name.clone(),
                arn: arn(row.account, &row.provider_name).to_string(),
                description: row.description.clone(),
                authn_sign_algo: row.authn_sign_algo,
                create_date: row.create_date,
                update_date: row.update_date,
            }),
        }
    }
}

/// The ARN of a provider.
pub fn arn(account: AccountId, name: &ProviderName) -> Arn {
    Arn { account, resource: Resource::SamlProvider(name.clone()) }
}

/// What a request about a provider is about.
pub fn target(name: &ProviderName) -> Target {
    Target::Named { kind: "saml-provider", name: name.to_string() }
}

/// The provider of that name.
///
/// # Errors
/// `EntityNotExist.SAMLProvider`.
pub fn find(tx: &mut Tx<'_>, account: AccountId, name: &ProviderName) -> ApiResult<SamlProvider> {
    saml_providers::find(tx, account, name)?.ok_or_else(absent)
}

/// The refusal where there is no such provider (the vendor's page of AssumeRoleWithSAML names the code).
pub fn absent() -> Box<ApiError> {
    ApiError::new(Code::EntityNotExist("SAMLProvider"))
}

/// The text behind base64, which may be broken into lines.
///
/// # Errors
/// `None` if it is no base64 of a text.
pub fn decode(encoded: &str) -> Option<String> {
    let compact: Cow<'_, str> = if encoded.contains(|c: char| c.is_ascii_whitespace()) {
        encoded.split_ascii_whitespace().collect::<String>().into()
    } else {
        encoded.into()
    };
    String::from_utf8(BASE64.decode(compact.as_bytes()).ok()?).ok()
}

/// Reads the metadata that the parameter `name` brings in base64.
///
/// # Errors
/// `InvalidParameter.<name>.Format`.
pub fn read_metadata(name: &'static str, encoded: &str) -> ApiResult<String> {
    let refused = |bad: BadSaml| {
        let message = format!("The format of the parameter - \"{name}\" is incorrect: {bad}.");
        ApiError::with_message(Code::InvalidParameter(name.into(), Rule::Format), message)
    };
    let document =
        decode(encoded).ok_or_else(|| refused(BadSaml("it is no base64 of a text in UTF-8".to_owned())))?;
    Metadata::parse(&document).map_err(refused)?;
    Ok(document)
}

/// The metadata as answers show it.
pub fn encode_metadata(document: &str) -> String {
    BASE64.encode(document.as_bytes())
}
