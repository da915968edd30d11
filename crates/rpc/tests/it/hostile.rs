//! Requests that nobody made with a client: whatever stands in them, reading ends, and nothing unsigned is taken for
//! signed. The sizes are those that the gateway lets through; a reader that walked such a text once for each of its bytes
//! would not come back while anybody waits.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use ramward_rpc::params::Params;
use ramward_rpc::sign::v3::ALGORITHM;

use crate::captured::{Captured, Outcome};

/// What an `Authorization` of V3 is made of, and what else a header may carry.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known = [
        "Credential=",
        "SignedHeaders=",
        "Signature=",
        "host",
        "x-acs-date",
        "x-acs-content-sha256",
        "x-acs-signature-nonce",
        ",",
        ";",
        "=",
        " ",
        "acs ",
    ];
    prop_oneof![
        6 => select(known.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        1 => Just(ALGORITHM.as_bytes().to_vec()),
        2 => vec(0x20_u8..=0xff, 0..8),
    ]
}

fn authorization() -> impl Strategy<Value = Vec<u8>> {
    (any::<bool>(), vec(piece(), 0..24)).prop_map(|(begun, pieces)| {
        let begin = if begun { format!("{ALGORITHM} ").into_bytes() } else { Vec::new() };
        [begin, pieces.concat()].concat()
    })
}

/// The headers that the schemes look at, each any number of times.
fn headers() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    let names = [
        "authorization",
        "host",
        "x-acs-date",
        "x-acs-content-sha256",
        "x-acs-signature-nonce",
        "x-acs-security-token",
        "x-acs-accesskey-id",
        "x-acs-action",
        "content-type",
    ];
    vec((select(names.to_vec()), authorization()), 0..10)
}

/// Parameters by which a request of the older scheme says that it is signed, and others.
fn query() -> impl Strategy<Value = String> {
    let names = [
        "AccessKeyId",
        "Signature",
        "SignatureMethod",
        "SignatureVersion",
        "SignatureNonce",
        "Timestamp",
        "SecurityToken",
        "Action",
    ];
    let values = prop_oneof![
        4 => select(vec!["HMAC-SHA1", "HMAC-SHA256", "1.0", "2.0", "2025-01-02T03:04:05Z", "a", "", "%", "%zz", "%e4"])
            .prop_map(str::to_owned),
        1 => "[!-~]{0,12}",
    ];
    let pairs = vec((select(names.to_vec()), values), 0..12);
    pairs.prop_map(|pairs| pairs.iter().map(|(name, value)| format!("{name}={value}&")).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn what_nobody_signed_is_never_verified(
        authorization in authorization(),
        more in headers(),
        query in query(),
        body in vec(any::<u8>(), 0..40),
    ) {
        let mut headers = HeaderMap::new();
        for (name, value) in std::iter::once(("authorization", authorization)).chain(more) {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        let request =
            Captured { method: Method::POST, path: "/".to_owned(), query: query.into_bytes(), headers, body };
        let outcome = request.check("a secret that no case knows");
        prop_assert!(!matches!(outcome, Outcome::Verified(_)), "{:?}", outcome);
    }
}

#[test]
fn the_largest_parameters_are_read_or_refused() {
    const BYTES: usize = 1 << 20;
    for piece in ["&", "=", "%", "%41", "a=&", "a.1=&", "a&b&", "%26", "é", "\u{0}"] {
        let text = piece.repeat(BYTES / piece.len());
        for (query, form) in [(text.as_str(), ""), ("", text.as_str())] {
            if let Ok(params) = Params::parse(query.as_bytes(), Some(form.as_bytes())) {
                let found = params.list("a").len();
                assert!(found <= params.len(), "{piece:?}");
            }
        }
    }
}

#[test]
fn the_longest_lists_of_headers_are_read_or_refused() {
    const BYTES: usize = 256 << 10;
    for piece in [";", ",", "host;", "Credential=a,", "=", "SignedHeaders=", "x-acs-date;"] {
        for begin in ["", "Credential=a,Signature=b,SignedHeaders="] {
            let value = format!("{ALGORITHM} {begin}{}", piece.repeat(BYTES / piece.len()));
            let headers = [("Host".to_owned(), "h".to_owned()), ("Authorization".to_owned(), value)];
            let outcome = Captured::new(Method::GET, "/", &headers, b"").check("secret");
            assert!(matches!(outcome, Outcome::Malformed(_)), "{piece:?} after {begin:?}: {outcome:?}");
        }
    }
}
