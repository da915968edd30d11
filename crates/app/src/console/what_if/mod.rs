//! What if: repairs are ticked, and the page says what the score would be. A question, so the form is sent with GET and the
//! address can be kept. Changes nothing.

mod asked;

use askama::Template;
use ramward_rpc::api::Product;
use serde::Deserialize;

use self::asked::Asked;
use super::answer::{self, PageAnswer};
use super::calls::Refusal;
use super::check_text;
use super::frame::Frame;
use super::known::Known;
use super::lang::Lang;
use super::trouble::Trouble;
use super::visit::Visit;
use super::whose::Whose;
use crate::formats::explained::{Check, Explanation, Kind, Verdict};

const OPERATION: &str = "SimulateAccountSecurityPracticeReport";

#[derive(Template)]
#[template(path = "console/what_if.html")]
struct Page<'a> {
    frame: Frame,
    whose: Whose,
    /// Checks that fail, to be repaired as a whole.
    boxes: Vec<TickBox<'a>>,
    /// What was ticked among findings.
    single: Vec<Single<'a>>,
    asked: &'a Asked,
    today: String,
    result: Option<Simulated>,
    refused: Option<Refusal>,
    /// The call in words that can be pasted.
    line: String,
    changes: Vec<Change>,
    /// Whether anything was asked.
    is_asked: bool,
}

/// A check that can be repaired.
struct TickBox<'a> {
    check: &'a Check,
    title: String,
    is_ticked: bool,
}

/// A finding that can be repaired.
struct Single<'a> {
    /// As the form sends it: check, user and key, with slashes between.
    value: &'a str,
    /// The title of its check.
    title: String,
    lang: Lang,
}

impl Single<'_> {
    /// Whom it is about.
    fn subject(&self) -> String {
        let mut parts = self.value.splitn(3, '/').skip(1);
        let user = parts.next().filter(|user| !user.is_empty()).unwrap_or(self.lang.t("root", "主账号"));
        let key = parts.next().unwrap_or_default();
        format!("{user} {key}").trim_end().to_owned()
    }
}

/// What the operation answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simulated {
    before: Report,
    after: Report,
    changes: Changes,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Report {
    score: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Changes {
    change: Vec<ChangedCheck>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangedCheck {
    check: String,
    before: String,
    after: String,
    after_is_at_most: bool,
    points_before: String,
    points_after: String,
}

/// A check that comes out otherwise, in words.
struct Change {
    title: String,
    changed: ChangedCheck,
}

impl Simulated {
    /// How the score moves, with its sign.
    fn moved(&self) -> String {
        format!("{:+}", self.after.score - self.before.score)
    }
}

/// The page.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let Some(whose) = Whose::of(visit) else { return Ok(answer::see("/console/accounts")) };
    let Known { explanation, .. } = Known::of(visit, &whose)?;
    let asked = Asked::read(&visit.query, &explanation);
    let params = asked.params();
    let borrowed: Vec<(&str, &str)> =
        params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let called = whose.params(&borrowed);
    let (mut result, mut refused): (Option<Simulated>, _) = (None, None);
    if asked.is_something() {
        match visit.calls()?.call_for(Product::Ramward, OPERATION, &called)? {
            Ok(simulated) => result = Some(simulated),
            Err(refusal) => refused = Some(refusal),
        }
    }
    let lang = visit.lang;
    let title = |check: &Check| check_text::of(check, &explanation.thresholds, lang).title;
    let changes =
        result.as_mut().map(|result| std::mem::take(&mut result.changes.change)).unwrap_or_default();
    let named = |changed: ChangedCheck| {
        let check = explanation.checks.check.iter().find(|check| check.id == changed.check);
        Change { title: check.map(&title).unwrap_or_else(|| changed.check.clone()), changed }
    };
    let single = |value| {
        let id = str::split(value, '/').next().unwrap_or_default();
        Single { value, title: check_text::short(id, lang), lang }
    };
    let page = Page {
        frame: visit.frame(lang.t("What if", "假设分析")),
        boxes: repairable(&explanation)
            .map(|check| TickBox { check, title: title(check), is_ticked: asked.has(&check.id) })
            .collect(),
        single: asked.single().map(single).collect(),
        today: explanation.report_time.split('T').next().unwrap_or_default().to_owned(),
        line: line(&called),
        changes: changes.into_iter().map(named).collect(),
        is_asked: asked.is_something(),
        asked: &asked,
        result,
        refused,
        whose,
    };
    answer::page(&page)
}

/// The checks that somebody breaks and that a repair can be simulated of.
fn repairable(explanation: &Explanation) -> impl Iterator<Item = &Check> {
    let checks = explanation.checks.check.iter();
    checks.filter(|check| {
        // The password policy has fields of its own; an exception that is over is repaired by no change of identities.
        let has_box = !matches!(check.id.as_str(), "password_policy" | "exception_expired");
        check.kind != Kind::Cis && check.verdict == Verdict::Fail && has_box
    })
}

/// The call as a line for a shell.
fn line(params: &[(&str, &str)]) -> String {
    let mut line = format!("ramward call {OPERATION}");
    for (name, value) in params {
        let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-:/@".contains(&byte));
        let pair = if is_plain {
            format!(" {name}={value}")
        } else {
            format!(" '{name}={}'", value.replace('\'', r"'\''"))
        };
        line.push_str(&pair);
    }
    line
}

#[cfg(test)]
mod tests;
