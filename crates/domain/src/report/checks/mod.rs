//! The checks: what each asks for, how an account does in it, what to do about it. One file per check, one line each in
//! [`CHECKS`]; the score, the ledger, the plan and every page that explains a report read that list and no other. To add
//! one: its file, its line. A check that carries points also asks for a new [`super::score::MODEL_VERSION`]. Must not
//! know how facts are counted or shown.

mod assessment;
mod inputs;
mod next_step;

mod cis;

mod account_no_old_key;
mod account_no_unused_key;
mod console_and_keys;
mod console_logon_idle;
mod console_user_mfa;
mod exception_expired;
mod key_never_used;
mod password_policy;
mod ram_users_exist;
mod root_key_used_recently;
mod root_mfa;
mod root_no_key;
mod two_active_keys;
mod users_mfa;
mod users_no_old_key;
mod users_no_unused_key;

pub use self::assessment::{Assessment, Fact, Verdict};
pub use self::cis::Benchmark;
pub use self::inputs::{Inputs, KeyCounts, Known, PolicyCounts, RootKey, known};
pub use self::next_step::NextStep;
use super::facts::Facts;
use super::score::{Mark, Units};
use super::thresholds::Thresholds;

/// What a check is for.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// It carries points of the score.
    Scored(Scored),
    /// It carries none, and answers what an auditor asks.
    Audit,
    /// A control of a published benchmark.
    Cis {
        /// Which one.
        benchmark: Benchmark,
        /// The control's number there.
        control: &'static str,
    },
}

impl Kind {
    /// The word for it in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scored(_) => "Scored",
            Self::Audit => "Audit",
            Self::Cis { .. } => "CIS",
        }
    }
}

/// What makes a check count in the score.
#[derive(Debug, Clone, Copy)]
pub struct Scored {
    /// What it can give in the built-in model.
    pub units: Units,
    /// How the facts do.
    pub mark: fn(&Facts) -> Mark,
}

/// A check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its name in answers, settings and exceptions.
    pub id: &'static str,
    /// What it is for.
    pub kind: Kind,
    /// What it asks for, in a few words.
    pub title: &'static str,
    /// The field of the report that it reads first, if it reads one.
    pub field: Option<&'static str>,
    rule: fn(Thresholds) -> String,
    assess: fn(&Inputs<'_>) -> Assessment,
    advice: &'static str,
    next: fn(&Inputs<'_>) -> NextStep,
}

impl Check {
    /// What it asks for, with the limits in force.
    pub fn rule(&self, thresholds: Thresholds) -> String {
        (self.rule)(thresholds)
    }

    /// How an account does, and on which facts that stands.
    pub fn assess(&self, inputs: &Inputs<'_>) -> Assessment {
        (self.assess)(inputs)
    }

    /// What to do about it: general words for a check that fails, the reason for one that cannot be answered, nothing
    /// where nothing is to be done.
    pub fn advice(&self, assessment: &Assessment) -> Option<&'static str> {
        match assessment.verdict {
            Verdict::Fail => Some(self.advice),
            Verdict::NotAnswerable => assessment.unanswered,
            Verdict::Pass | Verdict::NotApplicable => None,
        }
    }

    /// The next step of a check that fails.
    pub fn next_step(&self, inputs: &Inputs<'_>) -> NextStep {
        (self.next)(inputs)
    }

    const fn scored(&self) -> Option<&Scored> {
        match &self.kind {
            Kind::Scored(scored) => Some(scored),
            Kind::Audit | Kind::Cis { .. } => None,
        }
    }
}

/// Every check, in the order of ledgers: first those of the score.
pub const CHECKS: &[Check] = &[
    ram_users_exist::CHECK,
    root_mfa::CHECK,
    root_no_key::CHECK,
    users_mfa::CHECK,
    users_no_old_key::CHECK,
    users_no_unused_key::CHECK,
    account_no_old_key::CHECK,
    account_no_unused_key::CHECK,
    password_policy::CHECK,
    console_user_mfa::CHECK,
    console_logon_idle::CHECK,
    two_active_keys::CHECK,
    key_never_used::CHECK,
    console_and_keys::CHECK,
    root_key_used_recently::CHECK,
    exception_expired::CHECK,
    cis::root_use::V1,
    cis::root_key::V1,
    cis::root_mfa::V1,
    cis::console_mfa::V1,
    cis::console_idle::V1,
    cis::key_age::V1,
    cis::uppercase::V1,
    cis::lowercase::V1,
    cis::symbol::V1,
    cis::number::V1,
    cis::length::V1,
    cis::reuse::V1,
    cis::expiry::V1,
    cis::attempts::V1,
    cis::full_policies::V1,
    cis::attached_policies::V1,
    cis::root_use::V2,
    cis::root_key::V2,
    cis::root_mfa::V2,
    cis::console_mfa::V2,
    cis::console_idle::V2,
    cis::key_age::V2,
    cis::uppercase::V2,
    cis::lowercase::V2,
    cis::symbol::V2,
    cis::number::V2,
    cis::length::V2,
    cis::reuse::V2,
    cis::expiry::V2,
    cis::attempts::V2,
    cis::full_policies::V2,
    cis::attached_policies::V2,
];

/// The check of that id.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

/// The checks that carry points, which stand first.
pub fn scored() -> impl Iterator<Item = (&'static Check, &'static Scored)> {
    CHECKS.iter().map_while(|check| Some((check, check.scored()?)))
}

/// How an account does in every check, in their order.
pub fn assess(inputs: &Inputs<'_>) -> Vec<(&'static Check, Assessment)> {
    CHECKS.iter().map(|check| (check, check.assess(inputs))).collect()
}

/// How an account does as far as the nine values of a report tell, for an endpoint that answers nothing else: what needs
/// more is not answerable, and says so.
pub fn from_ten_values(facts: &Facts, thresholds: Thresholds) -> Vec<(&'static Check, Assessment)> {
    assess(&Inputs { facts, thresholds, known: None })
}

#[cfg(test)]
mod tests;
