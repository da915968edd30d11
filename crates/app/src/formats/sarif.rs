//! The explained report as SARIF 2.1.0 (OASIS standard of 2020): a rule for each check, a result for each finding. What is
//! no failure is a result too, with the kind that the standard gives it.

use serde_json::{Value, json};

use super::explained::{Check, Explained, Finding, Kind, Verdict};
use super::{PRODUCT, VERSION, without_nulls};

/// Where the schema stands that results say they follow.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes it.
pub fn write(explained: &Explained) -> String {
    let checks = &explained.explanation.checks.check;
    let results: Vec<Value> =
        checks.iter().enumerate().flat_map(|(at, check)| of_check(explained, at, check)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": PRODUCT,
                "version": VERSION,
                "semanticVersion": VERSION,
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": checks.iter().map(rule).collect::<Vec<_>>(),
            }},
            "automationDetails": {"id": format!("ramward/{}/", explained.account())},
            "invocations": [{
                "executionSuccessful": true,
                "endTimeUtc": explained.explanation.report_time,
                "toolExecutionNotifications": explained.remarks().iter().map(|note| json!({
                    "level": "note",
                    "message": {"text": note},
                })).collect::<Vec<_>>(),
            }],
            "results": results,
            "properties": {
                "score": explained.explanation.score,
                "points": explained.explanation.points,
                "modelVersion": explained.explanation.model_version,
            },
        }],
    });
    format!("{:#}\n", without_nulls(log))
}

fn rule(check: &Check) -> Value {
    json!({
        "id": check.id,
        "shortDescription": {"text": or(&check.title, &check.id)},
        "fullDescription": {"text": or(&check.rule, &check.title)},
        "help": {"text": or(&help(check), &check.title)},
        "defaultConfiguration": {"level": level(check)},
        "properties": {
            "tags": ["security", "identity"],
            "kind": format!("{:?}", check.kind),
            "control": check.control_name(),
            "pointsPossible": check.points_possible,
        },
    })
}

fn help(check: &Check) -> String {
    let step = &check.next_step;
    let lines = [&check.advice, &step.ramward_call, &step.vendor_cli, &step.terraform];
    lines.into_iter().filter(|line| !line.is_empty()).cloned().collect::<Vec<_>>().join("\n\n")
}

/// The standard asks for texts that are not empty.
fn or<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.is_empty() { other } else { text }
}

fn level(check: &Check) -> &'static str {
    if check.kind == Kind::Scored { "error" } else { "warning" }
}

fn of_check(explained: &Explained, at: usize, check: &Check) -> Vec<Value> {
    if check.verdict != Verdict::Fail {
        return vec![result(explained, at, check, None, &format!("{}: {}", check.title, check.found()))];
    }
    let mut results: Vec<Value> = explained
        .findings_of(check)
        .map(|finding| {
            let since =
                if finding.since.is_empty() { String::new() } else { format!(" since {}", finding.since) };
            let message = format!("{}: {}{since}", check.title, finding.subject());
            result(explained, at, check, Some(finding), &message)
        })
        .collect();
    let more = explained.not_listed(check);
    if results.is_empty() {
        results.push(result(explained, at, check, None, &format!("{}: {}", check.title, check.found())));
    } else if more > 0 {
        results.push(result(explained, at, check, None, &format!("{}: {more} more", check.title)));
    }
    results
}

fn result(
    explained: &Explained,
    at: usize,
    check: &Check,
    finding: Option<&Finding>,
    message: &str,
) -> Value {
    let subject = finding.map_or_else(|| "<account>".to_owned(), Finding::subject);
    let kind = match check.verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::NotApplicable => "notApplicable",
        Verdict::NotAnswerable => "open",
    };
    let points = finding.map(|finding| &finding.points_if_repaired).filter(|points| !points.is_empty());
    let excepted = check.verdict == Verdict::Fail && check.verdict_with_exceptions == Some(Verdict::Pass);
    json!({
        "ruleId": check.id,
        "ruleIndex": at,
        "kind": kind,
        // The standard: only a failure has a level.
        "level": if check.verdict == Verdict::Fail { level(check) } else { "none" },
        "message": {"text": message},
        "locations": [{
            // Viewers made for source code leave out results that are in no file.
            "physicalLocation": {"artifactLocation": {"uri": uri(explained, finding)}},
            "logicalLocations": [{
                "name": subject,
                "fullyQualifiedName": format!("{}/{subject}", explained.account()),
                "kind": "resource",
            }],
        }],
        "partialFingerprints": {
            "ramwardSubject/v1": format!("{}/{}/{subject}", explained.account(), check.id),
        },
        "properties": points.map(|points| json!({"pointsIfRepaired": points})),
        "suppressions": excepted
            .then(|| json!([{"kind": "external", "justification": "covered by security exceptions"}])),
    })
}

fn uri(explained: &Explained, finding: Option<&Finding>) -> String {
    let account = encoded(explained.explanation.account_id.as_deref().unwrap_or("account"));
    match finding.map(|finding| finding.user_name.as_str()).filter(|name| !name.is_empty()) {
        Some(name) => format!("{account}/users/{}", encoded(name)),
        None => account,
    }
}

fn encoded(text: &str) -> String {
    ramward_rpc::percent::encode(text.as_bytes())
}
