//! `ramward snapshot`: the whole state of a server, kept under names (SaveSnapshot, LoadSnapshot, ListSnapshots,
//! DeleteSnapshot).

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::signed_call::{Signer, SigningOptions};
use super::{Context, Ending, print, table};
use crate::config::Output;

const COLUMNS: [&str; 3] = ["SnapshotName", "SaveDate", "Bytes"];

/// Keep the whole state of a server under a name and come back to it, with the operator's AccessKey
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward snapshot save before-the-test
  ramward snapshot load before-the-test
  ramward snapshot list

A snapshot holds every account and the clock. The operator's AccessKey and the nonces that were used stay as they are.
The operator's AccessKey is printed by the first start of `ramward serve`.")]
pub struct SnapshotArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Save the state as it is now, in place of a snapshot of the same name
    #[command(after_help = "Example:\n  ramward snapshot save before-the-test")]
    Save {
        /// Letters, digits, '.', '_' and '-'
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        signing: SigningOptions,
    },
    /// Put the state back to what was saved
    #[command(after_help = "Example:\n  ramward snapshot load before-the-test")]
    Load {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        signing: SigningOptions,
    },
    /// List the snapshots
    #[command(after_help = "Example:\n  ramward snapshot list --output json")]
    List {
        #[command(flatten)]
        signing: SigningOptions,
    },
    /// Delete a snapshot
    #[command(after_help = "Example:\n  ramward snapshot delete before-the-test")]
    Delete {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        signing: SigningOptions,
    },
}

impl SnapshotArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        let (name, signing, operation, did) = match self.action {
            Action::Save { name, signing } => (name, signing, "SaveSnapshot", "saved"),
            Action::Load { name, signing } => (name, signing, "LoadSnapshot", "loaded"),
            Action::Delete { name, signing } => (name, signing, "DeleteSnapshot", "deleted"),
            Action::List { signing } => return list(context, &Signer::find(context, &signing)?),
        };
        let signer = Signer::find(context, &signing)?;
        match signer.call_ramward(operation, [("SnapshotName".to_owned(), name.clone())])? {
            Err(ending) => Ok(ending),
            Ok(_) => {
                print::note(&format!("{did} snapshot {name}"));
                Ok(Ending::Done)
            }
        }
    }
}

fn list(context: &Context, signer: &Signer) -> anyhow::Result<Ending> {
    let answer = match signer.call_ramward("ListSnapshots", [])? {
        Ok(answer) => answer,
        Err(ending) => return Ok(ending),
    };
    let found = answer.pointer("/Snapshots/Snapshot").and_then(Value::as_array);
    let found =
        found.context("the answer holds no snapshots; check that the endpoint is a Ramward server")?;
    let text = match context.settings.output {
        Output::Json => format!("{}\n", Value::from(found.clone())),
        Output::Table if found.is_empty() => {
            print::note("there are no snapshots");
            String::new()
        }
        Output::Table => {
            let cell = |snapshot: &Value, name: &str| match snapshot.get(name) {
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => String::new(),
            };
            let heading = COLUMNS.map(str::to_owned).to_vec();
            let rows = found.iter().map(|snapshot| COLUMNS.map(|name| cell(snapshot, name)).to_vec());
            table::render(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
        }
    };
    print::result(text.as_bytes())?;
    Ok(Ending::Done)
}
