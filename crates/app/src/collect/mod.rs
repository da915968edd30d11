//! Mirrors a real account into the store through the vendor's operations: chooses a plan, makes its calls at an allowed
//! pace, goes on where a run was cut off, and holds the vendor's ten values against those of the mirror. Knows no terminal
//! and no file.

mod answers;
mod by_report;
pub mod caller;
pub mod compare;
mod credential_report;
mod outcome;
mod pace;
pub mod plan;
mod run;
mod walk;

use std::sync::Arc;

use ramward_domain::entropy::OsEntropy;
use ramward_domain::ids::AccountId;
use ramward_domain::report::score::Model;
use ramward_domain::report::thresholds::Thresholds;
use ramward_domain::state::mirror::{Mirror, MirrorError, Plan, Wish};
use ramward_domain::store::{Store, StoreError};
use ramward_domain::time::{Clock, SystemClock};
use ramward_rpc::api::Product;

use self::caller::{CallError, Caller, Counts, Line};
pub use self::outcome::Outcome;
use self::run::{Ready, Run};

/// Which plan is wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedPlan {
    /// The one that suits the account's size and what the key may do.
    Auto,
    /// That one.
    Only(Plan),
}

/// What a run shall do.
#[derive(Debug)]
pub struct Job<'a> {
    /// Where its calls go, for the record.
    pub endpoint: String,
    /// How to learn.
    pub plan: WantedPlan,
    /// Whether a run that was cut off is given up.
    pub anew: bool,
    /// The limits of the report.
    pub thresholds: Thresholds,
    /// The weights of the score.
    pub model: &'a Model,
}

/// What a run tells while it goes on.
#[derive(Debug)]
pub enum Event<'a> {
    /// A line for people.
    Note(&'a str),
    /// Calls made, calls that will have been made in the end as far as that is known, calls a second.
    At(u64, u64, f64),
}

/// Why a run ended early. What it has learned is kept; the next run goes on.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// A call gave nothing.
    #[error(transparent)]
    Call(#[from] CallError),
    /// An answer that is not what the operation answers.
    #[error("{action} answered something else than expected: {reason}")]
    Answer {
        /// The operation.
        action: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The account cannot be mirrored.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The wished plan does not go.
    #[error("the plan credential-report does not go: {0}; use --plan walk")]
    NoReport(String),
}

/// Asks whose key it is: the account, and whether it is root's.
///
/// # Errors
/// No answer, or one that names no account.
pub fn who<L: Line>(caller: &mut Caller<L>) -> Result<(AccountId, bool), CollectError> {
    let action = plan::WHO.action;
    let answer = caller.call(Product::Sts, action, &[])?;
    answers::caller(&answer).map_err(|error| CollectError::Answer { action, reason: format!("{error:#}") })
}

/// Mirrors an account. `before`: calls that were made to learn which it is.
///
/// # Errors
/// What ends the run early.
pub fn collect<L: Line>(
    store: &Store,
    caller: Caller<L>,
    (account, is_root): (AccountId, bool),
    before: Counts,
    job: &Job<'_>,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, CollectError> {
    let mut calls = run::Calls::new(caller, before, tell);
    let (plan, ready) = match job.plan {
        WantedPlan::Only(plan) => (plan, Ready::default()),
        WantedPlan::Auto => calls.choose()?,
    };
    let wish = Wish {
        account,
        endpoint: job.endpoint.clone(),
        plan,
        anew: job.anew,
        thresholds: job.thresholds,
        model: job.model.clone(),
    };
    let mirror = Mirror::begin(store, Arc::new(OsEntropy), &wish, SystemClock.now())?;
    let mut run = Run::new(calls, mirror, account, is_root);
    if run.mirror.resumed() {
        run.calls
            .note("an earlier run was cut off; this one goes on where it stopped (--restart begins anew)");
    }
    let learned = match plan {
        Plan::CredentialReport => run.by_report(ready),
        Plan::Walk => run.walk(ready),
    };
    let kept = run.keep();
    let facts = learned?;
    kept?;
    run.end(facts, job)
}
