//! RemoveClientIdFromOIDCProvider: one client id less of an OIDC identity provider.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;

use crate::identity::oidc_provider::{ClientId, ProviderName};
use crate::ops::oidc_provider::{self, OIDCProviderResponse};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct RemoveClientIdFromOIDCProvider;

shape! {
    /// The parameters.
    pub struct RemoveClientIdFromOIDCProviderRequest {
        /// The name of the provider.
        OIDCProviderName as oidc_provider_name: ProviderName = "TestOIDCProvider";
        /// The client id to remove.
        ClientId as client_id: ClientId = "sts.aliyuncs.com";
    }
}

impl Operation for RemoveClientIdFromOIDCProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "RemoveClientIdFromOIDCProvider",
        summary: "Removes a client id from an OIDC identity provider.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:RemoveClientIdFromOIDCProvider",
        resource: "acs:ram:*:{account}:oidc-provider/{name}",
        errors: &["EntityNotExist.OIDCProvider", "EntityNotExist.OIDCProvider.ClientId"],
    };
    const SUMMARY_ZH: &'static str = "移除 OIDC 身份提供商的客户端 ID。";
    type Request = RemoveClientIdFromOIDCProviderRequest;
    type Response = OIDCProviderResponse;

    fn target(request: &Self::Request) -> Target {
        oidc_provider::target(&request.oidc_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<OIDCProviderResponse> {
        oidc_provider::change(cx, &request.oidc_provider_name, |provider| {
            if provider.client_ids.remove(&request.client_id) {
                Ok(())
            } else {
                Err(ApiError::new(Code::EntityNotExist("OIDCProvider.ClientId")))
            }
        })
        .map(OIDCProviderResponse::new)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn one_goes_and_the_others_stay() {
        let app = TestApp::new();
        app.oidc_provider("ci", "");
        for one in ["one", "two"] {
            app.ok("AddClientIdToOIDCProvider", &[("OIDCProviderName", "ci"), ("ClientId", one)]);
        }
        let params = [("OIDCProviderName", "ci"), ("ClientId", "one")];
        let left = app.ok("RemoveClientIdFromOIDCProvider", &params);
        assert_eq!(left["OIDCProvider"]["ClientIds"], "two");
        assert_eq!(
            app.refused("RemoveClientIdFromOIDCProvider", &params),
            "EntityNotExist.OIDCProvider.ClientId"
        );
        let params = [("OIDCProviderName", "nobodys"), ("ClientId", "one")];
        assert_eq!(app.refused("RemoveClientIdFromOIDCProvider", &params), "EntityNotExist.OIDCProvider");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "RemoveClientIdFromOIDCProvider", &params), "NoPermission");
        let xml =
            app.xml("RemoveClientIdFromOIDCProvider", &[("OIDCProviderName", "ci"), ("ClientId", "two")]);
        assert!(xml.contains("<ClientIds></ClientIds>") || xml.contains("<ClientIds/>"), "{xml}");
    }
}
