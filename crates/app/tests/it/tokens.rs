//! OIDC tokens at the real binary: with `--oidc-tokens-once` one begins one session, also after a restart.

use std::process::Output;

use data_encoding::BASE64URL_NOPAD;
use ramward_domain::time::{Clock, SystemClock};
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;

use crate::command::ramward_without_credentials;
use crate::door::{Key, Place, Server};

const KEYS: &str = include_str!("../../../domain/tests/data/identity-provider/jwks.json");
const PRIVATE_KEY: &[u8] = include_bytes!("../../../domain/tests/data/identity-provider/rsa.pem");
const ACCOUNT: [&str; 2] = ["--account-id", "1234567890123456"];
const PROVIDER: &str = "acs:ram::1234567890123456:oidc-provider/ci";

fn token(id: &str) -> String {
    let now = SystemClock.now().seconds();
    let claims = json!({
        "iss": "https://ci.example.com", "sub": "repo:example/app", "aud": "ours", "jti": id,
        "iat": now - 60, "exp": now + 600,
    });
    let part = |text: String| BASE64URL_NOPAD.encode(text.as_bytes());
    let header = json!({"alg": "RS256", "kid": "rsa-1"});
    let signed = format!("{}.{}", part(header.to_string()), part(claims.to_string()));
    let key = any_supported_type(&PrivateKeyDer::from_pem_slice(PRIVATE_KEY).unwrap()).unwrap();
    let signer = key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]).unwrap();
    let signature = signer.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn call(server: &Server, root: &Key, action: &str, params: &[(&str, &str)]) -> Output {
    let params: Vec<String> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut arguments = vec!["call", action];
    arguments.extend(params.iter().map(String::as_str));
    ramward_without_credentials(&arguments)
        .endpoint(server.said("Endpoint").unwrap())
        .variable("ALIBABA_CLOUD_ACCESS_KEY_ID", &root.id)
        .variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &root.secret)
        .output()
}

fn set_up(server: &Server, root: &Key) {
    let trust = json!({"Version": "1", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Federated": [PROVIDER]},
         "Condition": {"StringEquals": {"oidc:iss": "https://ci.example.com", "oidc:aud": "ours"}}},
    ]});
    for (action, params) in [
        (
            "CreateOIDCProvider",
            vec![("OIDCProviderName", "ci"), ("IssuerUrl", "https://ci.example.com"), ("ClientIds", "ours")],
        ),
        ("SetOIDCProviderKeys", vec![("OIDCProviderName", "ci"), ("JsonWebKeySet", KEYS.trim())]),
        ("CreateRole", vec![("RoleName", "deployer"), ("AssumeRolePolicyDocument", &trust.to_string())]),
    ] {
        let done = call(server, root, action, &params);
        assert!(done.status.success(), "{action}: {done:?}");
    }
}

/// Whether a session begins; else that the token was used before.
fn begins(server: &Server, root: &Key, token: &str) -> bool {
    let asked = call(
        server,
        root,
        "AssumeRoleWithOIDC",
        &[
            ("OIDCProviderArn", PROVIDER),
            ("RoleArn", "acs:ram::1234567890123456:role/deployer"),
            ("OIDCToken", token),
            ("RoleSessionName", "build"),
        ],
    );
    let said = String::from_utf8(asked.stderr).unwrap();
    assert!(
        asked.status.success()
            || said.contains("AuthenticationFail.OIDCToken.Invalid") && said.contains("was used before"),
        "{said}"
    );
    asked.status.success()
}

#[test]
fn a_token_begins_one_session_where_the_operator_says_so() {
    let place = Place::new();
    let server = place.start(&ACCOUNT);
    let root = server.root();
    set_up(&server, &root);
    let before = token("before");
    assert_eq!([begins(&server, &root, &before), begins(&server, &root, &before)], [true, true]);
    server.stop();
    let once = ["--oidc-tokens-once"];
    let server = place.start(&once);
    let one = token("one");
    assert_eq!([begins(&server, &root, &one), begins(&server, &root, &one)], [true, false]);
    server.stop();
    let server = place.start(&once);
    assert_eq!([begins(&server, &root, &one), begins(&server, &root, &token("two"))], [false, true]);
}
