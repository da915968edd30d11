//! What both plans share: calls that are counted and may be denied, and what was learned waiting to be written.

use std::collections::BTreeSet;
use std::time::Duration;

use ramward_domain::ids::AccountId;
use ramward_domain::report::facts::Facts;
use ramward_domain::state::mirror::{Learned, Mirror, Plan};
use ramward_domain::time::{Clock, SystemClock, Timestamp};
use ramward_rpc::api::Product;
use serde_json::Value;

use super::answers::{self, ReportPage, TenValues};
use super::caller::{CallError, Caller, Counts, Line, sleep};
use super::compare::{Around, compare};
use super::outcome::Outcome;
use super::{CollectError, Event, Job, plan};

/// Things learned by calls about single users that wait for one transaction: what a run that is killed asks again.
const BATCH: usize = 48;
/// The same of rows that one call has given, all of which are read again anyway.
const ROWS: usize = 1000;
/// How often a credential report that is being made is asked for, and how long is waited between.
const POLLS: u32 = 60;
const BETWEEN_POLLS: Duration = Duration::from_secs(3);
/// Between two progress events.
const EVENT_EACH: u64 = 10;

/// The calls of a run.
pub struct Calls<'a, L> {
    caller: Caller<L>,
    before: Counts,
    tell: &'a mut dyn FnMut(Event<'_>),
    /// Operations that the key may not call; they are not called again.
    denied: BTreeSet<&'static str>,
    /// How many calls there will have been in the end, as far as that is known.
    planned: u64,
}

/// What was learned while a plan was chosen.
#[derive(Debug, Default)]
pub struct Ready {
    /// Users and MFA devices, from the summary.
    pub summary: Option<(u64, u64)>,
    /// Whether the credential report is there.
    pub report: bool,
}

impl<'a, L: Line> Calls<'a, L> {
    pub fn new(caller: Caller<L>, before: Counts, tell: &'a mut dyn FnMut(Event<'_>)) -> Self {
        Self { caller, before, tell, denied: BTreeSet::new(), planned: 0 }
    }

    pub fn note(&mut self, text: &str) {
        (self.tell)(Event::Note(text));
    }

    /// Calls made so far, those before the run included.
    pub fn counts(&self) -> Counts {
        let own = self.caller.counts();
        Counts {
            answered: own.answered + self.before.answered,
            again: own.again + self.before.again,
            throttled: own.throttled + self.before.throttled,
        }
    }

    pub fn planned(&self) -> u64 {
        self.planned
    }

    pub fn plan_more(&mut self, calls: u64) {
        self.planned += calls;
    }

    pub fn plan_fewer(&mut self, calls: u64) {
        self.planned = self.planned.saturating_sub(calls);
    }

    /// Says that so many calls remain to be made.
    pub fn remaining(&mut self, calls: u64) {
        self.planned = self.counts().answered + calls;
    }

    /// An IMS call.
    pub fn call(&mut self, action: &'static str, params: &[(&str, &str)]) -> Result<Value, CallError> {
        let result = self.caller.call(Product::Ims, action, params);
        let made = self.counts().answered;
        if made.is_multiple_of(EVENT_EACH) {
            (self.tell)(Event::At(made, self.planned, self.caller.rate()));
        }
        result
    }

    /// The same, for what the key may not be allowed: `None` if it is not, which is said once.
    pub fn ask(&mut self, action: &'static str, params: &[(&str, &str)]) -> Result<Option<Value>, CallError> {
        if self.denied.contains(action) {
            self.plan_fewer(1);
            return Ok(None);
        }
        match self.call(action, params) {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_denial() => {
                self.denied.insert(action);
                self.note(&format!("{error}; what it would tell is marked as not known"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the key may not call this, as far as it was tried.
    pub fn is_denied(&self, action: &str) -> bool {
        self.denied.contains(action)
    }

    /// Chooses a plan by the account's size and by what the key may do.
    pub fn choose(&mut self) -> Result<(Plan, Ready), CollectError> {
        self.plan_more(1);
        let summary = self.ask("GetAccountSummary", &[])?;
        let summary =
            summary.map(|answer| read("GetAccountSummary", || answers::summary(&answer))).transpose()?;
        let small = summary.is_some_and(|(users, _)| users <= plan::SMALL_ACCOUNT);
        if small {
            return Ok((Plan::Walk, Ready { summary, report: false }));
        }
        match self.make_report()? {
            Ok(()) => Ok((Plan::CredentialReport, Ready { summary, report: true })),
            Err(reason) => {
                self.note(&format!("no credential report: {reason}"));
                Ok((Plan::Walk, Ready { summary, report: false }))
            }
        }
    }

    /// Has the credential report made; the inner error is why there is none.
    pub fn make_report(&mut self) -> Result<Result<(), String>, CallError> {
        const ACTION: &str = "GenerateCredentialReport";
        if self.is_denied(ACTION) {
            return Ok(Err("the key may not call GenerateCredentialReport".to_owned()));
        }
        for poll in 0..POLLS {
            match self.call(ACTION, &[]) {
                Ok(answer) if answers::is_ready(&answer) => return Ok(Ok(())),
                Ok(_) if poll == 0 => self.note("the credential report is being made; waiting for it"),
                Ok(_) => {}
                Err(error) => {
                    if error.is_denial() {
                        self.denied.insert(ACTION);
                    }
                    return refused(error).map(Err);
                }
            }
            // The call that asks again was not counted.
            self.plan_more(1);
            sleep(BETWEEN_POLLS);
        }
        Ok(Err("it was still being made after three minutes".to_owned()))
    }

    /// A page of the credential report; the inner error is why there is none.
    pub fn report_page(&mut self, token: Option<&str>) -> Result<Result<ReportPage, String>, CollectError> {
        const ACTION: &str = "GetCredentialReport";
        let params: Vec<(&str, &str)> = token.map(|token| ("NextToken", token)).into_iter().collect();
        match self.call(ACTION, &params) {
            Ok(answer) => Ok(Ok(read(ACTION, || answers::report_page(&answer))?)),
            Err(error) => Ok(Err(refused(error)?)),
        }
    }

    /// The vendor's ten values, if the key may ask for them.
    pub fn vendor(&mut self) -> Result<Option<TenValues>, CollectError> {
        const ACTION: &str = "GetAccountSecurityPracticeReport";
        let answer = self.ask(ACTION, &[])?;
        answer.map(|answer| read(ACTION, || answers::report(&answer))).transpose()
    }
}

/// A refusal in words; anything else stays an error.
fn refused(error: CallError) -> Result<String, CallError> {
    if matches!(error, CallError::Refused { .. }) { Ok(error.to_string()) } else { Err(error) }
}

/// Reads an answer of `action`.
pub fn read<T>(action: &'static str, read: impl FnOnce() -> anyhow::Result<T>) -> Result<T, CollectError> {
    read().map_err(|error| CollectError::Answer { action, reason: format!("{error:#}") })
}

/// What a plan found beside the rows.
#[derive(Debug)]
pub struct Found {
    /// The vendor's values.
    pub vendor: Option<TenValues>,
    /// When the credential report was made that everything rests on.
    pub as_of: Option<Timestamp>,
}

/// A run.
pub struct Run<'a, L> {
    pub calls: Calls<'a, L>,
    pub mirror: Mirror,
    pub account: AccountId,
    pub is_root: bool,
    pub position: String,
    /// Whether a credential report has told of root.
    pub root_row_seen: bool,
    batch: Vec<Learned>,
}

impl<'a, L: Line> Run<'a, L> {
    pub fn new(calls: Calls<'a, L>, mirror: Mirror, account: AccountId, is_root: bool) -> Self {
        let position = mirror.run().position.clone();
        Self { calls, mirror, account, is_root, position, root_row_seen: false, batch: Vec::new() }
    }

    /// Notes what was learned; written when there is enough of it.
    pub fn learn(&mut self, learned: Learned) {
        self.batch.push(learned);
    }

    /// Writes what waits if it is enough for a transaction.
    pub fn keep_if_full(&mut self) -> Result<(), CollectError> {
        if self.batch.len() >= BATCH { self.keep() } else { Ok(()) }
    }

    /// The same for rows of a page.
    pub fn keep_if_many(&mut self) -> Result<(), CollectError> {
        if self.batch.len() >= ROWS { self.keep() } else { Ok(()) }
    }

    /// Writes what waits.
    pub fn keep(&mut self) -> Result<(), CollectError> {
        let batch = std::mem::take(&mut self.batch);
        let calls = self.calls.counts().answered;
        Ok(self.mirror.write(SystemClock.now(), &self.position, calls, batch)?)
    }

    /// Deletes what is gone, compares, and ends the run.
    pub fn end(mut self, found: Found, job: &Job<'_>) -> Result<Outcome, CollectError> {
        let now = SystemClock.now();
        self.mirror.sweep(now)?;
        let mut measured = self.measured(job)?;
        let (mut vendor, mut earlier) = (found.vendor, None);
        let differs =
            |vendor: &Option<TenValues>, facts: &Facts| vendor.is_some_and(|vendor| vendor.facts != *facts);
        if differs(&vendor, &measured.facts) && found.as_of.is_none() {
            // The account may have changed since the run began: the vendor is asked once more.
            self.calls.plan_more(1);
            let again = self.calls.vendor()?;
            measured = self.measured(job)?;
            earlier = vendor.filter(|before| again.is_some_and(|again| again != *before));
            vendor = again.or(vendor);
        }
        let mirror = &self.mirror;
        let under = |thresholds| {
            let today = SystemClock.now().day();
            mirror.measure(today, thresholds).ok().flatten().map(|measured| measured.facts)
        };
        let around = Around {
            thresholds: job.thresholds,
            model: job.model,
            under: &under,
            earlier,
            as_of: found.as_of.map(|at| at.to_string()),
        };
        let compared = vendor.map(|vendor| compare(&vendor, &measured, &around)).unwrap_or_default();
        let mut outcome = Outcome {
            account: self.account,
            run: self.mirror.run().run,
            plan: self.mirror.run().plan.clone(),
            planned: self.calls.planned(),
            counts: self.calls.counts(),
            vendor,
            score: job.model.score(&measured.facts),
            measured,
            compared,
            model: job.model.version().to_owned(),
            thresholds: job.thresholds,
            as_of: found.as_of,
            gone: 0,
        };
        let text = outcome.to_json().to_string();
        outcome.gone = self.mirror.finish(SystemClock.now(), text)?;
        Ok(outcome)
    }

    fn measured(&self, job: &Job<'_>) -> Result<ramward_domain::state::mirror::Measured, CollectError> {
        let measured = self.mirror.measure(SystemClock.now().day(), job.thresholds)?;
        Ok(measured.ok_or(ramward_domain::store::StoreError::Absent { what: "account" })?)
    }
}
