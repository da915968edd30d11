//! A policy document: read from JSON text, refused with the place where it is wrong. A document attached to an identity
//! says what it may do; a trust document says who may assume a role. Elements as the vendor's page on policy structure
//! and syntax lists them (May 2026). Must not know who has it.

use std::collections::BTreeSet;
use std::fmt;

use ramward_rpc::error::{ApiError, Plain};

use super::condition::{Condition, Operator};
use super::json::Node;
use super::names;
use super::wildcard::{Pattern, is_wild};

/// More bytes than any policy may have: the vendor's largest is 6,144 characters, of at most four bytes.
pub const MAX_BYTES: usize = 6144 * 4;
/// Statements of a document.
pub const MAX_STATEMENTS: usize = 200;
/// Wildcards of one pattern.
pub const MAX_WILDCARDS: usize = 32;
/// Bytes of one pattern.
pub const MAX_PATTERN_BYTES: usize = 2048;

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Malformed {
    /// Where: `Statement[0].Effect`, or a line and a column where the text is no JSON.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

impl From<Malformed> for Box<ApiError> {
    fn from(malformed: Malformed) -> Self {
        let message = format!("The policy document is malformed. {malformed}.");
        ApiError::with_message(Plain::MalformedPolicyDocument, message)
    }
}

/// A document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    statements: Vec<Statement>,
}

/// What a statement that fits does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It permits.
    Allow,
    /// It forbids, whatever else permits.
    Deny,
}

/// A list of patterns, or everything but them.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// The patterns.
    pub patterns: Vec<Pattern>,
    /// Whether everything else is meant.
    pub others: bool,
}

impl Selection {
    /// Whether a thing is meant; `names` are all names it has.
    pub fn includes<T: AsRef<str>>(&self, names: &[T]) -> bool {
        let listed =
            names.iter().any(|name| self.patterns.iter().any(|pattern| pattern.matches(name.as_ref())));
        listed != self.others
    }

    fn is_everything(&self, all: &[&str]) -> bool {
        !self.others && self.patterns.iter().any(|pattern| all.contains(&pattern.as_str()))
    }
}

/// Who may assume a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// An account, a RAM user or a role, by ARN.
    Ram(Box<str>),
    /// A service of the vendor, by its name.
    Service(Box<str>),
    /// An identity provider, by ARN.
    Federated(Box<str>),
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it does where it fits.
    pub effect: Effect,
    /// Which actions it is about, in one spelling each.
    pub actions: Selection,
    /// Which resources; `None` in a trust document, which is about its role.
    pub resources: Option<Selection>,
    /// Whom it trusts; empty outside trust documents.
    pub principals: Vec<Trusted>,
    /// All must hold.
    pub conditions: Vec<Condition>,
}

/// What kind of document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Permissions,
    Trust,
}

impl Document {
    /// Reads a document that says what an identity or a session may do.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Self::read(text, Purpose::Permissions)
    }

    /// Reads a document that says who may assume a role.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse_trust(text: &str) -> Result<Self, Malformed> {
        Self::read(text, Purpose::Trust)
    }

    /// Its statements.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Whether it permits every action on every resource without a condition, as AdministratorAccess does.
    pub fn permits_everything(&self) -> bool {
        self.statements.iter().any(|statement| {
            statement.effect == Effect::Allow
                && statement.conditions.is_empty()
                && statement.actions.is_everything(&["*", "*:*"])
                && statement.resources.as_ref().is_some_and(|resources| resources.is_everything(&["*"]))
        })
    }

    fn read(text: &str, purpose: Purpose) -> Result<Self, Malformed> {
        let whole = Place::whole();
        if text.len() > MAX_BYTES {
            return Err(whole.wrong(format!("it has more than {MAX_BYTES} bytes")));
        }
        let node: Node = serde_json::from_str(text).map_err(|error| Malformed {
            place: format!("line {} column {}", error.line(), error.column()),
            what: "this is no JSON".to_owned(),
        })?;
        let elements = Elements::read(&node, &whole, &["Version", "Statement"])?;
        let (version, at) = elements.needed("Version")?;
        if *version != Node::Text("1".to_owned()) {
            return Err(at.wrong("it must be \"1\""));
        }
        let (statements, at) = elements.needed("Statement")?;
        let Node::List(statements) = statements else {
            return Err(at.wrong(format!("it must be a list of statements and is {}", statements.kind())));
        };
        if statements.is_empty() || statements.len() > MAX_STATEMENTS {
            return Err(at.wrong(format!("it must have 1 to {MAX_STATEMENTS} statements")));
        }
        let statements = statements
            .iter()
            .enumerate()
            .map(|(number, statement)| read_statement(statement, &at.item(number), purpose))
            .collect::<Result<_, _>>()?;
        Ok(Self { statements })
    }
}

/// Where the reader is.
#[derive(Debug, Clone)]
struct Place(String);

impl Place {
    fn whole() -> Self {
        Self(String::new())
    }

    fn member(&self, name: &str) -> Self {
        if self.0.is_empty() { Self(name.to_owned()) } else { Self(format!("{}.{name}", self.0)) }
    }

    fn item(&self, number: usize) -> Self {
        Self(format!("{}[{number}]", self.0))
    }

    fn wrong(&self, what: impl Into<String>) -> Malformed {
        let place = if self.0.is_empty() { "the document".to_owned() } else { self.0.clone() };
        Malformed { place, what: what.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The members of an object, none of them twice.
struct Elements<'n> {
    members: &'n [(String, Node)],
    place: &'n Place,
}

impl<'n> Elements<'n> {
    fn any(node: &'n Node, place: &'n Place) -> Result<Self, Malformed> {
        let Node::Members(members) = node else {
            return Err(place.wrong(format!("it must be an object and is {}", node.kind())));
        };
        let mut seen = BTreeSet::new();
        match members.iter().find(|(name, _)| !seen.insert(name.as_str())) {
            Some((name, _)) => Err(place.member(name).wrong("it is there twice")),
            None => Ok(Self { members, place }),
        }
    }

    fn read(node: &'n Node, place: &'n Place, known: &[&str]) -> Result<Self, Malformed> {
        let elements = Self::any(node, place)?;
        match elements.members.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => {
                let list = known.join(", ");
                Err(place.member(name).wrong(format!("there is no such element here; known are {list}")))
            }
            None => Ok(elements),
        }
    }

    fn find(&self, name: &str) -> Option<(&'n Node, Place)> {
        let (_, node) = self.members.iter().find(|(known, _)| known == name)?;
        Some((node, self.place.member(name)))
    }

    fn needed(&self, name: &str) -> Result<(&'n Node, Place), Malformed> {
        self.find(name).ok_or_else(|| self.place.wrong(format!("{name} is missing")))
    }
}

fn read_statement(node: &Node, place: &Place, purpose: Purpose) -> Result<Statement, Malformed> {
    let known: &[&str] = match purpose {
        Purpose::Permissions => &["Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"],
        Purpose::Trust => &["Effect", "Action", "NotAction", "Principal", "Condition"],
    };
    let elements = Elements::read(node, place, known)?;
    let (effect, at) = elements.needed("Effect")?;
    let effect = match effect {
        Node::Text(text) if text == "Allow" => Effect::Allow,
        Node::Text(text) if text == "Deny" => Effect::Deny,
        _ => return Err(at.wrong("it must be \"Allow\" or \"Deny\"")),
    };
    let actions = read_selection(&elements, "Action", "NotAction", read_action)?;
    let (resources, principals) = match purpose {
        Purpose::Permissions => {
            (Some(read_selection(&elements, "Resource", "NotResource", read_resource)?), Vec::new())
        }
        Purpose::Trust => {
            let (node, at) = elements.needed("Principal")?;
            (None, read_principals(node, &at)?)
        }
    };
    let conditions = match elements.find("Condition") {
        Some((node, at)) => read_conditions(node, &at)?,
        None => Vec::new(),
    };
    Ok(Statement { effect, actions, resources, principals, conditions })
}

/// A text, or a list of texts with something in it.
fn texts<'n>(node: &'n Node, place: &Place) -> Result<Vec<(&'n str, Place)>, Malformed> {
    match node {
        Node::Text(text) => Ok(vec![(text, place.clone())]),
        Node::List(items) if !items.is_empty() => items
            .iter()
            .enumerate()
            .map(|(number, item)| match item {
                Node::Text(text) => Ok((text.as_str(), place.item(number))),
                _ => Err(place.item(number).wrong(format!("it must be a text and is {}", item.kind()))),
            })
            .collect(),
        Node::List(_) => Err(place.wrong("the list is empty")),
        _ => Err(place.wrong(format!("it must be a text or a list of texts and is {}", node.kind()))),
    }
}

fn read_selection(
    elements: &Elements<'_>,
    name: &str,
    opposite: &str,
    read: fn(&str) -> Result<Pattern, String>,
) -> Result<Selection, Malformed> {
    let (node, place, others) = match (elements.find(name), elements.find(opposite)) {
        (Some((node, place)), None) => (node, place, false),
        (None, Some((node, place))) => (node, place, true),
        (Some(_), Some((_, place))) => {
            return Err(place.wrong(format!("a statement has either {name} or {opposite}")));
        }
        (None, None) => return Err(elements.place.wrong(format!("{name} is missing"))),
    };
    let patterns = texts(node, &place)?
        .into_iter()
        .map(|(text, at)| bounded(text).and_then(|()| read(text)).map_err(|what| at.wrong(what)))
        .collect::<Result<_, _>>()?;
    Ok(Selection { patterns, others })
}

fn bounded(text: &str) -> Result<(), String> {
    let wildcards = text.bytes().filter(|byte| matches!(byte, b'*' | b'?')).count();
    if text.len() > MAX_PATTERN_BYTES {
        Err(format!("it has more than {MAX_PATTERN_BYTES} bytes"))
    } else if wildcards > MAX_WILDCARDS {
        Err(format!("it has more than {MAX_WILDCARDS} wildcards"))
    } else {
        Ok(())
    }
}

fn read_action(text: &str) -> Result<Pattern, String> {
    let is_word = |word: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*?/".contains(&byte);
        !word.is_empty() && word.bytes().all(is_part)
    };
    let named = text.split_once(':').is_some_and(|(service, name)| is_word(service) && is_word(name));
    if text == "*" || named {
        Ok(Pattern::new(&names::action(text)))
    } else {
        Err("an action looks like ram:GetUser, ram:Get* or *".to_owned())
    }
}

fn read_resource(text: &str) -> Result<Pattern, String> {
    let is_arn = text.starts_with("acs:") && text.matches(':').count() >= 4;
    if (text == "*" || is_arn) && !text.contains(char::is_whitespace) {
        Ok(Pattern::new(&names::resource(text)))
    } else {
        Err("a resource looks like acs:ram:*:1234567890123456:user/alice or *".to_owned())
    }
}

fn read_principals(node: &Node, place: &Place) -> Result<Vec<Trusted>, Malformed> {
    let elements = Elements::read(node, place, &["RAM", "Service", "Federated"])?;
    let mut principals = Vec::new();
    for (name, node) in elements.members {
        for (text, at) in texts(node, &place.member(name))? {
            let is_arn = text.strip_prefix("acs:ram::").is_some_and(|rest| {
                rest.split_once(':').is_some_and(|(account, what)| {
                    !account.is_empty()
                        && account.bytes().all(|byte| byte.is_ascii_digit())
                        && !what.is_empty()
                })
            });
            if is_wild(text) {
                return Err(at.wrong("a principal is named in full, without wildcards"));
            }
            principals.push(match name.as_str() {
                "Service" if !text.is_empty() => Trusted::Service(text.into()),
                "RAM" if is_arn => Trusted::Ram(text.into()),
                "Federated" if is_arn => Trusted::Federated(text.into()),
                "Service" => return Err(at.wrong("a service looks like ecs.aliyuncs.com")),
                _ => return Err(at.wrong("it must be an ARN, such as acs:ram::1234567890123456:root")),
            });
        }
    }
    if principals.is_empty() { Err(place.wrong("it names nobody")) } else { Ok(principals) }
}

fn read_conditions(node: &Node, place: &Place) -> Result<Vec<Condition>, Malformed> {
    let mut conditions = Vec::new();
    for (name, keys) in Elements::any(node, place)?.members {
        let at = place.member(name);
        let Some(operator) = Operator::parse(name) else {
            let known = Operator::names().collect::<Vec<_>>().join(", ");
            return Err(at.wrong(format!("there is no such operator; known are {known}")));
        };
        let keys = Elements::any(keys, &at)?;
        if keys.members.is_empty() {
            return Err(at.wrong("it names no key"));
        }
        for (key, values) in keys.members {
            let values = read_values(operator, values, &at.member(key))?;
            conditions.push(Condition { operator, key: key.as_str().into(), values });
        }
    }
    Ok(conditions)
}

/// The vendor quotes all values; a bare boolean or number means the same and is what templates often write.
fn read_values(
    operator: Operator,
    node: &Node,
    place: &Place,
) -> Result<Vec<super::condition::Value>, Malformed> {
    let one = |node: &Node, at: &Place| {
        let text = match node {
            Node::Text(text) | Node::Number(text) => text.clone(),
            Node::Boolean(truth) => truth.to_string(),
            _ => return Err(at.wrong(format!("it must be a text and is {}", node.kind()))),
        };
        bounded(&text).map_err(|what| at.wrong(what))?;
        operator.read(&text).map_err(|takes| at.wrong(format!("it must be {takes}")))
    };
    match node {
        Node::List(items) if items.is_empty() => Err(place.wrong("the list is empty")),
        Node::List(items) => {
            items.iter().enumerate().map(|(number, item)| one(item, &place.item(number))).collect()
        }
        single => Ok(vec![one(single, place)?]),
    }
}

#[cfg(test)]
mod tests;
