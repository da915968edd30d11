//! DeleteSAMLProvider: an identity provider is known no longer. Sessions that its assertions began go on to their end.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::oidc_provider::ProviderName;
use crate::ops::{Cx, Operation, Target, saml_provider};
use crate::store::tables::saml_providers;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteSAMLProvider;

shape! {
    /// Which provider.
    pub struct DeleteSAMLProviderRequest {
        /// The name of the provider.
        SAMLProviderName as saml_provider_name: ProviderName = "test-provider";
    }
}

impl Operation for DeleteSAMLProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteSAMLProvider",
        summary: "Deletes a SAML identity provider.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteSAMLProvider",
        resource: "acs:ram:*:{account}:saml-provider/{name}",
        errors: &["EntityNotExist.SAMLProvider"],
    };
    const SUMMARY_ZH: &'static str = "删除 SAML 身份提供商。";
    type Request = DeleteSAMLProviderRequest;
    type Response = Empty;

    fn target(request: &Self::Request) -> Target {
        saml_provider::target(&request.saml_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        let was_there = saml_providers::delete(cx.tx, cx.caller.account(), &request.saml_provider_name)?;
        if was_there { Ok(Empty {}) } else { Err(saml_provider::absent()) }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn it_is_gone_and_its_name_is_free() {
        let app = TestApp::new();
        let corp = [("SAMLProviderName", "corp")];
        app.saml_provider("corp");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "DeleteSAMLProvider", &corp), "NoPermission");
        assert_eq!(app.ok("DeleteSAMLProvider", &corp), serde_json::json!({}));
        assert_eq!(app.refused("GetSAMLProvider", &corp), "EntityNotExist.SAMLProvider");
        assert_eq!(app.refused("DeleteSAMLProvider", &corp), "EntityNotExist.SAMLProvider");
        app.saml_provider("corp");
        assert!(app.xml("DeleteSAMLProvider", &corp).contains("</RequestId></DeleteSAMLProviderResponse>"));
    }
}
