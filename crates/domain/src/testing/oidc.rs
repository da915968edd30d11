//! An OIDC identity provider for tests: its keys, and tokens signed with them at will. Two tokens that another
//! implementation signed lie beside the keys, so that what is checked here is not only what is made here.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use crate::testing::{ACCOUNT, TestApp};
use crate::time::Timestamp;

/// The public keys as the provider publishes them.
pub const PUBLIC_KEYS: &str = include_str!("../../tests/data/identity-provider/jwks.json");
/// A token of PyJWT, signed with the RSA key: issued at 11:59 on the day of the tests, good until 12:10.
pub const TOKEN_RS256: &str = include_str!("../../tests/data/identity-provider/token-rs256.txt");
/// The same, signed with the P-256 key.
pub const TOKEN_ES256: &str = include_str!("../../tests/data/identity-provider/token-es256.txt");

/// The RSA key of the provider, PKCS #8.
pub const RSA: &str = include_str!("../../tests/data/identity-provider/rsa.pem");
const EC: &str = include_str!("../../tests/data/identity-provider/ec.pem");

/// The bytes of a PEM text.
pub fn der(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64.decode(text.as_bytes()).unwrap()
}

/// What a good token says at `wall`.
pub fn claims(wall: Timestamp) -> Value {
    json!({
        "iss": "https://ci.example.com",
        "sub": "repo:example/app",
        "aud": "sts.aliyuncs.com",
        "iat": wall.seconds() - 60,
        "exp": wall.seconds() + 600,
    })
}

/// A token that says `claims`, signed as its header says.
pub fn token(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(header), part(claims));
    let random = SystemRandom::new();
    let signature = if header["alg"] == "ES256" {
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der(EC), &random).unwrap();
        key.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec()
    } else {
        let key = RsaKeyPair::from_pkcs8(&der(RSA)).unwrap();
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
        signature
    };
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

/// A good token with some claims changed; a claim that becomes null is left out.
pub fn token_with(wall: Timestamp, changes: &Value) -> String {
    let mut claims = claims(wall);
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    token(&json!({"alg": "RS256", "kid": "rsa-1"}), &claims)
}

/// Registers providers of these names with the keys, and a role `deployer` that trusts each for one owner's repositories.
pub fn register(app: &TestApp, names: &[&str]) {
    let statements = names.iter().map(|name| {
        app.oidc_provider(name, "sts.aliyuncs.com,ours");
        app.ok("SetOIDCProviderKeys", &[("OIDCProviderName", name), ("JsonWebKeySet", PUBLIC_KEYS)]);
        json!({
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Federated": [format!("acs:ram::{ACCOUNT}:oidc-provider/{name}")]},
            "Condition": {
                "StringEquals": {"oidc:iss": format!("https://{name}.example.com"), "oidc:aud": "sts.aliyuncs.com"},
                "StringLike": {"oidc:sub": "repo:example/*"},
            },
        })
    });
    app.role("deployer", &Value::Array(statements.collect()));
}

/// The parameters of AssumeRoleWithOIDC with that role and a token of the provider.
pub fn params(provider: &str, token: &str) -> [(&'static str, String); 4] {
    [
        ("OIDCProviderArn", format!("acs:ram::{ACCOUNT}:oidc-provider/{provider}")),
        ("RoleArn", format!("acs:ram::{ACCOUNT}:role/deployer")),
        ("OIDCToken", token.to_owned()),
        ("RoleSessionName", "build-42".to_owned()),
    ]
}
