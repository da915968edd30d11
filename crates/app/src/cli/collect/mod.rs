//! `ramward collect`: mirrors real accounts into the store of the data directory.

mod disappeared;

use std::io::IsTerminal;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use ramward_domain::settings::Settings;
use ramward_domain::state::mirror::Plan;
use ramward_domain::store::sqlite::SqliteOptions;
use ramward_rpc::request::{RequestBuilder, SignedRequest};
use serde_json::Value;

use super::signed_call::{self, Signer, SigningOptions};
use super::{Context, Ending, print, progress, table};
use crate::collect::caller::{Caller, Line};
use crate::collect::compare::Verdict;
use crate::collect::{self, CollectError, Event, Job, Outcome, WantedPlan, plan};
use crate::config::Output;
use crate::server::{self, open_store_with};

/// Where the vendor answers IMS calls.
const VENDOR: &str = "https://ims.aliyuncs.com";
/// A run goes through an account once, page by page: what a cache would keep for later is asked for once more at most, and
/// the size of the account must not be that of the program.
const CACHES: SqliteOptions =
    SqliteOptions { writer_cache_kib: 2048, reader_cache_kib: 1024, ..SqliteOptions::USUAL };
/// Calls between two lines where there is no terminal.
const CALLS_A_LINE: u64 = 1000;

/// Mirror real Alibaba Cloud accounts into the store, through calls that only read
#[derive(Debug, Args)]
#[command(after_help = "\
A mirrored account has the ids, names and dates of the real one and none of its secrets: nobody signs in with it. What
cannot be learned is marked as not known. Collecting again updates the mirror and remembers what has disappeared. No
server may run on the store meanwhile.

Examples:
  ramward collect
  ramward collect --dry-run > policy.json
  ramward collect --verify --profile production --profile staging
  ramward collect --all-profiles --plan walk --rate 5
  ramward collect --disappeared
  ramward collect --role-arn acs:ram::1234567890123456:role/auditor --endpoint https://ims.aliyuncs.com

Exit codes: 0 mirrored, 1 a call was refused or --verify found a difference that nobody can explain, 2 trouble.")]
pub struct CollectArgs {
    /// How to learn: everything about each user, or the credential report alone; auto chooses by size and permission
    #[arg(long, value_enum, default_value_t = PlanWord::Auto)]
    plan: PlanWord,
    /// Calls a second at most; throttling makes it slower by itself
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,
    /// Every profile of the credentials files, one after the other
    #[arg(long, conflicts_with_all = ["profile", "access_key_id"])]
    all_profiles: bool,
    /// Show the vendor's ten values beside the mirror's, each difference explained or flagged
    #[arg(long)]
    verify: bool,
    /// Make no call; list the calls and print the least RAM policy that allows them
    #[arg(long)]
    dry_run: bool,
    /// Make no call; list what the runs so far no longer found, oldest run first
    #[arg(long, conflicts_with_all = ["plan", "rate", "all_profiles", "verify", "dry_run", "restart", "access_key_id"])]
    disappeared: bool,
    /// Give up a run that was cut off, instead of going on with it
    #[arg(long)]
    restart: bool,
    #[command(flatten)]
    signing: SigningOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlanWord {
    Auto,
    CredentialReport,
    Walk,
}

impl PlanWord {
    const fn wanted(self) -> WantedPlan {
        match self {
            Self::Auto => WantedPlan::Auto,
            Self::CredentialReport => WantedPlan::Only(Plan::CredentialReport),
            Self::Walk => WantedPlan::Only(Plan::Walk),
        }
    }
}

impl CollectArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        if self.dry_run {
            return self.show_plans();
        }
        if self.disappeared {
            return disappeared::run(context);
        }
        let profiles: Vec<Option<String>> = if self.all_profiles {
            let names = signed_call::profiles(&self.signing)?;
            if names.is_empty() {
                bail!(
                    "there is no profile in ~/.aliyun/config.json or ~/.alibabacloud; add one, or leave --all-profiles out"
                );
            }
            names.into_iter().map(Some).collect()
        } else if context.profiles.is_empty() {
            vec![None]
        } else {
            context.profiles.iter().cloned().map(Some).collect()
        };
        let domain = server::domain_settings(&context.settings)?;
        let several = profiles.len() > 1;
        let (mut outcomes, mut refused, mut failed) = (Vec::new(), 0_usize, 0_usize);
        for profile in &profiles {
            match self.one(context, profile.as_deref(), &domain) {
                Ok(outcome) => {
                    if context.settings.output == Output::Table {
                        print::result(
                            self.told(&outcome, several.then_some(profile.as_deref()).flatten()).as_bytes(),
                        )?;
                    }
                    outcomes.push(outcome);
                }
                Err(error) if several || is_refusal(&error) => {
                    let of = profile.as_deref().map(|name| format!("profile {name}: ")).unwrap_or_default();
                    print::note(&format!("{of}{error:#}"));
                    if is_refusal(&error) { refused += 1 } else { failed += 1 }
                }
                Err(error) => return Err(error),
            }
        }
        if context.settings.output == Output::Json {
            let all: Vec<Value> = outcomes.iter().map(Outcome::to_json).collect();
            print::result(format!("{}\n", Value::Array(all)).as_bytes())?;
        }
        if failed > 0 {
            bail!("{failed} of {} profiles were not mirrored", profiles.len());
        }
        let differs = self.verify && outcomes.iter().any(Outcome::differs);
        Ok(if refused > 0 || differs { Ending::No } else { Ending::Done })
    }

    /// The calls on stderr, the policy on stdout.
    fn show_plans(&self) -> anyhow::Result<Ending> {
        let plans: &[Plan] = match self.plan.wanted() {
            WantedPlan::Auto => &[Plan::Walk, Plan::CredentialReport],
            WantedPlan::Only(Plan::Walk) => &[Plan::Walk],
            WantedPlan::Only(Plan::CredentialReport) => &[Plan::CredentialReport],
        };
        for plan in plans {
            let rows: Vec<Vec<String>> = [plan::WHO]
                .iter()
                .chain(plan::calls(*plan))
                .map(|listed| vec![format!("  {}", listed.action), listed.times.to_owned()])
                .collect();
            print::note(&format!("plan {plan}:\n{}", table::render(&rows)));
        }
        print::note("no call was made; the least RAM policy for it:");
        let policy = serde_json::to_string_pretty(&plan::policy(plans)).context("cannot write JSON")?;
        print::result(format!("{policy}\n").as_bytes())?;
        Ok(Ending::Done)
    }

    fn one(&self, context: &Context, profile: Option<&str>, domain: &Settings) -> anyhow::Result<Outcome> {
        let find = || Signer::find_for(context, &self.signing, VENDOR, profile);
        let signer = find()?;
        let rate = f64::from(self.rate);
        let sts = signer.at(self.signing.sts_endpoint(signer.endpoint())?);
        let client = sts.client()?;
        let mut asking = Caller::new(SignerLine { signer: sts, find: &find }, client, rate);
        let identity = collect::who(&mut asking)?;
        // Only now, so that a wrong key or endpoint makes no store.
        let (store, _seal) = open_store_with(&context.settings, CACHES)?;
        let job = Job {
            endpoint: signer.endpoint().to_string(),
            plan: self.plan.wanted(),
            anew: self.restart,
            thresholds: domain.thresholds,
            model: &domain.model,
        };
        let (account, _) = identity;
        print::note(&format!("account {account} at {}", signer.endpoint()));
        let client = signer.client()?;
        let caller = Caller::new(SignerLine { signer, find: &find }, client, rate);
        let mut progress = Calls::start();
        let outcome = collect::collect(&store, caller, identity, asking.counts(), &job, &mut |event| {
            progress.tell(&event)
        });
        progress.end();
        Ok(outcome?)
    }

    fn told(&self, outcome: &Outcome, profile: Option<&str>) -> String {
        let mut text = profile.map(|name| format!("profile {name}: ")).unwrap_or_default();
        let counts = outcome.counts;
        text.push_str(&format!(
            "account {} mirrored: {} users, score {}; plan {}, {} calls ({} planned, {} tried again, {} throttled)\n",
            outcome.account,
            outcome.measured.facts.sub_user,
            outcome.score,
            outcome.plan,
            counts.answered,
            outcome.planned,
            counts.again,
            counts.throttled
        ));
        if outcome.gone > 0 {
            text.push_str(&format!(
                "disappeared since the last run: {}; --disappeared lists them\n",
                outcome.gone
            ));
        }
        for (what, count) in &outcome.measured.unknown {
            text.push_str(&format!("not known of {count}: {what}\n"));
        }
        if self.verify {
            text.push_str(&compared(outcome));
        } else if outcome.differs() {
            text.push_str("the vendor's values differ from the mirror's; --verify shows them\n");
        }
        text
    }
}

fn compared(outcome: &Outcome) -> String {
    if outcome.compared.is_empty() {
        return "the key may not call GetAccountSecurityPracticeReport: there is nothing to compare with\n"
            .to_owned();
    }
    let mut rows = vec![["", "vendor", "mirror", ""].map(str::to_owned).to_vec()];
    for one in &outcome.compared {
        let word = match &one.verdict {
            Verdict::Equal => "equal".to_owned(),
            Verdict::Explained(why) => format!("explained: {why}"),
            Verdict::Differs(hint) => format!("DIFFERS: {hint}"),
        };
        rows.push(vec![one.field.to_owned(), one.vendor.clone(), one.ours.clone(), word]);
    }
    table::render(&rows)
}

fn is_refusal(error: &anyhow::Error) -> bool {
    error.downcast_ref::<CollectError>().is_some_and(|error| match error {
        CollectError::Call(error) => error.code().is_some(),
        CollectError::NoReport(_) => true,
        _ => false,
    })
}

/// A signer that finds its key anew when a temporary one ends.
struct SignerLine<'a> {
    signer: Signer,
    find: &'a dyn Fn() -> anyhow::Result<Signer>,
}

impl Line for SignerLine<'_> {
    fn request(&self, version: &str, action: &str) -> RequestBuilder {
        self.signer.request(version, action)
    }

    fn sign(&self, request: &RequestBuilder) -> SignedRequest {
        self.signer.sign(request)
    }

    fn expires(&self) -> Option<i64> {
        self.signer.credentials().expires.map(|at| at.seconds())
    }

    fn renew(&mut self) -> anyhow::Result<()> {
        let endpoint = self.signer.endpoint().clone();
        self.signer = (self.find)()?.at(endpoint);
        Ok(())
    }
}

/// A bar on a terminal, now and then a line elsewhere.
struct Calls {
    bar: Option<ProgressBar>,
    told: u64,
}

impl Calls {
    fn start() -> Self {
        let bar = std::io::stderr()
            .is_terminal()
            .then(|| progress::bar("collecting {wide_bar} {pos}/{len} calls, {msg}, {eta} left", 0));
        Self { bar, told: 0 }
    }

    fn tell(&mut self, event: &Event<'_>) {
        match (event, &self.bar) {
            (Event::Note(text), Some(bar)) => bar.suspend(|| print::note(&print::tame(text))),
            (Event::Note(text), None) => print::note(&print::tame(text)),
            (Event::At(made, planned, rate), Some(bar)) => {
                bar.set_length((*planned).max(*made));
                bar.set_position(*made);
                bar.set_message(format!("{rate:.1} a second at most"));
            }
            (Event::At(made, planned, _), None) => {
                if made / CALLS_A_LINE > self.told {
                    self.told = made / CALLS_A_LINE;
                    print::note(&format!("{made} of {planned} calls"));
                }
            }
        }
    }

    fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
