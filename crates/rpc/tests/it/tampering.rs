//! Properties: what was signed verifies, and no byte of it can be changed on the way.

use std::collections::BTreeMap;

use http::{HeaderValue, Method};
use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::sample::Index;
use ramward_rpc::params::{Params, is_form};
use ramward_rpc::request::{Placement, RequestBuilder};
use ramward_rpc::sign::{Scheme, Secret};

use crate::captured::{Captured, Outcome};

const TIME: &str = "2025-01-02T03:04:05Z";

fn scheme() -> impl Strategy<Value = Scheme> {
    prop_oneof![Just(Scheme::RpcV1), Just(Scheme::V3)]
}

fn placement() -> impl Strategy<Value = Placement> {
    prop_oneof![Just(Placement::Query), Just(Placement::Body), Just(Placement::WholeBody)]
}

/// Parameters of any text; the prefix keeps them off the protocol's own names.
fn params() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map(any::<String>().prop_map(|name| format!("p{name}")), any::<String>(), 0..8)
}

#[derive(Debug, Clone)]
struct Call {
    scheme: Scheme,
    method: Method,
    placement: Placement,
    params: BTreeMap<String, String>,
    key: String,
    secret: String,
    nonce: String,
    token: Option<String>,
}

fn call() -> impl Strategy<Value = Call> {
    let method = prop_oneof![Just(Method::GET), Just(Method::POST)];
    let token = proptest::option::of("[!-~]{1,200}");
    let names = ("[A-Za-z0-9]{1,30}", ".{0,80}", "[!-~]{1,70}", token);
    (scheme(), method, placement(), params(), names).prop_map(
        |(scheme, method, placement, params, (key, secret, nonce, token))| Call {
            scheme,
            method,
            placement,
            params,
            key,
            secret,
            nonce,
            token,
        },
    )
}

impl Call {
    fn captured(&self) -> Captured {
        let mut builder = RequestBuilder::new("ims.aliyuncs.com:8080", "2019-08-15", "CreateUser")
            .scheme(self.scheme)
            .method(self.method.clone())
            .placement(self.placement)
            .params(self.params.clone())
            .signed_header("user-agent", "ramward tests")
            .header("x-unsigned", "whatever");
        if let Some(token) = &self.token {
            builder = builder.security_token(token);
        }
        Captured::from_signed(&builder.sign(&self.key, &Secret::from(&*self.secret), TIME, &self.nonce))
    }
}

type Pairs = Vec<(String, String)>;

/// The decoded parameters, all and those of the query, for telling a change of meaning from another spelling of the same.
fn meaning(request: &Captured) -> Option<(Pairs, Pairs)> {
    let form = is_form(&request.headers).then_some(&*request.body);
    let params = Params::parse(&request.query, form).ok()?;
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Some((params.iter().map(owned).collect(), params.iter_query().map(owned).collect()))
}

fn flip(bytes: &mut [u8], at: &Index, by: u8) {
    let at = at.index(bytes.len());
    bytes[at] ^= by;
}

proptest! {
    #[test]
    fn what_was_signed_verifies(call in call()) {
        let request = call.captured();
        let seen = request.check(&call.secret).verified();
        prop_assert_eq!(seen.scheme, call.scheme);
        prop_assert_eq!(seen.access_key_id, call.key);
        prop_assert_eq!(seen.time, TIME);
        prop_assert_eq!(seen.nonce, call.nonce);
        prop_assert_eq!(seen.security_token, call.token);
        let (pairs, _) = meaning(&request).expect("the builder writes what the parser reads");
        let pairs: BTreeMap<_, _> = pairs.into_iter().filter(|(name, _)| name.starts_with('p')).collect();
        prop_assert_eq!(pairs, call.params);
    }

    #[test]
    fn another_secret_is_refused(call in call(), other in ".{0,80}") {
        // HMAC pads short keys with zeros, so a secret that differs only in trailing zeros is the same key under V3.
        prop_assume!(call.secret.trim_end_matches('\0') != other.trim_end_matches('\0'));
        prop_assert!(matches!(call.captured().check(&other), Outcome::Mismatch(_)));
    }

    #[test]
    fn a_changed_byte_of_the_query_is_refused(call in call(), at: Index, by in 1..=u8::MAX) {
        let original = call.captured();
        prop_assume!(!original.query.is_empty());
        let mut changed = original.clone();
        flip(&mut changed.query, &at, by);
        let outcome = changed.check(&call.secret);
        if let Outcome::Verified(_) = outcome {
            prop_assert_eq!(meaning(&changed), meaning(&original), "another meaning verified");
        }
    }

    #[test]
    fn a_changed_byte_of_the_body_is_refused(call in call(), at: Index, by in 1..=u8::MAX) {
        let original = call.captured();
        prop_assume!(!original.body.is_empty());
        let mut changed = original.clone();
        flip(&mut changed.body, &at, by);
        if let Outcome::Verified(_) = changed.check(&call.secret) {
            prop_assert_eq!(call.scheme, Scheme::RpcV1, "V3 signs every byte of the body");
            prop_assert_eq!(meaning(&changed), meaning(&original), "another meaning verified");
        }
    }

    #[test]
    fn a_changed_byte_of_a_signed_header_is_refused(call in call(), which: Index, at: Index, by in 1..=u8::MAX) {
        let call = Call { scheme: Scheme::V3, ..call };
        let original = call.captured();
        let names: Vec<_> = original
            .headers
            .keys()
            .filter(|name| !matches!(name.as_str(), "authorization" | "x-unsigned"))
            .cloned()
            .collect();
        let name = which.get(&names);
        let mut value = original.headers[name].as_bytes().to_vec();
        flip(&mut value, &at, by);
        let Ok(value) = HeaderValue::from_bytes(&value) else { return Ok(()) };
        // White space around a value is not part of it.
        prop_assume!(value.as_bytes().trim_ascii() != original.headers[name].as_bytes().trim_ascii());
        let mut changed = original.clone();
        changed.headers.insert(name, value);
        prop_assert!(!matches!(changed.check(&call.secret), Outcome::Verified(_)), "{name}");
    }

    #[test]
    fn a_parameter_added_removed_or_moved_is_refused(call in call(), which: Index) {
        let original = call.captured();
        let mut added = original.clone();
        if !added.query.is_empty() {
            added.query.push(b'&');
        }
        added.query.extend_from_slice(b"Added=1");
        prop_assert!(matches!(added.check(&call.secret), Outcome::Mismatch(_)));

        let query = String::from_utf8(original.query.clone()).unwrap();
        let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        prop_assume!(!pairs.is_empty());
        pairs.remove(which.index(pairs.len()));
        let removed = Captured { query: pairs.join("&").into_bytes(), ..original.clone() };
        prop_assert!(!matches!(removed.check(&call.secret), Outcome::Verified(_)));
    }

    #[test]
    fn another_method_is_refused_and_v3_refuses_another_path(call in call()) {
        let original = call.captured();
        let method = if call.method == Method::GET { Method::POST } else { Method::GET };
        let changed = Captured { method, ..original.clone() };
        prop_assert!(matches!(changed.check(&call.secret), Outcome::Mismatch(_)));
        let moved = Captured { path: "/other".into(), ..original };
        let refused = matches!(moved.check(&call.secret), Outcome::Mismatch(_));
        prop_assert_eq!(refused, call.scheme == Scheme::V3);
    }

    #[test]
    fn no_request_makes_the_check_panic(
        query: Vec<u8>,
        body: Vec<u8>,
        authorization in "(ACS3-HMAC-SHA256 |acs |)[ -~]{0,80}",
        list in "[a-z;:-]{0,20}",
    ) {
        let whole = format!("ACS3-HMAC-SHA256 Credential=a,SignedHeaders={list},Signature=0");
        for authorization in [authorization, whole] {
            let headers = [("authorization", &*authorization), ("content-type", "application/x-www-form-urlencoded")];
            let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let request = Captured::new(Method::POST, "/", &headers, &body);
            let request = Captured { query: query.clone(), ..request };
            prop_assert!(!matches!(request.check("secret"), Outcome::Verified(_)));
        }
    }
}
