//! RemoveFingerprintFromOIDCProvider: one fingerprint less of an OIDC identity provider.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;

use crate::identity::oidc_provider::{Fingerprint, ProviderName};
use crate::ops::oidc_provider::{self, OIDCProviderResponse};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct RemoveFingerprintFromOIDCProvider;

shape! {
    /// The parameters.
    pub struct RemoveFingerprintFromOIDCProviderRequest {
        /// The name of the provider.
        OIDCProviderName as oidc_provider_name: ProviderName = "TestOIDCProvider";
        /// The fingerprint to remove.
        Fingerprint as fingerprint: Fingerprint = "902ef2deeb3c5b13ea4c3d5193629309e2310001";
    }
}

impl Operation for RemoveFingerprintFromOIDCProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "RemoveFingerprintFromOIDCProvider",
        summary: "Removes a fingerprint from an OIDC identity provider.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:RemoveFingerprintFromOIDCProvider",
        resource: "acs:ram:*:{account}:oidc-provider/{name}",
        errors: &["EntityNotExist.OIDCProvider", "EntityNotExist.OIDCProvider.Fingerprint"],
    };
    const SUMMARY_ZH: &'static str = "移除 OIDC 身份提供商的证书指纹。";
    type Request = RemoveFingerprintFromOIDCProviderRequest;
    type Response = OIDCProviderResponse;

    fn target(request: &Self::Request) -> Target {
        oidc_provider::target(&request.oidc_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<OIDCProviderResponse> {
        oidc_provider::change(cx, &request.oidc_provider_name, |provider| {
            if provider.fingerprints.remove(&request.fingerprint) {
                Ok(())
            } else {
                Err(ApiError::new(Code::EntityNotExist("OIDCProvider.Fingerprint")))
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
        for one in ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"] {
            app.ok("AddFingerprintToOIDCProvider", &[("OIDCProviderName", "ci"), ("Fingerprint", one)]);
        }
        let params =
            [("OIDCProviderName", "ci"), ("Fingerprint", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")];
        let left = app.ok("RemoveFingerprintFromOIDCProvider", &params);
        assert_eq!(left["OIDCProvider"]["Fingerprints"], "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
        assert_eq!(
            app.refused("RemoveFingerprintFromOIDCProvider", &params),
            "EntityNotExist.OIDCProvider.Fingerprint"
        );
        let params =
            [("OIDCProviderName", "nobodys"), ("Fingerprint", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")];
        assert_eq!(app.refused("RemoveFingerprintFromOIDCProvider", &params), "EntityNotExist.OIDCProvider");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "RemoveFingerprintFromOIDCProvider", &params), "NoPermission");
        let xml = app.xml(
            "RemoveFingerprintFromOIDCProvider",
            &[("OIDCProviderName", "ci"), ("Fingerprint", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")],
        );
        assert!(xml.contains("<Fingerprints></Fingerprints>") || xml.contains("<Fingerprints/>"), "{xml}");
    }
}
