//! What holds for the whole account: the password policy, the security preference, and the limits by which the report
//! counts, which the operator sets.

pub mod domain;
pub mod password_policy;
pub mod security_preference;

use askama::Template;
use ramward_rpc::api::Product;
use serde::Deserialize;
use serde_json::Value;

use super::answer::{self, PageAnswer};
use super::calls::{Refusal, part};
use super::frame::Frame;
use super::trouble::Trouble;
use super::visit::Visit;

/// The page of the settings.
const HOME: &str = "/console/settings";

/// The limits in force.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Thresholds {
    old_days: i64,
    unused_days: i64,
    ak_scope: String,
}

/// What the report says of the account as far as settings matter.
struct Report {
    thresholds: Thresholds,
    level: String,
}

/// A setting with its name as the operations know it.
struct Row {
    label: String,
    name: &'static str,
    value: String,
}

#[derive(Template)]
#[template(path = "console/settings/page.html")]
struct Page {
    frame: Frame,
    report: Result<Report, Refusal>,
    policy: Result<Vec<Row>, Refusal>,
    preference: Result<Vec<Row>, Refusal>,
    domain: Result<String, Refusal>,
}

/// The page.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let report = visit.attempt(Product::Ramward, "ExplainAccountSecurityPracticeReport", &[])?;
    let policy = visit.attempt(Product::Ims, "GetPasswordPolicy", &[])?;
    let preference = visit.attempt(Product::Ims, "GetSecurityPreference", &[])?;
    let domain = visit.attempt(Product::Ims, "GetDefaultDomain", &[])?;
    let page = Page {
        frame: visit.frame(visit.lang.t("Settings", "设置")),
        report: read(report, |answer| {
            Ok(Report {
                thresholds: part(answer, "/Explanation/Thresholds")?,
                level: part(answer, "/Explanation/AccountSecurityPracticeUserInfo/SubUserPwdLevel")?,
            })
        })?,
        policy: read(policy, |answer| {
            Ok(rows(visit, password_policy::fields(visit, &part(answer, "/PasswordPolicy")?)))
        })?,
        preference: read(preference, |answer| {
            Ok(rows(visit, security_preference::fields(visit, &part(answer, "/SecurityPreference")?)))
        })?,
        domain: read(domain, |answer| part(answer, "/DefaultDomainName"))?,
    };
    answer::page(&page)
}

fn read<T>(
    answer: Result<Value, Refusal>,
    read: impl FnOnce(&Value) -> Result<T, Trouble>,
) -> Result<Result<T, Refusal>, Trouble> {
    match answer {
        Ok(answer) => read(&answer).map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

fn rows(visit: &Visit<'_>, fields: Vec<super::field::Field>) -> Vec<Row> {
    let lang = visit.lang;
    let row = |field: super::field::Field| Row {
        value: match (&field.kind, field.value.as_str()) {
            (super::field::Kind::Tick, "true") => lang.t("yes", "是").to_owned(),
            (super::field::Kind::Tick, _) => lang.t("no", "否").to_owned(),
            (super::field::Kind::Choice(choices), value) => {
                let chosen = choices.iter().find(|(choice, _)| choice == value);
                chosen.map_or(value, |(_, text)| text).to_owned()
            }
            (_, "") => "–".to_owned(),
            (_, value) => value.to_owned(),
        },
        label: field.label,
        name: field.name,
    };
    fields.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests;
