//! Findings: who breaks a check, since when, and what repairing it gives back; sorted, filtered, page by page. A page costs
//! what it shows. Changes nothing.

use askama::Template;
use form_urlencoded::byte_serialize;
use ramward_rpc::api::Product;
use serde::Deserialize;

use super::answer::{self, PageAnswer};
use super::calls::Refusal;
use super::check_text::{self, CheckText};
use super::frame::Frame;
use super::known::Known;
use super::lang::Lang;
use super::repairs::{self, Repair};
use super::trouble::Trouble;
use super::visit::Visit;
use super::whose::Whose;
use crate::formats::explained::{Check, Explanation, Finding, Findings, Kind, Verdict};

/// How many findings a page may show; the first unless chosen. More would make it heavier than a page may be.
const SIZES: [&str; 3] = ["25", "10", "50"];

#[derive(Template)]
#[template(path = "console/findings.html")]
struct Page<'a> {
    frame: Frame,
    whose: Whose,
    choices: Vec<Choice<'a>>,
    chosen: &'a Check,
    text: CheckText,
    repair: Option<Repair>,
    /// What was typed, also where it was refused.
    typed: Typed,
    refused: Option<Refusal>,
    rows: Vec<Row>,
    /// How many there are in all, where that is known.
    total: Option<i64>,
    /// The address of the first page, where this is another one.
    first: Option<String>,
    /// The address of the next page.
    next: Option<String>,
}

/// The answer of the operation that lists findings.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    findings: Findings,
    total_count: Option<i64>,
    is_truncated: bool,
    marker: Option<String>,
}

/// A check that can be chosen.
struct Choice<'a> {
    check: &'a Check,
    title: String,
}

impl Choice<'_> {
    /// Its title with how many break it.
    fn words(&self) -> String {
        match self.check.findings {
            Some(count) => format!("{} ({count})", self.title),
            None => self.title.clone(),
        }
    }
}

/// What the form asks for.
struct Typed {
    sort: &'static str,
    prefix: String,
    size: &'static str,
}

/// A finding.
struct Row {
    finding: Finding,
    /// The subject in words, where it is no user.
    words: &'static str,
    /// The page where it is repaired.
    link: Option<String>,
    /// The value of its box for the what-if; absent where it cannot be repaired alone.
    ticked: Option<String>,
}

/// The page.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let Some(whose) = Whose::of(visit) else { return Ok(answer::see("/console/accounts")) };
    let Known { explanation, .. } = Known::of(visit, &whose)?;
    let lang = visit.lang;
    let choices: Vec<Choice<'_>> = listable(&explanation)
        .map(|check| Choice { check, title: check_text::of(check, &explanation.thresholds, lang).title })
        .collect();
    let asked = visit.query.get("Check");
    let Some(chosen) = chosen(&explanation, asked) else { return Err(Trouble::NotFound) };
    let one_of = |known: &[&'static str], asked: &str| {
        known.iter().find(|word| **word == asked).or(known.first()).copied().unwrap_or_default()
    };
    let typed = Typed {
        sort: one_of(&["Age", "Subject"], visit.query.get("SortBy")),
        prefix: visit.query.get("UserNamePrefix").trim().to_owned(),
        size: one_of(&SIZES, visit.query.get("MaxItems")),
    };
    let marker = visit.query.get("Marker");
    let filters = typed.params(chosen);
    let mut params = whose.params(&filters);
    if !marker.is_empty() {
        params.push(("Marker", marker));
    }
    let (listed, refused, total, next) =
        match visit.calls()?.call_for(Product::Ramward, "ListSecurityFindings", &params)? {
            Ok(Listed { findings, total_count, is_truncated, marker }) => {
                (findings.finding, None, total_count, marker.filter(|_| is_truncated))
            }
            Err(refusal) => (Vec::new(), Some(refusal), None, None),
        };
    let page_at = |marker: Option<&str>| {
        let mut query = filters.clone();
        query.extend(marker.map(|marker| ("Marker", marker)));
        whose.link("/console/findings", &query)
    };
    let repair = repairs::at_once(&chosen.id).filter(|_| whose.is_own() && chosen.verdict == Verdict::Fail);
    let first = (!marker.is_empty()).then(|| page_at(None));
    let next = next.map(|next| page_at(Some(&next)));
    let page = Page {
        frame: visit.frame(lang.t("Findings", "风险项")),
        text: check_text::of(chosen, &explanation.thresholds, lang),
        rows: listed.into_iter().map(|finding| Row::new(finding, &whose, lang)).collect(),
        choices,
        chosen,
        repair,
        refused,
        total,
        first,
        next,
        typed,
        whose,
    };
    answer::page(&page)
}

/// The checks whose findings have a list: all but the controls of the benchmark, which agree with others.
fn listable(explanation: &Explanation) -> impl Iterator<Item = &Check> {
    explanation.checks.check.iter().filter(|check| check.kind != Kind::Cis)
}

/// The check asked for; without a wish the first one that somebody breaks, else the first.
fn chosen<'a>(explanation: &'a Explanation, asked: &str) -> Option<&'a Check> {
    if asked.is_empty() {
        let has_some =
            |check: &&Check| check.verdict == Verdict::Fail && repairs::at_once(&check.id).is_none();
        return listable(explanation)
            .find(has_some)
            .or_else(|| listable(explanation).find(|check| check.verdict == Verdict::Fail))
            .or_else(|| listable(explanation).next());
    }
    listable(explanation).find(|check| check.id == asked)
}

impl Typed {
    /// The sizes to choose from, and which is chosen.
    fn sizes(&self) -> [(&'static str, bool); 3] {
        ["10", "25", "50"].map(|size| (size, size == self.size))
    }

    fn params<'a>(&'a self, check: &'a Check) -> Vec<(&'a str, &'a str)> {
        let mut params = vec![("Check", check.id.as_str()), ("SortBy", self.sort), ("MaxItems", self.size)];
        if !self.prefix.is_empty() {
            params.push(("UserNamePrefix", &self.prefix));
        }
        params
    }
}

impl Row {
    fn new(finding: Finding, whose: &Whose, lang: Lang) -> Self {
        let words = match finding.subject_type.as_str() {
            "Account" => lang.t("the account", "账号"),
            "PasswordPolicy" => lang.t("the password policy", "密码策略"),
            _ if finding.user_name.is_empty() => lang.t("root", "主账号"),
            _ => "",
        };
        let link = match finding.subject_type.as_str() {
            "User" | "AccessKey" if !finding.user_name.is_empty() => {
                let name: String = byte_serialize(finding.user_name.as_bytes()).collect();
                Some(format!("/console/users/{name}"))
            }
            _ => repairs::at_once(&finding.check).map(|repair| repair.path.to_owned()).or_else(|| {
                // A key of root among those of users.
                (finding.subject_type == "AccessKey").then(|| "/console/root".to_owned())
            }),
        };
        let ticked = match finding.subject_type.as_str() {
            "Exception" => None,
            "User" | "AccessKey" => {
                Some(format!("{}/{}/{}", finding.check, finding.user_name, finding.access_key_id))
            }
            _ => Some(finding.check.clone()),
        };
        Self { words, link: link.filter(|_| whose.is_own()), ticked, finding }
    }

    /// What a box or a link of this row is called aloud.
    fn spoken(&self) -> String {
        let Finding { user_name, access_key_id, exception_id, .. } = &self.finding;
        let parts = [self.words, user_name.as_str(), access_key_id.as_str(), exception_id.as_str()];
        parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
    }

    /// The day since when.
    fn day(&self) -> &str {
        self.finding.since.split('T').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
