//! Documents that nobody wrote: of right words in wrong places, damaged, or as large as they may be. Each is read or
//! refused with a place, and what was read can be asked.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use super::document::MAX_BYTES;
use super::{Ask, Compiled, Context, Decision, Document, Principal};
use crate::testing::named::{DOCUMENT, TRUST};
use crate::time::Timestamp;

const NAMES: [&str; 20] = [
    "Version",
    "Statement",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    "Principal",
    "RAM",
    "Service",
    "Federated",
    "StringLike",
    "NumericEquals",
    "DateLessThan",
    "Bool",
    "IpAddress",
    "acs:SourceIp",
    "acs:CurrentTime",
    "x",
];
const WORDS: [&str; 14] = [
    "1",
    "Allow",
    "Deny",
    "*",
    "ram:*",
    "ram:GetUser",
    "acs:ram:*:*:*",
    "acs:ram::1234567890123456:root",
    "sts:AssumeRole",
    "10.0.0.0/8",
    "2026-01-01T00:00:00Z",
    "true",
    "",
    "?*?*?*?",
];

/// Any JSON of the words of the language.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => select(WORDS.to_vec()).prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        let members = proptest::collection::vec((select(NAMES.to_vec()), inner.clone()), 0..5);
        prop_oneof![proptest::collection::vec(inner, 0..4).prop_map(Value::from), members.prop_map(object),]
    })
}

fn object(members: Vec<(&'static str, Value)>) -> Value {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
}

/// A statement with one member out of place, so that many are read to their end.
fn document() -> impl Strategy<Value = Value> {
    let member = (select(NAMES.to_vec()), value());
    (member, any::<bool>()).prop_map(|((name, value), trust)| {
        let mut statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole"});
        if trust {
            statement["Principal"] = json!({"RAM": ["acs:ram::1234567890123456:root"]});
        } else {
            statement["Resource"] = json!("*");
        }
        statement[name] = value;
        json!({"Version": "1", "Statement": [statement]})
    })
}

/// Reads a text as both kinds of document and asks what was read.
fn read_and_ask(text: &str) {
    let now = Timestamp::parse("2026-11-01T00:00:00Z").unwrap();
    let context = Context::of_call("10.1.2.3".parse().unwrap(), now, true, false);
    match Document::parse(text) {
        Err(malformed) => assert!(!malformed.place.is_empty() && !malformed.what.is_empty(), "{text}"),
        Ok(document) => {
            let everything = document.permits_everything();
            let compiled = Compiled::of_document(document, "User");
            let ask = Ask::new(&["ram:GetUser"], &["acs:ram:*:1234567890123456:user/alice"], &context);
            let decision = compiled.decide(&ask);
            assert!(!everything || !matches!(decision, Decision::ImplicitDeny), "{text}");
        }
    }
    match Document::parse_trust(text) {
        Err(malformed) => assert!(!malformed.place.is_empty() && !malformed.what.is_empty(), "{text}"),
        Ok(document) => {
            let compiled = Compiled::of_document(document, "Role");
            let arn = "acs:ram::1234567890123456:user/alice";
            let principal = Principal::Ram { account: "1234567890123456", arn };
            let _said = compiled.decide(&Ask::of_trust("sts:AssumeRole", principal, &context));
        }
    }
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(value in value()) {
        read_and_ask(&value.to_string());
    }

    #[test]
    fn statements_with_something_out_of_place(document in document()) {
        read_and_ask(&document.to_string());
    }

    #[test]
    fn damaged_texts(at: Index, taken in 0..12_usize, put in "[\\[\\]{}:,\"*?\\\\a-z0-9é ]{0,6}", trust: bool) {
        let text: Vec<char> = if trust { TRUST } else { DOCUMENT }.chars().collect();
        let at = at.index(text.len());
        let end = text.len().min(at + taken);
        let damaged: String = text[..at].iter().copied().chain(put.chars()).chain(text[end..].iter().copied()).collect();
        read_and_ask(&damaged);
    }
}

#[test]
fn the_largest_documents() {
    for piece in
        ["[", "{\"a\":", "\"", "\\", "*", "{\"Version\":\"1\",\"Statement\":[", "1", "null,", "\u{1F600}"]
    {
        let text = piece.repeat(MAX_BYTES / piece.len());
        assert!(Document::parse(&text).is_err() && Document::parse_trust(&text).is_err(), "{piece}");
    }
    let actions = vec!["ram:*a*a*a*a*b"; 1000];
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    let text = json!({"Version": "1", "Statement": [statement]}).to_string();
    assert!(text.len() < MAX_BYTES);
    let compiled = Compiled::of_document(Document::parse(&text).unwrap(), "User");
    let context = Context::of_call("10.1.2.3".parse().unwrap(), Timestamp::MIN, true, false);
    let action = format!("ram:{}", "a".repeat(200));
    assert!(!compiled.decide(&Ask::new(&[&action], &["*"], &context)).is_allow());
}
