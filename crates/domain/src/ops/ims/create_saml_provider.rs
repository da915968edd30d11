//! CreateSAMLProvider: makes an identity provider known whose assertions can begin a role's session.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;

use crate::identity::oidc_provider::{ProviderDescription, ProviderName};
use crate::identity::saml_provider::AuthnSignAlgo;
use crate::ops::saml_provider::{self, MOST, SAMLProviderResponse};
use crate::ops::{Cx, Operation, Target};
use crate::store::tables::saml_providers::{self, SamlProvider};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateSAMLProvider;

shape! {
    /// The provider.
    pub struct CreateSAMLProviderRequest {
        /// Its name.
        SAMLProviderName as saml_provider_name: ProviderName = "test-provider";
        /// What it is for.
        Description as description: Option<ProviderDescription> = "the company's directory";
        /// The provider's metadata (SAML 2.0) in base64: one EntityDescriptor with an IDPSSODescriptor and the certificates of its RSA keys, up to 65536 bytes.
        EncodedSAMLMetadataDocument as encoded_saml_metadata_document: String = "PD94bWwgdmVyc2lvbj0iMS4wIj8+";
        /// How requests to the provider are signed; `rsa-sha1` unless said. Kept and told: this server sends none.
        AuthnSignAlgo as authn_sign_algo: Option<AuthnSignAlgo> = "rsa-sha256";
    }
}

impl Operation for CreateSAMLProvider {
    const API: Api = Api {
        product: Product::Ims,
        action: "CreateSAMLProvider",
        summary: "Makes a SAML identity provider known, whose assertions can begin sessions of roles that trust it.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:CreateSAMLProvider",
        resource: "acs:ram:*:{account}:saml-provider/{name}",
        errors: &["EntityAlreadyExists.SAMLProvider", "LimitExceeded.SAMLProvider"],
    };
    const SUMMARY_ZH: &'static str = "创建 SAML 身份提供商，其断言可用于扮演信任它的 RAM 角色。";
    type Request = CreateSAMLProviderRequest;
    type Response = SAMLProviderResponse;

    fn target(request: &Self::Request) -> Target {
        saml_provider::target(&request.saml_provider_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<SAMLProviderResponse> {
        let account = cx.caller.account();
        let encoded = &request.encoded_saml_metadata_document;
        let metadata_document = saml_provider::read_metadata("EncodedSAMLMetadataDocument", encoded)?;
        if saml_providers::find(cx.tx, account, &request.saml_provider_name)?.is_some() {
            return Err(ApiError::new(Code::EntityAlreadyExists("SAMLProvider")));
        }
        if saml_providers::count(cx.tx, account)? >= MOST {
            return Err(ApiError::new(Code::LimitExceeded("SAMLProvider")));
        }
        let provider = SamlProvider {
            account,
            provider_name: request.saml_provider_name.clone(),
            description: request.description.clone().unwrap_or_default(),
            metadata_document,
            authn_sign_algo: request.authn_sign_algo.unwrap_or(AuthnSignAlgo::RsaSha1),
            create_date: cx.now,
            update_date: cx.now,
        };
        saml_providers::insert(cx.tx, &provider)?;
        Ok(SAMLProviderResponse::new(&provider))
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use crate::testing::TestApp;
    use crate::testing::saml::metadata;

    #[test]
    fn a_provider_is_made_and_found_as_it_was_registered() {
        let app = TestApp::new();
        let encoded = BASE64.encode(metadata().as_bytes());
        insta::assert_json_snapshot!(app.ok("CreateSAMLProvider", &[
            ("SAMLProviderName", "corp"),
            ("EncodedSAMLMetadataDocument", &encoded),
            ("Description", "the directory"),
        ]), @r#"
        {
          "SAMLProvider": {
            "SAMLProviderName": "corp",
            "Arn": "acs:ram::1234567890123456:saml-provider/corp",
            "Description": "the directory",
            "AuthnSignAlgo": "rsa-sha1",
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let found = app.ok("GetSAMLProvider", &[("SAMLProviderName", "corp")]);
        assert_eq!(found["SAMLProvider"]["EncodedSAMLMetadataDocument"], encoded);
        let xml = app.xml("GetSAMLProvider", &[("SAMLProviderName", "corp")]);
        assert!(xml.contains("<AuthnSignAlgo>rsa-sha1</AuthnSignAlgo>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let good = BASE64.encode(metadata().as_bytes());
        let create = |name: &str, document: &str| {
            let params = [("SAMLProviderName", name), ("EncodedSAMLMetadataDocument", document)];
            app.call("CreateSAMLProvider", &params).1["Code"].as_str().unwrap_or("-").to_owned()
        };
        assert_eq!(create("corp", &good), "-");
        assert_eq!(create("corp", &good), "EntityAlreadyExists.SAMLProvider");
        assert_eq!(create("", &good), "MissingSAMLProviderName");
        assert_eq!(create("a b", &good), "InvalidParameter.SAMLProviderName.InvalidChars");
        assert_eq!(create("other", ""), "MissingEncodedSAMLMetadataDocument");
        let format = "InvalidParameter.EncodedSAMLMetadataDocument.Format";
        let encoded = |text: &str| BASE64.encode(text.as_bytes());
        assert_eq!(create("other", "!"), format);
        assert_eq!(create("other", &encoded("<x/>")), format);
        assert_eq!(
            create("other", &encoded(&metadata().replace("IDPSSODescriptor", "SPSSODescriptor"))),
            format
        );
        assert_eq!(create("other", &encoded(&format!("<!DOCTYPE x>{}", metadata()))), format);
        let alice = app.user_with_key("alice");
        let params = [("SAMLProviderName", "corp"), ("EncodedSAMLMetadataDocument", good.as_str())];
        assert_eq!(app.refused_as(&alice, "CreateSAMLProvider", &params), "NoPermission");
        for number in 1..100 {
            assert_eq!(create(&format!("p{number}"), &good), "-");
        }
        assert_eq!(create("one-more", &good), "LimitExceeded.SAMLProvider");
    }
}
