//! A report as it was at an instant or stands in a file: what gates and comparisons hold against each other.

use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use ramward_domain::time::Timestamp;
use serde_json::Value;

use super::source::Source;
use super::ten_values::TenValues;
use crate::explaining::{Asks, Wanted, entries, has_no_such_operation};
use crate::formats::explained::{Explanation, Finding, Findings, Values};
use crate::formats::states::Entry;

/// A report, as far as it can be held against another one.
#[derive(Debug, Clone)]
pub struct State {
    /// How it is named: its instant, or its file.
    pub name: String,
    /// Its instant, if it is one of the history.
    pub at: Option<Timestamp>,
    /// Its score.
    pub score: i64,
    /// Its nine values.
    pub values: Values,
    /// Its findings, if it is a file that holds them.
    pub findings: Option<Vec<Finding>>,
}

impl State {
    /// A state that is neither of the history nor with findings.
    pub fn new(name: &str, score: i64, values: Values) -> Self {
        Self { name: name.to_owned(), at: None, score, values, findings: None }
    }

    fn of_entry(at: Timestamp, entry: Entry) -> Self {
        Self { at: Some(at), ..Self::new(&entry.time, entry.score, entry.values) }
    }

    /// The state that `text` names: an instant, a day (its beginning), or a file.
    pub fn find(source: &Source, wanted: &Wanted, text: &str) -> anyhow::Result<Self> {
        match instant(text) {
            Some(at) => Self::at(source, wanted, at)?
                .ok_or_else(|| anyhow!("the history does not reach back to {at}; name a later instant")),
            None => Self::read(Path::new(text)),
        }
    }

    /// The state at an instant; `None` if the history begins later.
    pub fn at(source: &Source, wanted: &Wanted, at: Timestamp) -> anyhow::Result<Option<Self>> {
        // The first entry and the last one are always among the points.
        let range = [("EndTime", at.to_string()), ("MaxPoints", "2".to_owned())];
        let last = read(source, wanted, &range)?.pop();
        Ok(last.map(|entry| Self::of_entry(at, entry)))
    }

    /// The state before the present one, if there was one.
    pub fn before_the_present(
        source: &Source,
        wanted: &Wanted,
        now: Timestamp,
    ) -> anyhow::Result<Option<Self>> {
        let Some(last) = Self::at(source, wanted, now)? else { return Ok(None) };
        let began = Timestamp::parse(&last.name)
            .with_context(|| format!("{} answered with a time that is no instant", source.name()))?;
        // Several changes can fall into one second.
        let mut of_that_second = read(source, wanted, &[("StartTime", began.to_string())])?;
        of_that_second.pop();
        match of_that_second.pop() {
            Some(entry) => Ok(Some(Self::of_entry(began, entry))),
            None => Self::at(source, wanted, began.plus_seconds(-1)),
        }
    }

    /// Reads a file that this command wrote, or an answer of GetAccountSecurityPracticeReport.
    fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).with_context(|| {
            format!("cannot read {name}; name an instant like 2026-11-01, or a report in JSON")
        })?;
        let value: Value = serde_json::from_slice(&bytes).with_context(|| format!("{name} is not JSON"))?;
        if value.get("AccountSecurityPracticeInfo").is_some() {
            let report = TenValues::from_json(&bytes).with_context(|| format!("{name} holds no report"))?;
            return Ok(Self::new(&name, report.score, report.values));
        }
        let Some(explanation) = value.get("Explanation") else {
            bail!("{name} holds no report; write one with `ramward report --format json`");
        };
        let explanation: Explanation = serde_json::from_value(explanation.clone())
            .with_context(|| format!("{name} holds no report that this version reads"))?;
        let findings = value.get("Findings").cloned().map(serde_json::from_value::<Findings>).transpose();
        let findings =
            findings.with_context(|| format!("{name} holds findings that this version does not read"))?;
        let state = Self::new(&name, explanation.score, explanation.values);
        Ok(Self { findings: findings.map(|findings| findings.finding), ..state })
    }
}

/// Reads a part of the history.
pub fn read(
    source: &Source,
    wanted: &Wanted,
    range: &[(&'static str, String)],
) -> anyhow::Result<Vec<Entry>> {
    let mut params: Vec<(&str, String)> =
        wanted.account.iter().map(|account| ("AccountId", account.clone())).collect();
    params.extend_from_slice(range);
    entries(source, &params)?.map_err(|refusal| {
        if has_no_such_operation(&refusal) {
            anyhow!("{} keeps no history; name a FILE, or ask a Ramward server", source.name())
        } else {
            anyhow!("the history is refused: {refusal}")
        }
    })
}

/// Reads an instant, or a day as its first second.
pub fn instant(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|_| Timestamp::parse(&format!("{text}T00:00:00Z"))).ok()
}
