//! The explained report for people at a terminal: the points behind the score, what fails and whom it concerns, what to do
//! next. Knows no server.

use unicode_width::UnicodeWidthStr;

use super::super::print::tame;
use super::super::table;
use crate::formats::explained::{Check, Explained, Kind, Verdict};
use crate::formats::mirror::Mirror;

/// The width of lines of words.
const LINE_WIDTH: usize = 100;

/// Renders what stands below the ten values.
pub fn render(explained: &Explained) -> String {
    let explanation = &explained.explanation;
    let mut rows = vec![row(["Check", "Points", "of", "Value", "Title"])];
    rows.extend(explained.of_kind(Kind::Scored).map(|check| {
        let points = |points: &Option<String>| points.clone().unwrap_or_default();
        vec![
            check.id.clone(),
            points(&check.points),
            points(&check.points_possible),
            value(check),
            check.title.clone(),
        ]
    }));
    let mut text = table::render(&rows);
    text.push_str(&format!("\n{} (score model {})\n", explanation.rounding, explanation.model_version));
    if let Some(score) = explanation.score_with_exceptions {
        text.push_str(&format!("Score {score} with exceptions taken as done\n"));
    }
    for line in explanation.mirror.iter().flat_map(Mirror::lines) {
        text.push_str(&wrapped(&line));
    }
    findings(explained, &mut text);
    plan(explained, &mut text);
    beside_the_score(explained, &mut text);
    for note in &explained.notes {
        text.push_str(&format!("\n{}", wrapped(note)));
    }
    text
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn value(check: &Check) -> String {
    match check.verdict_with_exceptions {
        Some(with) if with != check.verdict => format!("{} ({with} with exceptions)", check.value),
        _ => check.value.clone(),
    }
}

/// A text in lines of a readable length; a word is never broken, so that what is to be pasted stays whole.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in tame(text).split_whitespace() {
        let line = lines.last().map_or(0, |line| line.width());
        match lines.last_mut() {
            Some(last) if line == 0 || line + 1 + word.width() <= LINE_WIDTH => {
                if line > 0 {
                    last.push(' ');
                }
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n") + "\n"
}

/// What fails, each check with its subjects and its next step.
fn findings(explained: &Explained, text: &mut String) {
    let fails = |check: &&Check| check.kind != Kind::Cis && check.verdict == Verdict::Fail;
    for check in explained.explanation.checks.check.iter().filter(fails) {
        let mut rows = Vec::new();
        for finding in explained.findings_of(check) {
            let days = finding.age_days.map(|days| format!("{days} days")).unwrap_or_default();
            let points = match finding.points_if_repaired.as_str() {
                "" | "0.00" => String::new(),
                points => format!("{points} points"),
            };
            rows.push(vec![format!("  {}", finding.subject()), finding.since.clone(), days, points]);
        }
        let more = explained.not_listed(check);
        if more > 1 && rows.is_empty() {
            rows.push(vec![format!("  {more} subjects")]);
        } else if more > 0 && !rows.is_empty() {
            rows.push(vec![format!("  {more} more")]);
        }
        text.push_str(&format!("\n{}", wrapped(&format!("{}: {}", check.id, check.advice))));
        text.push_str(&table::render(&rows));
        if !check.next_step.ramward_call.is_empty() {
            text.push_str(&table::render(&[vec![format!("  {}", check.next_step.ramward_call)]]));
        }
    }
}

fn plan(explained: &Explained, text: &mut String) {
    let Some(plan) = &explained.explanation.plan else { return };
    if plan.steps.step.is_empty() {
        text.push_str(&format!("\nTo reach {}: nothing is left to do\n", plan.target_score));
        return;
    }
    text.push_str(&format!("\nTo reach {}, the score then being {}:\n", plan.target_score, plan.score_after));
    let rows = plan.steps.step.iter().enumerate();
    let rows = rows
        .map(|(at, step)| vec![format!("  {}. {}", at + 1, step.words()), format!("{} points", step.points)]);
    text.push_str(&table::render(&rows.collect::<Vec<_>>()));
}

/// What auditors ask, line by line; of each benchmark the sums and the controls that fail.
fn beside_the_score(explained: &Explained, text: &mut String) {
    let mut rows = vec![vec![], row(["Beside the score", "Verdict", "Title"])];
    for check in explained.of_kind(Kind::Audit) {
        rows.push(vec![check.id.clone(), check.verdict.to_string(), check.title.clone()]);
    }
    if rows.len() > 2 {
        text.push_str(&table::render(&rows));
    }
    let mut benchmarks: Vec<&str> =
        explained.of_kind(Kind::Cis).filter_map(|check| check.benchmark.as_deref()).collect();
    benchmarks.dedup();
    if !benchmarks.is_empty() {
        text.push('\n');
    }
    for benchmark in benchmarks {
        let of_it =
            || explained.of_kind(Kind::Cis).filter(|check| check.benchmark.as_deref() == Some(benchmark));
        let of_verdict = |verdict| of_it().filter(move |check| check.verdict == verdict);
        let failing: Vec<&str> =
            of_verdict(Verdict::Fail).filter_map(|check| check.control.as_deref()).collect();
        let mut sums = vec![format!("{} pass", of_verdict(Verdict::Pass).count())];
        if !failing.is_empty() {
            sums.push(format!("{} fail ({})", failing.len(), failing.join(", ")));
        }
        for verdict in [Verdict::NotApplicable, Verdict::NotAnswerable] {
            let count = of_verdict(verdict).count();
            if count > 0 {
                sums.push(format!("{count} {verdict}"));
            }
        }
        text.push_str(&table::render(&[vec![format!("{benchmark}: {}", sums.join(", "))]]));
    }
}
