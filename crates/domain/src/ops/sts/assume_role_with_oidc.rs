//! AssumeRoleWithOIDC: a token of an identity provider begins the session of a role. The call needs no AccessKey: the token
//! proves whom it is from. One token begins as many sessions as it is brought for: the vendor's clients bring the same one
//! until it is renewed (RRSA, credential libraries). Where the operator does not want that, it begins one.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;
use sha2::{Digest, Sha256};

use crate::arn::{Arn, Resource};
use crate::authz;
use crate::identity::json_web_key::KeySet;
use crate::identity::json_web_token::{Claims, Token};
use crate::identity::oidc_provider::{ClientId, MAX_ISSUANCE_LIMIT_HOURS};
use crate::identity::role_session::{RoleArn, RoleSessionName, SessionSeconds};
use crate::ids::AccountId;
use crate::ops::role_session::{self, AssumedRoleUser, Credentials, Wishes};
use crate::ops::{Cx, Operation, Prepare, single_use};
use crate::policy::{Fact, Principal};
use crate::settings::Settings;
use crate::store::Tx;
use crate::store::tables::accounts;
use crate::store::tables::oidc_providers::{self, OidcProvider};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct AssumeRoleWithOIDC;

shape! {
    /// Which role, and the token.
    pub struct AssumeRoleWithOIDCRequest {
        /// The identity provider.
        OIDCProviderArn as oidc_provider_arn: String = "acs:ram::1234567890123456:oidc-provider/TestOIDCProvider";
        /// The role.
        RoleArn as role_arn: RoleArn = "acs:ram::1234567890123456:role/testoidc";
        /// The provider's ID token as it was issued: a JSON Web Token signed with RS256 or ES256, up to 20000 characters.
        OIDCToken as oidc_token: String = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSJ9.c2ln";
        /// What the session is called, for those who read its calls.
        RoleSessionName as role_session_name: RoleSessionName = "build-42";
        /// For how many seconds the session lasts; 3600 unless said.
        DurationSeconds as duration_seconds: Option<SessionSeconds> = "3600";
        /// A policy document of up to 2048 characters: what of the role's permissions the session keeps. An empty object is none: the session keeps them all.
        Policy as policy: Option<String> = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#;
    }
}

shape! {
    /// The session.
    pub struct AssumeRoleWithOIDCResponse {
        /// What the token said.
        OIDCTokenInfo as oidc_token_info: Nested<OIDCTokenInfo> = "";
        /// As whom the session's key calls.
        AssumedRoleUser as assumed_role_user: Nested<AssumedRoleUser> = "";
        /// The session's key.
        Credentials as credentials: Nested<Credentials> = "";
        /// Who is behind the session. Never said here: tokens do not name one.
        SourceIdentity as source_identity: Option<String> = "";
    }
}

shape! {
    /// What a token said.
    pub struct OIDCTokenInfo {
        /// Of whom it speaks.
        Subject as subject: String = "repo:example/app:ref:refs/heads/main";
        /// Who issued it.
        Issuer as issuer: String = "https://idp.example.com";
        /// For whom it is, with commas between.
        ClientIds as client_ids: String = "sts.aliyuncs.com";
        /// From when on it is no longer good.
        ExpirationTime as expiration_time: Timestamp = "2025-06-15T13:00:00Z";
        /// When it was issued.
        IssuanceTime as issuance_time: Timestamp = "2025-06-15T12:00:00Z";
        /// `Success`: its signature is one of the provider's.
        VerificationInfo as verification_info: String = "Success";
    }
}

impl Operation for AssumeRoleWithOIDC {
    const API: Api = Api {
        product: Product::Sts,
        action: "AssumeRoleWithOIDC",
        summary: "Begins the session of a role with a token of an OIDC identity provider, without an AccessKey.",
        access: Access::Read,
        audience: Audience::Unsigned,
        self_service: SelfService::No,
        ram_action: role_session::ACTION,
        resource: "acs:ram:*:{account}:role/{name}",
        errors: &[
            "AuthenticationFail.NoPermission",
            "AuthenticationFail.OIDCToken.AudienceNotMatch",
            "AuthenticationFail.OIDCToken.Expired",
            "AuthenticationFail.OIDCToken.Invalid",
            "AuthenticationFail.OIDCToken.IssuerConfigurationBroken",
            "AuthenticationFail.OIDCToken.IssuerNotMatch",
            "EntityNotExist.Role",
        ],
    };
    const SUMMARY_ZH: &'static str = "使用 OIDC 身份提供商的令牌扮演 RAM 角色，无需 AccessKey。";
    type Request = AssumeRoleWithOIDCRequest;
    type Response = AssumeRoleWithOIDCResponse;

    /// A token that is for one use is remembered.
    fn is_change(settings: &Settings) -> bool {
        settings.oidc_tokens_once
    }

    fn changed_account(request: &Self::Request) -> Option<AccountId> {
        Arn::parse(&request.oidc_provider_arn).ok().map(|arn| arn.account)
    }

    fn is_slow(settings: &Settings) -> bool {
        settings.oidc_tokens_once
    }

    /// Keeps what proves nothing away from the writer, for whom all wait and for whom anybody could bring it.
    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        role_session::session_policy(request.policy.as_deref())?;
        let wall = cx.wall;
        cx.store.read(|tx| {
            let (provider, token) = proven(tx, request)?;
            check_claims(&provider, &token.claims, wall)
        })
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<AssumeRoleWithOIDCResponse> {
        let policy = role_session::session_policy(request.policy.as_deref())?;
        let (provider, token) = proven(cx.tx, request)?;
        let claims = &token.claims;
        check_claims(&provider, claims, cx.wall)?;
        let role = role_session::find_role(cx.tx, &request.role_arn)?;
        let context = cx
            .context()
            .with("oidc:iss", Fact::Text(&claims.issuer))
            .with("oidc:sub", Fact::Text(&claims.subject))
            .with("oidc:aud", Fact::Texts(&claims.audiences));
        let principal = Principal::Federated(&request.oidc_provider_arn);
        if let Err(untrusted) = role_session::is_trusted(&role, principal, &context)? {
            return Err(authz::federated_untrusted(
                provider.account,
                &format!("{}:{}", provider.provider_name, claims.subject),
                untrusted.0,
            ));
        }
        let wishes = Wishes {
            session_name: &request.role_session_name,
            seconds: request.duration_seconds,
            policy,
            source_identity: None,
        };
        let begun = role_session::begin(cx, &role, &wishes)?;
        if cx.settings.oidc_tokens_once {
            use_up(cx, &provider, &token)?;
        }
        Ok(AssumeRoleWithOIDCResponse {
            oidc_token_info: Nested(OIDCTokenInfo {
                subject: claims.subject.clone(),
                issuer: claims.issuer.clone(),
                client_ids: claims.audiences.join(","),
                expiration_time: claims.expires,
                issuance_time: claims.issued,
                verification_info: "Success".to_owned(),
            }),
            assumed_role_user: begun.assumed_role_user,
            credentials: begun.credentials,
            source_identity: None,
        })
    }
}

/// The token of a request, and the provider that issued it and whose key made its signature.
fn proven<'r>(
    tx: &mut Tx<'_>,
    request: &'r AssumeRoleWithOIDCRequest,
) -> ApiResult<(OidcProvider, Token<'r>)> {
    let provider = find_provider(tx, &request.oidc_provider_arn)?;
    let token = Token::parse(&request.oidc_token)
        .map_err(|bad| failed("OIDCToken.Invalid", format!("The OIDC Token is invalid: {bad}.")))?;
    verify(&provider, &token)?;
    Ok((provider, token))
}

fn failed(what: &'static str, message: impl Into<String>) -> Box<ApiError> {
    ApiError::with_message(Code::AuthenticationFail(what), message)
}

/// The provider, of any account that is there.
fn find_provider(tx: &mut Tx<'_>, arn: &str) -> ApiResult<OidcProvider> {
    let Ok(Arn { account, resource: Resource::OidcProvider(name) }) = Arn::parse(arn) else {
        return Err(failed("NoPermission", "Parameter OIDCProviderArn is not valid"));
    };
    let open = accounts::is_open(tx, account)?;
    let found = if open { oidc_providers::find(tx, account, &name)? } else { None };
    found.ok_or_else(|| failed("NoPermission", "No such OIDC Provider registered."))
}

/// Whether the provider issued the token: it says so, and a key of the provider made its signature.
fn verify(provider: &OidcProvider, token: &Token<'_>) -> ApiResult<()> {
    let issuer = &provider.issuer_url;
    if token.claims.issuer != issuer.as_str() {
        let message = "The issuer in the OIDC Token doesn't match the OIDC Provider registered.";
        return Err(failed("OIDCToken.IssuerNotMatch", message));
    }
    let Some(keys) = &provider.key_set else {
        let message = format!(
            "Get public keys from OIDC Provider failed, the issuer is {issuer}. \
             This server fetches none: register them with SetOIDCProviderKeys."
        );
        return Err(failed("OIDCToken.IssuerConfigurationBroken", message));
    };
    let keys = KeySet::parse(keys)
        .map_err(|bad| ApiError::internal(format!("a stored key set is no longer one: {bad}")))?;
    if token.is_signed_by(&keys) {
        return Ok(());
    }
    let message = "The OIDC Token is invalid: none of the provider's registered keys made its signature.";
    Err(failed("OIDCToken.Invalid", message))
}

/// Whether what a verified token says fits this server, now.
fn check_claims(provider: &OidcProvider, claims: &Claims, wall: Timestamp) -> ApiResult<()> {
    if claims.expires <= wall {
        return Err(failed("OIDCToken.Expired", "This JsonWebToken is expired."));
    }
    if claims.issued > wall || claims.not_before.is_some_and(|begins| begins > wall) {
        let message =
            "The OIDC Token is invalid: it is not good yet. Compare the clocks of provider and server.";
        return Err(failed("OIDCToken.Invalid", message));
    }
    let hours = provider.issuance_limit_time.get();
    if wall.seconds_since(claims.issued) > hours * 3600 {
        let message = format!(
            "This JsonWebToken is expired. It was issued more than the provider's {hours} hours ago."
        );
        return Err(failed("OIDCToken.Expired", message));
    }
    let ours = |audience: &String| {
        ClientId::parse(audience).is_ok_and(|audience| provider.client_ids.contains(&audience))
    };
    if claims.audiences.iter().any(ours) {
        Ok(())
    } else {
        Err(failed("OIDCToken.AudienceNotMatch", "Invalid audience."))
    }
}

/// Uses the token up, which must be new.
fn use_up(cx: &mut Cx<'_, '_>, provider: &OidcProvider, token: &Token<'_>) -> ApiResult<()> {
    let claims = &token.claims;
    let (kind, name) = match &claims.token_id {
        Some(id) => ("jti", id.as_str()),
        None => ("signed", token.signed_part()),
    };
    let mut hash = Sha256::new();
    // SAML assertions are remembered at the same place, with a provider's name in front, which is never empty.
    for part in ["", "oidc", claims.issuer.as_str(), kind, name] {
        hash.update(part);
        hash.update([0]);
    }
    // However late it says to end, no provider's limit lets it be good for longer.
    let longest = claims.issued.plus_seconds(MAX_ISSUANCE_LIMIT_HOURS * 3600);
    if single_use::is_first(cx, provider.account, &hash.finalize(), claims.expires.min(longest))? {
        return Ok(());
    }
    let message = "The OIDC Token is invalid: it was used before; on this server a token begins one session (oidc_tokens_once).";
    Err(failed("OIDCToken.Invalid", message))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::TestApp;
    use crate::testing::oidc::{self, PUBLIC_KEYS, TOKEN_ES256, TOKEN_RS256};

    const PROVIDER: &str = "acs:ram::1234567890123456:oidc-provider/ci";
    const ROLE: &str = "acs:ram::1234567890123456:role/deployer";

    /// A provider with keys, and a role that trusts it for one repository.
    fn app() -> TestApp {
        let app = TestApp::new();
        oidc::register(&app, &["ci"]);
        app
    }

    fn params(token: &str) -> Vec<(&'static str, &str)> {
        vec![
            ("OIDCProviderArn", PROVIDER),
            ("RoleArn", ROLE),
            ("OIDCToken", token),
            ("RoleSessionName", "build-42"),
        ]
    }

    fn call(app: &TestApp, token: &str) -> (u16, Value) {
        app.call_unsigned("AssumeRoleWithOIDC", &params(token))
    }

    fn code(app: &TestApp, changes: &Value) -> String {
        let (_, body) = call(app, &oidc::token_with(app.wall(), changes));
        body["Code"].as_str().unwrap_or("-").to_owned()
    }

    #[test]
    fn a_token_of_another_implementation_begins_a_session() {
        let app = app();
        for token in [TOKEN_RS256, TOKEN_ES256] {
            let (status, body) = call(&app, token.trim());
            assert_eq!(status, 200, "{body}");
            let info = &body["OIDCTokenInfo"];
            assert_eq!(
                (&info["Issuer"], &info["Subject"]),
                (&"https://ci.example.com".into(), &"repo:example/app".into())
            );
            assert_eq!(info["ExpirationTime"], "2025-06-15T12:10:00Z");
            assert_eq!(body["Credentials"]["Expiration"], "2025-06-15T13:00:00Z");
            assert_eq!(body["AssumedRoleUser"]["Arn"], "acs:ram::1234567890123456:role/deployer/build-42");
            let key = app.session_of(&body);
            let (_, identity) = app.call_as(&key, "GetCallerIdentity", &[]);
            assert_eq!(identity["Arn"], "acs:ram::1234567890123456:assumed-role/deployer/build-42");
            assert_eq!(identity["PrincipalId"], body["AssumedRoleUser"]["AssumedRoleId"]);
        }
    }

    #[test]
    fn xml_and_a_signature_that_is_not_looked_at() {
        let app = app();
        let xml = app.xml("AssumeRoleWithOIDC", &params(TOKEN_RS256.trim()));
        assert!(xml.contains("<VerificationInfo>Success</VerificationInfo>"), "{xml}");
        let mut signed =
            app.sign(&app.root, &TestApp::request("AssumeRoleWithOIDC", &params(TOKEN_RS256.trim())));
        signed.path_and_query = signed.path_and_query.replace("Signature=", "Signature=x");
        assert_eq!(app.send(&signed).status, 200);
    }

    #[test]
    fn what_a_token_says_must_fit() {
        let app = app();
        let now = app.wall().seconds();
        let (invalid, expired) =
            ("AuthenticationFail.OIDCToken.Invalid", "AuthenticationFail.OIDCToken.Expired");
        for (changes, expected) in [
            (json!({}), "-"),
            (json!({"aud": ["x", "sts.aliyuncs.com"]}), "-"),
            (json!({"exp": now}), expired),
            (json!({"exp": null}), invalid),
            (json!({"iat": now - 12 * 3600}), "-"),
            (json!({"iat": now - 12 * 3600 - 1}), expired),
            (json!({"iat": now + 1}), invalid),
            (json!({"nbf": now + 1}), invalid),
            (json!({"iss": "https://ci.example.com/"}), "AuthenticationFail.OIDCToken.IssuerNotMatch"),
            (json!({"aud": "theirs"}), "AuthenticationFail.OIDCToken.AudienceNotMatch"),
            // An audience of the provider, but not the one that the role asks for.
            (json!({"aud": "ours"}), "AuthenticationFail.NoPermission"),
            (json!({"sub": "repo:mallory/app"}), "AuthenticationFail.NoPermission"),
        ] {
            assert_eq!(code(&app, &changes), expected, "{changes}");
        }
        let (_, body) = call(&app, &oidc::token_with(app.wall(), &json!({"sub": "repo:mallory/app"})));
        let detail = &body["AccessDeniedDetail"];
        assert_eq!(detail["PolicyType"], "AssumeRolePolicy");
        assert_eq!(detail["AuthPrincipalDisplayName"], "ci:repo:mallory/app");
    }

    #[test]
    fn only_the_providers_keys_count() {
        let app = app();
        let invalid = "AuthenticationFail.OIDCToken.Invalid";
        let claims = oidc::claims(app.wall());
        let good = oidc::token(&json!({"alg": "ES256", "kid": "ec-1"}), &claims);
        assert_eq!(call(&app, &good).0, 200);
        let signed_with = |header: Value| call(&app, &oidc::token(&header, &claims)).1["Code"].clone();
        assert_eq!(signed_with(json!({"alg": "RS256"})), Value::Null, "any key where none is named");
        assert_eq!(signed_with(json!({"alg": "RS256", "kid": "ec-1"})), invalid, "another key's id");
        assert_eq!(signed_with(json!({"alg": "RS256", "kid": "rsa-9"})), invalid, "nobody's id");
        assert_eq!(signed_with(json!({"alg": "none"})), invalid);
        assert_eq!(signed_with(json!({"alg": "HS256", "kid": "rsa-1"})), invalid);
        let (head, signature) = good.rsplit_once('.').unwrap();
        for changed in
            [format!("{head}."), format!("{head}.AAAA"), format!("{}A.{signature}", &head[..head.len() - 1])]
        {
            assert_eq!(call(&app, &changed).1["Code"], invalid, "{changed}");
        }
        let mut other: Value = serde_json::from_str(PUBLIC_KEYS).unwrap();
        other["keys"][0]["kid"] = "rsa-2".into();
        let other = other.to_string();
        app.ok("SetOIDCProviderKeys", &[("OIDCProviderName", "ci"), ("JsonWebKeySet", &other)]);
        assert_eq!(call(&app, TOKEN_RS256.trim()).1["Code"], invalid, "a key that was taken back");
    }

    #[test]
    fn refusals() {
        let app = app();
        let refused = |changed: &[(&'static str, &str)]| {
            let base = params(TOKEN_RS256.trim());
            let kept = base.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
            let all: Vec<_> = kept.chain(changed).copied().collect();
            app.call_unsigned("AssumeRoleWithOIDC", &all).1["Code"].as_str().unwrap().to_owned()
        };
        assert_eq!(refused(&[("OIDCProviderArn", "x")]), "AuthenticationFail.NoPermission");
        let nobodys = "acs:ram::1234567890123456:oidc-provider/nobodys";
        assert_eq!(refused(&[("OIDCProviderArn", nobodys)]), "AuthenticationFail.NoPermission");
        assert_eq!(refused(&[("RoleArn", "acs:ram::1234567890123456:role/nobodys")]), "EntityNotExist.Role");
        assert_eq!(refused(&[("RoleArn", "acs:ram::6543210987654321:role/deployer")]), "EntityNotExist.Role");
        assert_eq!(refused(&[("RoleArn", "deployer")]), "InvalidParameter.RoleArn");
        assert_eq!(refused(&[("RoleSessionName", "x")]), "InvalidParameter.RoleSessionName");
        assert_eq!(refused(&[("DurationSeconds", "899")]), "InvalidParameter.DurationSeconds");
        assert_eq!(refused(&[("DurationSeconds", "3601")]), "InvalidParameter.DurationSeconds");
        assert_eq!(refused(&[("Policy", "{\"Version\":\"1\"}")]), "InvalidParameter.PolicyGrammar");
        assert_eq!(refused(&[("Policy", &" ".repeat(2049))]), "InvalidParameter.PolicySize");
        assert_eq!(refused(&[("OIDCToken", "")]), "MissingOIDCToken");
        app.oidc_provider("empty", "sts.aliyuncs.com");
        let (_, body) = app.call_unsigned(
            "AssumeRoleWithOIDC",
            &[
                ("OIDCProviderArn", "acs:ram::1234567890123456:oidc-provider/empty"),
                ("RoleArn", ROLE),
                ("OIDCToken", &oidc::token_with(app.wall(), &json!({"iss": "https://empty.example.com"}))),
                ("RoleSessionName", "build"),
            ],
        );
        assert_eq!(body["Code"], "AuthenticationFail.OIDCToken.IssuerConfigurationBroken");
        app.ok("DeleteOIDCProvider", &[("OIDCProviderName", "ci")]);
        assert_eq!(refused(&[]), "AuthenticationFail.NoPermission");
    }
}
