//! GetSAMLProvider: an identity provider as it was registered, with its metadata.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::oidc_provider::{ProviderDescription, ProviderName};
use crate::identity::saml_provider::AuthnSignAlgo;
use crate::ops::{Cx, Operation, Target, saml_provider};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetSAMLProvider;

shape! {
    /// Which provider.
    pub struct GetSAMLProviderRequest {
        /// The name of the provider.
        SAMLProviderName as saml_provider_name: ProviderName = "test-provider";
    }
}

shape! {
    /// The answer.
    pub struct GetSAMLProviderResponse {
        /// The provider.
        SAMLProvider as saml_provider: Nested<SAMLProviderWithMetadata> = "";
    }
}

shape! {
    /// A SAML identity provider with its metadata.
    pub struct SAMLProviderWithMetadata {
        /// Its name.
        SAMLProviderName as saml_provider_name: ProviderName = "test-provider";
        /// Its ARN.
        Arn as arn: String = "acs:ram::1234567890123456:saml-provider/test-provider";
        /// What it is for.
        Description as description: ProviderDescription = "the company's directory";
        /// Its metadata in base64.
        EncodedSAMLMetadataDocument as encoded_saml_metadata_document: String = "PD94bWwgdmVyc2lvbj0iMS4wIj8+";
        /// How requests to the provider are signed.
        AuthnSignAlgo as authn_sign_algo: AuthnSignAlgo = "rsa-sha256";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2025-06-15T12:00:00Z";
        /// When it was last changed.
        UpdateDate as update_date: Timestamp = "2025-06-15T12:00:00Z";
    }
}

impl Operation for GetSAMLProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetSAMLProvider",
        summary: "Queries a SAML identity provider with its metadata.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetSAMLProvider",
        resource: "acs:ram:*:{account}:saml-provider/{name}",
        errors: &["EntityNotExist.SAMLProvider"],
    };
    const SUMMARY_ZH: &'static str = "查询 SAML 身份提供商及其元数据。";
    type Request = GetSAMLProviderRequest;
    type Response = GetSAMLProviderResponse;

    fn target(request: &Self::Request) -> Target {
        saml_provider::target(&request.saml_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<GetSAMLProviderResponse> {
        let row = saml_provider::find(cx.tx, cx.caller.account(), &request.saml_provider_name)?;
        Ok(GetSAMLProviderResponse {
            saml_provider: Nested(SAMLProviderWithMetadata {
                arn: saml_provider::arn(row.account, &row.provider_name).to_string(),
                saml_provider_name: row.provider_name,
                description: row.description,
                encoded_saml_metadata_document: saml_provider::encode_metadata(&row.metadata_document),
                authn_sign_algo: row.authn_sign_algo,
                create_date: row.create_date,
                update_date: row.update_date,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.saml_provider("corp");
        let params = [("SAMLProviderName", "corp")];
        let found = app.ok("GetSAMLProvider", &params);
        assert_eq!(found["SAMLProvider"]["Arn"], "acs:ram::1234567890123456:saml-provider/corp");
        assert_eq!(
            app.refused("GetSAMLProvider", &[("SAMLProviderName", "x")]),
            "EntityNotExist.SAMLProvider"
        );
        assert_eq!(app.refused("GetSAMLProvider", &[]), "MissingSAMLProviderName");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "GetSAMLProvider", &params), "NoPermission");
    }
}
