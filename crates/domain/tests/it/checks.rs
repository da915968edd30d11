//! The list of checks: its generated page, and that every next step is a call that exists.

use std::fmt::Write as _;

use ramward_domain::ops::explanation::Explanation;
use ramward_domain::ops::{self, OPERATIONS};
use ramward_domain::report::checks::{Benchmark, CHECKS, Check, Inputs, Kind};
use ramward_domain::report::facts::Facts;
use ramward_domain::report::score::{MODEL_VERSION, Model};
use ramward_domain::report::thresholds::Thresholds;
use ramward_rpc::api::Product;
use ramward_rpc::json;
use ramward_rpc::shape::Shape;
use ramward_rpc::value::Value;

use crate::catalogue::catalogue;
use crate::reference::check as check_page;

const SAMPLE: Facts = Facts { sub_user: 9, root_with_access_key: 1, ..Facts::NEW_ACCOUNT };

fn inputs() -> Inputs<'static> {
    Inputs { facts: &SAMPLE, thresholds: Thresholds::default(), known: None }
}

#[test]
fn the_list_of_checks() {
    let mut text = format!(
        "# Checks\n\nGenerated from the list of checks, with the default limits. ExplainAccountSecurityPracticeReport gives the verdict of \
         each for an account: `Pass`, `Fail`, `NotApplicable` where there is nothing it could be asked of, `NotAnswerable` where what is \
         known does not tell.\n\n## Checks of the score (model {MODEL_VERSION})\n\nPoints are shares of 100, rounded so that they add \
         up.\n\n| Check | Points | Asks that | Field |\n|---|---|---|---|\n"
    );
    let full = Model::default().full();
    let row = |text: &mut String, check: &Check| {
        writeln!(text, "| `{}` | {} |", check.id, check.rule(Thresholds::default())).unwrap();
    };
    for check in CHECKS {
        if let Kind::Scored(scored) = check.kind {
            let points = ramward_domain::report::ledger::Points::of(scored.units.can(), full);
            let (rule, field) = (check.rule(Thresholds::default()), check.field.unwrap());
            writeln!(text, "| `{}` | {points} | {rule} | {field} |", check.id).unwrap();
        }
    }
    text.push_str("\n## Checks without points\n\n| Check | Asks that |\n|---|---|\n");
    for check in CHECKS.iter().filter(|check| matches!(check.kind, Kind::Audit)) {
        row(&mut text, check);
    }
    for version in [Benchmark::V1, Benchmark::V2] {
        write!(text, "\n## {}, section 1\n\n| Check | Asks that |\n|---|---|\n", version.as_str()).unwrap();
        for check in CHECKS {
            if matches!(check.kind, Kind::Cis { benchmark, .. } if benchmark == version) {
                row(&mut text, check);
            }
        }
    }
    check_page("checks.md", &text);
}

/// The operation and the parameters' names of `ramward call Action Name=value …`.
fn of_ramward(line: &str) -> (String, Vec<String>) {
    let mut words = line.strip_prefix("ramward call ").unwrap().split(' ');
    let action = words.next().unwrap().to_owned();
    (action, words.map(|word| word.split_once('=').unwrap().0.to_owned()).collect())
}

/// The same of `aliyun ims Action --Name value …`, with the product.
fn of_vendor(line: &str) -> (Product, String, Vec<String>) {
    let mut words = line.strip_prefix("aliyun ").unwrap().split(' ');
    let product = words.next().unwrap();
    let product =
        Product::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(product)).expect("a product");
    let action = words.next().unwrap().to_owned();
    let words: Vec<&str> = words.collect();
    (product, action, words.chunks(2).map(|pair| pair[0].strip_prefix("--").unwrap().to_owned()).collect())
}

#[test]
fn every_next_step_is_a_call_that_exists() {
    for check in CHECKS {
        let step = check.next_step(&inputs());
        if let Some(line) = step.ramward_call {
            let (action, names) = of_ramward(&line);
            let found = Product::ALL.into_iter().find_map(|product| ops::find(product, &action));
            let operation =
                OPERATIONS[found.unwrap_or_else(|| panic!("{}: no {action}", check.id))].describe();
            let known: Vec<_> = operation.parameters.iter().map(|field| field.name.to_owned()).collect();
            assert!(names.iter().all(|name| known.contains(name)), "{}: {line}", check.id);
            for field in operation.parameters.iter().filter(|field| field.required) {
                assert!(names.iter().any(|name| name == field.name), "{}: {line}", check.id);
            }
        }
        if let Some(line) = step.vendor_cli {
            let (product, action, names) = of_vendor(&line);
            let known = catalogue(product)[&action].to_string();
            for name in names {
                assert!(known.contains(&format!("\"{name}\"")), "{}: {line}", check.id);
            }
        }
    }
}

/// What the vendor's own answer explains, with nothing else to ask: the same ledger, and no verdict that needs more.
#[test]
fn the_nine_values_alone_explain_the_score() {
    let explanation = Explanation::new(&inputs(), &Model::default(), None, Some(80));
    let mut text = String::new();
    json::write(&mut text, &Value::Object(explanation.members()));
    let explanation: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&explanation["Score"], &explanation["Points"]), (&63.into(), &"63.64".into()));
    assert_eq!((explanation.get("AccountId"), explanation.get("ReportTime")), (None, None));
    assert_eq!(explanation["Plan"]["ScoreAfter"], 81);
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/explanation.json");
    let golden = std::fs::read_to_string(golden).unwrap();
    let known: serde_json::Value = serde_json::from_str(&golden).unwrap();
    let checks = |explanation: &serde_json::Value| explanation["Checks"]["Check"].as_array().unwrap().clone();
    for (from_values, from_account) in checks(&explanation).iter().zip(checks(&known)) {
        for member in ["Check", "Title", "Rule", "Points", "PointsPossible"] {
            assert_eq!(from_values.get(member), from_account.get(member), "{from_values}");
        }
        if from_values["Verdict"] == "NotAnswerable" {
            assert_ne!(from_values["Kind"], "Scored");
            assert!(from_values.get("Findings").is_none() && from_values["Advice"].is_string());
        } else {
            assert_eq!(from_values["Verdict"], from_account["Verdict"], "{from_values}");
            assert_eq!(from_values["Findings"], from_account["Findings"], "{from_values}");
        }
    }
}
