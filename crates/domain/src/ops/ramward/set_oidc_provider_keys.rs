//! SetOIDCProviderKeys: registers the public keys of an identity provider. The vendor's service fetches them from the
//! issuer's address; this server makes no connection of its own, so who administers the account brings them.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::json_web_key::KeySet;
use crate::identity::oidc_provider::ProviderName;
use crate::ops::oidc_provider::{self, OIDCProvider};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetOIDCProviderKeys;

shape! {
    /// The keys.
    pub struct SetOIDCProviderKeysRequest {
        /// The name of the provider.
        OIDCProviderName as oidc_provider_name: ProviderName = "TestOIDCProvider";
        /// The provider's public keys in place of those there were: the JSON Web Key Set (RFC 7517) that it publishes at the `jwks_uri` of its configuration. RSA and EC P-256 keys for signatures; at most 32 keys and 65536 bytes. A private key is refused.
        JsonWebKeySet as json_web_key_set: String = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"1","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
    }
}

shape! {
    /// The answer: the provider as it is now.
    pub struct SetOIDCProviderKeysResponse {
        /// The provider.
        OIDCProvider as oidc_provider: Nested<OIDCProvider> = "";
        /// How many of the keys are of a kind that is checked here.
        UsableKeys as usable_keys: i64 = "1";
    }
}

impl Operation for SetOIDCProviderKeys {
    const API: Api = Api {
        product: Product::Ramward,
        action: "SetOIDCProviderKeys",
        summary: "Registers the public keys that the tokens of an OIDC identity provider are checked with.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ramward:SetOIDCProviderKeys",
        resource: "acs:ram:*:{account}:oidc-provider/{name}",
        errors: &["EntityNotExist.OIDCProvider"],
    };
    const SUMMARY_ZH: &'static str = "登记用于校验 OIDC 身份提供商令牌的公钥。";
    type Request = SetOIDCProviderKeysRequest;
    type Response = SetOIDCProviderKeysResponse;

    fn target(request: &Self::Request) -> Target {
        oidc_provider::target(&request.oidc_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<SetOIDCProviderKeysResponse> {
        let keys = KeySet::parse(&request.json_web_key_set).map_err(|error| {
            let code = Code::InvalidParameter("JsonWebKeySet".into(), Rule::Format);
            let message = format!("The format of the parameter - \"JsonWebKeySet\" is incorrect: {error}.");
            ApiError::with_message(code, message)
        })?;
        let provider = oidc_provider::change(cx, &request.oidc_provider_name, |provider| {
            provider.key_set = Some(request.json_web_key_set.clone());
            Ok(())
        })?;
        Ok(SetOIDCProviderKeysResponse {
            oidc_provider: Nested(provider.into()),
            usable_keys: i64::try_from(keys.count()).unwrap_or(i64::MAX),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use crate::testing::oidc::PUBLIC_KEYS;

    #[test]
    fn keys_are_checked_when_they_come() {
        let app = TestApp::new();
        app.oidc_provider("ci", "one");
        let set = |keys: &str| {
            app.call("SetOIDCProviderKeys", &[("OIDCProviderName", "ci"), ("JsonWebKeySet", keys)])
        };
        let (status, body) = set(PUBLIC_KEYS);
        assert_eq!((status, &body["UsableKeys"]), (200, &2.into()), "{body}");
        assert_eq!(body["OIDCProvider"]["OIDCProviderName"], "ci");
        for (keys, part) in [
            ("x", "no JSON Web Key Set"),
            (r#"{"keys":[]}"#, "no key for signatures"),
            (r#"{"keys":[{"kty":"oct","k":"AQAB"}]}"#, "private"),
        ] {
            let (_, body) = set(keys);
            assert_eq!(body["Code"], "InvalidParameter.JsonWebKeySet.Format");
            assert!(body["Message"].as_str().unwrap().contains(part), "{body}");
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let params = [("OIDCProviderName", "ci"), ("JsonWebKeySet", PUBLIC_KEYS)];
        assert_eq!(app.refused("SetOIDCProviderKeys", &params), "EntityNotExist.OIDCProvider");
        assert_eq!(app.refused("SetOIDCProviderKeys", &params[..1]), "MissingJsonWebKeySet");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "SetOIDCProviderKeys", &params), "NoPermission");
        assert!(app.xml("SetOIDCProviderKeys", &params).contains("<Code>EntityNotExist.OIDCProvider</Code>"));
    }
}
