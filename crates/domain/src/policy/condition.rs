//! Conditions: an operator, a key, values. Operators and their spellings as the vendor's page on conditional operators
//! lists them (December 2025). Values of one key are alternatives; an operator that negates holds where none of them
//! fits, so also where the call has no value for the key at all.

use std::cmp::Ordering;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::context::{Context, Fact};
use super::wildcard::Pattern;
use crate::identity::network::Network;
use crate::time::Timestamp;

/// What an operator does with a value of the call and the values of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Equals,
    EqualsIgnoreCase,
    Like,
    Number(Order),
    Date(Order),
    Bool,
    Address,
}

/// How two values must lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn fits(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    kind: Kind,
    negated: bool,
}

/// All operators by name.
const OPERATORS: &[(&str, Kind, bool)] = &[
    ("StringEquals", Kind::Equals, false),
    ("StringNotEquals", Kind::Equals, true),
    ("StringEqualsIgnoreCase", Kind::EqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Kind::EqualsIgnoreCase, true),
    ("StringLike", Kind::Like, false),
    ("StringNotLike", Kind::Like, true),
    ("NumericEquals", Kind::Number(Order::Equal), false),
    ("NumericNotEquals", Kind::Number(Order::Equal), true),
    ("NumericLessThan", Kind::Number(Order::Less), false),
    ("NumericLessThanEquals", Kind::Number(Order::LessOrEqual), false),
    ("NumericGreaterThan", Kind::Number(Order::Greater), false),
    ("NumericGreaterThanEquals", Kind::Number(Order::GreaterOrEqual), false),
    ("DateEquals", Kind::Date(Order::Equal), false),
    ("DateNotEquals", Kind::Date(Order::Equal), true),
    ("DateLessThan", Kind::Date(Order::Less), false),
    ("DateLessThanEquals", Kind::Date(Order::LessOrEqual), false),
    ("DateGreaterThan", Kind::Date(Order::Greater), false),
    ("DateGreaterThanEquals", Kind::Date(Order::GreaterOrEqual), false),
    ("Bool", Kind::Bool, false),
    ("IpAddress", Kind::Address, false),
    ("NotIpAddress", Kind::Address, true),
];

impl Operator {
    /// The operator of that name.
    pub fn parse(name: &str) -> Option<Self> {
        let (_, kind, negated) = OPERATORS.iter().find(|(known, ..)| *known == name)?;
        Some(Self { kind: *kind, negated: *negated })
    }

    /// The names of all operators.
    pub fn names() -> impl Iterator<Item = &'static str> {
        OPERATORS.iter().map(|(name, ..)| *name)
    }

    /// Reads a value of the policy.
    ///
    /// # Errors
    /// What the operator takes instead.
    pub fn read(self, text: &str) -> Result<Value, &'static str> {
        match self.kind {
            Kind::Equals => Ok(Value::Text(text.into())),
            Kind::EqualsIgnoreCase => Ok(Value::Text(text.to_lowercase().into())),
            Kind::Like => Ok(Value::Like(Pattern::new(text))),
            Kind::Number(_) => number(text).map(Value::Number).ok_or("a number, such as 10"),
            Kind::Date(_) => date(text)
                .map(Value::At)
                .ok_or("a time, such as 2026-11-01T17:00:00Z or 2026-11-01T17:00:00+08:00"),
            Kind::Bool => truth(text).map(Value::Truth).ok_or("true or false"),
            Kind::Address => {
                text.parse().map(Value::Network).map_err(|_| "an address or a network, such as 10.0.0.0/8")
            }
        }
    }
}

/// A value of a policy, read.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// For equality.
    Text(Box<str>),
    /// For likeness.
    Like(Pattern),
    /// For comparing numbers.
    Number(f64),
    /// For comparing instants.
    At(Timestamp),
    /// For truth.
    Truth(bool),
    /// For addresses.
    Network(Network),
}

fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

/// In UTC or with an offset, as the vendor's samples write times; parts of a second do not count.
fn date(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).ok().or_else(|| {
        let read = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Some(Timestamp::from_seconds(read.unix_timestamp()))
    })
}

fn truth(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The operator.
    pub operator: Operator,
    /// The key; case does not count.
    pub key: Box<str>,
    /// The values, of which one must fit.
    pub values: Vec<Value>,
}

impl Condition {
    /// Whether it holds of a call.
    pub fn holds(&self, context: &Context<'_>) -> bool {
        let fits = context.get(&self.key).is_some_and(|fact| self.fits(fact));
        fits != self.operator.negated
    }

    fn fits(&self, fact: &Fact<'_>) -> bool {
        match (self.operator.kind, fact) {
            (Kind::Date(order), Fact::At(at)) => self.any_date(order, *at),
            (Kind::Bool, Fact::Truth(found)) => self.values.contains(&Value::Truth(*found)),
            (Kind::Address, Fact::Address(address)) => self.any_network(*address),
            _ => fact.any(|text| self.fits_text(text)),
        }
    }

    fn fits_text(&self, text: &str) -> bool {
        match self.operator.kind {
            Kind::Equals => self.any_text(text),
            Kind::EqualsIgnoreCase => self.any_text(&text.to_lowercase()),
            Kind::Like => {
                self.values.iter().any(|value| matches!(value, Value::Like(pattern) if pattern.matches(text)))
            }
            Kind::Number(order) => number(text).is_some_and(|found| {
                self.values.iter().any(|value| match value {
                    Value::Number(wanted) => {
                        found.partial_cmp(wanted).is_some_and(|ordering| order.fits(ordering))
                    }
                    _ => false,
                })
            }),
            Kind::Date(order) => date(text).is_some_and(|at| self.any_date(order, at)),
            Kind::Bool => truth(text).is_some_and(|found| self.values.contains(&Value::Truth(found))),
            Kind::Address => text.parse().is_ok_and(|address| self.any_network(address)),
        }
    }

    fn any_text(&self, text: &str) -> bool {
        self.values.iter().any(|value| matches!(value, Value::Text(wanted) if **wanted == *text))
    }

    fn any_date(&self, order: Order, at: Timestamp) -> bool {
        self.values.iter().any(|value| matches!(value, Value::At(wanted) if order.fits(at.cmp(wanted))))
    }

    fn any_network(&self, address: std::net::IpAddr) -> bool {
        self.values.iter().any(|value| matches!(value, Value::Network(network) if network.contains(address)))
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn holds(operator: &str, key: &str, values: &[&str], context: &Context<'_>) -> bool {
        let operator = Operator::parse(operator).unwrap();
        let values = values.iter().map(|value| operator.read(value).unwrap()).collect();
        Condition { operator, key: key.into(), values }.holds(context)
    }

    /// Each operator with a value that makes it hold and one that does not.
    #[test]
    fn every_operator() {
        let texts = ["one".to_owned(), "Two".to_owned()];
        let peer: IpAddr = "192.0.2.7".parse().unwrap();
        let now = Timestamp::parse("2026-11-01T12:00:00Z").unwrap();
        let context = Context::of_call(peer, now, true, false)
            .with("text", Fact::Text("Alice"))
            .with("texts", Fact::Texts(&texts))
            .with("number", Fact::Text("10"));
        let rows: &[(&str, &str, &[&str], &[&str])] = &[
            ("StringEquals", "text", &["x", "Alice"], &["alice"]),
            ("StringNotEquals", "text", &["alice"], &["x", "Alice"]),
            ("StringEqualsIgnoreCase", "text", &["aLICE"], &["alic"]),
            ("StringNotEqualsIgnoreCase", "text", &["alic"], &["aLICE"]),
            ("StringLike", "text", &["A*e"], &["a*"]),
            ("StringNotLike", "text", &["a*"], &["A??ce"]),
            ("StringEquals", "texts", &["Two"], &["two"]),
            ("StringNotEquals", "texts", &["three"], &["one"]),
            ("NumericEquals", "number", &["10.0"], &["1"]),
            ("NumericNotEquals", "number", &["1"], &["10"]),
            ("NumericLessThan", "number", &["10.5"], &["10"]),
            ("NumericLessThanEquals", "number", &["10"], &["9"]),
            ("NumericGreaterThan", "number", &["-11"], &["10"]),
            ("NumericGreaterThanEquals", "number", &["10"], &["11"]),
            ("DateEquals", CURRENT, &["2026-11-01T20:00:00+08:00"], &["2026-11-01T12:00:01Z"]),
            ("DateNotEquals", CURRENT, &["2026-11-01T12:00:01Z"], &["2026-11-01T12:00:00Z"]),
            ("DateLessThan", CURRENT, &["2026-11-01T12:00:01Z"], &["2026-11-01T12:00:00Z"]),
            ("DateLessThanEquals", CURRENT, &["2026-11-01T12:00:00Z"], &["2026-11-01T11:59:59Z"]),
            ("DateGreaterThan", CURRENT, &["2026-11-01T11:59:59Z"], &["2026-11-01T12:00:00Z"]),
            ("DateGreaterThanEquals", CURRENT, &["2026-11-01T12:00:00Z"], &["2026-11-01T12:00:01Z"]),
            ("Bool", "acs:SecureTransport", &["True"], &["false"]),
            ("Bool", "acs:MFAPresent", &["false"], &["true"]),
            ("IpAddress", "acs:SourceIp", &["10.0.0.0/8", "192.0.2.0/24"], &["192.0.2.8"]),
            ("NotIpAddress", "acs:SourceIp", &["192.0.2.8"], &["192.0.2.0/24"]),
            ("StringEquals", "acs:SourceIp", &["192.0.2.7"], &["192.0.2.0/24"]),
            ("StringLike", CURRENT, &["2026-11-*"], &["2026-12-*"]),
        ];
        for (operator, key, fits, fails) in rows {
            assert!(holds(operator, key, fits, &context), "{operator} {key} {fits:?}");
            assert!(!holds(operator, key, fails, &context), "{operator} {key} {fails:?}");
            assert!(holds(operator, &key.to_uppercase(), fits, &context), "keys do not care for case");
        }
        for name in Operator::names() {
            assert!(rows.iter().any(|(operator, ..)| *operator == name), "{name} is not shown");
        }
    }

    const CURRENT: &str = "acs:CurrentTime";

    #[test]
    fn without_a_value_only_a_negation_holds() {
        let context = Context::default();
        for (name, _, negated) in OPERATORS {
            let value = match Operator::parse(name).unwrap().kind {
                Kind::Date(_) => "2026-11-01T12:00:00Z",
                Kind::Bool => "true",
                Kind::Address => "10.0.0.0/8",
                _ => "1",
            };
            assert_eq!(holds(name, "no:such", &[value], &context), *negated, "{name}");
        }
    }

    #[test]
    fn a_value_that_is_none_of_the_kind_fits_nothing() {
        let context = Context::default().with("x", Fact::Text("neither"));
        for (operator, value) in [
            ("NumericEquals", "1"),
            ("DateLessThan", "2026-11-01T12:00:00Z"),
            ("Bool", "false"),
            ("IpAddress", "0.0.0.0/0"),
        ] {
            assert!(!holds(operator, "x", &[value], &context), "{operator}");
        }
        for (operator, value) in [
            ("NumericEquals", "inf"),
            ("NumericEquals", "1e3"),
            ("DateLessThan", "yesterday"),
            ("Bool", "yes"),
            ("IpAddress", "10.0.0.0/33"),
        ] {
            assert!(Operator::parse(operator).unwrap().read(value).is_err(), "{operator} {value}");
        }
    }
}
