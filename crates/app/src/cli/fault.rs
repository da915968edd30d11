//! `ramward fault`: calls of a server that was started with `--fault-injection` fail, wait or are judged by a wrong clock
//! (SetFault, ListFaults, DeleteFaults).

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

use super::signed_call::{Signer, SigningOptions};
use super::{Context, Ending, print, table};
use crate::config::Output;

const COLUMNS: [&str; 8] =
    ["FaultName", "Kind", "Operation", "Rate", "Left", "Met", "Milliseconds", "Seconds"];

/// Let calls of a server fail on demand, with the operator's AccessKey
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward fault set busy throttling --operation GetUser --count 3
  ramward fault set slow delay --milliseconds 250 --rate 10
  ramward fault list
  ramward fault delete

The server must run with --fault-injection. Operations about faults and requests are never met.
The operator's AccessKey is printed by the first start of `ramward serve`.")]
pub struct FaultArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Refused with Throttling
    Throttling,
    /// Refused with InternalError
    InternalError,
    /// Refused with ServiceUnavailable
    ServiceUnavailable,
    /// Done, but answered late
    Delay,
    /// Judged by a clock that is wrong
    ClockSkew,
}

impl Kind {
    fn wire(self) -> &'static str {
        match self {
            Self::Throttling => "Throttling",
            Self::InternalError => "InternalError",
            Self::ServiceUnavailable => "ServiceUnavailable",
            Self::Delay => "Delay",
            Self::ClockSkew => "ClockSkew",
        }
    }
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Set a fault in place of the one of its name
    #[command(after_help = "\
Examples:
  ramward fault set busy throttling --operation Ram:GetUser --count 3
  ramward fault set late clock-skew --seconds=-1200")]
    Set {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
        /// What happens to a call
        #[arg(value_name = "KIND")]
        kind: Kind,
        /// Only this operation, as GetUser or Ram:GetUser
        #[arg(long, value_name = "OPERATION")]
        operation: Option<String>,
        /// How many of a hundred calls it meets
        #[arg(long, value_name = "PERCENT")]
        rate: Option<u32>,
        /// How many calls it meets before it is used up
        #[arg(long, value_name = "N")]
        count: Option<u64>,
        /// How long an answer is held back
        #[arg(long, value_name = "N")]
        milliseconds: Option<u32>,
        /// By how many seconds the clock is ahead; negative for behind
        #[arg(long, value_name = "N", allow_negative_numbers = true)]
        seconds: Option<i64>,
        #[command(flatten)]
        signing: SigningOptions,
    },
    /// List the faults and how often each was met
    #[command(after_help = "Example:\n  ramward fault list --output json")]
    List {
        #[command(flatten)]
        signing: SigningOptions,
    },
    /// Delete one fault, or all
    #[command(after_help = "Examples:\n  ramward fault delete busy\n  ramward fault delete")]
    Delete {
        /// Its name; all without it
        #[arg(value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        signing: SigningOptions,
    },
}

impl FaultArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        match self.action {
            Action::Set { name, kind, operation, rate, count, milliseconds, seconds, signing } => {
                let params = [
                    ("FaultName", Some(name.clone())),
                    ("Kind", Some(kind.wire().to_owned())),
                    ("Operation", operation),
                    ("Rate", rate.map(|rate| rate.to_string())),
                    ("Count", count.map(|count| count.to_string())),
                    ("Milliseconds", milliseconds.map(|number| number.to_string())),
                    ("Seconds", seconds.map(|number| number.to_string())),
                ];
                call(context, &signing, "SetFault", params, |_| format!("set fault {name}"))
            }
            Action::List { signing } => list(context, &Signer::find(context, &signing)?),
            Action::Delete { name, signing } => {
                call(context, &signing, "DeleteFaults", [("FaultName", name)], |answer| {
                    let deleted = answer.get("Deleted").and_then(Value::as_i64).unwrap_or_default();
                    format!("faults deleted: {deleted}")
                })
            }
        }
    }
}

fn call<const N: usize>(
    context: &Context,
    signing: &SigningOptions,
    action: &str,
    params: [(&str, Option<String>); N],
    done: impl FnOnce(&Value) -> String,
) -> anyhow::Result<Ending> {
    let given = params.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    match Signer::find(context, signing)?.call_ramward(action, given)? {
        Err(ending) => Ok(ending),
        Ok(answer) => {
            print::note(&done(&answer));
            Ok(Ending::Done)
        }
    }
}

fn list(context: &Context, signer: &Signer) -> anyhow::Result<Ending> {
    let answer = match signer.call_ramward("ListFaults", [])? {
        Ok(answer) => answer,
        Err(ending) => return Ok(ending),
    };
    let faults = answer.pointer("/Faults/Fault").and_then(Value::as_array);
    let faults = faults.context("the answer holds no faults; check that the endpoint is a Ramward server")?;
    let text = match context.settings.output {
        Output::Json => format!("{}\n", Value::from(faults.clone())),
        Output::Table if faults.is_empty() => {
            print::note("there are no faults");
            String::new()
        }
        Output::Table => {
            let cell = |fault: &Value, name: &str| match fault.get(name) {
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => "-".to_owned(),
            };
            let heading = COLUMNS.map(str::to_owned).to_vec();
            let rows = faults.iter().map(|fault| COLUMNS.map(|name| cell(fault, name)).to_vec());
            table::render(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
        }
    };
    print::result(text.as_bytes())?;
    Ok(Ending::Done)
}
