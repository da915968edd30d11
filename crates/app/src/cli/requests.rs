//! `ramward requests`: the last requests of a server, what was checked and why they were refused (ListRequests).

use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use super::signed_call::{Signer, SigningOptions};
use super::{Context, Ending, print, table};
use crate::collect::caller::sleep;
use crate::config::Output;

/// How many are asked for at once when one follows.
const PAGE: u32 = 1000;

/// How long to wait for new ones.
const PAUSE: Duration = Duration::from_millis(300);

const COLUMNS: [&str; 7] = ["Time", "Status", "Operation", "Code", "AccountId", "AccessKeyId", "RequestId"];

/// Show the last requests of a server and why they were refused, with the operator's AccessKey
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward requests
  ramward requests --refused --account 1234567890123456
  ramward requests --request-id ABA822EE-85C2-4418-9577-A1831FC8466D
  ramward requests --follow --output json

A refused request is followed by a line that says which check refused it and why. No parameter and no secret is shown.
The operator's AccessKey is printed by the first start of `ramward serve`.")]
pub struct RequestsArgs {
    /// Go on with what comes, until Ctrl-C
    #[arg(long, short)]
    follow: bool,
    /// Only requests of this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Only requests that were refused
    #[arg(long)]
    refused: bool,
    /// Only the request of this id
    #[arg(long, value_name = "ID", conflicts_with = "follow")]
    request_id: Option<String>,
    /// How many to show at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    #[command(flatten)]
    signing: SigningOptions,
}

impl RequestsArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        let signer = Signer::find(context, &self.signing)?;
        let mut after = None;
        loop {
            let answer = match self.ask(&signer, after)? {
                Ok(answer) => answer,
                Err(ending) => return Ok(ending),
            };
            let requests = answer
                .pointer("/Requests/Request")
                .and_then(Value::as_array)
                .context("the answer holds no requests; check that the endpoint is a Ramward server")?;
            if let Some(missed) = answer.get("Missed").and_then(Value::as_i64).filter(|missed| *missed > 0) {
                print::note(&format!(
                    "{missed} requests came too fast and are not shown; start the server with a larger --kept-requests"
                ));
            }
            print::result(shown(requests, context.settings.output, after.is_none()).as_bytes())?;
            if !self.follow {
                return Ok(if requests.is_empty() && self.request_id.is_some() {
                    Ending::No
                } else {
                    Ending::Done
                });
            }
            if after.is_some() && requests.is_empty() {
                sleep(PAUSE);
            }
            after = answer.get("Next").and_then(Value::as_i64);
        }
    }

    fn ask(&self, signer: &Signer, after: Option<i64>) -> anyhow::Result<Result<Value, Ending>> {
        let most = if after.is_some() { PAGE } else { self.limit };
        let params = [
            ("MaxItems", Some(most.to_string())),
            ("After", after.map(|after| after.to_string())),
            ("AccountId", self.account.clone()),
            ("Refused", self.refused.then(|| "true".to_owned())),
            ("OfRequestId", self.request_id.clone()),
        ];
        let given = params.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        signer.call_ramward("ListRequests", given)
    }
}

/// One JSON object a line, so that following has no end to wait for; or a table with the reason below each refusal.
fn shown(requests: &[Value], output: Output, is_first: bool) -> String {
    match output {
        Output::Json => requests.iter().map(|request| format!("{request}\n")).collect(),
        Output::Table => {
            let heading = is_first.then(|| COLUMNS.map(str::to_owned).to_vec());
            let rows: Vec<Vec<String>> = heading.into_iter().chain(requests.iter().map(row)).collect();
            let skipped = usize::from(is_first);
            let table = table::render(&rows);
            let reasons = std::iter::repeat_n(None, skipped).chain(requests.iter().map(reason));
            table
                .lines()
                .zip(reasons)
                .map(|(line, reason)| format!("{line}\n{}", reason.unwrap_or_default()))
                .collect()
        }
    }
}

fn text<'a>(request: &'a Value, name: &str) -> Option<&'a str> {
    request.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn row(request: &Value) -> Vec<String> {
    let cell = |name: &&str| match request.get(*name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "-".to_owned(),
    };
    COLUMNS.iter().map(cell).collect()
}

fn reason(request: &Value) -> Option<String> {
    let (at, message) = (text(request, "RefusedAt")?, text(request, "Message").unwrap_or_default());
    let passed = text(request, "Passed").and_then(|passed| passed.rsplit(',').next());
    let after = passed.map(|last| format!(", after {last}")).unwrap_or_default();
    Some(print::tame(&format!("    refused at {at}{after}: {message}")) + "\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn requests() -> Vec<Value> {
        vec![
            json!({"RequestId": "A", "Time": "2026-11-01T00:00:00Z", "Operation": "GetUser", "Status": 200, "Passed": "Request"}),
            json!({"RequestId": "B", "Time": "2026-11-01T00:00:01Z", "Operation": "GetUser", "Status": 403, "Code": "NoPermission",
                   "RefusedAt": "Permission", "Passed": "Nonce,Parameters", "Message": "no\u{1b}[2J"}),
        ]
    }

    #[test]
    fn a_refusal_says_why_below_its_line() {
        insta::assert_snapshot!(shown(&requests(), Output::Table, true), @"
        Time                  Status  Operation  Code          AccountId  AccessKeyId  RequestId
        2026-11-01T00:00:00Z  200     GetUser    -             -          -            A
        2026-11-01T00:00:01Z  403     GetUser    NoPermission  -          -            B
            refused at Permission, after Parameters: no [2J
        ");
        let on = shown(&requests(), Output::Table, false);
        assert!(on.starts_with("2026-11-01T00:00:00Z  200"), "{on}");
        assert_eq!(shown(&[], Output::Table, false), "");
    }

    #[test]
    fn one_object_a_line_for_machines() {
        let lines = shown(&requests(), Output::Json, true);
        let read: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, requests());
    }
}
