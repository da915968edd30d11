//! `ramward report`: the security report of an account, shown to people, handed on to machines, held against gates or
//! against itself at another time. Asks a server, or the store of the data directory.

mod asking;
mod fleet;
mod gates;
mod moved;
mod shown;
mod source;
mod states;
mod ten_values;
mod verify;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use ramward_domain::ids::AccountId;
use ramward_domain::time::Timestamp;
use ramward_rpc::api::Product;

use self::gates::{Gates, Reason};
use self::source::Source;
use self::states::State;
use self::ten_values::TenValues;
use super::signed_call::{Signer, SigningOptions, end_refused};
use super::{Context, Ending, print};
use crate::config::Output;
use crate::explaining::{Asks, WRITTEN_FINDINGS, Wanted};
use crate::formats;
use crate::formats::explained::Explained;
use crate::formats::states::Entries;

const ACTION: &str = "GetAccountSecurityPracticeReport";

/// How many findings of each check people see, unless told otherwise.
const SHOWN_FINDINGS: usize = 5;

/// Show the security report of an account: its score, why it is what it is, and what comes next
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward report
  ramward report --profile production --endpoint https://ims.aliyuncs.com --explain
  ramward report --explain --target 80
  ramward report --format html > report.html
  ramward report --format sarif --fail-under 80 --fail-on root_mfa,root_no_key > report.sarif
  ramward report --no-regression
  ramward report --since 2026-11-01
  ramward report --diff 2026-11-01 2026-11-20
  ramward report --local --data ./ramward-data --account 1234567890123456 --explain
  ramward report --local --data ./ramward-data --all
  ramward report --verify --data ./ramward-data

Exit codes: 0 the report is there, 1 a gate does not accept it or the call was refused, 2 no API answered.")]
pub struct ReportArgs {
    /// How the report is written
    #[arg(long, value_enum, ignore_case = true)]
    format: Option<Format>,
    /// Also say which check gave how many points, whom it concerns, and what to do next
    #[arg(long)]
    explain: bool,
    /// Also show the cheapest way to a score of N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=100))]
    target: Option<u8>,
    /// How many findings of each check are read: 5 for people, 1000 for files
    #[arg(long, value_name = "N")]
    findings: Option<usize>,
    /// Whose report; needed where the operator's AccessKey signs
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// One row for each account, worst first; for the operator's AccessKey, or with --local
    #[arg(long, conflicts_with_all = ["account", "explain", "target", "findings", "since", "diff", "no_regression", "fail_on"])]
    all: bool,
    /// Ask no server: open the store of the data directory
    #[arg(long, conflicts_with_all = ["access_key_id", "timeout"])]
    local: bool,
    /// The changes of the report since DATE, with what caused each
    #[arg(long, value_name = "DATE", conflicts_with_all = ["explain", "target", "diff"])]
    since: Option<String>,
    /// Which values, checks and subjects moved from A to B, each a DATE or a report in a FILE
    #[arg(long, value_names = ["A", "B"], num_args = 2, conflicts_with_all = ["explain", "target"])]
    diff: Option<Vec<String>>,
    /// Ask no server: recount every account in the data directory and compare with the stored numbers
    #[arg(long, conflicts_with_all = ["format", "explain", "target", "account", "all", "local", "since", "diff", "fail_under", "no_regression", "fail_on"])]
    verify: bool,
    #[command(flatten)]
    gates: Gates,
    #[command(flatten)]
    signing: SigningOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// The server's answer byte for byte; with --explain everything under its names on the wire
    Json,
    /// The server's answer byte for byte
    Xml,
    /// Explained: a row for each check and each finding, for spreadsheets
    Csv,
    /// Explained: Markdown for tickets and merge requests
    Md,
    /// Explained: one page that needs nothing else, also for printing
    Html,
    /// Explained: SARIF 2.1.0 for code scanning
    Sarif,
    /// Explained: OCSF 1.5.0 compliance findings for security lakes
    Ocsf,
    /// Explained: JUnit XML, a test case for each check
    Junit,
}

impl ReportArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        if self.verify {
            return verify::run(context);
        }
        let format = self.format.unwrap_or(match context.settings.output {
            Output::Table => Format::Table,
            Output::Json => Format::Json,
        });
        let source = Source::find(context, &self.signing, self.local)?;
        let ending = self.ask(context, &source, format);
        // The answer is more telling than what a store says at its end.
        let closed = source.close();
        let ending = ending?;
        closed?;
        Ok(ending)
    }

    fn ask(&self, context: &Context, source: &Source, format: Format) -> anyhow::Result<Ending> {
        let of_a_list = |what: &str| match format {
            Format::Table => Ok(false),
            Format::Json => Ok(true),
            _ => Err(anyhow::anyhow!(
                "{what} is shown as a table or as json; choose one of them with --format"
            )),
        };
        if self.all {
            return fleet::run(source, of_a_list("--all")?, self.gates.fail_under);
        }
        let wanted = Wanted { account: self.account.map(|account| account.to_string()), ..Wanted::default() };
        if let Some(since) = &self.since {
            return since_instant(source, &wanted, since, of_a_list("--since")?);
        }
        if let Some(pair) = &self.diff {
            if format != Format::Table {
                bail!("--diff is shown as a table; leave --format out");
            }
            return diff(source, &wanted, pair);
        }
        let plain = matches!(format, Format::Table | Format::Json | Format::Xml)
            && !self.explain
            && self.target.is_none()
            && self.account.is_none()
            && !self.local;
        if plain {
            return self.ten_values(context, source, format);
        }
        self.explained(context, source, wanted, format)
    }

    /// The vendor's report as it is.
    fn ten_values(&self, context: &Context, source: &Source, format: Format) -> anyhow::Result<Ending> {
        let answer = source.ask(Product::Ims, ACTION, (format == Format::Xml).then_some("XML"))?;
        if let Some(refusal) = answer.refusal() {
            if format != Format::Table {
                print::body(&answer.body)?;
            }
            return end_refused(&refusal);
        }
        let read = || {
            let report = if format == Format::Xml {
                TenValues::from_xml(&answer.body)
            } else {
                TenValues::from_json(&answer.body)
            };
            report.with_context(|| {
                format!("{} did not answer with a report; check that it is an IMS endpoint", source.name())
            })
        };
        match format {
            Format::Table => print::result(read()?.table(context.color).as_bytes())?,
            _ => print::body(&answer.body)?,
        }
        let mut reasons = Vec::new();
        if let Some(least) = self.gates.fail_under {
            let report = read()?;
            reasons.extend(gates::score(report.score, least, &report.advice()));
        }
        if self.gates.no_regression.is_some() || !self.gates.fail_on.is_empty() {
            match asking::explained(source, &Wanted::default())? {
                Ok(explained) => reasons.extend(self.other_gates(source, &Wanted::default(), &explained)?),
                Err(refusal) => return end_refused(&refusal),
            }
        }
        Ok(ending(&reasons))
    }

    fn explained(
        &self,
        context: &Context,
        source: &Source,
        wanted: Wanted,
        format: Format,
    ) -> anyhow::Result<Ending> {
        if format == Format::Xml {
            bail!(
                "xml is the answer of the vendor's own report; leave --explain, --target, --account and --local out, or choose another --format"
            );
        }
        let usual = if format == Format::Table { SHOWN_FINDINGS } else { WRITTEN_FINDINGS };
        let wanted = Wanted {
            target: self.target,
            findings: self.findings.unwrap_or(usual),
            history: matches!(format, Format::Html | Format::Json),
            ..wanted
        };
        if self.local && wanted.account.is_none() {
            bail!("a store holds many accounts: say which one with --account ID, or ask for --all");
        }
        let explained = match asking::explained(source, &wanted)? {
            Ok(explained) => explained,
            Err(refusal) => return end_refused(&refusal),
        };
        let report =
            TenValues { score: explained.explanation.score, values: explained.explanation.values.clone() };
        let text = match format {
            Format::Table if self.explain || self.target.is_some() => {
                explained_table(&explained, context.color)
            }
            Format::Table => report.table(context.color),
            _ => format.write(&explained)?,
        };
        print::result(text.as_bytes())?;
        let mut reasons = Vec::new();
        if let Some(least) = self.gates.fail_under {
            reasons.extend(gates::score(report.score, least, &report.advice()));
        }
        reasons.extend(self.other_gates(source, &wanted, &explained)?);
        Ok(ending(&reasons))
    }

    /// The gates that ask for more than the score.
    fn other_gates(
        &self,
        source: &Source,
        wanted: &Wanted,
        explained: &Explained,
    ) -> anyhow::Result<Vec<Reason>> {
        let mut reasons = Vec::new();
        reasons.extend(gates::checks(explained, &self.gates.fail_on)?);
        let Some(against) = &self.gates.no_regression else { return Ok(reasons) };
        let explanation = &explained.explanation;
        let before = if against.is_empty() {
            let now = Timestamp::parse(&explanation.report_time).context("ReportTime is no instant")?;
            State::before_the_present(source, wanted, now)?
        } else {
            Some(State::find(source, wanted, against)?)
        };
        let now = State::new("now", explanation.score, explanation.values.clone());
        match before {
            Some(before) => reasons.extend(gates::regression(&before, &now)?),
            None => print::note("there is no earlier state of this report: nothing to hold it against"),
        }
        Ok(reasons)
    }
}

/// What `demo` shows: the report as `report --explain` does.
pub(super) fn of_the_demo(signer: Signer, color: bool) -> anyhow::Result<String> {
    let wanted = Wanted { findings: SHOWN_FINDINGS, ..Wanted::default() };
    match asking::explained(&Source::Server(signer), &wanted)? {
        Ok(explained) => Ok(explained_table(&explained, color)),
        Err(refusal) => bail!("the server refuses its own report: {refusal}"),
    }
}

fn explained_table(explained: &Explained, color: bool) -> String {
    format!("{}\n{}", TenValues::of(explained).table(color), shown::render(explained))
}

impl Format {
    fn write(self, explained: &Explained) -> anyhow::Result<String> {
        let name = self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let format =
            formats::find(&name).with_context(|| format!("{name} is no format for explained reports"))?;
        Ok((format.write)(explained))
    }
}

/// Tells why the gates do not accept a report, if they do not.
fn ending(reasons: &[Reason]) -> Ending {
    for line in reasons.iter().flatten() {
        print::note(&print::tame(line));
    }
    if reasons.is_empty() { Ending::Done } else { Ending::No }
}

fn since_instant(source: &Source, wanted: &Wanted, since: &str, json: bool) -> anyhow::Result<Ending> {
    let at = states::instant(since)
        .with_context(|| format!("{} is no date; write it like 2026-11-01", print::tame(since)))?;
    let entry = states::read(source, wanted, &[("StartTime", at.to_string())])?;
    let text = if json {
        format!("{}\n", serde_json::to_string(&Entries { entry }).context("the entries cannot be written")?)
    } else {
        let before = State::at(source, wanted, at.plus_seconds(-1))?;
        moved::since(&entry, before.map(|before| before.score))
    };
    print::result(text.as_bytes())?;
    Ok(Ending::Done)
}

fn diff(source: &Source, wanted: &Wanted, pair: &[String]) -> anyhow::Result<Ending> {
    let [before, after] = pair else { bail!("--diff takes two reports") };
    let before = State::find(source, wanted, before)?;
    let after = State::find(source, wanted, after)?;
    let between = match (before.at, after.at) {
        (Some(from), Some(to)) => {
            let range = [("StartTime", from.plus_seconds(1).to_string()), ("EndTime", to.to_string())];
            states::read(source, wanted, &range)?
        }
        _ => Vec::new(),
    };
    print::result(moved::diff(&before, &after, &between).as_bytes())?;
    Ok(Ending::Done)
}
