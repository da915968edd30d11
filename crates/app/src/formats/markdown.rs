//! The explained report as Markdown for tickets and merge requests. What comes from an account stands as text, whatever
//! it is: no markup, no link, nobody is mentioned.

use super::explained::{Check, Explained, Finding, Kind, Verdict};
use super::mirror::Mirror;

/// Writes it.
pub fn write(explained: &Explained) -> String {
    let explanation = &explained.explanation;
    let mut page = format!("# Score {} of 100\n\n", explanation.score);
    page.push_str(&format!(
        "Account {}, {}, score model {}.\n",
        text(explained.account()),
        text(&explanation.report_time),
        text(&explanation.model_version)
    ));
    if let Some(score) = explanation.score_with_exceptions {
        page.push_str(&format!("With exceptions taken as done: {score}.\n"));
    }
    for line in explanation.mirror.iter().flat_map(Mirror::lines) {
        page.push_str(&format!("\n- {}", text(&line)));
    }
    if explanation.mirror.is_some() {
        page.push('\n');
    }
    for note in &explained.notes {
        page.push_str(&format!("\n> {}\n", text(note)));
    }

    page.push_str("\n## Points\n\n| Check | Verdict | Value | Points | of |\n|---|---|---|---:|---:|\n");
    for check in explained.of_kind(Kind::Scored) {
        page.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            text(&check.title),
            verdict(check),
            text(&check.value),
            text(check.points.as_deref().unwrap_or_default()),
            text(check.points_possible.as_deref().unwrap_or_default())
        ));
    }
    page.push_str(&format!("\n{}\n", text(&explanation.rounding)));

    failing(explained, &mut page);
    plan(explained, &mut page);
    for (kind, title) in [(Kind::Audit, "What auditors ask"), (Kind::Cis, "CIS benchmark")] {
        let mut checks = explained.of_kind(kind).peekable();
        if checks.peek().is_some() {
            page.push_str(&format!("\n## {title}\n\n| Check | Verdict | Rule |\n|---|---|---|\n"));
        }
        for check in checks {
            let name = check.control_name().map(|name| format!("{name}: ")).unwrap_or_default();
            page.push_str(&format!(
                "| {}{} | {} | {} |\n",
                text(&name),
                text(&check.title),
                verdict(check),
                text(&check.rule)
            ));
        }
    }
    page
}

fn verdict(check: &Check) -> String {
    match check.verdict_with_exceptions {
        Some(with) if with != check.verdict => format!("{} (with exceptions: {with})", check.verdict),
        _ => check.verdict.to_string(),
    }
}

fn failing(explained: &Explained, page: &mut String) {
    let fails = |check: &&Check| check.verdict == Verdict::Fail && check.kind != Kind::Cis;
    let checks: Vec<&Check> = explained.explanation.checks.check.iter().filter(fails).collect();
    if checks.is_empty() {
        return;
    }
    page.push_str("\n## What to do\n");
    for check in checks {
        page.push_str(&format!("\n### {}\n\n{}\n", text(&check.title), text(&check.rule)));
        page.push_str(&format!("\n{}\n", text(&check.advice)));
        if !check.next_step.ramward_call.is_empty() {
            page.push_str(&format!("\n{}\n", code(&check.next_step.ramward_call)));
        }
        let mut findings = explained.findings_of(check).peekable();
        if findings.peek().is_some() {
            page.push_str("\n| Subject | Since | Days | Points if repaired |\n|---|---|---:|---:|\n");
        }
        for finding in findings {
            page.push_str(&row(finding));
        }
        let more = explained.not_listed(check);
        if more > 0 {
            page.push_str(&format!("\n{more} more are not listed here.\n"));
        }
    }
}

fn row(finding: &Finding) -> String {
    format!(
        "| {} | {} | {} | {} |\n",
        // As code, because services that show Markdown look for people to notify in every other text.
        code(&finding.subject()).replace('|', "\\|"),
        text(&finding.since),
        finding.age_days.map(|days| days.to_string()).unwrap_or_default(),
        text(&finding.points_if_repaired)
    )
}

fn plan(explained: &Explained, page: &mut String) {
    let Some(plan) = &explained.explanation.plan else { return };
    page.push_str(&format!(
        "\n## To reach {}\n\nThe score will then be {}.\n\n",
        plan.target_score, plan.score_after
    ));
    for step in &plan.steps.step {
        page.push_str(&format!("1. {} ({} points)\n", text(&step.words()), text(&step.points)));
    }
}

/// A text that Markdown shows as it is, on one line.
fn text(raw: &str) -> String {
    let mut shown = String::with_capacity(raw.len());
    let links = raw.contains("://") || raw.to_ascii_lowercase().contains("www.");
    for character in raw.chars() {
        match character {
            '@' => shown.push_str("&#64;"),
            '.' | ':' if links => shown.push_str(&format!("&#{};", u32::from(character))),
            _ if character.is_control() => shown.push(' '),
            '-' | '.' | ',' | '%' | '\'' | '"' | '/' | ';' | ':' | '?' | '=' | '(' | ')' => {
                shown.push(character)
            }
            _ if character.is_ascii_punctuation() => {
                shown.push('\\');
                shown.push(character);
            }
            _ => shown.push(character),
        }
    }
    shown
}

/// A text as code, whatever backticks are in it.
fn code(raw: &str) -> String {
    let longest = raw.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let line: String =
        raw.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    // A space at both ends is not shown, and is needed beside a backtick.
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}
