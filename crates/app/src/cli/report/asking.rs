//! Asks for an explained report: of Ramward's own operations where there are any, else of the ten values alone, from the
//! one call that every endpoint answers.

use anyhow::Context as _;
use ramward_domain::ops::explanation;
use ramward_domain::report::checks::Inputs;
use ramward_domain::report::score::Model;
use ramward_domain::report::thresholds::Thresholds;
use ramward_domain::time::{Clock, SystemClock, Timestamp};
use ramward_rpc::api::Product;
use ramward_rpc::json;
use ramward_rpc::shape::Shape;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ACTION;
use super::source::{Source, has_no_such_operation};
use super::ten_values::{TenValues, facts};
use crate::formats::explained::{Check, Explained, Explanation, Finding, Findings, Kind, Verdict};
use crate::formats::states::{Entries, Entry};
use crate::refusal::Refusal;

/// Findings, or entries of the history, asked for at once.
const PAGE: usize = 1000;

/// Points of the history that a drawing takes.
const TREND_POINTS: &str = "400";

/// How far back a drawing goes.
const TREND_SECONDS: i64 = 366 * 86_400;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Whose report; the operator must say.
    pub account: Option<String>,
    /// The score a plan shall lead to.
    pub target: Option<u8>,
    /// How many findings of each check.
    pub findings: usize,
    /// Whether the history is wanted.
    pub history: bool,
}

impl Wanted {
    fn params(&self, more: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
        let account = self.account.iter().map(|account| ("AccountId", account.clone()));
        account.chain(more.iter().cloned()).collect()
    }
}

/// Asks for the explained report of an account.
pub fn explained(source: &Source, wanted: &Wanted) -> anyhow::Result<Result<Explained, Refusal>> {
    if source.is_vendor() {
        return ten_values(source, wanted);
    }
    let target = wanted.target.map(|target| ("TargetScore", target.to_string()));
    let params = wanted.params(target.as_slice());
    let answer = match source.ask_ramward("ExplainAccountSecurityPracticeReport", &params)? {
        Ok(answer) => answer,
        Err(refusal) if has_no_such_operation(&refusal) => return ten_values(source, wanted),
        Err(refusal) => return Ok(Err(refusal)),
    };
    let explanation: Explanation = member(&answer, "/Explanation", source)?;
    let at = Timestamp::parse(&explanation.report_time)
        .with_context(|| format!("{} answered with a ReportTime that is no instant", source.name()))?;
    let too_wide = explanation.exceptions_too_wide.iter();
    let mut explained = Explained {
        source: source.name(),
        notes: too_wide
            .map(|names| format!("These exceptions name too many users, and cover nobody: {names}."))
            .collect(),
        explanation,
        findings: Findings::default(),
        entries: Entries::default(),
    };
    if wanted.findings > 0 {
        findings(source, wanted, &mut explained)?;
    }
    if wanted.history {
        let since = at.plus_seconds(-TREND_SECONDS).to_string();
        let range = [("StartTime", since), ("MaxPoints", TREND_POINTS.to_owned())];
        if let Ok(entry) = entries(source, &wanted.params(&range))? {
            explained.entries = Entries { entry };
        }
    }
    Ok(Ok(explained))
}

/// All entries of the history that `params` ask for.
pub fn entries(source: &Source, params: &[(&str, String)]) -> anyhow::Result<Result<Vec<Entry>, Refusal>> {
    let mut found: Vec<Entry> = Vec::new();
    let mut marker = None;
    loop {
        let mut params = params.to_vec();
        // Points are not given in pages.
        if !params.iter().any(|(name, _)| *name == "MaxPoints") {
            params.push(("MaxItems", PAGE.to_string()));
        }
        params.extend(marker.map(|marker| ("Marker", marker)));
        let answer = match source.ask_ramward("ListAccountSecurityPracticeReportHistory", &params)? {
            Ok(answer) => answer,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let page: Entries = member(&answer, "/Entries", source)?;
        found.extend(page.entry);
        marker = next_marker(&answer);
        if marker.is_none() {
            return Ok(Ok(found));
        }
    }
}

/// Where a list goes on, if it does.
pub fn next_marker(answer: &Value) -> Option<String> {
    let is_truncated = answer.get("IsTruncated").and_then(Value::as_bool).unwrap_or(false);
    answer.get("Marker").and_then(Value::as_str).filter(|_| is_truncated).map(str::to_owned)
}

/// The first findings of each check that fails. A control of a benchmark has those of the check it agrees with.
fn findings(source: &Source, wanted: &Wanted, explained: &mut Explained) -> anyhow::Result<()> {
    let asks = |check: &&Check| check.kind != Kind::Cis && check.verdict == Verdict::Fail;
    let ids: Vec<String> =
        explained.explanation.checks.check.iter().filter(asks).map(|check| check.id.clone()).collect();
    for id in ids {
        let mut left = wanted.findings;
        let mut marker = None;
        while left > 0 {
            let most = left.min(PAGE);
            let mut params = wanted.params(&[
                ("Check", id.clone()),
                ("SortBy", "Age".to_owned()),
                ("MaxItems", most.to_string()),
            ]);
            params.extend(marker.map(|marker| ("Marker", marker)));
            let answer = match source.ask_ramward("ListSecurityFindings", &params)? {
                Ok(answer) => answer,
                Err(refusal) if has_no_such_operation(&refusal) => return Ok(()),
                Err(refusal) => {
                    explained.notes.push(format!("The findings of {id} are not listed: {refusal}."));
                    break;
                }
            };
            let page: Vec<Finding> = member::<Findings>(&answer, "/Findings", source)?.finding;
            left = left.saturating_sub(page.len());
            explained.findings.finding.extend(page);
            marker = next_marker(&answer);
            if marker.is_none() {
                break;
            }
        }
    }
    Ok(())
}

/// Reads a member of an answer.
pub fn member<T: DeserializeOwned>(answer: &Value, path: &str, source: &Source) -> anyhow::Result<T> {
    let value = answer.pointer(path).cloned().unwrap_or_default();
    serde_json::from_value(value).with_context(|| {
        format!("{} answered with something else than {}", source.name(), path.trim_matches('/'))
    })
}

/// What the ten values tell of the account whose AccessKey signs.
fn ten_values(source: &Source, wanted: &Wanted) -> anyhow::Result<Result<Explained, Refusal>> {
    if wanted.account.is_some() {
        anyhow::bail!(
            "{} has no reports of other accounts; leave --account out, or mirror the account with `ramward collect`",
            source.name()
        );
    }
    let answer = source.ask(Product::Ims, ACTION, None)?;
    if let Some(refusal) = answer.refusal() {
        return Ok(Err(refusal));
    }
    let report = TenValues::from_json(&answer.body).with_context(|| {
        format!("{} did not answer with a report; check that it is an IMS endpoint", source.name())
    })?;
    let at = SystemClock.now().to_string();
    from_ten_values(&report, source.name(), at, wanted.target).map(Ok)
}

/// The explained report as far as the ten values tell, by the built-in model and limits.
fn from_ten_values(
    report: &TenValues,
    source: String,
    report_time: String,
    target: Option<u8>,
) -> anyhow::Result<Explained> {
    let facts = facts(&report.values)?;
    let inputs = Inputs { facts: &facts, thresholds: Thresholds::default(), known: None };
    let by_the_model = explanation::Explanation::new(&inputs, &Model::default(), None, target);
    let mut json = String::from("{");
    json::write_members(&mut json, &by_the_model.members());
    json.push('}');
    let mut explanation: Explanation =
        serde_json::from_str(&json).context("an explanation that is made here cannot be read here")?;
    let expected = std::mem::replace(&mut explanation.score, report.score);
    explanation.report_time = report_time;
    let by_model = format!("score model {}", explanation.model_version);
    let first = if expected == report.score {
        format!("The server's score is what {by_model} expects.")
    } else {
        format!(
            "The server says {}, {by_model} expects {expected}: other weights, or facts that the ten values do not show.",
            report.score
        )
    };
    let second = "This stands on the ten values alone; `ramward collect` mirrors the account and names users and keys.";
    Ok(Explained {
        source,
        notes: vec![first, second.to_owned()],
        explanation,
        findings: Findings::default(),
        entries: Entries::default(),
    })
}
