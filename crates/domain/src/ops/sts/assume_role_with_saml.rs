//! AssumeRoleWithSAML: a signed response of a SAML identity provider begins the session of a role that its assertion names.
//! The call needs no AccessKey. An assertion is for one use: who brings it again is refused for as long as it is good.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;
use sha2::{Digest, Sha256};

use crate::arn::{Arn, Resource};
use crate::authz;
use crate::identity::role_session::{RoleArn, RoleSessionName, SessionSeconds};
use crate::identity::saml::metadata::Metadata;
use crate::identity::saml::response::{self, Proven};
use crate::ids::AccountId;
use crate::ops::prepared::Prepared;
use crate::ops::role_session::{self, AssumedRoleUser, Credentials, Wishes};
use crate::ops::{Cx, Operation, Prepare, saml_provider, single_use};
use crate::policy::{Fact, Principal};
use crate::store::Tx;
use crate::store::tables::saml_providers::SamlProvider;
use crate::store::tables::{accounts, saml_providers};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct AssumeRoleWithSAML;

/// For whom assertions must be: the vendor's two sites (its pages on role-based SSO).
const AUDIENCES: [&str; 2] = ["urn:alibaba:cloudcomputing", "urn:alibaba:cloudcomputing:international"];
/// To which address they must be made, less the case of its end, which differs from page to page.
const RECIPIENTS: [&str; 2] =
    ["https://signin.aliyun.com/saml-role/sso", "https://signin.alibabacloud.com/saml-role/sso"];

shape! {
    /// Which role, and the response.
    pub struct AssumeRoleWithSAMLRequest {
        /// The identity provider.
        SAMLProviderArn as saml_provider_arn: String = "acs:ram::1234567890123456:saml-provider/test-provider";
        /// The role; the assertion must name it together with the provider.
        RoleArn as role_arn: RoleArn = "acs:ram::1234567890123456:role/adminrole";
        /// The provider's whole response in base64, up to 100000 characters, itself or its assertion signed with RSA and SHA-256.
        SAMLAssertion as saml_assertion: String = "PHNhbWxwOlJlc3BvbnNlPg==";
        /// For how many seconds the session lasts; 3600 unless said.
        DurationSeconds as duration_seconds: Option<SessionSeconds> = "3600";
        /// A policy document of up to 2048 characters: what of the role's permissions the session keeps. An empty object is none: the session keeps them all.
        Policy as policy: Option<String> = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#;
    }
}

shape! {
    /// The session.
    pub struct AssumeRoleWithSAMLResponse {
        /// What the assertion said.
        SAMLAssertionInfo as saml_assertion_info: Nested<SAMLAssertionInfo> = "";
        /// As whom the session's key calls.
        AssumedRoleUser as assumed_role_user: Nested<AssumedRoleUser> = "";
        /// The session's key.
        Credentials as credentials: Nested<Credentials> = "";
        /// Who is behind the session. Never said here: assertions do not name one.
        SourceIdentity as source_identity: Option<String> = "";
    }
}

shape! {
    /// What an assertion said.
    pub struct SAMLAssertionInfo {
        /// What kind of name the subject's is, less the prefix all kinds have.
        SubjectType as subject_type: String = "persistent";
        /// Of whom it speaks.
        Subject as subject: String = "alice@example.com";
        /// For which address it was made.
        Recipient as recipient: String = "https://signin.aliyun.com/saml-role/SSO";
        /// Who made it.
        Issuer as issuer: String = "http://example.com/adfs/services/trust";
    }
}

/// A response whose signature holds, with the provider that made it.
pub struct Verified {
    provider: SamlProvider,
    issuer: String,
    proven: Proven,
}

impl Operation for AssumeRoleWithSAML {
    const API: Api = Api {
        product: Product::Sts,
        action: "AssumeRoleWithSAML",
        summary: "Begins the session of a role with a response of a SAML identity provider, without an AccessKey.",
        access: Access::Write,
        audience: Audience::Unsigned,
        self_service: SelfService::No,
        ram_action: role_session::ACTION,
        resource: "acs:ram:*:{account}:role/{name}",
        errors: &[
            "AuthenticationFail.IDPMetadata.Invalid",
            "AuthenticationFail.NoPermission",
            "AuthenticationFail.SAMLAssertion.Expired",
            "AuthenticationFail.SAMLAssertion.Invalid",
            "EntityNotExist.Role",
            "EntityNotExist.SAMLProvider",
        ],
    };
    const SUMMARY_ZH: &'static str = "使用 SAML 身份提供商的响应扮演 RAM 角色，无需 AccessKey。";
    /// Signatures are checked on a worker's thread, not on the writer's.
    const SLOW: bool = true;
    type Request = Prepared<AssumeRoleWithSAMLRequest, Verified>;
    type Response = AssumeRoleWithSAMLResponse;

    fn changed_account(request: &Self::Request) -> Option<AccountId> {
        Arn::parse(&request.request.saml_provider_arn).ok().map(|arn| arn.account)
    }

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        role_session::session_policy(request.request.policy.as_deref())?;
        let arn = request.request.saml_provider_arn.clone();
        let provider = cx.store.read(|tx| find_provider(tx, &arn))?;
        let document = saml_provider::decode(&request.request.saml_assertion)
            .ok_or_else(|| invalid("it is no base64 of a text in UTF-8"))?;
        let metadata = Metadata::parse(&provider.metadata_document).map_err(|bad| {
            let message = format!("The IdP Metadata of your SAML Provider is invalid: {bad}.");
            ApiError::with_message(Code::AuthenticationFail("IDPMetadata.Invalid"), message)
        })?;
        let proven = response::verify(&document, &metadata).map_err(|bad| invalid(&bad.to_string()))?;
        request.prepared = Some(Verified { provider, issuer: metadata.entity_id, proven });
        Ok(())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<AssumeRoleWithSAMLResponse> {
        let verified =
            request.prepared.as_ref().ok_or_else(|| ApiError::internal("the response was not verified"))?;
        let (request, proven) = (&request.request, &verified.proven);
        if find_provider(cx.tx, &request.saml_provider_arn)? != verified.provider {
            return Err(invalid("its provider was changed meanwhile; bring it again"));
        }
        check(proven, cx.wall)?;
        let provider_arn = saml_provider::arn(verified.provider.account, &verified.provider.provider_name);
        check_role(proven, &request.role_arn.to_string(), &provider_arn.to_string())?;
        let session_name = RoleSessionName::parse(&proven.session_name).map_err(|_| {
            let code = Code::InvalidParameter("RoleSessionName".into(), Rule::Unsaid);
            ApiError::with_message(code, "The RoleSessionName is invalid: the assertion's is none.")
        })?;
        let role = role_session::find_role(cx.tx, &request.role_arn)?;
        let context = cx.context().with("saml:recipient", Fact::Text(&proven.recipient));
        let principal_arn = provider_arn.to_string();
        let principal = Principal::Federated(&principal_arn);
        if let Err(untrusted) = role_session::is_trusted(&role, principal, &context)? {
            let name = format!("{}:{}", verified.provider.provider_name, proven.subject);
            return Err(authz::federated_untrusted(verified.provider.account, &name, untrusted.0));
        }
        let wishes = Wishes {
            session_name: &session_name,
            seconds: request.duration_seconds,
            policy: role_session::session_policy(request.policy.as_deref())?,
            source_identity: None,
        };
        let begun = role_session::begin(cx, &role, &wishes)?;
        use_up(cx, &verified.provider, proven)?;
        Ok(AssumeRoleWithSAMLResponse {
            saml_assertion_info: Nested(SAMLAssertionInfo {
                subject_type: proven.subject_type.clone(),
                subject: proven.subject.clone(),
                recipient: proven.recipient.clone(),
                issuer: verified.issuer.clone(),
            }),
            assumed_role_user: begun.assumed_role_user,
            credentials: begun.credentials,
            source_identity: None,
        })
    }
}

fn invalid(what: &str) -> Box<ApiError> {
    let message = format!("The SAML Assertion is invalid: {what}.");
    ApiError::with_message(Code::AuthenticationFail("SAMLAssertion.Invalid"), message)
}

/// The provider, of any account that is there.
fn find_provider(tx: &mut Tx<'_>, arn: &str) -> ApiResult<SamlProvider> {
    let Ok(Arn { account, resource: Resource::SamlProvider(name) }) = Arn::parse(arn) else {
        return Err(ApiError::invalid("SAMLProviderArn", Rule::Unsaid));
    };
    let open = accounts::is_open(tx, account)?;
    let found = if open { saml_providers::find(tx, account, &name)? } else { None };
    found.ok_or_else(saml_provider::absent)
}

/// Whether what is proven is for this server, now.
fn check(proven: &Proven, wall: Timestamp) -> ApiResult<()> {
    if proven.ends <= wall {
        let message = format!("The SAML Assertion is expired. It was good until {}.", proven.ends);
        return Err(ApiError::with_message(Code::AuthenticationFail("SAMLAssertion.Expired"), message));
    }
    if proven.not_before.is_some_and(|begins| begins > wall) {
        return Err(invalid("it is not good yet; compare the clocks of provider and server"));
    }
    if !proven.audiences.iter().any(|audience| AUDIENCES.contains(&audience.as_str())) {
        return Err(invalid(&format!("it is for others; its Audience must be {}", AUDIENCES.join(" or "))));
    }
    if !RECIPIENTS.iter().any(|recipient| recipient.eq_ignore_ascii_case(&proven.recipient)) {
        return Err(invalid(&format!("its Recipient must be {}", RECIPIENTS.join(" or "))));
    }
    Ok(())
}

/// The assertion must name the role together with its provider, in whichever order.
fn check_role(proven: &Proven, role: &str, provider: &str) -> ApiResult<()> {
    let names = |pair: &String| {
        let halves = pair.split_once(',').map(|(one, other)| (one.trim(), other.trim()));
        halves == Some((role, provider)) || halves == Some((provider, role))
    };
    if proven.roles.iter().any(names) {
        Ok(())
    } else {
        Err(invalid("it does not name this role with this provider in its Role attribute"))
    }
}

/// Uses the assertion up, which must be new.
fn use_up(cx: &mut Cx<'_, '_>, provider: &SamlProvider, proven: &Proven) -> ApiResult<()> {
    let mut hash = Sha256::new();
    hash.update(provider.provider_name.as_str());
    hash.update([0]);
    hash.update(&proven.assertion_id);
    if single_use::is_first(cx, provider.account, &hash.finalize(), proven.ends)? {
        Ok(())
    } else {
        Err(invalid("it was used before; an assertion begins one session"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::store::tables::saml_providers;
    use crate::testing::TestApp;
    use crate::testing::saml::{self, ASSERTION_SIGNED, Change, RESPONSE_SIGNED};

    const PROVIDER: &str = "acs:ram::1234567890123456:saml-provider/corp";
    const ROLE: &str = "acs:ram::1234567890123456:role/deployer";
    const INVALID: &str = "AuthenticationFail.SAMLAssertion.Invalid";

    fn app() -> TestApp {
        let app = TestApp::new();
        app.saml_provider("corp");
        app.role(
            "deployer",
            &json!([{
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Federated": [PROVIDER]},
                "Condition": {"StringEquals": {"saml:recipient": "https://signin.aliyun.com/saml-role/SSO"}},
            }]),
        );
        app
    }

    fn call(app: &TestApp, response: &str) -> (u16, Value) {
        let encoded = saml::encoded(response);
        let params = [("SAMLProviderArn", PROVIDER), ("RoleArn", ROLE), ("SAMLAssertion", encoded.as_str())];
        app.call_unsigned("AssumeRoleWithSAML", &params)
    }

    fn code(app: &TestApp, response: &str) -> String {
        call(app, response).1["Code"].as_str().unwrap_or("-").to_owned()
    }

    /// The code for a response with one text changed before it is signed.
    fn code_with(app: &TestApp, id: &str, from: &str, to: &str) -> String {
        code(app, &saml::response(&Change { id, replace: (from, to) }))
    }

    #[test]
    fn a_response_of_another_implementation_begins_one_session() {
        let app = app();
        for response in [ASSERTION_SIGNED, RESPONSE_SIGNED] {
            let (status, body) = call(&app, response);
            assert_eq!(status, 200, "{body}");
            let info = &body["SAMLAssertionInfo"];
            assert_eq!(
                (&info["Subject"], &info["SubjectType"]),
                (&"alice@example.com".into(), &"persistent".into())
            );
            assert_eq!(info["Issuer"], "https://idp.example.com/saml");
            assert_eq!(body["AssumedRoleUser"]["Arn"], format!("{ROLE}/alice@example.com"));
            let key = app.session_of(&body);
            let (_, identity) = app.call_as(&key, "GetCallerIdentity", &[]);
            assert_eq!(identity["Arn"], "acs:ram::1234567890123456:assumed-role/deployer/alice@example.com");
            let (_, again) = call(&app, response);
            assert_eq!(again["Code"], INVALID);
            assert!(again["Message"].as_str().unwrap().contains("used before"), "{again}");
        }
    }

    #[test]
    fn nothing_of_what_is_signed_can_be_changed() {
        let app = app();
        for response in [ASSERTION_SIGNED, RESPONSE_SIGNED] {
            for (from, to) in [
                ("alice@example.com</saml2:NameID>", "mallory@example.com</saml2:NameID>"),
                ("role/deployer,", "role/admin,"),
                ("NotOnOrAfter=\"2025-06-15T12:30:00Z\"", "NotOnOrAfter=\"2026-06-15T12:30:00Z\""),
                ("<saml2:Audience>urn", "<saml2:Audience> urn"),
            ] {
                assert!(response.contains(from), "{from}");
                assert_eq!(code(&app, &response.replace(from, to)), INVALID, "{from}");
            }
            // Comments are not signed, and change nothing that is read.
            let commented = response
                .replace("alice@example.com</saml2:NameID>", "alice@<!-- x -->example.com</saml2:NameID>");
            let (status, body) = call(&app, &commented);
            assert_eq!(
                (status, &body["SAMLAssertionInfo"]["Subject"]),
                (200, &"alice@example.com".into()),
                "{body}"
            );
        }
    }

    #[test]
    fn wrapped_and_doubled_assertions_are_refused() {
        let app = app();
        let good = ASSERTION_SIGNED;
        let start = good.find("<saml2:Assertion").unwrap();
        let end = good.find("</saml2:Assertion>").unwrap() + "</saml2:Assertion>".len();
        let assertion = &good[start..end];
        let evil = assertion.replace("alice@example.com", "root@example.com");
        let cut = evil.find("<ds:Signature").unwrap();
        let cut_end = evil.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
        let unsigned = format!("{}{}", &evil[..cut], &evil[cut_end..]);
        // A second assertion beside the signed one, before and after it.
        assert_eq!(code(&app, &format!("{}{unsigned}{}", &good[..start], &good[start..])), INVALID);
        assert_eq!(code(&app, &format!("{}{unsigned}{}", &good[..end], &good[end..])), INVALID);
        // The signed one put away inside the one that would be read, whose signature points to it.
        let hidden = unsigned.replace(
            "</saml2:Assertion>",
            &format!("<saml2:Advice>{assertion}</saml2:Advice></saml2:Assertion>"),
        );
        assert_eq!(code(&app, &format!("{}{hidden}{}", &good[..start], &good[end..])), INVALID);
        let renamed = hidden.replacen("_assertion-1", "_assertion-9", 1);
        let signature = &assertion
            [assertion.find("<ds:Signature").unwrap()..assertion.find("</ds:Signature>").unwrap() + 15];
        let renamed = renamed.replacen("<saml2:Subject>", &format!("{signature}<saml2:Subject>"), 1);
        assert_eq!(code(&app, &format!("{}{renamed}{}", &good[..start], &good[end..])), INVALID);
        // No signature at all, and the assertion without its response.
        assert_eq!(code(&app, &format!("{}{unsigned}{}", &good[..start], &good[end..])), INVALID);
        assert_eq!(code(&app, assertion), INVALID);
        assert_eq!(code(&app, &format!("<!DOCTYPE x [<!ENTITY y 'z'>]>{good}")), INVALID);
        assert_eq!(code(&app, "no xml"), INVALID);
        assert_eq!(code(&app, good), "-", "after all that it is still unused");
    }

    #[test]
    fn what_an_assertion_says_must_fit() {
        let app = app();
        assert_eq!(code_with(&app, "_1", "note=", "note="), "-");
        assert_eq!(
            code_with(&app, "_2", "urn:alibaba:cloudcomputing", "urn:alibaba:cloudcomputing:international"),
            "-"
        );
        assert_eq!(code_with(&app, "_3", "urn:alibaba:cloudcomputing", "urn:others"), INVALID);
        assert_eq!(
            code_with(&app, "_4", "NotBefore=\"2025-06-15T11:58:00Z\"", "NotBefore=\"2025-06-15T12:00:01Z\""),
            INVALID
        );
        let expired = "AuthenticationFail.SAMLAssertion.Expired";
        assert_eq!(code_with(&app, "_5", "12:05:00.000Z", "12:00:00.999Z"), expired);
        assert_eq!(code_with(&app, "_6", "12:30:00Z", "12:00:00Z"), expired);
        assert_eq!(code_with(&app, "_7", "saml-role/SSO\"", "saml-role/other\""), INVALID);
        // Another recipient of the vendor, but not the one that the role asks for.
        let recipient = "https://signin.aliyun.com/saml-role/SSO\"";
        assert_eq!(
            code_with(&app, "_8", recipient, "https://signin.alibabacloud.com/saml-role/sso\""),
            "AuthenticationFail.NoPermission"
        );
        assert_eq!(code_with(&app, "_9", "role/deployer,", "role/other,"), INVALID);
        assert_eq!(code_with(&app, "_10", "saml-provider/corp", "saml-provider/other"), INVALID);
        assert_eq!(
            code_with(&app, "_11", "<saml2:AttributeValue>alice@example.com", "<saml2:AttributeValue>a b"),
            "InvalidParameter.RoleSessionName"
        );
        assert_eq!(code_with(&app, "_12", "Attributes/RoleSessionName", "Attributes/Other"), INVALID);
        assert_eq!(code_with(&app, "_13", "cm:bearer", "cm:holder-of-key"), INVALID);
        assert_eq!(code_with(&app, "_14", "status:Success", "status:Requester"), INVALID);
        assert_eq!(
            code_with(
                &app,
                "_15",
                "<saml2:Issuer>https://idp.example.com/saml",
                "<saml2:Issuer>https://other"
            ),
            INVALID
        );
    }

    #[test]
    fn a_role_that_is_not_there() {
        let app = app();
        let gone = "acs:ram::1234567890123456:role/gone";
        let response = saml::response(&Change { id: "_1", replace: ("role/deployer,", "role/gone,") });
        let encoded = saml::encoded(&response);
        let params = [("SAMLProviderArn", PROVIDER), ("RoleArn", gone), ("SAMLAssertion", encoded.as_str())];
        let (status, body) = app.call_unsigned("AssumeRoleWithSAML", &params);
        assert_eq!((status, &body["Code"]), (404, &"EntityNotExist.Role".into()), "{body}");
    }

    /// No operation registers such metadata; a later version that reads it more strictly would find it.
    #[test]
    fn metadata_that_can_be_read_no_longer() {
        let app = app();
        let account = app.account();
        app.write(move |tx| {
            let mut provider = saml_providers::list(tx, account, None, 1)?.remove(0);
            provider.metadata_document = "<EntityDescriptor/>".to_owned();
            saml_providers::update(tx, &provider)
        });
        assert_eq!(code(&app, ASSERTION_SIGNED), "AuthenticationFail.IDPMetadata.Invalid");
    }

    #[test]
    fn only_the_providers_keys_and_ways_of_signing_count() {
        let app = app();
        let good = saml::response(&Change { id: "_1", replace: ("note=", "note=") });
        for (from, to) in [
            ("xmldsig-more#rsa-sha256", "xmldsig#rsa-sha1"),
            ("xmlenc#sha256", "xmldsig#sha1"),
            ("xmldsig#enveloped-signature", "xmldsig#base64"),
            ("URI=\"#_1\"", "URI=\"\""),
        ] {
            assert!(good.contains(from), "{from}");
            assert_eq!(code(&app, &good.replace(from, to)), INVALID, "{from}");
        }
        assert_eq!(code(&app, &good), "-");
    }

    #[test]
    fn refusals_and_xml() {
        let app = app();
        let encoded = saml::encoded(ASSERTION_SIGNED);
        let base = [("SAMLProviderArn", PROVIDER), ("RoleArn", ROLE), ("SAMLAssertion", encoded.as_str())];
        let refused = |changed: &[(&'static str, &str)]| {
            let kept = base.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
            let all: Vec<_> = kept.chain(changed).copied().collect();
            app.call_unsigned("AssumeRoleWithSAML", &all).1["Code"].as_str().unwrap().to_owned()
        };
        let other = |kind: &str, name: &str| format!("acs:ram::1234567890123456:{kind}/{name}");
        assert_eq!(refused(&[("SAMLProviderArn", "x")]), "InvalidParameter.SAMLProviderArn");
        assert_eq!(
            refused(&[("SAMLProviderArn", &other("saml-provider", "x"))]),
            "EntityNotExist.SAMLProvider"
        );
        assert_eq!(refused(&[("RoleArn", &other("role", "x"))]), INVALID);
        assert_eq!(refused(&[("SAMLAssertion", "!")]), INVALID);
        assert_eq!(refused(&[("SAMLAssertion", "")]), "MissingSAMLAssertion");
        assert_eq!(refused(&[("DurationSeconds", "3601")]), "InvalidParameter.DurationSeconds");
        assert_eq!(refused(&[("Policy", "[]")]), "InvalidParameter.PolicyGrammar");
        let xml = app.xml("AssumeRoleWithSAML", &base);
        assert!(xml.contains("<SubjectType>persistent</SubjectType>"), "{xml}");
        app.ok("DeleteSAMLProvider", &[("SAMLProviderName", "corp")]);
        assert_eq!(refused(&[]), "EntityNotExist.SAMLProvider");
    }
}
