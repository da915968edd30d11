//! UpdateSAMLProvider: changes the description or the metadata of an identity provider; what is left out stays.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult};
use ramward_rpc::shape;

use crate::identity::oidc_provider::{ProviderDescription, ProviderName};
use crate::identity::saml_provider::AuthnSignAlgo;
use crate::ops::saml_provider::{self, SAMLProviderResponse};
use crate::ops::{Cx, Operation, Target};
use crate::store::tables::saml_providers;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdateSAMLProvider;

shape! {
    /// What changes; at least one of the new things must be there.
    pub struct UpdateSAMLProviderRequest {
        /// The name of the provider.
        SAMLProviderName as saml_provider_name: ProviderName = "test-provider";
        /// What it is for; an empty text clears it.
        NewDescription as new_description: Option<ProviderDescription> = "the company's directory";
        /// The provider's metadata in base64, in place of what there was.
        NewEncodedSAMLMetadataDocument as new_encoded_saml_metadata_document: Option<String> = "PD94bWwgdmVyc2lvbj0iMS4wIj8+";
        /// How requests to the provider are signed.
        AuthnSignAlgo as authn_sign_algo: Option<AuthnSignAlgo> = "rsa-sha256";
    }
}

impl Operation for UpdateSAMLProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "UpdateSAMLProvider",
        summary: "Changes the description or the metadata of a SAML identity provider.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:UpdateSAMLProvider",
        resource: "acs:ram:*:{account}:saml-provider/{name}",
        errors: &["EntityNotExist.SAMLProvider"],
    };
    const SUMMARY_ZH: &'static str = "修改 SAML 身份提供商的描述或元数据。";
    type Request = UpdateSAMLProviderRequest;
    type Response = SAMLProviderResponse;

    fn target(request: &Self::Request) -> Target {
        saml_provider::target(&request.saml_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<SAMLProviderResponse> {
        let (description, encoded) = (&request.new_description, &request.new_encoded_saml_metadata_document);
        let mut provider = saml_provider::find(cx.tx, cx.caller.account(), &request.saml_provider_name)?;
        if description.is_none() && encoded.is_none() && request.authn_sign_algo.is_none() {
            return Err(ApiError::missing("NewDescription"));
        }
        if let Some(description) = description {
            provider.description = description.clone();
        }
        if let Some(encoded) = encoded {
            provider.metadata_document =
                saml_provider::read_metadata("NewEncodedSAMLMetadataDocument", encoded)?;
        }
        if let Some(algorithm) = request.authn_sign_algo {
            provider.authn_sign_algo = algorithm;
        }
        provider.update_date = cx.now;
        saml_providers::update(cx.tx, &provider)?;
        Ok(SAMLProviderResponse::new(&provider))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn what_is_left_out_stays() {
        let app = TestApp::new();
        app.saml_provider("corp");
        let before = app.ok("GetSAMLProvider", &[("SAMLProviderName", "corp")]);
        app.clock.advance(60);
        let now = app.ok("UpdateSAMLProvider", &[("SAMLProviderName", "corp"), ("NewDescription", "new")]);
        assert_eq!(
            (&now["SAMLProvider"]["Description"], &now["SAMLProvider"]["UpdateDate"]),
            (&"new".into(), &"2025-06-15T12:01:00Z".into())
        );
        let after = app.ok("GetSAMLProvider", &[("SAMLProviderName", "corp")]);
        let document = |of: &serde_json::Value| of["SAMLProvider"]["EncodedSAMLMetadataDocument"].clone();
        assert_eq!(document(&after), document(&before));
        let now = app.ok(
            "UpdateSAMLProvider",
            &[("SAMLProviderName", "corp"), ("AuthnSignAlgo", "rsa-sha256"), ("NewDescription", "")],
        );
        assert_eq!(
            (&now["SAMLProvider"]["AuthnSignAlgo"], &now["SAMLProvider"]["Description"]),
            (&"rsa-sha256".into(), &"".into())
        );
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let refused = |params: &[(&'static str, &'static str)]| app.refused("UpdateSAMLProvider", params);
        let params = [("SAMLProviderName", "corp"), ("NewDescription", "new")];
        assert_eq!(refused(&params), "EntityNotExist.SAMLProvider");
        app.saml_provider("corp");
        assert_eq!(refused(&params[..1]), "MissingNewDescription");
        let bad = [("SAMLProviderName", "corp"), ("NewEncodedSAMLMetadataDocument", "PHgvPg==")];
        assert_eq!(refused(&bad), "InvalidParameter.NewEncodedSAMLMetadataDocument.Format");
        assert_eq!(
            refused(&[("SAMLProviderName", "corp"), ("AuthnSignAlgo", "md5")]),
            "InvalidParameter.AuthnSignAlgo.Range"
        );
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "UpdateSAMLProvider", &params), "NoPermission");
        assert!(app.xml("UpdateSAMLProvider", &params).contains("<Description>new</Description>"));
    }
}
