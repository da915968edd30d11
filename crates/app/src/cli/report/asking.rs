//! Asks for an explained report: of Ramward's own operations where there are any, else of the ten values alone, from the
//! one call that every endpoint answers.

use anyhow::Context as _;
use ramward_domain::report::score::Model;
use ramward_domain::report::thresholds::Thresholds;
use ramward_domain::time::{Clock, SystemClock};
use ramward_rpc::api::Product;

use super::ACTION;
use super::source::Source;
use super::ten_values::TenValues;
use crate::explaining::{self, Asks, Wanted, has_no_such_operation};
use crate::formats::explained::{Explained, Findings};
use crate::formats::states::Entries;
use crate::refusal::Refusal;

/// Asks for the explained report of an account.
pub fn explained(source: &Source, wanted: &Wanted) -> anyhow::Result<Result<Explained, Refusal>> {
    if source.is_vendor() {
        return ten_values(source, wanted);
    }
    match explaining::explained(source, wanted)? {
        Err(refusal) if has_no_such_operation(&refusal) => ten_values(source, wanted),
        answer => Ok(answer),
    }
}

/// What the ten values tell of the account whose AccessKey signs.
fn ten_values(source: &Source, wanted: &Wanted) -> anyhow::Result<Result<Explained, Refusal>> {
    if wanted.account.is_some() {
        anyhow::bail!(
            "{} has no reports of other accounts; leave --account out, or mirror the account with `ramward collect`",
            source.name()
        );
    }
    let answer = source.ask(Product::Ims, ACTION, None)?;
    if let Some(refusal) = answer.refusal() {
        return Ok(Err(refusal));
    }
    let report = TenValues::from_json(&answer.body).with_context(|| {
        format!("{} did not answer with a report; check that it is an IMS endpoint", source.name())
    })?;
    let at = SystemClock.now().to_string();
    from_ten_values(&report, source.name(), at, wanted.target).map(Ok)
}

/// The explained report as far as the ten values tell, by the built-in model and limits.
fn from_ten_values(
    report: &TenValues,
    source: String,
    report_time: String,
    target: Option<u8>,
) -> anyhow::Result<Explained> {
    let mut explanation = report.explanation(&Model::default(), Thresholds::default(), target)?;
    let expected = std::mem::replace(&mut explanation.score, report.score);
    explanation.report_time = report_time;
    let by_model = format!("score model {}", explanation.model_version);
    let first = if expected == report.score {
        format!("The server's score is what {by_model} expects.")
    } else {
        format!(
            "The server says {}, {by_model} expects {expected}: other weights, or facts that the ten values do not show.",
            report.score
        )
    };
    let second = "This stands on the ten values alone; `ramward collect` mirrors the account and names users and keys.";
    Ok(Explained {
        source,
        notes: vec![first, second.to_owned()],
        explanation,
        findings: Findings::default(),
        entries: Entries::default(),
    })
}
