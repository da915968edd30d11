//! `ramward report`: a signed GetAccountSecurityPracticeReport, shown to people, handed on to machines, or held against
//! a threshold.

use anyhow::{Context as _, anyhow};
use clap::{Args, ValueEnum};
use ramward_domain::identity::level::SubUserPwdLevel;
use ramward_domain::report::facts::Facts;
use ramward_rpc::api::Product;

use super::signed_call::{Signer, SigningOptions, end_refused};
use super::{Context, Ending, ledger, print, table, verify};
use crate::config::Output;

pub(super) const ACTION: &str = "GetAccountSecurityPracticeReport";

/// Show the security report of the account whose AccessKey signs
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward report
  ramward report --profile production --endpoint https://ims.aliyuncs.com
  ramward report --explain
  ramward report --format json --fail-under 80 > report.json
  ramward report --verify --data ./ramward-data

Exit codes: 0 the report is there, 1 the score is too low or the call was refused, 2 no API answered.")]
pub struct ReportArgs {
    /// table for people; json or xml for the server's answer byte for byte
    #[arg(long, value_enum, ignore_case = true)]
    format: Option<Format>,
    /// Also show which check gave how many points, from the ten values alone
    #[arg(long)]
    explain: bool,
    /// Ask no server: recount every account in the data directory and compare with the stored numbers
    #[arg(long, conflicts_with_all = ["format", "explain", "fail_under"])]
    verify: bool,
    /// End with exit code 1 if the score is below N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
    #[command(flatten)]
    signing: SigningOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Xml,
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
        let signer = Signer::find(context, &self.signing)?;
        let request = signer.request(Product::Ims.version(), ACTION);
        let answer = signer.send(&if format == Format::Xml { request.format("XML") } else { request })?;
        if let Some(refusal) = answer.refusal() {
            if format != Format::Table {
                print::body(&answer.body)?;
            }
            return end_refused(&refusal);
        }

        let read = || {
            let report = if format == Format::Xml {
                Report::from_xml(&answer.body)
            } else {
                Report::from_json(&answer.body)
            };
            report.with_context(|| {
                format!(
                    "{} did not answer with a report; check that it is an IMS endpoint",
                    signer.endpoint()
                )
            })
        };
        match format {
            Format::Table => {
                let report = read()?;
                let explanation =
                    if self.explain { format!("\n{}", report.explanation()?) } else { String::new() };
                print::result(format!("{}{explanation}", report.table(context.color)).as_bytes())?;
            }
            Format::Json | Format::Xml => print::body(&answer.body)?,
        }
        let Some(threshold) = self.fail_under else {
            return Ok(Ending::Done);
        };
        let report = read()?;
        if report.score >= u64::from(threshold) {
            return Ok(Ending::Done);
        }
        print::note(&format!(
            "score {} is below {threshold}, the least that --fail-under accepts",
            report.score
        ));
        print::note(&format!("to raise it: {}", report.advice().join("; ")));
        Ok(Ending::No)
    }
}

/// The answer's members, under their names on the wire.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Report {
    score: u64,
    sub_user: u64,
    sub_user_bind_mfa: u64,
    sub_user_with_unused_access_key: u64,
    root_with_access_key: u64,
    sub_user_with_old_access_key: u64,
    sub_user_pwd_level: String,
    unused_ak_num: u64,
    old_ak_num: u64,
    bind_mfa: bool,
}

impl Report {
    pub(super) fn from_json(body: &[u8]) -> anyhow::Result<Self> {
        let answer: serde_json::Value = serde_json::from_slice(body).context("the body is not JSON")?;
        let info =
            answer.get("AccountSecurityPracticeInfo").context("AccountSecurityPracticeInfo is missing")?;
        let users = info
            .get("AccountSecurityPracticeUserInfo")
            .context("AccountSecurityPracticeUserInfo is missing")?;
        Self::read(|name| {
            let value = if name == "Score" { info.get(name) } else { users.get(name) };
            value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        })
    }

    fn from_xml(body: &[u8]) -> anyhow::Result<Self> {
        let text = std::str::from_utf8(body).context("the body is not UTF-8")?;
        let document = roxmltree::Document::parse(text).context("the body is not XML")?;
        Self::read(|name| {
            let element = document.descendants().find(|node| node.has_tag_name(name))?;
            Some(element.text().unwrap_or_default().trim().to_owned())
        })
    }

    /// Reads the members through their texts, which JSON and XML have in common.
    fn read(member: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let text = |name: &str| member(name).ok_or_else(|| anyhow!("{name} is missing"));
        let count = |name: &str| -> anyhow::Result<u64> {
            text(name)?.parse().with_context(|| format!("{name} is not a number"))
        };
        Ok(Self {
            score: count("Score")?,
            sub_user: count("SubUser")?,
            sub_user_bind_mfa: count("SubUserBindMfa")?,
            sub_user_with_unused_access_key: count("SubUserWithUnusedAccessKey")?,
            root_with_access_key: count("RootWithAccessKey")?,
            sub_user_with_old_access_key: count("SubUserWithOldAccessKey")?,
            sub_user_pwd_level: text("SubUserPwdLevel")?,
            unused_ak_num: count("UnusedAkNum")?,
            old_ak_num: count("OldAkNum")?,
            bind_mfa: text("BindMfa")?.eq_ignore_ascii_case("true"),
        })
    }

    pub(super) fn table(&self, color: bool) -> String {
        let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
        let rows = [
            ("RAM users", self.sub_user.to_string(), "SubUser"),
            ("RAM users with an MFA device", self.sub_user_bind_mfa.to_string(), "SubUserBindMfa"),
            (
                "RAM users with an unused AccessKey",
                self.sub_user_with_unused_access_key.to_string(),
                "SubUserWithUnusedAccessKey",
            ),
            ("AccessKeys of the root identity", self.root_with_access_key.to_string(), "RootWithAccessKey"),
            (
                "RAM users with an old AccessKey",
                self.sub_user_with_old_access_key.to_string(),
                "SubUserWithOldAccessKey",
            ),
            ("Strength of the password policy", self.sub_user_pwd_level.clone(), "SubUserPwdLevel"),
            ("Unused AccessKeys in the account", self.unused_ak_num.to_string(), "UnusedAkNum"),
            ("Old AccessKeys in the account", self.old_ak_num.to_string(), "OldAkNum"),
            ("Root identity has an MFA device", yes(self.bind_mfa), "BindMfa"),
        ]
        .map(|(words, value, name)| vec![words.to_owned(), value, name.to_owned()]);
        let bold = if color {
            clap::builder::styling::Style::new().bold()
        } else {
            clap::builder::styling::Style::new()
        };
        format!("{bold}Score {} of 100{bold:#}\n\n{}", self.score, table::render(&rows))
    }

    /// Which check gave how many points, as far as the ten values tell.
    pub(super) fn explanation(&self) -> anyhow::Result<String> {
        let count = |number: u64| i64::try_from(number).context("a count is too large");
        let facts = Facts {
            sub_user: count(self.sub_user)?,
            sub_user_bind_mfa: count(self.sub_user_bind_mfa)?,
            sub_user_with_unused_access_key: count(self.sub_user_with_unused_access_key)?,
            root_with_access_key: count(self.root_with_access_key)?,
            sub_user_with_old_access_key: count(self.sub_user_with_old_access_key)?,
            sub_user_pwd_level: SubUserPwdLevel::parse(&self.sub_user_pwd_level)
                .map_err(|_| anyhow!("SubUserPwdLevel is none of low, mid and high"))?,
            unused_ak_num: count(self.unused_ak_num)?,
            old_ak_num: count(self.old_ak_num)?,
            bind_mfa: self.bind_mfa,
        };
        Ok(ledger::render(&facts, count(self.score)?))
    }

    /// What would raise the score, from the members alone.
    fn advice(&self) -> Vec<String> {
        let without_mfa = self.sub_user.saturating_sub(self.sub_user_bind_mfa);
        let rows = [
            (!self.bind_mfa, "bind an MFA device to the root identity".to_owned()),
            (
                self.root_with_access_key > 0,
                format!("delete the root identity's AccessKeys ({})", self.root_with_access_key),
            ),
            (self.sub_user == 0, "create RAM users, so that nobody works as root".to_owned()),
            (without_mfa > 0, format!("bind MFA devices to the RAM users without one ({without_mfa})")),
            (self.old_ak_num > 0, format!("replace old AccessKeys ({})", self.old_ak_num)),
            (self.unused_ak_num > 0, format!("delete unused AccessKeys ({})", self.unused_ak_num)),
            (
                self.sub_user_pwd_level != "high",
                format!("strengthen the password policy ({})", print::tame(&self.sub_user_pwd_level)),
            ),
        ];
        rows.into_iter().filter(|(applies, _)| *applies).map(|(_, advice)| advice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"RequestId":"R","AccountSecurityPracticeInfo":{"Score":63,"AccountSecurityPracticeUserInfo":{
        "SubUser":9,"SubUserBindMfa":0,"SubUserWithUnusedAccessKey":0,"RootWithAccessKey":1,"SubUserWithOldAccessKey":0,
        "SubUserPwdLevel":"low","UnusedAkNum":0,"OldAkNum":0,"BindMfa":false}}}"#;
    const XML: &str = "<GetAccountSecurityPracticeReportResponse><RequestId>R</RequestId><AccountSecurityPracticeInfo>\
        <Score>63</Score><AccountSecurityPracticeUserInfo><SubUser>9</SubUser><SubUserBindMfa>0</SubUserBindMfa>\
        <SubUserWithUnusedAccessKey>0</SubUserWithUnusedAccessKey><RootWithAccessKey>1</RootWithAccessKey>\
        <SubUserWithOldAccessKey>0</SubUserWithOldAccessKey><SubUserPwdLevel>low</SubUserPwdLevel><UnusedAkNum>0</UnusedAkNum>\
        <OldAkNum>0</OldAkNum><BindMfa>false</BindMfa></AccountSecurityPracticeUserInfo></AccountSecurityPracticeInfo>\
        </GetAccountSecurityPracticeReportResponse>";

    #[test]
    fn both_formats_hold_the_same_report() {
        let report = Report::from_json(JSON.as_bytes()).unwrap();
        assert_eq!(report, Report::from_xml(XML.as_bytes()).unwrap());
        assert_eq!((report.score, report.sub_user, report.bind_mfa), (63, 9, false));
    }

    #[test]
    fn what_is_missing_is_named() {
        for (body, reason) in [
            ("{}", "AccountSecurityPracticeInfo is missing"),
            (r#"{"AccountSecurityPracticeInfo":{"AccountSecurityPracticeUserInfo":{}}}"#, "Score is missing"),
            ("[", "the body is not JSON"),
        ] {
            assert_eq!(Report::from_json(body.as_bytes()).unwrap_err().to_string(), reason);
        }
        let without = XML.replace("OldAkNum", "Gone");
        assert_eq!(Report::from_xml(without.as_bytes()).unwrap_err().to_string(), "OldAkNum is missing");
    }

    #[test]
    fn a_perfect_report_needs_no_advice_and_each_fault_has_its_own() {
        let perfect = || Report {
            score: 100,
            sub_user: 2,
            sub_user_bind_mfa: 2,
            sub_user_with_unused_access_key: 0,
            root_with_access_key: 0,
            sub_user_with_old_access_key: 0,
            sub_user_pwd_level: "high".into(),
            unused_ak_num: 0,
            old_ak_num: 0,
            bind_mfa: true,
        };
        assert!(perfect().advice().is_empty());
        for (faulty, word) in [
            (Report { bind_mfa: false, ..perfect() }, "root"),
            (Report { root_with_access_key: 1, ..perfect() }, "root"),
            (Report { sub_user: 0, sub_user_bind_mfa: 0, ..perfect() }, "create"),
            (Report { sub_user: 3, ..perfect() }, "without one (1)"),
            (Report { old_ak_num: 4, ..perfect() }, "old AccessKeys (4)"),
            (Report { unused_ak_num: 5, ..perfect() }, "unused AccessKeys (5)"),
            (Report { sub_user_pwd_level: "mid".into(), ..perfect() }, "(mid)"),
        ] {
            let advice = faulty.advice();
            assert!(advice.len() == 1 && advice[0].contains(word), "{advice:?}");
        }
    }

    #[test]
    fn colours_only_when_asked() {
        let report = Report::from_json(JSON.as_bytes()).unwrap();
        assert!(!report.table(false).contains('\u{1b}'));
        assert!(report.table(true).starts_with("\u{1b}[1mScore 63 of 100\u{1b}[0m\n"));
    }
}
