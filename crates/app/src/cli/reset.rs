//! `ramward reset`: a server begins anew (ResetServer).

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::Value;

use super::signed_call::{Signer, SigningOptions};
use super::{Context, Ending, print};
use crate::config::Output;

/// Delete all accounts of a server and begin anew, with the operator's AccessKey
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward reset --yes
  ramward reset --empty --yes
  ramward reset --to examples/acme.json --yes

Without --empty and --to the server goes back to what it was started with: the state files of --import and the first
account. The first root AccessKey, the operator's AccessKey and all snapshots stay. A state file travels in the call, so
the server takes it up to its --max-body-bytes.")]
pub struct ResetArgs {
    /// Leave out the state files that the server was started with
    #[arg(long, conflicts_with = "to")]
    empty: bool,
    /// Go back to this state file instead
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Do not ask; needed where nobody can be asked
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    signing: SigningOptions,
}

impl ResetArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        let state = match &self.to {
            Some(path) => {
                let text = std::fs::read_to_string(path);
                Some(text.with_context(|| format!("cannot read the state file {}", path.display()))?)
            }
            None => None,
        };
        let signer = Signer::find(context, &self.signing)?;
        if !self.yes && !confirmed(&signer)? {
            print::note("nothing was changed");
            return Ok(Ending::No);
        }
        let params = [("Empty", self.empty.then(|| "true".to_owned())), ("State", state)];
        let params = params.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let answer = match signer.call_ramward("ResetServer", params)? {
            Ok(answer) => answer,
            Err(ending) => return Ok(ending),
        };
        let text = match context.settings.output {
            Output::Json => format!("{answer}\n"),
            Output::Table => told(&answer),
        };
        print::result(text.as_bytes())?;
        Ok(Ending::Done)
    }
}

fn told(answer: &Value) -> String {
    let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).map(print::tame);
    let mut told = "the server has begun anew\n".to_owned();
    let rows = [
        ("Account", text("/AccountId")),
        ("Root AccessKey", text("/AccessKey/AccessKeyId")),
        ("  its secret", text("/AccessKey/AccessKeySecret")),
    ];
    for (name, value) in rows.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        told.push_str(&format!("  {name:<20} {value}\n"));
    }
    told
}

/// Asks on the terminal. Where there is none, silence is not consent.
fn confirmed(signer: &Signer) -> anyhow::Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("a reset deletes every account of the server and cannot be undone: add --yes to do it");
    }
    print::note(&format!(
        "delete every account of {} and begin anew? This cannot be undone. Type yes to go on:",
        signer.endpoint()
    ));
    let mut line = String::new();
    stdin.lock().read_line(&mut line).context("cannot read from the terminal")?;
    Ok(line.trim() == "yes")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_key_is_shown_and_a_known_one_is_not() {
        let answer = json!({"AccountId": "1", "AccessKey": {"AccessKeyId": "k", "AccessKeySecret": "s"}});
        assert_eq!(
            told(&answer),
            "the server has begun anew\n  Account              1\n  Root AccessKey       k\n    its secret         s\n"
        );
        assert_eq!(told(&json!({})), "the server has begun anew\n");
    }
}
