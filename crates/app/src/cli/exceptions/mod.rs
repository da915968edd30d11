//! `ramward exceptions`: what an account has decided to live with, from a file that is kept in git (SetSecurityException,
//! ListSecurityExceptions, DeleteSecurityException).

mod file;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use self::file::Wanted;
use super::signed_call::{Signer, SigningOptions};
use super::{Context, Ending, print, table};
use crate::config::Output;

/// The longest file that is read: far more than an account may have.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// Apply, list and delete the exceptions of an account
#[derive(Debug, Args)]
#[command(after_help = "\
An exception covers subjects of a check until a day. It never changes the score; `ramward report --explain` shows both
numbers. The file:

  exceptions:
    - id: legacy-robots
      check: users_no_old_key
      subject: svc-*
      owner: security@example.com
      reason: moved to roles in March
      expires: 2027-03-31
      state: planned

Examples:
  ramward exceptions apply exceptions.yaml --dry-run
  ramward exceptions list
  ramward exceptions delete legacy-robots")]
pub struct ExceptionsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make the account's exceptions equal to a file's: what is not in it goes
    #[command(after_help = "\
Examples:
  ramward exceptions apply exceptions.yaml --dry-run
  ramward exceptions apply exceptions.yaml --account 1234567890123456

The subject is * for all (write \"*\", for YAML means something else by it), <root>, a user name, or the beginning of one
and *. The state is one of accepted risk, planned, third party, alternate mitigation.")]
    Apply {
        /// The file, in YAML
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Show what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        of: Account,
    },
    /// List all exceptions
    #[command(after_help = "Example:\n  ramward exceptions list --output json")]
    List {
        #[command(flatten)]
        of: Account,
    },
    /// Delete an exception
    #[command(after_help = "Example:\n  ramward exceptions delete legacy-robots")]
    Delete {
        /// Its name
        #[arg(value_name = "NAME")]
        id: String,
        #[command(flatten)]
        of: Account,
    },
}

#[derive(Debug, Args)]
struct Account {
    /// The account; needed with the operator's AccessKey, which belongs to none
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    #[command(flatten)]
    signing: SigningOptions,
}

/// An account at a server.
struct At {
    signer: Signer,
    account: Option<String>,
}

impl Account {
    fn find(self, context: &Context) -> anyhow::Result<At> {
        Ok(At { signer: Signer::find(context, &self.signing)?, account: self.account })
    }
}

impl At {
    fn call(
        &self,
        action: &str,
        params: impl IntoIterator<Item = (&'static str, String)>,
    ) -> anyhow::Result<Result<Value, Ending>> {
        let account = self.account.clone().map(|id| ("AccountId", id));
        let all = params.into_iter().chain(account);
        self.signer.call_ramward(action, all.map(|(name, value)| (name.to_owned(), value)))
    }

    /// All there are.
    fn list(&self) -> anyhow::Result<Result<Vec<Value>, Ending>> {
        let mut found = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let answer = match self.call("ListSecurityExceptions", marker.map(|marker| ("Marker", marker)))? {
                Ok(answer) => answer,
                Err(ending) => return Ok(Err(ending)),
            };
            let page = answer.pointer("/SecurityExceptions/SecurityException").and_then(Value::as_array);
            found.extend_from_slice(
                page.context("the answer holds no exceptions; check that the endpoint is a Ramward server")?,
            );
            marker = answer.get("Marker").and_then(Value::as_str).map(str::to_owned);
            if marker.is_none() {
                return Ok(Ok(found));
            }
        }
    }
}

impl ExceptionsArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        match self.action {
            Action::Apply { file, dry_run, of } => {
                let bytes = std::fs::metadata(&file)
                    .with_context(|| format!("cannot read {}", file.display()))?
                    .len();
                anyhow::ensure!(
                    bytes <= MAX_FILE_BYTES,
                    "{} has {bytes} bytes; a file of exceptions has at most {MAX_FILE_BYTES}",
                    file.display()
                );
                let text = std::fs::read_to_string(&file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                let wanted = file::parse(&text).with_context(|| file.display().to_string())?;
                apply(context, &of.find(context)?, wanted, dry_run)
            }
            Action::List { of } => list(context, &of.find(context)?),
            Action::Delete { id, of } => {
                match of.find(context)?.call("DeleteSecurityException", [("ExceptionId", id.clone())])? {
                    Err(ending) => Ok(ending),
                    Ok(_) => {
                        print::note(&format!("deleted exception {id}"));
                        Ok(Ending::Done)
                    }
                }
            }
        }
    }
}

fn list(context: &Context, at: &At) -> anyhow::Result<Ending> {
    const COLUMNS: [&str; 7] =
        ["ExceptionId", "Check", "SubjectPattern", "ExpireDate", "Expired", "State", "Owner"];
    let found = match at.list()? {
        Ok(found) => found,
        Err(ending) => return Ok(ending),
    };
    let text = match context.settings.output {
        Output::Json => format!("{}\n", Value::Array(found)),
        Output::Table if found.is_empty() => {
            print::note("there are no exceptions");
            String::new()
        }
        Output::Table => {
            let heading = COLUMNS.map(str::to_owned).to_vec();
            let row = |exception: &Value| COLUMNS.map(|name| text_of(exception, name)).to_vec();
            table::render(&std::iter::once(heading).chain(found.iter().map(row)).collect::<Vec<_>>())
        }
    };
    print::result(text.as_bytes())?;
    Ok(Ending::Done)
}

fn text_of(exception: &Value, name: &str) -> String {
    match exception.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// A field that differs: its name, what it was, what it becomes.
type Differing = (&'static str, String, String);

/// What must be done so that the account has what the file wants and nothing else.
#[derive(Debug, PartialEq)]
struct Changes {
    added: Vec<Wanted>,
    changed: Vec<(Wanted, Vec<Differing>)>,
    removed: Vec<String>,
    same: usize,
}

impl Changes {
    fn between(present: &[Value], wanted: Vec<Wanted>) -> Self {
        let removed = present
            .iter()
            .map(|exception| text_of(exception, "ExceptionId"))
            .filter(|id| wanted.iter().all(|wanted| wanted.id != *id))
            .collect();
        let mut changes = Self { added: Vec::new(), changed: Vec::new(), removed, same: 0 };
        for wanted in wanted {
            let Some(before) = present.iter().find(|before| text_of(before, "ExceptionId") == wanted.id)
            else {
                changes.added.push(wanted);
                continue;
            };
            let differ = wanted.fields.iter().filter_map(|(name, after)| {
                let before = text_of(before, name);
                (before != *after).then(|| (*name, before, after.clone()))
            });
            let differ: Vec<_> = differ.collect();
            if differ.is_empty() {
                changes.same += 1;
            } else {
                changes.changed.push((wanted, differ));
            }
        }
        changes
    }

    fn to_json(&self) -> Value {
        let changed = self.changed.iter().map(|(wanted, differ)| {
            let fields = differ
                .iter()
                .map(|(name, before, after)| json!({ "Name": name, "Before": before, "After": after }));
            json!({ "ExceptionId": wanted.id, "Fields": fields.collect::<Vec<_>>() })
        });
        json!({
            "Added": self.added.iter().map(|wanted| wanted.id.clone()).collect::<Vec<_>>(),
            "Changed": changed.collect::<Vec<_>>(),
            "Removed": self.removed,
            "Unchanged": self.same,
        })
    }

    fn to_text(&self) -> String {
        let mut rows = Vec::new();
        for wanted in &self.added {
            let [(_, check), (_, subject), ..] = &wanted.fields;
            rows.push(vec!["add".to_owned(), wanted.id.clone(), format!("{check} {subject}")]);
        }
        for (wanted, differ) in &self.changed {
            for (name, before, after) in differ {
                rows.push(vec![
                    "change".to_owned(),
                    wanted.id.clone(),
                    format!("{name}: {before} → {after}"),
                ]);
            }
        }
        rows.extend(self.removed.iter().map(|id| vec!["remove".to_owned(), id.clone()]));
        table::render(&rows)
    }
}

fn apply(context: &Context, at: &At, wanted: Vec<Wanted>, dry_run: bool) -> anyhow::Result<Ending> {
    let present = match at.list()? {
        Ok(present) => present,
        Err(ending) => return Ok(ending),
    };
    let changes = Changes::between(&present, wanted);
    let text = match context.settings.output {
        Output::Json => format!("{}\n", changes.to_json()),
        Output::Table => changes.to_text(),
    };
    print::result(text.as_bytes())?;
    let (added, changed, removed) = (changes.added.len(), changes.changed.len(), changes.removed.len());
    if dry_run {
        print::note(&format!(
            "would add {added}, change {changed}, remove {removed}, leave {}; nothing was changed",
            changes.same
        ));
        return Ok(Ending::Done);
    }
    // What goes makes room for what comes.
    for id in changes.removed {
        if let Err(ending) = at.call("DeleteSecurityException", [("ExceptionId", id)])? {
            return Ok(ending);
        }
    }
    let changed_ones = changes.changed.into_iter().map(|(wanted, _)| wanted);
    for wanted in changes.added.into_iter().chain(changed_ones) {
        let params = std::iter::once(("ExceptionId", wanted.id)).chain(wanted.fields);
        if let Err(ending) = at.call("SetSecurityException", params)? {
            return Ok(ending);
        }
    }
    print::note(&format!("added {added}, changed {changed}, removed {removed}, left {}", changes.same));
    Ok(Ending::Done)
}
