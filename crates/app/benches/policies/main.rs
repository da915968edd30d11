//! What a decision about a call costs, beside asking each statement in turn and beside one look-up in a hash table.
//!
//! `cargo bench --bench policies` measures and writes docs/benchmarks.md; with `-- --quick` it only shows that it works.

#[path = "../shared/page.rs"]
mod page;

use std::collections::HashMap;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use ramward_domain::identity::policy::PolicyType;
use ramward_domain::policy::{Ask, Compiled, Context, Document, Effect, Source};
use ramward_domain::time::{Clock, SystemClock};

use self::page::{Ratios, Section, Target};

const POLICIES: usize = 20;
const STATEMENTS: usize = 50;
const ACTION: &str = "ram:GetAccountSecurityPracticeReport";

fn main() -> Result<()> {
    let mut is_quick = false;
    for arg in std::env::args().skip(1) {
        match arg.as_str() {
            // What cargo adds.
            "--bench" => {}
            "--quick" => is_quick = true,
            other => bail!("unknown argument {other}: there is --quick"),
        }
    }
    let (rounds, times) = if is_quick { (1, 100) } else { (9, 20_000) };
    let mut section = Section::new("cargo bench -p ramward --bench policies");
    section.say(
        "Identities with 20 policies of 50 statements. *Usual*: statements name actions of many services, some by \
         patterns, and four are about what is asked. *Hostile*: documents as long as they may be, of patterns made to \
         be tried as long as possible. The median ratio and [least–most] of several rounds.",
    );
    section.table();
    let longest = "a".repeat(64);
    for (name, user, documents, targets) in [
        ("usual", "alice", usual(), (Target::AtLeast(5.0), Target::AtMost(100.0))),
        ("hostile", longest.as_str(), hostile(), (Target::None, Target::None)),
    ] {
        let resource = format!("acs:ram:*:1234567890123456:user/{user}");
        let policies = read(&documents)?;
        let compiled = Compiled::new(policies.clone());
        let names: HashMap<String, usize> =
            (0..POLICIES * STATEMENTS).map(|number| (format!("ram:Get{number}"), number)).collect();
        let context = Context::of_call(IpAddr::V4(Ipv4Addr::LOCALHOST), SystemClock.now(), false, false);
        let decide = || compiled.decide(&Ask::new(&[ACTION], &[&resource], &context)).is_allow();
        let in_turn = || each_in_turn(&policies, &resource, &context);
        ensure!(decide() == in_turn(), "the two ways must agree");
        let (mut of_loop, mut over_look_up, mut took) =
            (Ratios::default(), Ratios::default(), Ratios::default());
        // A hostile decision takes thousands of times as long.
        let times = if name == "hostile" { times / 100 } else { times };
        for _ in 0..rounds {
            let decision = nanoseconds(times, decide);
            of_loop.push(nanoseconds(times / 50, in_turn) / decision);
            over_look_up.push(decision / nanoseconds(times * 50, || names.contains_key(black_box(ACTION))));
            took.push(decision);
        }
        let scale = format!("{:.2} µs", took.median() / 1000.0);
        let what = format!("a decision, {name} policies");
        section.row(&format!("asking each statement in turn, over {what}"), &of_loop, targets.0, &scale);
        section.row(&format!("{what}, over one look-up in a hash table"), &over_look_up, targets.1, &scale);
        section.figure(&what, took.median() / 1000.0, "µs", Target::None, "");
    }
    section.end_table();
    section.publish("policies", is_quick)
}

/// How long one run takes.
#[expect(clippy::disallowed_methods, reason = "a measurement is of real time")]
fn nanoseconds(times: u32, mut run: impl FnMut() -> bool) -> f64 {
    let began = Instant::now();
    for _ in 0..times.max(1) {
        black_box(run());
    }
    began.elapsed().as_secs_f64() * 1e9 / f64::from(times.max(1))
}

/// The definition of a decision, on statements that are read and compiled one by one already.
fn each_in_turn(policies: &[(Source, Arc<Document>)], resource: &str, context: &Context<'_>) -> bool {
    let (actions, resources) = ([ACTION.to_ascii_lowercase()], [resource]);
    let mut allowed = false;
    for statement in policies.iter().flat_map(|(_, document)| document.statements()) {
        let fits = statement.actions.includes(&actions)
            && statement.resources.as_ref().is_some_and(|wanted| wanted.includes(&resources))
            && statement.conditions.iter().all(|condition| condition.holds(context));
        match statement.effect {
            Effect::Deny if fits => return false,
            Effect::Allow if fits => allowed = true,
            _ => {}
        }
    }
    allowed
}

fn read(documents: &[String]) -> Result<Vec<(Source, Arc<Document>)>> {
    let read = |(number, text): (usize, &String)| {
        let source = Source {
            policy_type: PolicyType::Custom,
            policy_name: format!("policy-{number}"),
            version: "v1".to_owned(),
            attached_to: "User",
        };
        Ok((source, Arc::new(Document::parse(text)?)))
    };
    documents.iter().enumerate().map(read).collect()
}

fn document(statements: &[String]) -> String {
    format!(r#"{{"Version":"1","Statement":[{}]}}"#, statements.join(","))
}

/// Statements about many services; each policy has one about RAM by a pattern, four of them fit.
fn usual() -> Vec<String> {
    let services = ["ecs", "oss", "rds", "slb", "vpc", "log", "kms", "cms", "fc", "ots"];
    let policy = |policy: usize| {
        let statement = |number: usize| {
            let service = services.get(number % services.len()).copied().unwrap_or("ecs");
            let (actions, resource) = match number {
                0 if policy.is_multiple_of(5) => {
                    (r#""ram:Get*","ram:List*""#.to_owned(), "acs:ram:*:*:user/*".to_owned())
                }
                0 => (r#""ram:CreateUser","ram:Delete*""#.to_owned(), "*".to_owned()),
                _ => (
                    format!(r#""{service}:Describe*","{service}:Get{number}","{service}:Start{policy}""#),
                    format!("acs:{service}:*:*:instance/i-{policy}{number}*"),
                ),
            };
            let condition = if number.is_multiple_of(7) {
                r#","Condition":{"IpAddress":{"acs:SourceIp":["10.0.0.0/8","127.0.0.0/8"]}}"#
            } else {
                ""
            };
            format!(r#"{{"Effect":"Allow","Action":[{actions}],"Resource":"{resource}"{condition}}}"#)
        };
        document(&(0..STATEMENTS).map(statement).collect::<Vec<_>>())
    };
    (0..POLICIES).map(policy).collect()
}

/// Every statement is about every action, and its resource fits almost from every place of the longest name.
fn hostile() -> Vec<String> {
    let pattern = format!("acs:ram:*:*:user/*{}b", "a".repeat(32));
    let statement = format!(r#"{{"Effect":"Deny","Action":"*:*e*e*","Resource":"{pattern}"}}"#);
    let policy = document(&vec![statement; STATEMENTS]);
    vec![policy; POLICIES]
}
