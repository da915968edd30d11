//! AddClientIdToOIDCProvider: one more client id of an OIDC identity provider.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;

use crate::identity::oidc_provider::{ClientId, ProviderName};
use crate::ops::oidc_provider::{self, OIDCProviderResponse};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct AddClientIdToOIDCProvider;

shape! {
    /// The parameters.
    pub struct AddClientIdToOIDCProviderRequest {
        /// The name of the provider.
        OIDCProviderName as oidc_provider_name: ProviderName = "TestOIDCProvider";
        /// The client id to add.
        ClientId as client_id: ClientId = "sts.aliyuncs.com";
    }
}

impl Operation for AddClientIdToOIDCProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "AddClientIdToOIDCProvider",
        summary: "Adds a client id to an OIDC identity provider.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:AddClientIdToOIDCProvider",
        resource: "acs:ram:*:{account}:oidc-provider/{name}",
        errors: &[
            "EntityNotExist.OIDCProvider",
            "EntityAlreadyExists.OIDCProvider.ClientId",
            "LimitExceeded.OIDCProvider.ClientId",
        ],
    };
    const SUMMARY_ZH: &'static str = "为 OIDC 身份提供商添加客户端 ID。";
    type Request = AddClientIdToOIDCProviderRequest;
    type Response = OIDCProviderResponse;

    fn target(request: &Self::Request) -> Target {
        oidc_provider::target(&request.oidc_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<OIDCProviderResponse> {
        oidc_provider::change(cx, &request.oidc_provider_name, |provider| {
            if provider.client_ids.contains(&request.client_id) {
                return Err(ApiError::new(Code::EntityAlreadyExists("OIDCProvider.ClientId")));
            }
            if provider.client_ids.insert(request.client_id.clone()) {
                Ok(())
            } else {
                Err(ApiError::new(Code::LimitExceeded("OIDCProvider.ClientId")))
            }
        })
        .map(OIDCProviderResponse::new)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn as_many_as_there_is_room_for() {
        let app = TestApp::new();
        app.oidc_provider("ci", "");
        let add = |number: usize| {
            let one = format!("client-{number}");
            app.call("AddClientIdToOIDCProvider", &[("OIDCProviderName", "ci"), ("ClientId", &one)])
        };
        for number in 0..50 {
            assert_eq!(add(number).0, 200, "{number}");
        }
        let found = app.ok("GetOIDCProvider", &[("OIDCProviderName", "ci")]);
        assert_eq!(found["OIDCProvider"]["ClientIds"].as_str().unwrap().split(',').count(), 50);
        assert_eq!(add(50).1["Code"], "LimitExceeded.OIDCProvider.ClientId");
        assert_eq!(add(0).1["Code"], "EntityAlreadyExists.OIDCProvider.ClientId");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let params = [("OIDCProviderName", "nobodys"), ("ClientId", "sts.aliyuncs.com")];
        assert_eq!(app.refused("AddClientIdToOIDCProvider", &params), "EntityNotExist.OIDCProvider");
        assert_eq!(app.refused("AddClientIdToOIDCProvider", &params[..1]), "MissingClientId");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "AddClientIdToOIDCProvider", &params), "NoPermission");
        assert!(
            app.xml("AddClientIdToOIDCProvider", &params)
                .contains("<Code>EntityNotExist.OIDCProvider</Code>")
        );
    }
}
