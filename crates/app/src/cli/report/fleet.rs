//! `ramward report --all`: one row for each account of a server or of the data directory, worst first.

use anyhow::Context as _;
use ramward_domain::time::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::super::signed_call::end_refused;
use super::super::{Ending, print, progress, table};
use super::asking::explained;
use super::moved::signed;
use super::source::Source;
use super::states::State;
use crate::explaining::{Asks, Wanted, next_marker};
use crate::formats::explained::{Explained, Kind, Verdict};

/// Accounts asked for at once.
const PAGE: &str = "1000";

/// One account.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    account_id: String,
    account_alias: String,
    score: i64,
    /// Against the state before the present one; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<i64>,
    users: i64,
    /// Subjects that fail a check of the score.
    findings: i64,
    failing: Vec<String>,
}

/// Shows all accounts.
pub fn run(source: &Source, json: bool, fail_under: Option<u8>) -> anyhow::Result<Ending> {
    let accounts = match accounts(source)? {
        Ok(accounts) => accounts,
        Err(ending) => return Ok(ending),
    };
    let mut rows = Vec::with_capacity(accounts.len());
    let steps = u64::try_from(accounts.len()).unwrap_or(u64::MAX);
    let bar = progress::bar("explaining {wide_bar} {pos}/{len} accounts, {eta} left", steps);
    for (account_id, account_alias) in bar.wrap_iter(accounts.into_iter()) {
        let wanted = Wanted { account: Some(account_id.clone()), ..Wanted::default() };
        match explained(source, &wanted)? {
            Ok(explained) => rows.push(row(source, &wanted, account_alias, &explained)?),
            // Deleted since the list was made.
            Err(refusal) if refusal.code.as_deref() == Some("EntityNotExist.Account") => {}
            Err(refusal) => return end_refused(&refusal),
        }
    }
    rows.sort_by(|one, other| (one.score, &one.account_id).cmp(&(other.score, &other.account_id)));
    let text = if json {
        format!("{}\n", serde_json::to_string(&rows).context("the rows cannot be written")?)
    } else {
        shown(&rows)
    };
    print::result(text.as_bytes())?;
    Ok(gate(&rows, fail_under))
}

/// Ids and aliases of all accounts that are not being deleted.
fn accounts(source: &Source) -> anyhow::Result<Result<Vec<(String, String)>, Ending>> {
    let mut found = Vec::new();
    let mut marker = None;
    loop {
        let mut params = vec![("MaxItems", PAGE.to_owned())];
        params.extend(marker.map(|marker| ("Marker", marker)));
        let answer = match source.ask_ramward("ListAccounts", &params)? {
            Ok(answer) => answer,
            Err(refusal) => return end_refused(&refusal).map(Err),
        };
        let page = answer
            .pointer("/Accounts/Account")
            .and_then(Value::as_array)
            .context("the answer holds no accounts; check that the endpoint is a Ramward server")?;
        let text =
            |account: &Value, name| account.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let open = page.iter().filter(|account| text(account, "Status") != "Deleting");
        found.extend(open.map(|account| (text(account, "AccountId"), text(account, "AccountAlias"))));
        marker = next_marker(&answer);
        if marker.is_none() {
            return Ok(Ok(found));
        }
    }
}

fn row(
    source: &Source,
    wanted: &Wanted,
    account_alias: String,
    explained: &Explained,
) -> anyhow::Result<Row> {
    let explanation = &explained.explanation;
    let failing = || explained.of_kind(Kind::Scored).filter(|check| check.verdict == Verdict::Fail);
    let now = Timestamp::parse(&explanation.report_time).context("ReportTime is no instant")?;
    let before = State::before_the_present(source, wanted, now)?;
    Ok(Row {
        account_id: wanted.account.clone().unwrap_or_default(),
        account_alias,
        score: explanation.score,
        change: before.map(|before| explanation.score - before.score),
        users: explanation.values.sub_user,
        findings: failing().filter_map(|check| check.findings).sum(),
        failing: failing().map(|check| check.id.clone()).collect(),
    })
}

fn shown(rows: &[Row]) -> String {
    let mut cells = vec![
        ["Account", "Alias", "Score", "Change", "Users", "Findings", "Failing"].map(str::to_owned).to_vec(),
    ];
    for row in rows {
        cells.push(vec![
            row.account_id.clone(),
            row.account_alias.clone(),
            row.score.to_string(),
            row.change.map(signed).unwrap_or_default(),
            row.users.to_string(),
            row.findings.to_string(),
            row.failing.join(", "),
        ]);
    }
    table::render(&cells)
}

fn gate(rows: &[Row], fail_under: Option<u8>) -> Ending {
    let Some(least) = fail_under else { return Ending::Done };
    let below: Vec<&Row> = rows.iter().filter(|row| row.score < i64::from(least)).collect();
    let Some(worst) = below.first() else { return Ending::Done };
    print::note(&format!(
        "{} of {} accounts score below {least}, the least that --fail-under accepts",
        below.len(),
        rows.len()
    ));
    print::note(&format!(
        "the lowest is account {} with {}: `ramward report --explain --account {}` says why",
        print::tame(&worst.account_id),
        worst.score,
        print::tame(&worst.account_id)
    ));
    Ending::No
}
