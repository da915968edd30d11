//! What is asked about a report, of an account of ten users and of a large one, beside the plain
//! report.

use std::path::Path;

use anyhow::{Context, Result};
use ramward_domain::ids::AccountId;
use ramward_domain::store::tables::report_history::{self, ReportState};
use ramward_domain::store::{StoreError, Tx};
use ramward_domain::time::Timestamp;

use crate::at_rest;
use crate::clock::now;
use crate::direct::Direct;
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::Plan;
use crate::population::Account;

const REPORT: &str = "GetAccountSecurityPracticeReport";
const FINDINGS: &str = "ListSecurityFindings";
const CALLS: usize = 200;
const CHANGES: usize = 20;

/// A question: what it is called, the operation, its parameters.
type Question = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// How many of the first questions have targets.
const WITH_TARGETS: usize = 4;

const QUESTIONS: [Question; 7] = [
    ("Explain", "ExplainAccountSecurityPracticeReport", &[]),
    ("a page of 10 findings by age", FINDINGS, &[("Check", "users_mfa"), ("MaxItems", "10")]),
    (
        "a page of 10 findings by name",
        FINDINGS,
        &[("Check", "users_mfa"), ("MaxItems", "10"), ("SortBy", "Subject")],
    ),
    ("a page of 10 old keys", FINDINGS, &[("Check", "account_no_old_key"), ("MaxItems", "10")]),
    ("Explain with a plan", "ExplainAccountSecurityPracticeReport", &[("TargetScore", "100")]),
    (
        "Simulate two checks a century on",
        "SimulateAccountSecurityPracticeReport",
        &[("At", "2126-01-01"), ("Repair.1.Check", "users_mfa"), ("Repair.2.Check", "account_no_old_key")],
    ),
    ("a year of history in 365 points", "ListAccountSecurityPracticeReportHistory", &[("MaxPoints", "365")]),
];

/// Entries of each of the last 90 days of the year; of each day before, one is left.
const ENTRIES_OF_A_DAY: i64 = 20;

/// Measures.
///
/// # Errors
/// A call is refused.
pub fn measure(plan: &Plan, data: &Path, section: &mut Section) -> Result<()> {
    let (small, large) = (plan.small(), plan.large());
    a_year_ago(data, &[&small, &large])?;
    let direct = Direct::open(data)?;
    let mut made = 0;
    for (place, (name, action, params)) in QUESTIONS.into_iter().enumerate() {
        let (mut sizes, mut over_report, mut took) =
            (Ratios::default(), Ratios::default(), Ratios::default());
        for _ in 0..plan.rounds {
            let few = median(&direct, &small, action, params)?;
            let many = median(&direct, &large, action, params)?;
            let report = fresh_report(&direct, &large, &mut made)?;
            sizes.push(many / few);
            over_report.push(many / report);
            took.push(many);
        }
        tell(&format!("{name}: {:.1} µs", took.median()));
        let scale = format!("{:.1} µs", took.median());
        let target = |most| if place < WITH_TARGETS { Target::AtMost(most) } else { Target::None };
        section.row(&format!("{name}, {} users over 10", plan.users), &sizes, target(2.0), &scale);
        section.row(&format!("{name}, over a report computed anew"), &over_report, target(3.0), &scale);
    }
    direct.close()
}

/// Gives each account the history of a busy year.
fn a_year_ago(data: &Path, accounts: &[&Account]) -> Result<()> {
    let (store, _) = at_rest::open(data)?;
    for account in accounts {
        let account: AccountId = format!("{:016}", account.id).parse().context("an account's id")?;
        store.write(move |tx| write_year(tx, account))?;
    }
    Ok(())
}

fn write_year(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    let latest = report_history::find_last(tx, account, Timestamp::MAX)?;
    let latest = latest.ok_or(StoreError::Misuse("an account without a history"))?;
    for days in 1..=365 {
        let entries = if days <= 90 { ENTRIES_OF_A_DAY } else { 1 };
        for place in 0..entries {
            let at = latest.at.plus_seconds(-days * 86_400 + place);
            let score = (latest.score + days + place) % 101;
            report_history::insert(
                tx,
                &ReportState { at, place: 0, score, told_until: at, ..latest.clone() },
            )?;
        }
    }
    Ok(())
}

/// The middle of some reports, each after a change of the account, so that none was kept in memory.
fn fresh_report(direct: &Direct, account: &Account, made: &mut u32) -> Result<f64> {
    let key = account.root_key(0);
    let mut took = Ratios::default();
    for _ in 0..CHANGES {
        *made += 1;
        let name = format!("asked-{made}@{:016}.onaliyun.com", account.id);
        let params = [("UserPrincipalName", name.as_str()), ("DisplayName", "asked")];
        direct.send(&Direct::signed(&key, "CreateUser", &params)?)?;
        let query = Direct::signed(&key, REPORT, &[])?;
        let began = now();
        direct.send(&query)?;
        took.push(began.elapsed().as_secs_f64() * 1e6);
    }
    Ok(took.median())
}

/// The middle of some calls, in microseconds.
fn median(direct: &Direct, account: &Account, action: &str, params: &[(&str, &str)]) -> Result<f64> {
    let key = account.root_key(0);
    let mut took = Ratios::default();
    for _ in 0..CALLS {
        let query = Direct::signed(&key, action, params)?;
        let began = now();
        direct.send(&query)?;
        took.push(began.elapsed().as_secs_f64() * 1e6);
    }
    Ok(took.median())
}
