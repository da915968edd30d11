//! The explained report of an account, put together from answers of Ramward's own operations: the command line asks a
//! server or a store for them, the console its own service. Knows neither, and no format.

use anyhow::Context as _;
use ramward_domain::time::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::formats::explained::{Check, Explained, Explanation, Finding, Findings, Kind, Verdict};
use crate::formats::states::{Entries, Entry};
use crate::refusal::Refusal;

/// Findings, or entries of the history, asked for at once.
const PAGE: usize = 1000;

/// Points of the history that a drawing takes.
const TREND_POINTS: &str = "400";

/// How far back a drawing goes.
pub const TREND_SECONDS: i64 = 366 * 86_400;

/// How many findings of each check a file holds, unless told otherwise.
pub const WRITTEN_FINDINGS: usize = 1000;

/// Who answers Ramward's own operations.
pub trait Asks {
    /// How it is named in reports.
    fn name(&self) -> String;

    /// Asks for one of Ramward's own operations.
    ///
    /// # Errors
    /// There was no answer of an API.
    fn ask_ramward(&self, action: &str, params: &[(&str, String)]) -> anyhow::Result<Result<Value, Refusal>>;
}

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
///
/// # Errors
/// There was no answer of an API, or one that is no report.
pub fn explained(source: &dyn Asks, wanted: &Wanted) -> anyhow::Result<Result<Explained, Refusal>> {
    let target = wanted.target.map(|target| ("TargetScore", target.to_string()));
    let params = wanted.params(target.as_slice());
    let answer = match source.ask_ramward("ExplainAccountSecurityPracticeReport", &params)? {
        Ok(answer) => answer,
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
///
/// # Errors
/// As [`explained`].
pub fn entries(source: &dyn Asks, params: &[(&str, String)]) -> anyhow::Result<Result<Vec<Entry>, Refusal>> {
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
fn findings(source: &dyn Asks, wanted: &Wanted, explained: &mut Explained) -> anyhow::Result<()> {
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
///
/// # Errors
/// It is something else.
pub fn member<T: DeserializeOwned>(answer: &Value, path: &str, source: &dyn Asks) -> anyhow::Result<T> {
    let value = answer.pointer(path).cloned().unwrap_or_default();
    serde_json::from_value(value).with_context(|| {
        format!("{} answered with something else than {}", source.name(), path.trim_matches('/'))
    })
}

/// Whether a refusal says that the server has no such operation, as servers of the vendor do, or proxies before them.
pub fn has_no_such_operation(refusal: &Refusal) -> bool {
    let code = refusal.code.as_deref().unwrap_or_default();
    [
        "InvalidAction",
        "InvalidVersion",
        "InvalidApi",
        "InvalidProduct",
        "UnsupportedOperation",
        "NoSuchVersion",
    ]
    .iter()
    .any(|beginning| code.starts_with(beginning))
}
