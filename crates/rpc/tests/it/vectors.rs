//! Every vector of the schemes that are checked here, at each stage, by checking the captured request and by making it.

use std::collections::BTreeSet;

use http::Method;
use ramward_rpc::params::Params;
use ramward_rpc::percent::{self, encode, encode_twice_into};
use ramward_rpc::request::{Placement, RequestBuilder};
use ramward_rpc::sign::{Fault, Incomplete, SCHEMES, Scheme, Secret};
use serde_json::Value;

use crate::captured::{Captured, Outcome, Seen, text};

/// Vectors of schemes that are not checked. This list may only shrink.
const NOT_COVERED: &[&str] = &[
    "roa1-core",
    "roa1-pop",
    "roa1-py-tea-v2",
    "rpc1-core-rsa",
    "rpc1-py-tea-v2-bearer",
    "v3-node-bearer",
    "v3-node-rsa",
    "v3-node-sm3",
    "v3-py-bearer",
    "v3-py-rsa",
    "v3-py-sm3",
    "v3-py-sm3-createuser",
];

/// Names that RPC 1.0 requests have beside the operation's own parameters.
const COMMON: &[&str] = &[
    "AccessKeyId",
    "Action",
    "Format",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureVersion",
    "Timestamp",
    "Version",
];

/// Headers that the builder makes itself.
const OWN_HEADERS: &[&str] = &[
    "authorization",
    "content-length",
    "content-type",
    "host",
    "x-acs-accesskey-id",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-security-token",
    "x-acs-signature-nonce",
    "x-acs-version",
];

fn file() -> Value {
    serde_json::from_str(include_str!("../data/vectors.json")).expect("vectors.json is JSON")
}

/// The vectors of a part of the file whose scheme is checked here, with the scheme.
fn covered(part: &str) -> Vec<(Scheme, Value)> {
    let file = file();
    let of_scheme = |vector: &Value| match text(&vector["scheme"]) {
        "RPC-1.0 HMAC-SHA1" => Some((Scheme::RpcV1, vector.clone())),
        "ACS3-HMAC-SHA256" => Some((Scheme::V3, vector.clone())),
        _ => None,
    };
    file[part].as_array().expect("a list").iter().filter_map(of_scheme).collect()
}

#[test]
fn the_vectors_not_covered_are_exactly_those_listed() {
    let file = file();
    let all = ["vectors", "published", "negative"].map(|part| file[part].as_array().expect("a list").clone());
    let all: BTreeSet<&str> = all.iter().flatten().map(|vector| text(&vector["id"])).collect();
    let parts = ["vectors", "published", "negative"].map(covered);
    let covered: BTreeSet<&str> = parts.iter().flatten().map(|(_, vector)| text(&vector["id"])).collect();
    let missing: Vec<&str> = all.difference(&covered).copied().collect();
    assert_eq!(missing, NOT_COVERED);
    assert_eq!((all.len(), covered.len()), (49, 37));
}

#[test]
fn every_scheme_is_in_the_list_once() {
    let listed: Vec<Scheme> = SCHEMES.iter().map(|scheme| scheme.scheme()).collect();
    assert_eq!(listed, [Scheme::V3, Scheme::RpcV1]);
}

#[test]
fn percent_encoding_once_and_twice() {
    for vector in file()["percent_encoding"].as_array().expect("a list") {
        let (input, strict, double) =
            (text(&vector["input"]), text(&vector["strict"]), text(&vector["double"]));
        assert_eq!(encode(input.as_bytes()), strict);
        let mut twice = Vec::new();
        encode_twice_into(&mut twice, input.as_bytes());
        assert_eq!(String::from_utf8(twice).unwrap(), double);
        assert_eq!(percent::decode(strict.as_bytes()).as_deref(), Ok(input));
    }
}

#[test]
fn requests_of_the_vendor_s_clients_verify_at_each_stage() {
    for (scheme, vector) in covered("vectors").into_iter().chain(covered("published")) {
        let id = text(&vector["id"]);
        let seen = Captured::from_vector(&vector).check(text(&vector["secret"])).verified();
        assert_eq!(seen.scheme, scheme, "{id}");
        compare(id, &seen, &vector["expected"]);
    }
}

#[test]
fn the_same_requests_are_refused_under_another_secret() {
    for (_, vector) in covered("vectors").into_iter().chain(covered("published")) {
        let outcome = Captured::from_vector(&vector).check("anothersecret");
        assert!(matches!(outcome, Outcome::Mismatch(_)), "{}", vector["id"]);
    }
}

#[test]
fn the_builder_makes_the_same_signatures() {
    for (scheme, vector) in covered("vectors").into_iter().chain(covered("published")) {
        let id = text(&vector["id"]);
        let captured = Captured::from_vector(&vector);
        let secret = text(&vector["secret"]);
        let seen = captured.clone().check(secret).verified();
        let builder = match scheme {
            Scheme::RpcV1 => rebuild_v1(&captured, &seen),
            Scheme::V3 => rebuild_v3(&captured, &seen),
        };
        let made = builder.sign(&seen.access_key_id, &Secret::from(secret), &seen.time, &seen.nonce);
        assert_eq!(made.canonical_request, seen.signed.canonical_request, "{id}");
        assert_eq!(made.string_to_sign, seen.signed.string_to_sign, "{id}");
        assert_eq!(made.signature, text(&vector["expected"]["signature"]), "{id}");
        assert_eq!(Captured::from_signed(&made).check(secret).verified(), seen, "{id}");
    }
}

#[test]
fn changed_and_faulty_requests_are_refused() {
    let mut seen = 0;
    for (_, vector) in covered("negative") {
        let outcome = Captured::from_vector(&vector).check(text(&vector["secret"]));
        match text(&vector["id"]) {
            "negative-v3-query-tampered" => assert!(matches!(outcome, Outcome::Mismatch(_))),
            "negative-v3-body-tampered" => {
                let fault = Fault::IncompleteSignature(Incomplete::ContentHashDiffers);
                assert_eq!(outcome, Outcome::Malformed(fault));
            }
            "negative-rpc1-credentials-lib-space-fault" => {
                let Outcome::Mismatch(signed) = outcome else { panic!("{outcome:?}") };
                assert_eq!(signed.string_to_sign, text(&vector["correct_string_to_sign"]));
                let mut corrected = Captured::from_vector(&vector);
                let wrong = encode(text(&vector["client_signature"]).as_bytes());
                let right = encode(text(&vector["correct_signature"]).as_bytes());
                let query = String::from_utf8(corrected.query).unwrap().replace(&wrong, &right);
                corrected.query = query.into_bytes();
                corrected.check(text(&vector["secret"])).verified();
            }
            other => panic!("a negative vector that no arm expects: {other}"),
        }
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn requests_of_the_other_schemes_are_refused_cleanly() {
    let file = file();
    let mut seen = 0;
    for vector in file["vectors"].as_array().expect("a list") {
        if NOT_COVERED.contains(&text(&vector["id"])) {
            let outcome = Captured::from_vector(vector).check("testsecret");
            assert_eq!(outcome, Outcome::Malformed(Fault::InvalidSignatureMethod), "{}", vector["id"]);
            seen += 1;
        }
    }
    assert_eq!(seen, NOT_COVERED.len());
}

/// Compares each stage that the vector names.
fn compare(id: &str, seen: &Seen, expected: &Value) {
    let canonical = &seen.signed.canonical_request;
    for (stage, value) in expected.as_object().expect("an object") {
        let value = text(value);
        match stage.as_str() {
            "access_key_id" => assert_eq!(seen.access_key_id, value, "{id}"),
            "canonical_request" | "canonicalized_query_string" => assert_eq!(canonical, value, "{id}"),
            "canonical_query" => assert_eq!(canonical.split('\n').nth(2), Some(value), "{id}"),
            "canonical_headers" => {
                let after_query = canonical.splitn(4, '\n').nth(3).unwrap();
                let end = after_query.find("\n\n").unwrap() + 1;
                assert_eq!(&after_query[..end], value, "{id}");
            }
            "signed_headers" => assert_eq!(canonical.rsplit('\n').nth(1), Some(value), "{id}"),
            "hashed_payload" => assert_eq!(canonical.rsplit('\n').next(), Some(value), "{id}"),
            "hashed_canonical_request" => {
                assert_eq!(seen.signed.string_to_sign.rsplit('\n').next(), Some(value), "{id}");
            }
            "string_to_sign" => assert_eq!(seen.signed.string_to_sign, value, "{id}"),
            "signature" => assert_eq!(seen.signature, value, "{id}"),
            other => panic!("{id}: a stage that no arm compares: {other}"),
        }
    }
}

/// The builder that makes the captured RPC 1.0 request.
fn rebuild_v1(captured: &Captured, seen: &Seen) -> RequestBuilder {
    let body_is_form = !captured.body.is_empty();
    let params = Params::parse(&captured.query, body_is_form.then_some(&*captured.body)).unwrap();
    let in_query = Params::parse(&captured.query, None).unwrap();
    let placement = match (body_is_form, in_query.get("Signature")) {
        (false, _) => Placement::Query,
        (true, Some(_)) => Placement::Body,
        (true, None) => Placement::WholeBody,
    };
    let own = params.iter().filter(|(name, _)| !COMMON.contains(name));
    let mut builder = RequestBuilder::new(
        captured.header("host").unwrap_or("ims.aliyuncs.com"),
        params.get("Version").unwrap(),
        params.get("Action").unwrap(),
    )
    .scheme(Scheme::RpcV1)
    .method(captured.method.clone())
    .placement(placement)
    .params(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    if let Some(format) = params.get("Format") {
        builder = builder.format(format);
    }
    if let Some(token) = &seen.security_token {
        builder = builder.security_token(token);
    }
    builder
}

/// The builder that makes the captured V3 request.
fn rebuild_v3(captured: &Captured, seen: &Seen) -> RequestBuilder {
    let query = Params::parse(&captured.query, None).unwrap();
    let header = |name| captured.header(name).unwrap();
    let mut builder = RequestBuilder::new(header("host"), header("x-acs-version"), header("x-acs-action"))
        .scheme(Scheme::V3)
        .method(captured.method.clone())
        .path(&captured.path)
        .params(query.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    if captured.method != Method::GET && !captured.body.is_empty() {
        let body = String::from_utf8(captured.body.clone()).unwrap();
        builder = builder.body(header("content-type"), body);
    }
    if let Some(token) = &seen.security_token {
        builder = builder.security_token(token);
    }
    let signed_headers = seen.signed.canonical_request.rsplit('\n').nth(1).unwrap();
    for (name, value) in &captured.headers {
        let (name, value) = (name.as_str(), value.to_str().unwrap());
        if OWN_HEADERS.contains(&name) {
            continue;
        }
        builder = if signed_headers.split(';').any(|signed| signed == name) {
            builder.signed_header(name, value)
        } else {
            builder.header(name, value)
        };
    }
    builder
}
