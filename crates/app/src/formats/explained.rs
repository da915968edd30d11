//! The explained report as the formats read it: the answers of ExplainAccountSecurityPracticeReport and
//! ListSecurityFindings under their names on the wire, with the history and where all came from. Knows no server and no
//! format.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::mirror::Mirror;
use super::states::Entries;

/// All that is shown of one account.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Explained {
    /// Who answered, as a URL or a directory.
    pub source: String,
    /// What limits the rest, in whole sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Score, ledger, checks and plan.
    pub explanation: Explanation,
    /// The first findings of each check.
    pub findings: Findings,
    /// How the score came about, oldest first; empty where no history is kept.
    pub entries: Entries,
}

/// The answer of ExplainAccountSecurityPracticeReport.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Explanation {
    /// Whose report it is; absent where only the ten values are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// When it was made.
    #[serde(default)]
    pub report_time: String,
    /// Which weights.
    pub model_version: String,
    /// Which limits of days.
    pub thresholds: Thresholds,
    /// The score.
    pub score: i64,
    /// The score with what exceptions cover taken as done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_with_exceptions: Option<i64>,
    /// Exceptions that name more users than are looked at, and so cover nobody; with spaces between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exceptions_too_wide: Option<String>,
    /// The points before they are cut to the score.
    #[serde(deserialize_with = "text")]
    pub points: String,
    /// The points of an account that does everything.
    #[serde(deserialize_with = "text")]
    pub points_possible: String,
    /// How the points became the score, in words.
    pub rounding: String,
    /// The nine values.
    #[serde(rename = "AccountSecurityPracticeUserInfo")]
    pub values: Values,
    /// The checks.
    pub checks: Checks,
    /// How far the values are known, of a mirrored account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror: Option<Mirror>,
    /// The way to a higher score, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

/// The limits of days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Thresholds {
    /// A key is old when it is older.
    pub old_days: i64,
    /// A key is unused when its last use lies this far back.
    pub unused_days: i64,
    /// Whose keys are counted.
    pub ak_scope: String,
}

/// The nine values of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Values {
    /// RAM users.
    pub sub_user: i64,
    /// RAM users with an MFA device.
    pub sub_user_bind_mfa: i64,
    /// RAM users with an unused AccessKey.
    pub sub_user_with_unused_access_key: i64,
    /// AccessKeys of the root identity.
    pub root_with_access_key: i64,
    /// RAM users with an old AccessKey.
    pub sub_user_with_old_access_key: i64,
    /// The level of the password policy.
    pub sub_user_pwd_level: String,
    /// Unused AccessKeys.
    pub unused_ak_num: i64,
    /// Old AccessKeys.
    pub old_ak_num: i64,
    /// Whether the root identity has an MFA device.
    pub bind_mfa: bool,
}

/// The checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checks {
    /// The checks.
    #[serde(rename = "Check", default)]
    pub check: Vec<Check>,
}

/// What kind of check it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// It gives points.
    Scored,
    /// It answers what auditors ask.
    Audit,
    /// A control of the CIS benchmark.
    #[serde(rename = "CIS")]
    Cis,
}

/// How an account does in a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// There is nothing it could be about.
    NotApplicable,
    /// The facts for it are not known here.
    NotAnswerable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not applicable",
            Self::NotAnswerable => "not answerable",
        })
    }
}

/// One check with its verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Check {
    /// Its id.
    #[serde(rename = "Check")]
    pub id: String,
    /// What kind it is.
    pub kind: Kind,
    /// Which benchmark it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benchmark: Option<String>,
    /// Its number there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// What it is about.
    pub title: String,
    /// The field of the report it reads first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What it found there.
    #[serde(default, deserialize_with = "text")]
    pub value: String,
    /// How the account does.
    pub verdict: Verdict,
    /// The points it gave; only if it is scored.
    #[serde(default, deserialize_with = "some_text", skip_serializing_if = "Option::is_none")]
    pub points: Option<String>,
    /// The points it can give.
    #[serde(default, deserialize_with = "some_text", skip_serializing_if = "Option::is_none")]
    pub points_possible: Option<String>,
    /// The rule in words, with its configured days.
    #[serde(default)]
    pub rule: String,
    /// What to do where it fails, why there is no answer where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub advice: String,
    /// How many subjects fail it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<i64>,
    /// How many of them exceptions cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excepted_findings: Option<i64>,
    /// The verdict with the covered ones taken as done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict_with_exceptions: Option<Verdict>,
    /// What the verdict stands on.
    #[serde(default)]
    pub facts: Facts,
    /// The next step, as lines to run or paste.
    #[serde(default, skip_serializing_if = "NextStep::is_empty")]
    pub next_step: NextStep,
}

/// What a verdict stands on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The facts.
    #[serde(rename = "Fact", default)]
    pub fact: Vec<Fact>,
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// Its value.
    #[serde(deserialize_with = "text")]
    pub value: String,
}

/// The next step, three times.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NextStep {
    /// As a `ramward call`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ramward_call: String,
    /// As a line of the vendor's command line.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub vendor_cli: String,
    /// As Terraform.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub terraform: String,
}

/// The way to a higher score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Plan {
    /// The score that was asked for.
    pub target_score: i64,
    /// The score after all steps.
    pub score_after: i64,
    /// The steps.
    #[serde(default)]
    pub steps: Steps,
}

/// The steps of a plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    /// The steps.
    #[serde(rename = "Step", default)]
    pub step: Vec<Step>,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Step {
    /// The check it repairs.
    pub check: String,
    /// What to do.
    pub action: String,
    /// How many repairs it takes.
    pub repairs: i64,
    /// Whether fewer may do.
    #[serde(default)]
    pub at_most: bool,
    /// The points it gives.
    #[serde(deserialize_with = "text")]
    pub points: String,
    /// As a `ramward call`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ramward_call: String,
}

/// Findings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// The findings, by check.
    #[serde(rename = "Finding", default)]
    pub finding: Vec<Finding>,
}

/// One subject that fails a check.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Finding {
    /// The check.
    pub check: String,
    /// `Account`, `Root`, `User`, `AccessKey`, `PasswordPolicy` or `Exception`.
    pub subject_type: String,
    /// The user's id.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub user_id: String,
    /// The user's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user_name: String,
    /// The key, masked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub access_key_id: String,
    /// The exception that is over.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub exception_id: String,
    /// Since when.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub since: String,
    /// For how many days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_days: Option<i64>,
    /// The points that repairing it alone gives back.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub points_if_repaired: String,
    /// What to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub advice: String,
    /// As a `ramward call`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ramward_call: String,
    /// As a line of the vendor's command line.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub vendor_cli: String,
}

impl Explained {
    /// The checks of a kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Check> {
        self.explanation.checks.check.iter().filter(move |check| check.kind == kind)
    }

    /// The findings of a check that were read.
    pub fn findings_of<'a>(&'a self, check: &'a Check) -> impl Iterator<Item = &'a Finding> {
        self.findings.finding.iter().filter(move |finding| finding.check == check.id)
    }

    /// How many findings of a check there are beside those that were read.
    pub fn not_listed(&self, check: &Check) -> i64 {
        let listed = i64::try_from(self.findings_of(check).count()).unwrap_or(i64::MAX);
        let all = check.findings.unwrap_or_default();
        if listed == 0 && check.kind == Kind::Cis { 0 } else { (all - listed).max(0) }
    }

    /// What limits the answers: the notes, and what is not known of a mirrored account.
    pub fn remarks(&self) -> Vec<String> {
        let mirrored = self.explanation.mirror.iter().flat_map(Mirror::lines);
        self.notes.iter().cloned().chain(mirrored).collect()
    }

    /// The account, or words for one that is not named.
    pub fn account(&self) -> &str {
        self.explanation.account_id.as_deref().unwrap_or("the calling account")
    }
}

impl Check {
    /// The benchmark and the number of a control, such as `CIS 1.0.0, 1.13`.
    pub fn control_name(&self) -> Option<String> {
        Some(format!("{}, {}", self.benchmark.as_deref()?, self.control.as_deref()?))
    }

    /// What it found: its value, or why there is none.
    pub fn found(&self) -> &str {
        if self.value.is_empty() { &self.advice } else { &self.value }
    }
}

impl NextStep {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Step {
    /// What to do and how often.
    pub fn words(&self) -> String {
        match (self.repairs, self.at_most) {
            (1, false) => self.action.clone(),
            (repairs, false) => format!("{repairs} times: {}", self.action),
            (repairs, true) => format!("at most {repairs} times: {}", self.action),
        }
    }
}

impl Finding {
    /// Its subject as people name it.
    pub fn subject(&self) -> String {
        let user = if self.user_name.is_empty() { "<root>" } else { &self.user_name };
        match self.subject_type.as_str() {
            "Account" => "<account>".to_owned(),
            "PasswordPolicy" => "<password policy>".to_owned(),
            "Exception" => format!("<exception {}>", self.exception_id),
            _ if self.access_key_id.is_empty() => user.to_owned(),
            _ => format!("{user} {}", self.access_key_id),
        }
    }
}

impl Values {
    /// The values by their names on the wire, as texts.
    pub fn named(&self) -> [(&'static str, String); 9] {
        [
            ("SubUser", self.sub_user.to_string()),
            ("SubUserBindMfa", self.sub_user_bind_mfa.to_string()),
            ("SubUserWithUnusedAccessKey", self.sub_user_with_unused_access_key.to_string()),
            ("RootWithAccessKey", self.root_with_access_key.to_string()),
            ("SubUserWithOldAccessKey", self.sub_user_with_old_access_key.to_string()),
            ("SubUserPwdLevel", self.sub_user_pwd_level.clone()),
            ("UnusedAkNum", self.unused_ak_num.to_string()),
            ("OldAkNum", self.old_ak_num.to_string()),
            ("BindMfa", self.bind_mfa.to_string()),
        ]
    }
}

/// Reads a text that some writers give as a number or a truth value.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn some_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    text(deserializer).map(Some)
}
