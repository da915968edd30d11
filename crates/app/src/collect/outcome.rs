//! What a run comes to: kept with the run as JSON, and shown to people.

use ramward_domain::ids::AccountId;
use ramward_domain::report::facts::Facts;
use ramward_domain::report::thresholds::Thresholds;
use ramward_domain::state::mirror::{Basis, Measured};
use ramward_domain::time::Timestamp;
use serde_json::{Value, json};

use super::answers::TenValues;
use super::caller::Counts;
use super::compare::{Compared, Verdict};

/// The end of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The account.
    pub account: AccountId,
    /// The number of the run.
    pub run: i64,
    /// The plan's word.
    pub plan: String,
    /// Calls that were to be made.
    pub planned: u64,
    /// Calls that were made.
    pub counts: Counts,
    /// The vendor's values, if the key may ask for them.
    pub vendor: Option<TenValues>,
    /// The mirror's score.
    pub score: u8,
    /// The mirror's nine values and what they rest on.
    pub measured: Measured,
    /// Both beside each other; empty without the vendor's.
    pub compared: Vec<Compared>,
    /// The score model's version.
    pub model: String,
    /// The limits of the report.
    pub thresholds: Thresholds,
    /// When the credential report was made, if all rests on it.
    pub as_of: Option<Timestamp>,
    /// How much has disappeared since the last run.
    pub gone: i64,
}

impl Outcome {
    /// Whether a value differs and nobody knows why.
    pub fn differs(&self) -> bool {
        self.compared.iter().any(|one| matches!(one.verdict, Verdict::Differs(_)))
    }

    /// All of it.
    pub fn to_json(&self) -> Value {
        let compared: Vec<Value> = self
            .compared
            .iter()
            .map(|one| {
                let (verdict, reason) = match &one.verdict {
                    Verdict::Equal => ("equal", None),
                    Verdict::Explained(why) => ("explained", Some(why)),
                    Verdict::Differs(hint) => ("differs", Some(hint)),
                };
                json!({"Field": one.field, "Vendor": one.vendor, "Mirror": one.ours, "Verdict": verdict, "Reason": reason})
            })
            .collect();
        let unknown: Vec<Value> = self
            .measured
            .unknown
            .iter()
            .map(|(what, count)| json!({"What": what, "Identities": count}))
            .collect();
        json!({
            "AccountId": self.account.to_string(),
            "Run": self.run,
            "Plan": self.plan,
            "CallsPlanned": self.planned,
            "CallsMade": self.counts.answered,
            "TriedAgain": self.counts.again,
            "Throttled": self.counts.throttled,
            "Vendor": self.vendor.map(|vendor| ten(vendor.score, &vendor.facts)),
            "Mirror": ten(self.score, &self.measured.facts),
            "ModelVersion": self.model,
            "Thresholds": self.thresholds,
            "CredentialReportDate": self.as_of.map(|at| at.to_string()),
            "Comparison": compared,
            "Unknown": unknown,
            "Basis": Basis::of(&self.measured, self.thresholds),
            "Disappeared": self.gone,
        })
    }
}

fn ten(score: u8, facts: &Facts) -> Value {
    json!({
        "Score": score,
        "SubUser": facts.sub_user,
        "SubUserBindMfa": facts.sub_user_bind_mfa,
        "SubUserWithUnusedAccessKey": facts.sub_user_with_unused_access_key,
        "RootWithAccessKey": facts.root_with_access_key,
        "SubUserWithOldAccessKey": facts.sub_user_with_old_access_key,
        "SubUserPwdLevel": facts.sub_user_pwd_level.as_str(),
        "UnusedAkNum": facts.unused_ak_num,
        "OldAkNum": facts.old_ak_num,
        "BindMfa": facts.bind_mfa,
    })
}
