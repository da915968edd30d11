//! The explained report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. Reads
//! well on paper, on a narrow screen, in light and in dark. The page stands in `templates/report.html`; whatever an account
//! or a server brings along is escaped there.

use askama::Template;

use super::VERSION;
use super::explained::{Check, Explained, Finding, Kind, Verdict};
use super::states::Entry;
use super::trend::{self, Trend};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    explained: &'a Explained,
    values: Vec<(&'static str, String)>,
    scored: Vec<Row<'a>>,
    to_do: Vec<Row<'a>>,
    groups: Vec<(String, Vec<Row<'a>>)>,
    trend: Option<Trend>,
    latest: Vec<&'a Entry>,
    version: &'static str,
}

/// A check with what belongs to it.
struct Row<'a> {
    check: &'a Check,
    findings: Vec<&'a Finding>,
    not_listed: i64,
    /// The share of its points that it gave, in percent.
    share: f64,
}

/// How many entries of the history are listed.
const LATEST: usize = 10;

/// Writes it.
pub fn write(explained: &Explained) -> String {
    let rows =
        |kind| -> Vec<Row<'_>> { explained.of_kind(kind).map(|check| Row::new(explained, check)).collect() };
    let to_do = [Kind::Scored, Kind::Audit].into_iter().flat_map(rows);
    let mut groups = vec![("What auditors ask".to_owned(), rows(Kind::Audit))];
    for row in rows(Kind::Cis) {
        let benchmark = row.check.benchmark.as_deref().unwrap_or_default();
        match groups.last_mut() {
            Some((title, group)) if title == benchmark => group.push(row),
            _ => groups.push((benchmark.to_owned(), vec![row])),
        }
    }
    groups.retain(|(_, rows)| !rows.is_empty());
    let page = Page {
        explained,
        values: explained.explanation.values.named().into(),
        scored: rows(Kind::Scored),
        to_do: to_do.filter(|row| row.check.verdict == Verdict::Fail).collect(),
        groups,
        trend: trend::of(explained),
        latest: explained.entries.entry.iter().rev().take(LATEST).collect(),
        version: VERSION,
    };
    let mut text = page.render().expect("the template asks for nothing that can fail");
    text.push('\n');
    text
}

impl<'a> Row<'a> {
    fn new(explained: &'a Explained, check: &'a Check) -> Self {
        let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<f64>().ok());
        let share = match (number(&check.points), number(&check.points_possible)) {
            (Some(given), Some(possible)) if possible > 0.0 => (100.0 * given / possible).clamp(0.0, 100.0),
            _ => 0.0,
        };
        let findings = explained.findings_of(check).collect();
        Self { check, findings, not_listed: explained.not_listed(check), share }
    }

    /// The class of its verdict and the sign that stands before the word, for whoever sees no colours.
    fn sign(&self) -> (&'static str, &'static str) {
        match self.check.verdict {
            Verdict::Pass => ("pass", "✓"),
            Verdict::Fail => ("fail", "✗"),
            Verdict::NotApplicable => ("open", "–"),
            Verdict::NotAnswerable => ("open", "?"),
        }
    }

    /// The verdict that exceptions make of it, where that is another.
    fn with_exceptions(&self) -> Option<Verdict> {
        self.check.verdict_with_exceptions.filter(|verdict| *verdict != self.check.verdict)
    }
}
