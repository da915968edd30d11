//! One defect at a time: which fault a request that cannot be checked gets, and how schemes are told apart.

use ramward_rpc::request::{Placement, RequestBuilder, SignedRequest};
use ramward_rpc::sign::{Fault, Incomplete, Scheme, Secret};

use crate::captured::{Captured, Outcome};

const SECRET: &str = "testsecret";
const TIME: &str = "2025-01-02T03:04:05Z";

fn builder(scheme: Scheme) -> RequestBuilder {
    RequestBuilder::new("ims.aliyuncs.com", "2019-08-15", "CreateUser")
        .scheme(scheme)
        .param("UserPrincipalName", "alice@example.onaliyun.com")
}

fn sign(builder: &RequestBuilder) -> SignedRequest {
    builder.sign("testid", &Secret::from(SECRET), TIME, "n0nce")
}

fn v1() -> Captured {
    Captured::from_signed(&sign(&builder(Scheme::RpcV1)))
}

fn v3() -> Captured {
    Captured::from_signed(&sign(&builder(Scheme::V3)))
}

/// The request with the pairs of one name taken out of the query, and maybe another value put in.
fn with_param(request: &Captured, name: &str, value: Option<&str>) -> Captured {
    let query = String::from_utf8(request.query.clone()).unwrap();
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| pair.split('=').next() != Some(name)).collect();
    let added = value.map(|value| format!("{name}={value}"));
    pairs.extend(added.as_deref());
    Captured { query: pairs.join("&").into_bytes(), ..request.clone() }
}

fn fault(request: &Captured) -> Fault {
    match request.check(SECRET) {
        Outcome::Malformed(fault) => fault,
        other => panic!("not malformed: {other:?}"),
    }
}

fn incomplete(request: &Captured) -> Incomplete {
    match fault(request) {
        Fault::IncompleteSignature(reason) => reason,
        other => panic!("another fault: {other:?}"),
    }
}

#[test]
fn rpc_parameters_that_are_missing_or_empty() {
    for (name, expected) in [
        ("AccessKeyId", Fault::MissingAccessKeyId),
        ("Signature", Fault::MissingSignature),
        ("SignatureMethod", Fault::MissingSignatureMethod),
        ("SignatureVersion", Fault::MissingSignatureVersion),
        ("Timestamp", Fault::MissingTimestamp),
        ("SignatureNonce", Fault::MissingSignatureNonce),
    ] {
        assert_eq!(fault(&with_param(&v1(), name, None)), expected, "{name} absent");
        assert_eq!(fault(&with_param(&v1(), name, Some(""))), expected, "{name} empty");
        assert_eq!(expected.parameter(), Some(name));
        assert_eq!(expected.to_string(), format!("the parameter {name} is missing; send it"));
    }
}

#[test]
fn names_are_told_apart_by_case() {
    let request = with_param(&with_param(&v1(), "Timestamp", None), "TimeStamp", Some(TIME));
    assert_eq!(fault(&request), Fault::MissingTimestamp);
}

#[test]
fn rpc_parameters_with_other_values() {
    for (name, value, expected) in [
        ("SignatureMethod", "SHA256withRSA", Fault::InvalidSignatureMethod),
        ("SignatureMethod", "HMAC-SHA256", Fault::InvalidSignatureMethod),
        ("SignatureMethod", "hmac-sha1", Fault::InvalidSignatureMethod),
        ("SignatureVersion", "2.0", Fault::InvalidSignatureVersion),
        ("SignatureVersion", "1", Fault::InvalidSignatureVersion),
        ("SignatureType", "PRIVATEKEY", Fault::InvalidSignatureType),
        ("SignatureType", "BEARERTOKEN", Fault::InvalidSignatureMethod),
        ("BearerToken", "token", Fault::InvalidSignatureMethod),
    ] {
        let found = fault(&with_param(&v1(), name, Some(value)));
        assert_eq!(found, expected, "{name}={value}");
    }
}

#[test]
fn an_empty_signature_type_is_signed_like_any_parameter() {
    let request = Captured::from_signed(&sign(&builder(Scheme::RpcV1).param("SignatureType", "")));
    request.check(SECRET).verified();
    assert!(matches!(with_param(&request, "SignatureType", None).check(SECRET), Outcome::Mismatch(_)));
}

#[test]
fn calls_without_a_sign_of_signing_are_anonymous() {
    let mut request = v1();
    // What the SDKs send for the unsigned federation calls of STS.
    request.query =
        b"Action=AssumeRoleWithOIDC&Version=2015-04-01&Format=json&Timestamp=2025-01-02T03%3A04%3A05Z\
        &SignatureNonce=n0nce"
            .to_vec();
    assert_eq!(request.check(SECRET), Outcome::Anonymous);
    request.query.clear();
    request.headers.clear();
    assert_eq!(request.check(SECRET), Outcome::Anonymous);
    request.set_header("authorization", "Basic dGVzdDp0ZXN0");
    assert_eq!(request.check(SECRET), Outcome::Anonymous);
}

#[test]
fn the_authorization_header_decides_before_the_parameters() {
    let mut request = v3();
    request.query.extend_from_slice(b"&Signature=x&BearerToken=y&SignatureType=BEARERTOKEN");
    assert!(matches!(request.check(SECRET), Outcome::Mismatch(_)));

    let mut request = v1();
    request.set_header("authorization", "Basic dGVzdDp0ZXN0");
    assert_eq!(request.check(SECRET).verified().scheme, Scheme::RpcV1);

    request.set_header("authorization", "acs testid:c2lnbmF0dXJl");
    assert_eq!(fault(&request), Fault::InvalidSignatureMethod);
}

#[test]
fn a_bearer_header_is_refused_before_rpc_parameters_are_read() {
    let mut request = v1();
    request.set_header("x-acs-bearer-token", "token");
    assert_eq!(fault(&request), Fault::InvalidSignatureMethod);
}

#[test]
fn rpc_never_depends_on_headers() {
    let mut request = v1();
    request.headers.clear();
    request.check(SECRET).verified();
}

#[test]
fn other_algorithms_of_v3() {
    for algorithm in ["ACS3-HMAC-SM3", "ACS3-RSA-SHA256", "ACS3-", "ACS3-HMAC-SHA2567", "ACS3-hmac-sha256"] {
        let mut request = v3();
        let value = request.header("authorization").unwrap().replace("ACS3-HMAC-SHA256", algorithm);
        request.set_header("authorization", &value);
        assert_eq!(fault(&request), Fault::InvalidSignatureMethod, "{algorithm}");
    }
}

#[test]
fn malformed_authorization_headers() {
    let whole = v3().header("authorization").unwrap().to_owned();
    let fields = whole.strip_prefix("ACS3-HMAC-SHA256 ").unwrap();
    let (credential, rest) = fields.split_once(',').unwrap();
    let (signed, signature) = rest.split_once(',').unwrap();
    for fields in [
        String::new(),
        " ".into(),
        ",".into(),
        "Credential".into(),
        format!("{credential},{signed}"),
        format!("{credential},{signature}"),
        format!("{signed},{signature}"),
        format!("Credential=,{signed},{signature}"),
        format!("{credential},SignedHeaders=,{signature}"),
        format!("{credential},{signed},Signature="),
        format!("{credential},{signed},{signature},"),
        format!("{credential},{signed},{signature},Extra=1"),
        format!("{credential},{credential},{signed},{signature}"),
        format!("{credential};{signed};{signature}"),
        format!("credential=testid,{signed},{signature}"),
    ] {
        let mut request = v3();
        request.set_header("authorization", &format!("ACS3-HMAC-SHA256 {fields}"));
        assert_eq!(incomplete(&request), Incomplete::Authorization, "{fields}");
    }
    let mut request = v3();
    request.set_header("authorization", "ACS3-HMAC-SHA256");
    assert_eq!(incomplete(&request), Incomplete::Authorization);

    let mut twice = v3();
    let value = twice.headers["authorization"].clone();
    twice.headers.append("authorization", value);
    assert_eq!(incomplete(&twice), Incomplete::Authorization);

    let mut opaque = v3();
    opaque.headers.insert("authorization", http::HeaderValue::from_bytes(b"ACS3-HMAC-SHA256 \xff").unwrap());
    assert_eq!(incomplete(&opaque), Incomplete::Authorization);

    let mut spaced = v3();
    spaced.set_header("authorization", &format!("ACS3-HMAC-SHA256 {credential}, {signed}, {signature}"));
    spaced.check(SECRET).verified();
}

#[test]
fn headers_that_must_be_signed_or_sent() {
    const ACS: [&str; 5] =
        ["x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"];
    let all = format!("host;{}", ACS.join(";"));
    let request = v3();
    let authorization = request.header("authorization").unwrap();
    assert!(authorization.contains(&format!("SignedHeaders={all},")));
    let relisted = |list: &str| {
        let mut request = request.clone();
        request.set_header("authorization", &authorization.replace(&all, list));
        incomplete(&request)
    };

    assert_eq!(relisted(&ACS.join(";")), Incomplete::HostNotSigned);
    for name in ACS {
        assert_eq!(relisted(&all.replace(&format!(";{name}"), "")), Incomplete::AcsHeaderNotSigned, "{name}");
    }
    for list in [
        format!("{};host", ACS.join(";")),
        format!("host;{all}"),
        format!("Host;{all}"),
        format!(";{all}"),
        format!("{all};"),
        all.replace(';', ";;"),
        all.replace("x-acs-date", "X-ACS-DATE"),
    ] {
        assert_eq!(relisted(&list), Incomplete::SignedHeaders, "{list}");
    }
    for list in [format!("accept;{all}"), format!("{all};x-acs-z"), format!("{all};{{not a name}}")] {
        assert_eq!(relisted(&list), Incomplete::HeaderAbsent, "{list}");
    }
}

#[test]
fn v3_headers_that_are_missing() {
    for (name, expected) in [
        ("x-acs-date", Incomplete::DateAbsent),
        ("x-acs-signature-nonce", Incomplete::NonceAbsent),
        ("x-acs-content-sha256", Incomplete::ContentHashAbsent),
    ] {
        // Listed as signed but not sent.
        let mut unsent = v3();
        unsent.headers.remove(name);
        assert_eq!(incomplete(&unsent), Incomplete::HeaderAbsent, "{name}");
        // Neither listed nor sent: taken off the list by hand.
        let value = unsent.header("authorization").unwrap().replace(&format!(";{name}"), "");
        unsent.set_header("authorization", &value);
        assert_eq!(incomplete(&unsent), expected, "{name}");
        // Sent, but empty.
        let mut empty = v3();
        empty.set_header(name, " ");
        assert_eq!(incomplete(&empty), expected, "{name}");
    }
}

#[test]
fn an_acs_header_added_on_the_way_is_refused() {
    let mut request = v3();
    request.headers.insert("x-acs-security-token", "other".parse().unwrap());
    assert_eq!(incomplete(&request), Incomplete::AcsHeaderNotSigned);
}

#[test]
fn host_and_acs_headers_may_be_there_only_once() {
    for name in ["host", "x-acs-date", "x-acs-action", "x-acs-signature-nonce"] {
        let mut request = v3();
        request.headers.append(name, "other".parse().unwrap());
        assert_eq!(incomplete(&request), Incomplete::HeaderUnclear, "{name}");
    }
    let mut opaque = v3();
    opaque.headers.insert("x-acs-date", http::HeaderValue::from_bytes(b"2025\xff").unwrap());
    assert_eq!(incomplete(&opaque), Incomplete::HeaderUnclear);
}

#[test]
fn the_content_type_of_a_body_must_be_signed_and_that_of_no_body_need_not() {
    let with_form = sign(&builder(Scheme::V3).placement(Placement::Body));
    let mut request = Captured::from_signed(&with_form);
    let value = request.header("authorization").unwrap().replace("content-type;", "");
    request.set_header("authorization", &value);
    assert_eq!(incomplete(&request), Incomplete::ContentTypeNotSigned);

    // One transport of the vendor's Python SDK adds this to requests without a body, after signing.
    let mut bare = v3();
    bare.set_header("content-type", "application/octet-stream");
    bare.check(SECRET).verified();
}

#[test]
fn the_body_must_have_the_hash_that_is_signed() {
    let request = Captured::from_signed(&sign(&builder(Scheme::V3).placement(Placement::Body)));
    let mut longer = request.clone();
    longer.body.push(b' ');
    let mut gone = request.clone();
    gone.body.clear();
    let mut upper = request.clone();
    let hash = upper.header("x-acs-content-sha256").unwrap().to_uppercase();
    upper.set_header("x-acs-content-sha256", &hash);
    for changed in [longer, gone, upper] {
        assert_eq!(incomplete(&changed), Incomplete::ContentHashDiffers);
    }
    let mut added = v3();
    added.body = b"x".to_vec();
    assert_eq!(incomplete(&added), Incomplete::ContentHashDiffers);
}

#[test]
fn a_token_header_that_names_another_key_is_refused() {
    let mut request = Captured::from_signed(&sign(&builder(Scheme::V3).security_token("token")));
    let seen = request.check(SECRET).verified();
    assert_eq!(seen.security_token.as_deref(), Some("token"));
    request.set_header("x-acs-accesskey-id", "otherid");
    assert_eq!(incomplete(&request), Incomplete::AccessKeyIdDiffers);
}

#[test]
fn a_signature_of_any_shape_is_compared_and_refused() {
    for signature in ["x", "%3D", "AAAA", "02heLegtw4%2BBFamznl1Ltj%2BvJ4A%3D", "%F0%9F%98%80"] {
        let request = with_param(&v1(), "Signature", Some(signature));
        assert!(matches!(request.check(SECRET), Outcome::Mismatch(_)), "{signature}");
    }
    for signature in ["x", "0", &"0".repeat(64), &"f".repeat(63), &"A".repeat(65)] {
        let mut request = v3();
        let value = request.header("authorization").unwrap().to_owned();
        let (head, _) = value.split_once("Signature=").unwrap();
        request.set_header("authorization", &format!("{head}Signature={signature}"));
        assert!(matches!(request.check(SECRET), Outcome::Mismatch(_)), "{signature}");
    }
}

#[test]
fn every_fault_says_what_to_do_in_the_house_s_voice() {
    let reasons = [
        Incomplete::Authorization,
        Incomplete::SignedHeaders,
        Incomplete::HostNotSigned,
        Incomplete::AcsHeaderNotSigned,
        Incomplete::ContentTypeNotSigned,
        Incomplete::HeaderAbsent,
        Incomplete::HeaderUnclear,
        Incomplete::DateAbsent,
        Incomplete::NonceAbsent,
        Incomplete::ContentHashAbsent,
        Incomplete::ContentHashDiffers,
        Incomplete::AccessKeyIdDiffers,
    ];
    let others = [Fault::InvalidSignatureMethod, Fault::InvalidSignatureVersion, Fault::InvalidSignatureType];
    for fault in reasons.map(Fault::IncompleteSignature).into_iter().chain(others) {
        let text = fault.to_string();
        assert!(text.contains("; "), "{text}");
        assert!(!text.ends_with('.'), "{text}");
        assert!(!text.starts_with("The"), "{text}");
    }
    assert_eq!(Fault::IncompleteSignature(Incomplete::DateAbsent).parameter(), None);
}
