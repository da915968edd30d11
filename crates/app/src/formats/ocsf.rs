//! The explained report as OCSF 1.5.0 events of the class Compliance Finding (2003) with the cloud profile, a JSON array:
//! one event for each finding, one for each check that has none.

use ramward_domain::time::Timestamp;
use serde_json::{Value, json};

use super::explained::{Check, Explained, Finding, Kind, Verdict};
use super::{PRODUCT, VERSION, without_nulls};

/// Writes it.
pub fn write(explained: &Explained) -> String {
    let mut events: Vec<Value> = Vec::new();
    for check in &explained.explanation.checks.check {
        let before = events.len();
        events.extend(explained.findings_of(check).map(|finding| event(explained, check, Some(finding))));
        if events.len() == before || explained.not_listed(check) > 0 {
            events.push(event(explained, check, None));
        }
    }
    format!("{:#}\n", without_nulls(Value::Array(events)))
}

fn event(explained: &Explained, check: &Check, finding: Option<&Finding>) -> Value {
    let explanation = &explained.explanation;
    let fails = check.verdict == Verdict::Fail;
    let excepted = fails && check.verdict_with_exceptions == Some(Verdict::Pass);
    let subject = finding.map_or_else(|| "<account>".to_owned(), Finding::subject);
    let (severity_id, severity) = match (fails, check.kind) {
        (true, Kind::Scored) => (4, "High"),
        (true, _) => (3, "Medium"),
        (false, _) => (1, "Informational"),
    };
    let (status_id, status) = match check.verdict {
        Verdict::Fail if excepted => (3, "Suppressed"),
        Verdict::Fail => (1, "New"),
        Verdict::Pass | Verdict::NotApplicable => (4, "Resolved"),
        Verdict::NotAnswerable => (0, "Unknown"),
    };
    json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 200_301,
        "type_name": "Compliance Finding: Create",
        "time": milliseconds(&explanation.report_time).unwrap_or_default(),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": format!("{}: {}", check.title, finding.map_or(check.found(), |_| subject.as_str())),
        "metadata": {
            "version": "1.5.0",
            "profiles": ["cloud"],
            "product": {"name": PRODUCT, "vendor_name": PRODUCT, "version": VERSION},
            "event_code": check.id,
        },
        "cloud": {
            "provider": "Alibaba Cloud",
            "account": explanation.account_id.as_ref().map(|account| json!({"uid": account})),
        },
        "finding_info": {
            "uid": format!("{}/{}/{subject}", explained.account(), check.id),
            "title": check.title,
            "desc": check.rule,
            "types": [format!("{:?}", check.kind)],
            "first_seen_time": finding.and_then(|finding| milliseconds(&finding.since)),
        },
        "compliance": compliance(check),
        "resources": [resource(explained, finding)],
        "remediation": remediation(check),
        "unmapped": {"value": check.value, "score": explanation.score, "points": check.points, "remarks": explained.remarks()},
    })
}

fn remediation(check: &Check) -> Option<Value> {
    if check.verdict != Verdict::Fail || check.advice.is_empty() {
        return None;
    }
    let step = &check.next_step;
    let lines = [&check.advice, &step.ramward_call, &step.vendor_cli];
    let lines: Vec<&str> = lines.into_iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
    Some(json!({"desc": lines.join("\n")}))
}

fn compliance(check: &Check) -> Value {
    let (status_id, status) = match check.verdict {
        Verdict::Pass => (1, "Pass"),
        Verdict::Fail => (3, "Fail"),
        Verdict::NotApplicable => (99, "Not applicable"),
        Verdict::NotAnswerable => (0, "Unknown"),
    };
    let (standard, control) = match (&check.benchmark, &check.control) {
        (Some(benchmark), Some(control)) => (benchmark.as_str(), control.as_str()),
        _ => ("Alibaba Cloud account security practice", check.id.as_str()),
    };
    json!({
        "control": control,
        "desc": check.rule,
        "standards": [standard],
        "status_id": status_id,
        "status": status,
        "status_details": check.facts.fact.iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect::<Vec<_>>(),
    })
}

fn resource(explained: &Explained, finding: Option<&Finding>) -> Value {
    let Some(finding) = finding else {
        return json!({"name": explained.account(), "type": "Account"});
    };
    let uid = [&finding.access_key_id, &finding.user_id].into_iter().find(|id| !id.is_empty());
    json!({"name": finding.subject(), "type": finding.subject_type, "uid": uid})
}

fn milliseconds(text: &str) -> Option<i64> {
    Some(Timestamp::parse(text).ok()?.seconds() * 1000)
}
