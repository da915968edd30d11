//! The overview: the score with its trend, and why it is what it is, check by check, with the way to repair each. What the
//! page asks for costs the same for any account. Changes nothing.

mod card;
pub mod credential_report;
pub mod exports;

use askama::Template;
use ramward_domain::time::Timestamp;
use ramward_rpc::api::Product;
use serde::Deserialize;

use self::card::{Card, Group, groups};
use super::answer::{self, PageAnswer};
use super::calls::part;
use super::check_text;
use super::frame::Frame;
use super::known::Known;
use super::trouble::Trouble;
use super::visit::Visit;
use super::whose::Whose;
use crate::explaining::TREND_SECONDS;
use crate::formats::explained::{Explanation, Kind, Verdict};
use crate::formats::states::{Entries, Entry};
use crate::formats::trend::{self, Trend};

/// Points of the trend: as many as a small drawing shows.
const TREND_POINTS: &str = "60";

/// Below this score the vendor's console help asks for repairs.
const POOR: i64 = 60;

#[derive(Template)]
#[template(path = "console/overview.html")]
struct Page<'a> {
    frame: Frame,
    whose: Whose,
    explanation: &'a Explanation,
    /// The RAM action without which this stands on the ten values alone.
    lacks: Option<&'static str>,
    /// How the points became the score.
    rounding: String,
    trend: Option<Trend>,
    latest: Option<Latest<'a>>,
    scored: Vec<Card<'a>>,
    groups: Vec<Group<'a>>,
    values: Vec<(&'static str, String)>,
    /// The formats of the explained report: address and name.
    exports: Vec<(String, &'static str)>,
    /// Whether the credential report is one file.
    is_one_file: bool,
}

/// The answer of the operation that lists the history.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    entries: Entries,
}

/// What led to the present state.
struct Latest<'a> {
    entry: &'a Entry,
    /// How the score moved, with its sign.
    moved: String,
}

impl Page<'_> {
    fn is_poor(&self) -> bool {
        self.explanation.score < POOR
    }

    /// What the trend shows, in words.
    fn trend_words(&self, trend: &Trend) -> String {
        let Trend { first, last, lowest, highest, from, to, .. } = trend;
        match self.frame.lang {
            super::lang::Lang::En => trend.words(),
            super::lang::Lang::Zh => {
                format!("{from} 至 {to}：安全分由 {first} 变为 {last}；最低 {lowest}，最高 {highest}。")
            }
        }
    }

    /// What led to an entry, where it was no operation.
    fn cause(&self, entry: &Entry) -> &'static str {
        let lang = self.frame.lang;
        match entry.cause.kind.as_str() {
            "TimePassed" => lang.t(
                "time passed: an AccessKey turned old or unused",
                "随时间推移：有 AccessKey 变为老旧或闲置",
            ),
            "Import" => lang.t("a state file was imported", "导入了状态文件"),
            "Collect" => lang.t("the mirror was collected anew", "重新采集了镜像"),
            _ => lang.t("the history began, or settings changed", "历史记录开始，或设置有变更"),
        }
    }

    fn failing(&self) -> usize {
        self.scored.iter().filter(|card| card.check.verdict == Verdict::Fail).count()
    }
}

/// The page.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let Some(whose) = Whose::of(visit) else { return Ok(answer::see("/console/accounts")) };
    let Known { explanation, lacks } = Known::of(visit, &whose)?;
    let entries = history(visit, &whose, &explanation)?;
    let lang = visit.lang;
    let mut scored: Vec<Card<'_>> = explanation
        .checks
        .check
        .iter()
        .filter(|check| check.kind == Kind::Scored)
        .map(|check| card(&whose, check, &explanation, lang))
        .collect();
    // What costs most stands first; what is done keeps its order behind.
    scored.sort_by_key(|card| (card.check.verdict != Verdict::Fail, std::cmp::Reverse(card.lost())));
    let page = Page {
        frame: visit.frame(lang.t("Overview", "概览")),
        rounding: rounding(&explanation, lang),
        trend: trend::of_entries(&entries, &explanation.report_time, explanation.score),
        latest: latest(&entries),
        scored,
        groups: groups(&whose, &explanation, lang, lacks.is_none()),
        values: explanation.values.named().into(),
        exports: if lacks.is_none() { exports::links(&whose) } else { Vec::new() },
        lacks,
        is_one_file: explanation.values.sub_user < credential_report::PART_ROWS,
        explanation: &explanation,
        whose,
    };
    answer::page(&page)
}

/// The report explained.
pub fn explanation(visit: &Visit<'_>, whose: &Whose) -> Result<Explanation, Trouble> {
    let answer = visit.call(Product::Ramward, "ExplainAccountSecurityPracticeReport", &whose.params(&[]))?;
    part(&answer, "/Explanation")
}

/// A year of states; none where the visitor may not see them.
fn history(visit: &Visit<'_>, whose: &Whose, explanation: &Explanation) -> Result<Vec<Entry>, Trouble> {
    let Ok(now) = Timestamp::parse(&explanation.report_time) else { return Ok(Vec::new()) };
    let since = now.plus_seconds(-TREND_SECONDS).to_string();
    let params = whose.params(&[("StartTime", &since), ("MaxPoints", TREND_POINTS)]);
    let asked =
        visit.calls()?.call_for(Product::Ramward, "ListAccountSecurityPracticeReportHistory", &params)?;
    Ok(asked.map_or_else(|_| Vec::new(), |Listed { entries }| entries.entry))
}

fn card<'a>(
    whose: &Whose,
    check: &'a crate::formats::explained::Check,
    explanation: &Explanation,
    lang: super::lang::Lang,
) -> Card<'a> {
    Card::new(whose, check, check_text::of(check, &explanation.thresholds, lang), lang)
}

fn rounding(explanation: &Explanation, lang: super::lang::Lang) -> String {
    let Explanation { points, score, .. } = explanation;
    match lang {
        super::lang::Lang::En => explanation.rounding.clone(),
        super::lang::Lang::Zh => format!("得分 {points}，取整为 {score}"),
    }
}

/// The last entry of a history, with what it changed.
fn latest(entries: &[Entry]) -> Option<Latest<'_>> {
    let mut newest = entries.iter().rev();
    let entry = newest.next()?;
    let moved = newest.next().map(|before| entry.score - before.score);
    Some(Latest { entry, moved: moved.map(|moved| format!("{moved:+}")).unwrap_or_default() })
}

#[cfg(test)]
mod tests;
