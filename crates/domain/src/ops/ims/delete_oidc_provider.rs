//! DeleteOIDCProvider: an identity provider is known no longer. Sessions that its tokens began go on to their end.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::oidc_provider::ProviderName;
use crate::ops::{Cx, Operation, Target, oidc_provider};
use crate::store::tables::oidc_providers;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteOIDCProvider;

shape! {
    /// Which provider.
    pub struct DeleteOIDCProviderRequest {
        /// The name of the provider.
        OIDCProviderName as oidc_provider_name: ProviderName = "TestOIDCProvider";
    }
}

impl Operation for DeleteOIDCProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteOIDCProvider",
        summary: "Deletes an OIDC identity provider with its keys.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteOIDCProvider",
        resource: "acs:ram:*:{account}:oidc-provider/{name}",
        errors: &["EntityNotExist.OIDCProvider"],
    };
    const SUMMARY_ZH: &'static str = "删除 OIDC 身份提供商及其公钥。";
    type Request = DeleteOIDCProviderRequest;
    type Response = Empty;

    fn target(request: &Self::Request) -> Target {
        oidc_provider::target(&request.oidc_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        let account = cx.caller.account();
        let was_there = oidc_providers::delete(cx.tx, account, &request.oidc_provider_name)?;
        if was_there { Ok(Empty {}) } else { Err(oidc_provider::absent()) }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn it_is_gone_and_its_name_is_free() {
        let app = TestApp::new();
        let ci = [("OIDCProviderName", "ci")];
        app.oidc_provider("ci", "one");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "DeleteOIDCProvider", &ci), "NoPermission");
        assert_eq!(app.ok("DeleteOIDCProvider", &ci), serde_json::json!({}));
        assert_eq!(app.refused("GetOIDCProvider", &ci), "EntityNotExist.OIDCProvider");
        assert_eq!(app.refused("DeleteOIDCProvider", &ci), "EntityNotExist.OIDCProvider");
        app.oidc_provider("ci", "one");
        assert!(app.xml("DeleteOIDCProvider", &ci).contains("</RequestId></DeleteOIDCProviderResponse>"));
    }
}
