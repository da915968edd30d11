//! CreateOIDCProvider: makes an identity provider known whose tokens can begin a role's session.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;

use crate::identity::oidc_provider::{
    ClientIds, Fingerprints, IssuanceLimitTime, IssuerUrl, ProviderDescription, ProviderName,
};
use crate::ops::oidc_provider::{self, MOST, OIDCProviderResponse};
use crate::ops::{Cx, Operation, Target};
use crate::store::tables::oidc_providers::{self, OidcProvider};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateOIDCProvider;

/// For how many hours after it was issued a token is taken unless said (the vendor's page of CreateOIDCProvider, 2026).
const HOURS: i64 = 12;

shape! {
    /// The provider.
    pub struct CreateOIDCProviderRequest {
        /// Its name.
        OIDCProviderName as oidc_provider_name: ProviderName = "TestOIDCProvider";
        /// Who issues its tokens; no two providers of an account have the same. Its public keys are registered with SetOIDCProviderKeys: this server makes no connection to the address.
        IssuerUrl as issuer_url: IssuerUrl = "https://idp.example.com";
        /// What it is for.
        Description as description: Option<ProviderDescription> = "robots of the build";
        /// For whom its tokens may be, with commas between; at most 50.
        ClientIds as client_ids: Option<ClientIds> = "498469743454717001,sts.aliyuncs.com";
        /// The SHA-1 of the certificate authorities of its address, with commas between; at most 5. Kept and told, compared with nothing.
        Fingerprints as fingerprints: Option<Fingerprints> = "902ef2deeb3c5b13ea4c3d5193629309e2310001";
        /// For how many hours after it was issued a token is taken, 1 to 168; 12 unless said.
        IssuanceLimitTime as issuance_limit_time: Option<IssuanceLimitTime> = "12";
    }
}

impl Operation for CreateOIDCProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "CreateOIDCProvider",
        summary: "Makes an OIDC identity provider known, whose tokens can begin sessions of roles that trust it.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:CreateOIDCProvider",
        resource: "acs:ram:*:{account}:oidc-provider/{name}",
        errors: &["EntityAlreadyExists.OIDCProvider", "LimitExceeded.OIDCProvider"],
    };
    const SUMMARY_ZH: &'static str = "创建 OIDC 身份提供商，其令牌可用于扮演信任它的 RAM 角色。";
    type Request = CreateOIDCProviderRequest;
    type Response = OIDCProviderResponse;

    fn target(request: &Self::Request) -> Target {
        oidc_provider::target(&request.oidc_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<OIDCProviderResponse> {
        let account = cx.caller.account();
        if oidc_providers::find(cx.tx, account, &request.oidc_provider_name)?.is_some() {
            return Err(ApiError::new(Code::EntityAlreadyExists("OIDCProvider")));
        }
        if oidc_providers::is_issuer(cx.tx, account, &request.issuer_url)? {
            return Err(ApiError::with_message(
                Code::EntityAlreadyExists("OIDCProvider"),
                "The OIDCProvider already exists. Another provider of the account has this IssuerUrl.",
            ));
        }
        if oidc_providers::count(cx.tx, account)? >= MOST {
            return Err(ApiError::new(Code::LimitExceeded("OIDCProvider")));
        }
        let unless_said = IssuanceLimitTime::new(HOURS).expect("the default is within the bounds");
        let provider = OidcProvider {
            account,
            provider_name: request.oidc_provider_name.clone(),
            description: request.description.clone().unwrap_or_default(),
            issuer_url: request.issuer_url.clone(),
            client_ids: request.client_ids.clone().unwrap_or_default(),
            fingerprints: request.fingerprints.clone().unwrap_or_default(),
            issuance_limit_time: request.issuance_limit_time.unwrap_or(unless_said),
            key_set: None,
            create_date: cx.now,
            update_date: cx.now,
        };
        oidc_providers::insert(cx.tx, &provider)?;
        Ok(OIDCProviderResponse::new(provider))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    const NAMES: [(&str, &str); 2] = [("OIDCProviderName", "ci"), ("IssuerUrl", "https://idp.example.com")];

    #[test]
    fn a_provider_is_made() {
        let app = TestApp::new();
        insta::assert_json_snapshot!(app.ok("CreateOIDCProvider", &[
            ("OIDCProviderName", "ci"),
            ("IssuerUrl", "https://idp.example.com"),
            ("ClientIds", "one,two"),
            ("Fingerprints", "902ef2deeb3c5b13ea4c3d5193629309e2310001"),
            ("IssuanceLimitTime", "168"),
            ("Description", "robots"),
        ]), @r#"
        {
          "OIDCProvider": {
            "OIDCProviderName": "ci",
            "Arn": "acs:ram::1234567890123456:oidc-provider/ci",
            "Description": "robots",
            "IssuerUrl": "https://idp.example.com",
            "ClientIds": "one,two",
            "Fingerprints": "902ef2deeb3c5b13ea4c3d5193629309e2310001",
            "IssuanceLimitTime": 168,
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:00:00Z",
            "GmtCreate": "1749988800000",
            "GmtModified": "1749988800000"
          }
        }
        "#);
        let xml = app.xml("GetOIDCProvider", &[("OIDCProviderName", "ci")]);
        assert!(xml.contains("<ClientIds>one,two</ClientIds>"), "{xml}");
        let plain = app
            .ok("CreateOIDCProvider", &[("OIDCProviderName", "b"), ("IssuerUrl", "https://b.example.com")]);
        assert_eq!(
            (&plain["OIDCProvider"]["IssuanceLimitTime"], &plain["OIDCProvider"]["ClientIds"]),
            (&12.into(), &"".into())
        );
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.ok("CreateOIDCProvider", &NAMES);
        let refused = |changed: &[(&'static str, &'static str)]| {
            let kept = NAMES.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
            let params: Vec<_> = kept.chain(changed).copied().collect();
            app.refused("CreateOIDCProvider", &params)
        };
        assert_eq!(refused(&[]), "EntityAlreadyExists.OIDCProvider");
        assert_eq!(refused(&[("OIDCProviderName", "other")]), "EntityAlreadyExists.OIDCProvider");
        assert_eq!(refused(&[("OIDCProviderName", "-")]), "InvalidParameter.OIDCProviderName.InvalidChars");
        assert_eq!(refused(&[("IssuerUrl", "http://x")]), "InvalidParameter.IssuerUrl.Format");
        assert_eq!(refused(&[("IssuerUrl", "")]), "MissingIssuerUrl");
        assert_eq!(refused(&[("ClientIds", "a b")]), "InvalidParameter.ClientIds.InvalidChars");
        assert_eq!(refused(&[("Fingerprints", "x")]), "InvalidParameter.Fingerprints.Format");
        assert_eq!(refused(&[("IssuanceLimitTime", "169")]), "InvalidParameter.IssuanceLimitTime.Range");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "CreateOIDCProvider", &NAMES), "NoPermission");
    }

    #[test]
    fn an_account_has_a_hundred() {
        let app = TestApp::new();
        for number in 0..100 {
            app.oidc_provider(&format!("p{number}"), "");
        }
        let one_more = [("OIDCProviderName", "ci"), ("IssuerUrl", "https://idp.example.com")];
        assert_eq!(app.refused("CreateOIDCProvider", &one_more), "LimitExceeded.OIDCProvider");
    }
}
