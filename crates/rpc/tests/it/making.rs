//! The builder: what it puts where, and the line for the shell.

use std::io::Write;
use std::process::{Command, Stdio};

use http::Method;
use ramward_rpc::request::{Placement, RequestBuilder, SignedRequest};
use ramward_rpc::sign::{Scheme, Secret};

use crate::captured::Captured;

fn sign(builder: &RequestBuilder) -> SignedRequest {
    builder.sign("testid", &Secret::from("testsecret"), "2025-01-02T03:04:05Z", "n0nce")
}

fn call(scheme: Scheme) -> RequestBuilder {
    RequestBuilder::new("ims.aliyuncs.com", "2019-08-15", "CreateUser")
        .scheme(scheme)
        .param("Comments", "a b")
}

fn names(request: &SignedRequest) -> Vec<&str> {
    request.headers.iter().map(|(name, _)| name.as_str()).collect()
}

fn query_names(request: &SignedRequest) -> Vec<&str> {
    let query = request.path_and_query.split_once('?').map_or("", |(_, query)| query);
    let pieces = query.split('&').filter(|piece| !piece.is_empty());
    pieces.map(|piece| piece.split('=').next().unwrap()).collect()
}

#[test]
fn rpc_parameters_travel_where_they_are_told_to() {
    let own = "Comments";
    let common = [
        "Action",
        "Version",
        "AccessKeyId",
        "SignatureMethod",
        "SignatureVersion",
        "SignatureNonce",
        "Timestamp",
        "Signature",
    ];

    let query = sign(&call(Scheme::RpcV1));
    assert_eq!(query_names(&query), [&[own][..], &common].concat());
    assert_eq!((names(&query), &*query.body), (vec!["host"], &b""[..]));

    let body = sign(&call(Scheme::RpcV1).placement(Placement::Body));
    assert_eq!(query_names(&body), common);
    assert_eq!((names(&body), &*body.body), (vec!["host", "content-type"], &b"Comments=a%20b"[..]));

    let whole = sign(&call(Scheme::RpcV1).placement(Placement::WholeBody));
    assert_eq!(whole.path_and_query, "/");
    assert!(whole.body.starts_with(b"Comments=a%20b&Action=CreateUser&"));

    // The signature covers the union, so it is the same wherever the parameters stand.
    assert_eq!((&query.signature, &body.signature), (&body.signature, &whole.signature));
}

#[test]
fn v3_parameters_travel_where_they_are_told_to() {
    let query = sign(&call(Scheme::V3));
    assert_eq!(query.path_and_query, "/?Comments=a%20b");
    let expected = [
        "host",
        "x-acs-version",
        "x-acs-action",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-content-sha256",
        "authorization",
    ];
    assert_eq!(names(&query), expected);

    let body = sign(&call(Scheme::V3).placement(Placement::Body).format("XML"));
    assert_eq!((&*body.path_and_query, &*body.body), ("/?Format=XML", &b"Comments=a%20b"[..]));
    assert!(body.canonical_request.contains("\ncontent-type:application/x-www-form-urlencoded\n"));
    assert_eq!(sign(&call(Scheme::V3).placement(Placement::WholeBody).format("XML")), body);
}

#[test]
fn a_body_of_the_caller_s_own_sends_the_parameters_into_the_query() {
    for scheme in [Scheme::RpcV1, Scheme::V3] {
        let made =
            sign(&call(scheme).placement(Placement::WholeBody).body("application/json", r#"{"a":"中"}"#));
        assert!(query_names(&made).contains(&"Comments"));
        assert_eq!(made.body, r#"{"a":"中"}"#.as_bytes());
        Captured::from_signed(&made).check("testsecret").verified();
    }
}

#[test]
fn what_it_makes_verifies_with_every_option() {
    for scheme in [Scheme::RpcV1, Scheme::V3] {
        for method in [Method::GET, Method::POST] {
            for placement in [Placement::Query, Placement::Body, Placement::WholeBody] {
                let builder = call(scheme)
                    .method(method.clone())
                    .placement(placement)
                    .format("JSON")
                    .security_token("stok/en+==")
                    .header("X-Acs-Credentials-Provider", "static_sts")
                    .header("User-Agent", "unsigned")
                    .signed_header("Accept", " application/json ");
                let made = sign(&builder);
                let seen = Captured::from_signed(&made).check("testsecret").verified();
                assert_eq!(seen.signed.canonical_request, made.canonical_request);
                assert_eq!(seen.signed.string_to_sign, made.string_to_sign);
                assert_eq!(seen.signature, made.signature);
                assert_eq!(seen.security_token.as_deref(), Some("stok/en+=="));
            }
        }
    }
}

#[test]
fn several_values_of_one_signed_header_are_sorted_and_joined() {
    let made = sign(&call(Scheme::V3).signed_header("accept", " b ").signed_header("accept", "a"));
    assert!(made.canonical_request.contains("\naccept:a,b\nhost:"));
    let seen = Captured::from_signed(&made).check("testsecret").verified();
    assert_eq!(seen.signed.canonical_request, made.canonical_request);
}

#[test]
fn secrets_are_not_shown() {
    let secret = Secret::from("testsecret".to_owned());
    assert_eq!(format!("{secret:?}"), "Secret(…)");
    assert_eq!(secret.clone().expose(), "testsecret");
    let made = format!("{:?}", sign(&call(Scheme::RpcV1)));
    assert!(!made.contains("testsecret"));
}

#[test]
fn a_secret_of_any_length_signs() {
    for length in [0, 1, 30, 62, 63, 64, 65, 127, 200] {
        let secret = "s".repeat(length);
        let made =
            call(Scheme::RpcV1).sign("testid", &Secret::from(&*secret), "2025-01-02T03:04:05Z", "n0nce");
        let captured = Captured::from_signed(&made);
        captured.check(&secret).verified();
        let longer = captured.check(&format!("{secret}s"));
        assert!(matches!(longer, crate::captured::Outcome::Mismatch(_)), "{length}");
    }
}

/// What a shell makes of a line: its words.
fn words(line: &str) -> Vec<String> {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{line}\n");
    let mut shell =
        Command::new("sh").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a POSIX shell");
    shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(Into::into).collect()
}

#[test]
fn the_curl_line_says_the_same_request_to_a_shell() {
    let hostile = "it's $HOME `id` \\ \" ; \n& end";
    let builder =
        call(Scheme::V3).body("text/plain", hostile).header("x-empty", "").header("x-it's", hostile.trim());
    let made = sign(&builder);
    let mut expected = vec!["-X".to_owned(), "POST".to_owned()];
    for (name, value) in &made.headers {
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        expected.extend(["-H".to_owned(), header]);
    }
    expected.extend(["--data-raw".to_owned(), hostile.to_owned()]);
    expected.push("http://127.0.0.1:8686/?Comments=a%20b".to_owned());
    assert_eq!(words(&made.curl("http://127.0.0.1:8686")), expected);
    assert_eq!(words(&made.curl("http://127.0.0.1:8686/")), expected);

    let bare = sign(&call(Scheme::RpcV1).method(Method::GET)).curl("http://127.0.0.1:8686");
    assert!(
        bare.starts_with("curl -X GET -H 'host: ims.aliyuncs.com' 'http://127.0.0.1:8686/?Comments=a%20b&")
    );
    assert!(!bare.contains("--data-raw"));
}

/// Whoever keeps the secret appends the signature at the one place that waits for it, and has the same request.
#[test]
fn a_signature_can_be_added_afterwards() {
    let secret = Secret::from("testsecret");
    for scheme in [Scheme::RpcV1, Scheme::V3] {
        for placement in [Placement::Query, Placement::Body, Placement::WholeBody] {
            let call = RequestBuilder::new("ims.aliyuncs.com", "2019-08-15", "ListUsers")
                .param("Marker", "a b")
                .scheme(scheme)
                .placement(placement)
                .security_token("token");
            let signed = call.sign("testid", &secret, "2025-01-02T03:04:05Z", "n");
            let mut made = call.unsigned("testid", "2025-01-02T03:04:05Z", "n");
            assert_eq!(made.signature, "");
            let encoded = ramward_rpc::percent::encode(signed.signature.as_bytes()).to_string();
            if made.path_and_query.ends_with("Signature=") {
                made.path_and_query.push_str(&encoded);
            } else if made.body.ends_with(b"Signature=") {
                made.body.extend_from_slice(encoded.as_bytes());
            } else {
                let authorization =
                    made.headers.iter_mut().find(|(name, _)| name == "authorization").unwrap();
                assert!(authorization.1.ends_with("Signature="));
                authorization.1.push_str(&signed.signature);
            }
            made.signature.clone_from(&signed.signature);
            assert_eq!(made, signed, "{scheme:?} {placement:?}");
        }
    }
}
