//! What is known of a report to whoever looks: all of it, or, with permission for no more than the report itself, what its
//! ten values tell. Knows no page.

use ramward_domain::ops::{self, OPERATIONS};
use ramward_rpc::api::{Api, Product};
use serde::Deserialize;
use serde_json::json;

use super::trouble::Trouble;
use super::visit::Visit;
use super::whose::Whose;
use crate::formats::explained::{Explanation, Verdict};
use crate::ten_values::TenValues;

/// The operation that gives the ten values.
const REPORT: (Product, &str) = (Product::Ims, "GetAccountSecurityPracticeReport");
/// The operation that explains them.
const EXPLAIN: (Product, &str) = (Product::Ramward, "ExplainAccountSecurityPracticeReport");
/// What the pages about the report call, in the order in which a policy that permits all of it names them.
const CALLED: [(Product, &str); 5] = [
    REPORT,
    EXPLAIN,
    (Product::Ramward, "ListAccountSecurityPracticeReportHistory"),
    (Product::Ramward, "ListSecurityFindings"),
    (Product::Ramward, "SimulateAccountSecurityPracticeReport"),
];

/// What is known of a report.
pub struct Known {
    /// The report explained.
    pub explanation: Explanation,
    /// The RAM action that would tell the rest, where the explanation stands on the ten values alone.
    pub lacks: Option<&'static str>,
}

/// The answer of the operation that explains.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Explained {
    explanation: Explanation,
}

impl Known {
    /// Asks for it.
    ///
    /// # Errors
    /// [`Trouble::Unseen`] where not even the ten values may be seen.
    pub fn of(visit: &Visit<'_>, whose: &Whose) -> Result<Self, Trouble> {
        let asked = visit.calls()?.call_for(EXPLAIN.0, EXPLAIN.1, &whose.params(&[]))?;
        let refusal = match asked {
            Ok(Explained { explanation }) => return Ok(Self { explanation, lacks: None }),
            Err(refusal) => refusal,
        };
        // The vendor's operation is about the caller's own account, and the operator has none.
        if refusal.status != 403 || !whose.is_own() {
            return Err(refusal.into());
        }
        match visit.attempt(REPORT.0, REPORT.1, &[])? {
            Ok(answer) => {
                let explanation = from_ten_values(visit, &answer)?;
                Ok(Self { explanation, lacks: Some(ram_action(EXPLAIN)) })
            }
            Err(refusal) if refusal.status == 403 => Err(Trouble::Unseen(Box::new(refusal))),
            Err(refusal) => Err(refusal.into()),
        }
    }
}

fn from_ten_values(visit: &Visit<'_>, answer: &serde_json::Value) -> Result<Explanation, Trouble> {
    let trouble = |error: anyhow::Error| Trouble::Internal(format!("{error:#}"));
    let report = TenValues::from_answer(answer).map_err(trouble)?;
    let service = visit.console.service();
    let (model, limits) = (&service.settings().model, service.settings().thresholds);
    let mut explanation = report.explanation(model, limits, None).map_err(trouble)?;
    explanation.score = report.score;
    explanation.report_time = service.now().to_string();
    for check in &mut explanation.checks.check {
        // That advice is about a report from elsewhere. Here it takes a permission.
        if check.verdict == Verdict::NotAnswerable {
            check.advice.clear();
        }
    }
    Ok(explanation)
}

/// The policy that permits all that the pages about the report show.
pub fn policy() -> String {
    let actions: Vec<&str> = CALLED.into_iter().map(ram_action).collect();
    let statement = json!([{ "Effect": "Allow", "Action": actions, "Resource": "*" }]);
    format!("{:#}", json!({ "Version": "1", "Statement": statement }))
}

/// What a policy calls an operation.
fn ram_action((product, action): (Product, &str)) -> &'static str {
    api(product, action).map_or("", |api| api.ram_action)
}

fn api(product: Product, action: &str) -> Option<&'static Api> {
    ops::find(product, action).and_then(|place| OPERATIONS.get(place)).map(|operation| operation.api())
}
