//! GetOIDCProvider: an identity provider as it was registered.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;

use crate::identity::oidc_provider::ProviderName;
use crate::ops::oidc_provider::{self, OIDCProviderResponse};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetOIDCProvider;

shape! {
    /// Which provider.
    pub struct GetOIDCProviderRequest {
        /// The name of the provider.
        OIDCProviderName as oidc_provider_name: ProviderName = "TestOIDCProvider";
    }
}

impl Operation for GetOIDCProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetOIDCProvider",
        summary: "Queries an OIDC identity provider.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetOIDCProvider",
        resource: "acs:ram:*:{account}:oidc-provider/{name}",
        errors: &["EntityNotExist.OIDCProvider"],
    };
    const SUMMARY_ZH: &'static str = "查询 OIDC 身份提供商。";
    type Request = GetOIDCProviderRequest;
    type Response = OIDCProviderResponse;

    fn target(request: &Self::Request) -> Target {
        oidc_provider::target(&request.oidc_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<OIDCProviderResponse> {
        let account = cx.caller.account();
        oidc_provider::find(cx.tx, account, &request.oidc_provider_name).map(OIDCProviderResponse::new)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn it_is_as_it_was_registered() {
        let app = TestApp::new();
        app.oidc_provider("ci", "one");
        let found = app.ok("GetOIDCProvider", &[("OIDCProviderName", "ci")]);
        assert_eq!(found["OIDCProvider"]["Arn"], "acs:ram::1234567890123456:oidc-provider/ci");
        assert_eq!(found["OIDCProvider"]["GmtCreate"], "1749988800000");
        let xml = app.xml("GetOIDCProvider", &[("OIDCProviderName", "ci")]);
        assert!(xml.contains("<OIDCProvider><OIDCProviderName>ci</OIDCProviderName>"), "{xml}");
        assert_eq!(
            app.refused("GetOIDCProvider", &[("OIDCProviderName", "cd")]),
            "EntityNotExist.OIDCProvider"
        );
        assert_eq!(app.refused("GetOIDCProvider", &[]), "MissingOIDCProviderName");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "GetOIDCProvider", &[("OIDCProviderName", "ci")]), "NoPermission");
    }
}
