//! AddFingerprintToOIDCProvider: one more fingerprint of an OIDC identity provider.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;

use crate::identity::oidc_provider::{Fingerprint, ProviderName};
use crate::ops::oidc_provider::{self, OIDCProviderResponse};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct AddFingerprintToOIDCProvider;

shape! {
    /// The parameters.
    pub struct AddFingerprintToOIDCProviderRequest {
        /// The name of the provider.
        OIDCProviderName as oidc_provider_name: ProviderName = "TestOIDCProvider";
        /// The fingerprint to add.
        Fingerprint as fingerprint: Fingerprint = "902ef2deeb3c5b13ea4c3d5193629309e2310001";
    }
}

impl Operation for AddFingerprintToOIDCProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "AddFingerprintToOIDCProvider",
        summary: "Adds a fingerprint to an OIDC identity provider.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:AddFingerprintToOIDCProvider",
        resource: "acs:ram:*:{account}:oidc-provider/{name}",
        errors: &[
            "EntityNotExist.OIDCProvider",
            "EntityAlreadyExists.OIDCProvider.Fingerprint",
            "LimitExceeded.OIDCProvider.Fingerprint",
        ],
    };
    const SUMMARY_ZH: &'static str = "为 OIDC 身份提供商添加证书指纹。";
    type Request = AddFingerprintToOIDCProviderRequest;
    type Response = OIDCProviderResponse;

    fn target(request: &Self::Request) -> Target {
        oidc_provider::target(&request.oidc_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<OIDCProviderResponse> {
        oidc_provider::change(cx, &request.oidc_provider_name, |provider| {
            if provider.fingerprints.contains(&request.fingerprint) {
                return Err(ApiError::new(Code::EntityAlreadyExists("OIDCProvider.Fingerprint")));
            }
            if provider.fingerprints.insert(request.fingerprint.clone()) {
                Ok(())
            } else {
                Err(ApiError::new(Code::LimitExceeded("OIDCProvider.Fingerprint")))
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
            let one = format!("{number:040x}");
            app.call("AddFingerprintToOIDCProvider", &[("OIDCProviderName", "ci"), ("Fingerprint", &one)])
        };
        for number in 0..5 {
            assert_eq!(add(number).0, 200, "{number}");
        }
        let found = app.ok("GetOIDCProvider", &[("OIDCProviderName", "ci")]);
        assert_eq!(found["OIDCProvider"]["Fingerprints"].as_str().unwrap().split(',').count(), 5);
        assert_eq!(add(5).1["Code"], "LimitExceeded.OIDCProvider.Fingerprint");
        assert_eq!(add(0).1["Code"], "EntityAlreadyExists.OIDCProvider.Fingerprint");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let params =
            [("OIDCProviderName", "nobodys"), ("Fingerprint", "902ef2deeb3c5b13ea4c3d5193629309e2310001")];
        assert_eq!(app.refused("AddFingerprintToOIDCProvider", &params), "EntityNotExist.OIDCProvider");
        assert_eq!(app.refused("AddFingerprintToOIDCProvider", &params[..1]), "MissingFingerprint");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "AddFingerprintToOIDCProvider", &params), "NoPermission");
        assert!(
            app.xml("AddFingerprintToOIDCProvider", &params)
                .contains("<Code>EntityNotExist.OIDCProvider</Code>")
        );
    }
}
