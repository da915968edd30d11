//! UpdateOIDCProvider: changes what may change of an identity provider; what is left out stays.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;

use crate::identity::oidc_provider::{ClientIds, IssuanceLimitTime, ProviderDescription, ProviderName};
use crate::ops::oidc_provider::{self, OIDCProviderResponse};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdateOIDCProvider;

shape! {
    /// What changes.
    pub struct UpdateOIDCProviderRequest {
        /// The name of the provider.
        OIDCProviderName as oidc_provider_name: ProviderName = "TestOIDCProvider";
        /// What it is for; an empty text clears it.
        NewDescription as new_description: Option<ProviderDescription> = "robots of the build";
        /// For whom its tokens may be, in place of those there were.
        ClientIds as client_ids: Option<ClientIds> = "498469743454717001";
        /// For how many hours after it was issued a token is taken.
        IssuanceLimitTime as issuance_limit_time: Option<IssuanceLimitTime> = "24";
    }
}

impl Operation for UpdateOIDCProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "UpdateOIDCProvider",
        summary: "Changes the description, the client ids or the issuance limit of an OIDC identity provider.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:UpdateOIDCProvider",
        resource: "acs:ram:*:{account}:oidc-provider/{name}",
        errors: &["EntityNotExist.OIDCProvider"],
    };
    const SUMMARY_ZH: &'static str = "修改 OIDC 身份提供商的描述、客户端 ID 或签发时间限制。";
    type Request = UpdateOIDCProviderRequest;
    type Response = OIDCProviderResponse;

    fn target(request: &Self::Request) -> Target {
        oidc_provider::target(&request.oidc_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<OIDCProviderResponse> {
        oidc_provider::change(cx, &request.oidc_provider_name, |provider| {
            if let Some(description) = &request.new_description {
                provider.description = description.clone();
            }
            if let Some(client_ids) = &request.client_ids {
                provider.client_ids = client_ids.clone();
            }
            if let Some(hours) = request.issuance_limit_time {
                provider.issuance_limit_time = hours;
            }
            Ok(())
        })
        .map(OIDCProviderResponse::new)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn what_is_left_out_stays() {
        let app = TestApp::new();
        app.oidc_provider("ci", "one,two");
        app.clock.advance(60);
        let update = |params: &[(&'static str, &'static str)]| {
            let params: Vec<_> = [("OIDCProviderName", "ci")].iter().chain(params).copied().collect();
            app.ok("UpdateOIDCProvider", &params)["OIDCProvider"].clone()
        };
        let now = update(&[("NewDescription", "new"), ("IssuanceLimitTime", "1")]);
        assert_eq!((&now["Description"], &now["IssuanceLimitTime"]), (&"new".into(), &1.into()));
        assert_eq!(
            (&now["ClientIds"], &now["UpdateDate"]),
            (&"one,two".into(), &"2025-06-15T12:01:00Z".into())
        );
        assert_eq!(now["CreateDate"], "2025-06-15T12:00:00Z");
        let now = update(&[("ClientIds", "three"), ("NewDescription", "")]);
        assert_eq!((&now["ClientIds"], &now["Description"]), (&"three".into(), &"".into()));
        assert_eq!(now["IssuanceLimitTime"], 1);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let ci = [("OIDCProviderName", "ci")];
        assert_eq!(app.refused("UpdateOIDCProvider", &ci), "EntityNotExist.OIDCProvider");
        let zero = [("OIDCProviderName", "ci"), ("IssuanceLimitTime", "0")];
        assert_eq!(app.refused("UpdateOIDCProvider", &zero), "InvalidParameter.IssuanceLimitTime.Range");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "UpdateOIDCProvider", &ci), "NoPermission");
        assert!(app.xml("UpdateOIDCProvider", &ci).contains("<Code>EntityNotExist.OIDCProvider</Code>"));
    }
}
