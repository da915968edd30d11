//! A check as the overview shows it: verdict, value, points, words, and where it is repaired. Knows no page.

use crate::console::check_text::{self, CheckText};
use crate::console::lang::Lang;
use crate::console::repairs::{self, Repair};
use crate::console::whose::Whose;
use crate::formats::explained::{Check, Explanation, Kind, Verdict};

/// A check.
pub struct Card<'a> {
    /// The check.
    pub check: &'a Check,
    /// Its words.
    pub text: CheckText,
    /// The page that repairs it at once.
    pub repair: Option<Repair>,
    /// The page that names who breaks it.
    pub findings: Option<String>,
    lang: Lang,
}

/// Checks that carry no points, under one heading.
pub struct Group<'a> {
    /// The heading.
    pub title: String,
    /// The checks.
    pub cards: Vec<Card<'a>>,
}

impl Group<'_> {
    /// How many of them fail.
    pub fn failing(&self) -> usize {
        self.cards.iter().filter(|card| card.check.verdict == Verdict::Fail).count()
    }
}

impl<'a> Card<'a> {
    /// A check in its words.
    pub fn new(whose: &Whose, check: &'a Check, text: CheckText, lang: Lang) -> Self {
        let fails = check.verdict == Verdict::Fail;
        let repair = repairs::at_once(&check.id).filter(|_| fails && whose.is_own());
        let findings = repairs::listed(&check.id).filter(|_| fails);
        let findings = findings.map(|listed| whose.link("/console/findings", &[("Check", listed)]));
        Self { check, text, repair, findings, lang }
    }

    /// The class of the verdict and the sign before the word, for whoever sees no colours.
    pub fn sign(&self) -> (&'static str, &'static str) {
        match self.check.verdict {
            Verdict::Pass => ("pass", "✓"),
            Verdict::Fail => ("fail", "✗"),
            Verdict::NotApplicable => ("open", "–"),
            Verdict::NotAnswerable => ("open", "?"),
        }
    }

    /// The verdict in words.
    pub fn verdict(&self) -> &'static str {
        verdict(self.check.verdict, self.lang)
    }

    /// The verdict that exceptions make of it, where that is another.
    pub fn with_exceptions(&self) -> Option<&'static str> {
        let other = self.check.verdict_with_exceptions.filter(|other| *other != self.check.verdict)?;
        Some(verdict(other, self.lang))
    }

    /// The hundredths of points that it did not give.
    pub fn lost(&self) -> i64 {
        let hundredths = |points: &Option<String>| -> i64 {
            let digits: String =
                points.iter().flat_map(|text| text.chars()).filter(char::is_ascii_digit).collect();
            digits.parse().unwrap_or_default()
        };
        hundredths(&self.check.points_possible) - hundredths(&self.check.points)
    }

    /// The benchmark's number of it.
    pub fn control(&self) -> &str {
        self.check.control.as_deref().unwrap_or_default()
    }
}

fn verdict(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Pass => lang.t("done", "已完成"),
        Verdict::Fail => lang.t("to do", "待修复"),
        Verdict::NotApplicable => lang.t("not applicable", "不适用"),
        Verdict::NotAnswerable => lang.t("not answerable", "无法判断"),
    }
}

/// The checks that carry no points: those of the audit, then each version of the benchmark.
/// Where not all `is_known`, those that the ten values answer.
pub fn groups<'a>(whose: &Whose, explanation: &'a Explanation, lang: Lang, is_known: bool) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let is_shown =
        |check: &&Check| check.kind != Kind::Scored && (is_known || check.verdict != Verdict::NotAnswerable);
    for check in explanation.checks.check.iter().filter(is_shown) {
        let title = match &check.benchmark {
            Some(benchmark) => benchmark.as_str(),
            None => lang.t("What auditors ask", "审计检查"),
        };
        let card = Card::new(whose, check, check_text::of(check, &explanation.thresholds, lang), lang);
        match groups.last_mut() {
            Some(group) if group.title == title => group.cards.push(card),
            _ => groups.push(Group { title: title.to_owned(), cards: vec![card] }),
        }
    }
    groups
}
