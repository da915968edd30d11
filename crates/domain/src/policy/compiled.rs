//! Documents compiled into one thing to ask: statements found by the action they name, so that a decision looks only at
//! those that can be about it. Must not know rows and callers.

use std::collections::HashMap;
use std::sync::Arc;

use super::context::Context;
use super::document::{Document, Effect, Statement, Trusted};
use super::names;
use super::wildcard::is_wild;
use crate::identity::policy::PolicyType;

/// Where a document comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Whose policy it is.
    pub policy_type: PolicyType,
    /// Its name; empty where it has none, as a session's or a role's trust has.
    pub policy_name: String,
    /// Its version; empty where it has none.
    pub version: String,
    /// What it is attached to: `User`, `Group` or `Role`; `Session` for the policy of a session.
    pub attached_to: &'static str,
}

/// Who wants to assume a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal<'a> {
    /// A RAM user, or a session of a role, which counts as its role.
    Ram {
        /// Its account.
        account: &'a str,
        /// Its ARN: `acs:ram::<AccountId>:user/<UserName>` or `…:role/<RoleName>`.
        arn: &'a str,
    },
    /// An identity known to a provider, by the provider's ARN.
    Federated(&'a str),
}

impl Trusted {
    fn includes(&self, principal: &Principal<'_>) -> bool {
        match (self, principal) {
            (Self::Ram(trusted), Principal::Ram { account, arn }) => {
                let root = trusted.strip_prefix("acs:ram::").and_then(|rest| rest.strip_suffix(":root"));
                **trusted == **arn || root == Some(account)
            }
            (Self::Federated(trusted), Principal::Federated(arn)) => **trusted == **arn,
            _ => false,
        }
    }
}

/// A question to policies.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    actions: Vec<String>,
    resources: Vec<std::borrow::Cow<'a, str>>,
    principal: Option<Principal<'a>>,
    context: &'a Context<'a>,
}

impl<'a> Ask<'a> {
    /// Whether one of `actions`, which are names of the same thing, may be done to one of `resources`, likewise.
    pub fn new(actions: &[&str], resources: &[&'a str], context: &'a Context<'a>) -> Self {
        Self {
            actions: actions.iter().map(|action| names::action(action)).collect(),
            resources: resources.iter().map(|resource| names::resource(resource)).collect(),
            principal: None,
            context,
        }
    }

    /// Whether `principal` may assume a role by `action`; for the role's trust document.
    pub fn of_trust(action: &str, principal: Principal<'a>, context: &'a Context<'a>) -> Self {
        Self { principal: Some(principal), ..Self::new(&[action], &[], context) }
    }
}

/// What policies say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'c> {
    /// A statement of this policy forbids it; nothing else counts.
    ExplicitDeny(&'c Source),
    /// A statement of this policy permits it and none forbids it.
    Allow(&'c Source),
    /// No statement says anything about it.
    ImplicitDeny,
}

impl Decision<'_> {
    /// Whether it may be done.
    pub const fn is_allow(&self) -> bool {
        matches!(self, Self::Allow(_))
    }
}

/// A statement by its policy's place and its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    policy: usize,
    statement: usize,
}

/// Documents ready to be asked.
#[derive(Debug, Default)]
pub struct Compiled {
    policies: Vec<(Source, Arc<Document>)>,
    /// Statements that name an action in full.
    by_action: HashMap<Box<str>, Vec<Place>>,
    /// Statements that name a service in full and its actions by a pattern.
    by_service: HashMap<Box<str>, Vec<Place>>,
    /// All others.
    open: Vec<Place>,
}

impl Compiled {
    /// Compiles documents that count together.
    pub fn new(policies: Vec<(Source, Arc<Document>)>) -> Self {
        let mut compiled = Self::default();
        for (policy, (_, document)) in policies.iter().enumerate() {
            for (number, statement) in document.statements().iter().enumerate() {
                compiled.index(Place { policy, statement: number }, statement);
            }
        }
        compiled.policies = policies;
        compiled
    }

    /// Compiles one document that stands alone: a session's policy or a role's trust.
    pub fn of_document(document: Document, attached_to: &'static str) -> Self {
        let source = Source {
            policy_type: PolicyType::Custom,
            policy_name: String::new(),
            version: String::new(),
            attached_to,
        };
        Self::new(vec![(source, Arc::new(document))])
    }

    /// The policies it was compiled from.
    pub fn policies(&self) -> &[(Source, Arc<Document>)] {
        &self.policies
    }

    fn index(&mut self, place: Place, statement: &Statement) {
        if statement.actions.others {
            self.open.push(place);
            return;
        }
        for pattern in &statement.actions.patterns {
            let service = pattern.as_str().split_once(':').map(|(service, _)| service);
            let places = match service {
                Some(_) if pattern.is_exact() => self.by_action.entry(pattern.as_str().into()).or_default(),
                Some(service) if !is_wild(service) => self.by_service.entry(service.into()).or_default(),
                _ => &mut self.open,
            };
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }

    /// Decides: forbidden by any statement that fits is forbidden, else permitted by any is permitted, else not permitted.
    pub fn decide(&self, ask: &Ask<'_>) -> Decision<'_> {
        let mut decision = Decision::ImplicitDeny;
        let mut last_service = "";
        for action in &ask.actions {
            let exact = self.by_action.get(action.as_str()).map_or(&[][..], Vec::as_slice);
            let service = action.split_once(':').map_or("", |(service, _)| service);
            // Names of the same thing are often of the same service; its statements are asked about all of them at once.
            let of_service = if service == last_service { None } else { self.by_service.get(service) };
            last_service = service;
            for place in exact.iter().chain(of_service.map_or(&[][..], Vec::as_slice)) {
                if self.weigh(*place, ask, &mut decision) {
                    return decision;
                }
            }
        }
        for place in &self.open {
            if self.weigh(*place, ask, &mut decision) {
                break;
            }
        }
        decision
    }

    /// Lets one statement speak; whether that settles it.
    fn weigh<'c>(&'c self, place: Place, ask: &Ask<'_>, decision: &mut Decision<'c>) -> bool {
        let Some((source, document)) = self.policies.get(place.policy) else { return false };
        let Some(statement) = document.statements().get(place.statement) else { return false };
        if statement.effect == Effect::Allow && decision.is_allow() || !fits(statement, ask) {
            return false;
        }
        *decision = match statement.effect {
            Effect::Allow => Decision::Allow(source),
            Effect::Deny => Decision::ExplicitDeny(source),
        };
        statement.effect == Effect::Deny
    }
}

/// Whether a statement is about what is asked.
fn fits(statement: &Statement, ask: &Ask<'_>) -> bool {
    let trusts = match &ask.principal {
        Some(principal) => statement.principals.iter().any(|trusted| trusted.includes(principal)),
        None => statement.principals.is_empty(),
    };
    trusts
        && statement.actions.includes(&ask.actions)
        && statement.resources.as_ref().is_none_or(|resources| resources.includes(&ask.resources))
        && statement.conditions.iter().all(|condition| condition.holds(ask.context))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::context::Fact;

    fn compiled(documents: &[&str]) -> Compiled {
        let policies = documents.iter().enumerate().map(|(number, statements)| {
            let text = format!(r#"{{"Version":"1","Statement":[{statements}]}}"#);
            let source = Source {
                policy_type: PolicyType::Custom,
                policy_name: number.to_string(),
                version: "v1".to_owned(),
                attached_to: "User",
            };
            (source, Arc::new(Document::parse(&text).unwrap()))
        });
        Compiled::new(policies.collect())
    }

    fn said(decision: Decision<'_>) -> String {
        match decision {
            Decision::ExplicitDeny(source) => format!("deny by {}", source.policy_name),
            Decision::Allow(source) => format!("allow by {}", source.policy_name),
            Decision::ImplicitDeny => "nothing".to_owned(),
        }
    }

    #[test]
    fn a_denial_beats_a_permission_wherever_it_stands() {
        let policies = compiled(&[
            r#"{"Effect":"Allow","Action":"ram:*","Resource":"*"}"#,
            r#"{"Effect":"Deny","Action":"*:Delete*","Resource":"acs:ram:*:*:user/alice"}"#,
            r#"{"Effect":"Deny","NotAction":["ram:*","oss:Get*"],"Resource":"*"},
               {"Effect":"Allow","Action":"oss:GetObject","NotResource":"acs:oss:*:*:secret/*"}"#,
        ]);
        let context = Context::default();
        for (action, resource, expected) in [
            ("ram:DeleteUser", "acs:ram:*:1:user/bob", "allow by 0"),
            ("ram:DeleteUser", "acs:ram:*:1:user/alice", "deny by 1"),
            ("RAM:deleteuser", "acs:ram:*:1:user/alice", "deny by 1"),
            ("ims:DeleteUser", "acs:ims::1:user/alice", "deny by 1"),
            ("ims:GetUser", "acs:ims::1:user/alice", "allow by 0"),
            ("ram:DeleteUser", "acs:ram:*:1:user/Alice", "allow by 0"),
            ("oss:GetObject", "acs:oss:*:1:open/x", "allow by 2"),
            ("oss:GetObject", "acs:oss:*:1:secret/x", "nothing"),
            ("ecs:StopInstance", "*", "deny by 2"),
            ("oss:GetBucket", "*", "nothing"),
        ] {
            let decision = policies.decide(&Ask::new(&[action], &[resource], &context));
            assert_eq!(said(decision), expected, "{action} {resource}");
        }
    }

    #[test]
    fn names_of_the_same_thing_count_all() {
        let context = Context::default();
        let actions = ["ramward:ListSecurityFindings", "ram:ListSecurityFindings"];
        let ask = Ask::new(&actions, &["*", "acs:ram:*:1:*"], &context);
        for (statements, expected) in [
            (r#"{"Effect":"Allow","Action":"ram:List*","Resource":"*"}"#, "allow by 0"),
            (r#"{"Effect":"Allow","Action":"ramward:*","Resource":"acs:ram:*:1:*"}"#, "allow by 0"),
            (r#"{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}"#, "nothing"),
            (
                r#"{"Effect":"Allow","Action":"*","Resource":"*"},
                   {"Effect":"Deny","Action":"ramward:ListSecurityFindings","Resource":"*"}"#,
                "deny by 0",
            ),
        ] {
            assert_eq!(said(compiled(&[statements]).decide(&ask)), expected, "{statements}");
        }
    }

    #[test]
    fn trust() {
        let document = Document::parse_trust(
            r#"{"Version":"1","Statement":[
                {"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":[
                    "acs:ram::1111111111111111:root","acs:ram::2222222222222222:user/alice",
                    "acs:ram::2222222222222222:role/ci"]}},
                {"Effect":"Allow","Action":"sts:AssumeRoleWithOIDC","Principal":{"Federated":"acs:ram::1111111111111111:oidc-provider/ci"},
                 "Condition":{"StringEquals":{"oidc:aud":["ours"]}}},
                {"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1111111111111111:user/eve"}}]}"#,
        );
        let trust = Compiled::of_document(document.unwrap(), "Role");
        let context = Context::default();
        let ram = |account, arn| {
            said(trust.decide(&Ask::of_trust("sts:AssumeRole", Principal::Ram { account, arn }, &context)))
        };
        let (one, two) = ("1111111111111111", "2222222222222222");
        assert_eq!(ram(one, "acs:ram::1111111111111111:user/bob"), "allow by ");
        assert_eq!(ram(one, "acs:ram::1111111111111111:user/eve"), "deny by ");
        assert_eq!(ram(two, "acs:ram::2222222222222222:user/alice"), "allow by ");
        assert_eq!(ram(two, "acs:ram::2222222222222222:role/ci"), "allow by ");
        assert_eq!(ram(two, "acs:ram::2222222222222222:user/bob"), "nothing");
        let provider = "acs:ram::1111111111111111:oidc-provider/ci";
        for (audience, expected) in [("ours", "allow by "), ("theirs", "nothing")] {
            let audiences = [audience.to_owned()];
            let context = Context::default().with("oidc:aud", Fact::Texts(&audiences));
            let with =
                |action, arn| said(trust.decide(&Ask::of_trust(action, Principal::Federated(arn), &context)));
            assert_eq!(with("sts:AssumeRoleWithOIDC", provider), expected, "{audience}");
            assert_eq!(
                with("sts:AssumeRoleWithOIDC", "acs:ram::1111111111111111:oidc-provider/x"),
                "nothing"
            );
            assert_eq!(with("sts:AssumeRoleWithSAML", provider), "nothing");
        }
        let identity = Ask::new(&["sts:AssumeRole"], &["*"], &context);
        assert_eq!(said(trust.decide(&identity)), "nothing", "trust permits no identity anything");
    }
}
