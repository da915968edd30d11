//! The language once more, read straight from the JSON with no thought of speed, and the real evaluator held against it
//! over random policies and questions.

use std::net::IpAddr;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{Ask, Compiled, Context, Decision, Document, Fact, Source};
use crate::identity::policy::PolicyType;
use crate::time::Timestamp;

/// Whether a pattern fits, by trying everything.
fn like(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|taken| like(rest, &text[taken..])),
        Some((wanted, rest)) => text
            .split_first()
            .is_some_and(|(found, left)| (*wanted == '?' || wanted == found) && like(rest, left)),
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    like(&chars(pattern), &chars(text))
}

fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(|item| item.as_str().unwrap().to_owned()).collect(),
        text => vec![text.as_str().unwrap().to_owned()],
    }
}

/// A question as the model sees it.
#[derive(Debug, Clone)]
struct Asked {
    action: String,
    resource: String,
    source: IpAddr,
    secure: bool,
    name: Option<String>,
}

fn holds(operator: &str, key: &str, values: &[String], asked: &Asked) -> bool {
    let (negated, operator) = match operator {
        "StringNotLike" => (true, "StringLike"),
        "NotIpAddress" => (true, "IpAddress"),
        "StringNotEquals" => (true, "StringEquals"),
        plain => (false, plain),
    };
    let found = match key {
        "acs:SourceIp" => Some(asked.source.to_string()),
        "acs:SecureTransport" => Some(asked.secure.to_string()),
        _ => asked.name.clone(),
    };
    let any = found.is_some_and(|found| {
        values.iter().any(|value| match operator {
            "StringEquals" | "Bool" => *value == found,
            "StringLike" => fits(value, &found),
            "IpAddress" => {
                let (network, bits) = value.split_once('/').unwrap();
                let number = |text: &str| match text.parse() {
                    Ok(IpAddr::V4(v4)) => u32::from(v4),
                    _ => panic!("the model knows IPv4"),
                };
                let beyond = 32 - bits.parse::<u32>().unwrap();
                u64::from(number(network)) >> beyond == u64::from(number(&found)) >> beyond
            }
            other => panic!("the model has no {other}"),
        })
    });
    any != negated
}

/// What a policy says, by the definition.
fn decide(documents: &[Value], asked: &Asked) -> &'static str {
    let about = |statement: &Value| {
        let one = |name: &str, opposite: &str, text: &str| match statement.get(name) {
            Some(patterns) => list(patterns).iter().any(|pattern| fits(pattern, text)),
            None => !list(&statement[opposite]).iter().any(|pattern| fits(pattern, text)),
        };
        let conditions = statement["Condition"].as_object().into_iter().flatten().all(|(operator, keys)| {
            keys.as_object().unwrap().iter().all(|(key, values)| holds(operator, key, &list(values), asked))
        });
        one("Action", "NotAction", &asked.action)
            && one("Resource", "NotResource", &asked.resource)
            && conditions
    };
    let effects: Vec<&str> = documents
        .iter()
        .flat_map(|document| document["Statement"].as_array().unwrap())
        .filter(|statement| about(statement))
        .map(|statement| statement["Effect"].as_str().unwrap())
        .collect();
    match effects.iter().max() {
        None => "nothing",
        Some(_) if effects.contains(&"Deny") => "deny",
        Some(_) => "allow",
    }
}

fn one_or_more(of: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = Value> {
    prop_oneof![of.clone().prop_map(Value::from), proptest::collection::vec(of, 1..4).prop_map(Value::from)]
}

fn action() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        Just("*".to_owned()),
        "(a|b|\\*|[ab]\\?)b?:[xy*?]{1,4}",
        select(vec!["a:x", "a:y", "b:xy", "*:x", "a:*"]).prop_map(str::to_owned),
    ]
}

fn resource() -> impl Strategy<Value = String> + Clone {
    prop_oneof![Just("*".to_owned()), "acs:s:\\*?:[12*]:(u|\\*)/[xy*?]{0,3}"]
}

fn condition() -> impl Strategy<Value = Value> {
    let name = select(vec!["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"]);
    let network = select(vec!["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32"]);
    prop_oneof![
        (name, one_or_more("[pq*?]{0,3}".boxed()))
            .prop_map(|(operator, values)| json!({ operator: {"x:name": values} })),
        (select(vec!["IpAddress", "NotIpAddress"]), one_or_more(network.prop_map(str::to_owned).boxed()))
            .prop_map(|(operator, values)| json!({ operator: {"acs:SourceIp": values} })),
        any::<bool>().prop_map(|truth| json!({"Bool": {"acs:SecureTransport": truth.to_string()}})),
        (any::<bool>(), "[pq*]{0,3}").prop_map(|(truth, name)| {
            json!({"Bool": {"acs:SecureTransport": truth.to_string()}, "StringLike": {"x:name": name}})
        }),
        Just(json!({})),
    ]
}

fn statement() -> impl Strategy<Value = Value> {
    let effect = select(vec!["Allow", "Allow", "Deny"]);
    let names = (select(vec!["Action", "NotAction"]), select(vec!["Resource", "NotResource"]));
    (effect, names, one_or_more(action().boxed()), one_or_more(resource().boxed()), condition()).prop_map(
        |(effect, (action, resource), actions, resources, condition)| {
            json!({"Effect": effect, action: actions, resource: resources, "Condition": condition})
        },
    )
}

fn document() -> impl Strategy<Value = Value> {
    proptest::collection::vec(statement(), 1..4)
        .prop_map(|statements| json!({"Version": "1", "Statement": statements}))
}

fn asked() -> impl Strategy<Value = Asked> {
    let source = select(vec!["10.1.2.3", "10.1.9.9", "10.200.0.1", "192.0.2.1"]);
    (
        "[ab]b?:[xy]{1,3}",
        "acs:s:\\*:[12]:u/[xy]{0,2}",
        source,
        any::<bool>(),
        proptest::option::of("[pq]{0,2}"),
    )
        .prop_map(|(action, resource, source, secure, name)| Asked {
            action,
            resource,
            source: source.parse().unwrap(),
            secure,
            name,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn the_evaluator_says_what_the_definition_says(
        documents in proptest::collection::vec(document(), 0..4),
        asked in asked(),
    ) {
        let read = |document: &Value| {
            let source = Source {
                policy_type: PolicyType::Custom,
                policy_name: "p".to_owned(),
                version: "v1".to_owned(),
                attached_to: "User",
            };
            (source, Arc::new(Document::parse(&document.to_string()).unwrap()))
        };
        let compiled = Compiled::new(documents.iter().map(read).collect());
        let now = Timestamp::parse("2026-11-01T00:00:00Z").unwrap();
        let mut context = Context::of_call(asked.source, now, asked.secure, false);
        if let Some(name) = &asked.name {
            context = context.with("x:name", Fact::Text(name));
        }
        let said = match compiled.decide(&Ask::new(&[&asked.action], &[&asked.resource], &context)) {
            Decision::ExplicitDeny(_) => "deny",
            Decision::Allow(_) => "allow",
            Decision::ImplicitDeny => "nothing",
        };
        prop_assert_eq!(said, decide(&documents, &asked));
    }

    /// No text makes the reader fail in another way than by a refusal with a place.
    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{}:,\"a-zA-Z1*\\\\ ]{0,60}") {
        if let Err(malformed) = Document::parse(&text) {
            prop_assert!(!malformed.place.is_empty() && !malformed.what.is_empty());
        }
    }
}
