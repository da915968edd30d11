//! `ramward account`: the accounts of a server, through the operations of its operator (CreateAccount, ListAccounts,
//! DeleteAccount). Shows the members of an answer under their own names and so knows few of them.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use super::signed_call::{Signer, SigningOptions};
use super::{Context, Ending, print, table};
use crate::config::Output;

/// How many accounts are asked for at once.
const PAGE: &str = "100";

/// Create, list and delete accounts of a server, with the operator's AccessKey
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward account create --alias acme
  ramward account list
  ramward account delete 1234567890123456 --yes

The operator's AccessKey is printed by the first start of `ramward serve`.")]
pub struct AccountArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create an account with one root AccessKey, whose secret is shown once
    #[command(after_help = "Example:\n  ramward account create --account-id 1234567890123456 --alias acme")]
    Create {
        /// Its id, 16 digits; a random one without it
        #[arg(long, value_name = "ID")]
        account_id: Option<String>,
        /// The first part of its default domain; its id without it
        #[arg(long, value_name = "ALIAS")]
        alias: Option<String>,
        #[command(flatten)]
        signing: SigningOptions,
    },
    /// List all accounts
    #[command(after_help = "Example:\n  ramward account list --output json")]
    List {
        #[command(flatten)]
        signing: SigningOptions,
    },
    /// Delete an account with everything that belongs to it
    #[command(after_help = "Example:\n  ramward account delete 1234567890123456 --yes")]
    Delete {
        /// Its id
        #[arg(value_name = "ID")]
        account_id: String,
        /// Do not ask; needed where nobody can be asked
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        signing: SigningOptions,
    },
}

impl AccountArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        match self.action {
            Action::Create { account_id, alias, signing } => {
                create(context, &Signer::find(context, &signing)?, account_id, alias)
            }
            Action::List { signing } => list(context, &Signer::find(context, &signing)?),
            Action::Delete { account_id, yes, signing } => {
                let signer = Signer::find(context, &signing)?;
                if !yes && !confirmed(&account_id, &signer)? {
                    print::note("nothing was deleted");
                    return Ok(Ending::No);
                }
                match signer.call_ramward("DeleteAccount", [("AccountId".to_owned(), account_id.clone())])? {
                    Err(ending) => Ok(ending),
                    Ok(_) => {
                        print::note(&format!("deleted account {account_id}"));
                        Ok(Ending::Done)
                    }
                }
            }
        }
    }
}

fn create(
    context: &Context,
    signer: &Signer,
    account_id: Option<String>,
    alias: Option<String>,
) -> anyhow::Result<Ending> {
    let params = [("AccountId", account_id), ("AccountAlias", alias)];
    let params = params.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let answer = match signer.call_ramward("CreateAccount", params)? {
        Ok(answer) => answer,
        Err(ending) => return Ok(ending),
    };
    let text = match context.settings.output {
        Output::Json => format!("{answer}\n"),
        Output::Table => {
            let mut rows = Vec::new();
            flatten(&answer, "", &mut rows);
            table::render(&rows)
        }
    };
    print::result(text.as_bytes())?;
    if answer.to_string().contains("AccessKeySecret") {
        print::note("keep the AccessKeySecret: it is shown only this once");
    }
    Ok(Ending::Done)
}

fn list(context: &Context, signer: &Signer) -> anyhow::Result<Ending> {
    let mut accounts: Vec<Value> = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let page = ("MaxItems".to_owned(), PAGE.to_owned());
        let params = [page].into_iter().chain(marker.map(|marker| ("Marker".to_owned(), marker)));
        let answer = match signer.call_ramward("ListAccounts", params)? {
            Ok(answer) => answer,
            Err(ending) => return Ok(ending),
        };
        let page = answer.pointer("/Accounts/Account").and_then(Value::as_array);
        accounts.extend(
            page.context("the answer holds no accounts; check that the endpoint is a Ramward server")?
                .iter()
                .cloned(),
        );
        let is_truncated = answer.get("IsTruncated").and_then(Value::as_bool).unwrap_or(false);
        marker = answer.get("Marker").and_then(Value::as_str).filter(|_| is_truncated).map(str::to_owned);
        if marker.is_none() {
            break;
        }
    }
    let text = match context.settings.output {
        Output::Json => format!("{}\n", Value::Array(accounts)),
        Output::Table => table::render(&rows(&accounts)),
    };
    print::result(text.as_bytes())?;
    Ok(Ending::Done)
}

/// A heading of all names that occur, in the order in which they first do, and a row for each object.
fn rows(objects: &[Value]) -> Vec<Vec<String>> {
    let members: Vec<&Map<String, Value>> = objects.iter().filter_map(Value::as_object).collect();
    let mut names: Vec<&String> = Vec::new();
    for name in members.iter().flat_map(|object| object.keys()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Vec::new();
    }
    let heading = names.iter().map(|&name| name.clone()).collect();
    let cells = |object: &&Map<String, Value>| {
        names.iter().map(|&name| object.get(name).map(plain).unwrap_or_default()).collect()
    };
    std::iter::once(heading).chain(members.iter().map(cells)).collect()
}

/// A row for each member that is no object, named by its path; without the RequestId, which is for the log.
fn flatten(value: &Value, path: &str, rows: &mut Vec<Vec<String>>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Object(_) => flatten(value, &format!("{path}{name}."), rows),
            _ if name == "RequestId" => {}
            _ => rows.push(vec![format!("{path}{name}"), plain(value)]),
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Asks on the terminal. Where there is none, silence is not consent.
fn confirmed(account_id: &str, signer: &Signer) -> anyhow::Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("deleting account {account_id} cannot be undone: add --yes to do it");
    }
    print::note(&format!(
        "delete account {account_id} of {} with all its users, keys and devices? This cannot be undone. Type its id to go on:",
        signer.endpoint()
    ));
    let mut line = String::new();
    stdin.lock().read_line(&mut line).context("cannot read from the terminal")?;
    Ok(line.trim() == account_id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_shown_under_its_own_names() {
        let answer = json!({"RequestId": "R", "Account": {"AccountId": "1", "New": 2}, "AccessKey": {"AccessKeyId": "k"}});
        let mut found = Vec::new();
        flatten(&answer, "", &mut found);
        assert_eq!(found, [["Account.AccountId", "1"], ["Account.New", "2"], ["AccessKey.AccessKeyId", "k"]]);
    }

    #[test]
    fn a_member_that_some_lack_has_its_column() {
        let found = rows(&[json!({"A": "1"}), json!({"B": true, "A": "2"})]);
        assert_eq!(found, [["A", "B"], ["1", ""], ["2", "true"]]);
        assert!(rows(&[]).is_empty());
    }
}
