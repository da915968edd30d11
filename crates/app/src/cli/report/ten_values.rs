//! The ten values of GetAccountSecurityPracticeReport: read from JSON or XML, shown, and explained as far as they tell.

use anyhow::{Context as _, anyhow};
use ramward_domain::identity::level::SubUserPwdLevel;
use ramward_domain::report::facts::Facts;

use super::super::{print, table};
use crate::formats::explained::{Explained, Values};

/// The answer's members, under their names on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenValues {
    /// The score.
    pub score: i64,
    /// The nine values behind it.
    pub values: Values,
}

impl TenValues {
    /// Those of an explained report.
    pub fn of(explained: &Explained) -> Self {
        Self { score: explained.explanation.score, values: explained.explanation.values.clone() }
    }

    /// Reads the JSON answer.
    pub fn from_json(body: &[u8]) -> anyhow::Result<Self> {
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

    /// Reads the XML answer.
    pub fn from_xml(body: &[u8]) -> anyhow::Result<Self> {
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
        let count = |name: &str| -> anyhow::Result<i64> {
            let number: i64 = text(name)?.parse().with_context(|| format!("{name} is not a number"))?;
            if number < 0 { Err(anyhow!("{name} is negative")) } else { Ok(number) }
        };
        Ok(Self {
            score: count("Score")?,
            values: Values {
                sub_user: count("SubUser")?,
                sub_user_bind_mfa: count("SubUserBindMfa")?,
                sub_user_with_unused_access_key: count("SubUserWithUnusedAccessKey")?,
                root_with_access_key: count("RootWithAccessKey")?,
                sub_user_with_old_access_key: count("SubUserWithOldAccessKey")?,
                sub_user_pwd_level: text("SubUserPwdLevel")?,
                unused_ak_num: count("UnusedAkNum")?,
                old_ak_num: count("OldAkNum")?,
                bind_mfa: text("BindMfa")?.eq_ignore_ascii_case("true"),
            },
        })
    }

    /// The values for people.
    pub fn table(&self, color: bool) -> String {
        let values = &self.values;
        let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
        let rows = [
            ("RAM users", values.sub_user.to_string(), "SubUser"),
            ("RAM users with an MFA device", values.sub_user_bind_mfa.to_string(), "SubUserBindMfa"),
            (
                "RAM users with an unused AccessKey",
                values.sub_user_with_unused_access_key.to_string(),
                "SubUserWithUnusedAccessKey",
            ),
            ("AccessKeys of the root identity", values.root_with_access_key.to_string(), "RootWithAccessKey"),
            (
                "RAM users with an old AccessKey",
                values.sub_user_with_old_access_key.to_string(),
                "SubUserWithOldAccessKey",
            ),
            ("Strength of the password policy", values.sub_user_pwd_level.clone(), "SubUserPwdLevel"),
            ("Unused AccessKeys in the account", values.unused_ak_num.to_string(), "UnusedAkNum"),
            ("Old AccessKeys in the account", values.old_ak_num.to_string(), "OldAkNum"),
            ("Root identity has an MFA device", yes(values.bind_mfa), "BindMfa"),
        ]
        .map(|(words, value, name)| vec![words.to_owned(), value, name.to_owned()]);
        let bold = if color {
            clap::builder::styling::Style::new().bold()
        } else {
            clap::builder::styling::Style::new()
        };
        format!("{bold}Score {} of 100{bold:#}\n\n{}", self.score, table::render(&rows))
    }

    /// What would raise the score, from the members alone.
    pub fn advice(&self) -> Vec<String> {
        let values = &self.values;
        let without_mfa = values.sub_user.saturating_sub(values.sub_user_bind_mfa);
        let rows = [
            (!values.bind_mfa, "bind an MFA device to the root identity".to_owned()),
            (
                values.root_with_access_key > 0,
                format!("delete the root identity's AccessKeys ({})", values.root_with_access_key),
            ),
            (values.sub_user == 0, "create RAM users, so that nobody works as root".to_owned()),
            (without_mfa > 0, format!("bind MFA devices to the RAM users without one ({without_mfa})")),
            (values.old_ak_num > 0, format!("replace old AccessKeys ({})", values.old_ak_num)),
            (values.unused_ak_num > 0, format!("delete unused AccessKeys ({})", values.unused_ak_num)),
            (
                values.sub_user_pwd_level != "high",
                format!("strengthen the password policy ({})", print::tame(&values.sub_user_pwd_level)),
            ),
        ];
        rows.into_iter().filter(|(applies, _)| *applies).map(|(_, advice)| advice).collect()
    }
}

/// The values as the score model reads them.
pub fn facts(values: &Values) -> anyhow::Result<Facts> {
    Ok(Facts {
        sub_user: values.sub_user,
        sub_user_bind_mfa: values.sub_user_bind_mfa,
        sub_user_with_unused_access_key: values.sub_user_with_unused_access_key,
        root_with_access_key: values.root_with_access_key,
        sub_user_with_old_access_key: values.sub_user_with_old_access_key,
        sub_user_pwd_level: SubUserPwdLevel::parse(&values.sub_user_pwd_level)
            .map_err(|_| anyhow!("SubUserPwdLevel is none of low, mid and high"))?,
        unused_ak_num: values.unused_ak_num,
        old_ak_num: values.old_ak_num,
        bind_mfa: values.bind_mfa,
    })
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
        let report = TenValues::from_json(JSON.as_bytes()).unwrap();
        assert_eq!(report, TenValues::from_xml(XML.as_bytes()).unwrap());
        assert_eq!((report.score, report.values.sub_user, report.values.bind_mfa), (63, 9, false));
    }

    #[test]
    fn what_is_missing_is_named() {
        for (body, reason) in [
            ("{}", "AccountSecurityPracticeInfo is missing"),
            (r#"{"AccountSecurityPracticeInfo":{"AccountSecurityPracticeUserInfo":{}}}"#, "Score is missing"),
            ("[", "the body is not JSON"),
        ] {
            assert_eq!(TenValues::from_json(body.as_bytes()).unwrap_err().to_string(), reason);
        }
        let without = XML.replace("OldAkNum", "Gone");
        assert_eq!(TenValues::from_xml(without.as_bytes()).unwrap_err().to_string(), "OldAkNum is missing");
        let negative = JSON.replace("\"OldAkNum\":0", "\"OldAkNum\":-1");
        assert_eq!(
            TenValues::from_json(negative.as_bytes()).unwrap_err().to_string(),
            "OldAkNum is negative"
        );
    }

    #[test]
    fn a_perfect_report_needs_no_advice_and_each_fault_has_its_own() {
        let perfect = || Values {
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
        let advice = |values: Values| TenValues { score: 1, values }.advice();
        assert!(advice(perfect()).is_empty());
        for (faulty, word) in [
            (Values { bind_mfa: false, ..perfect() }, "root"),
            (Values { root_with_access_key: 1, ..perfect() }, "root"),
            (Values { sub_user: 0, sub_user_bind_mfa: 0, ..perfect() }, "create"),
            (Values { sub_user: 3, ..perfect() }, "without one (1)"),
            (Values { old_ak_num: 4, ..perfect() }, "old AccessKeys (4)"),
            (Values { unused_ak_num: 5, ..perfect() }, "unused AccessKeys (5)"),
            (Values { sub_user_pwd_level: "mid".into(), ..perfect() }, "(mid)"),
        ] {
            let advice = advice(faulty);
            assert!(advice.len() == 1 && advice[0].contains(word), "{advice:?}");
        }
    }

    #[test]
    fn colours_only_when_asked() {
        let report = TenValues::from_json(JSON.as_bytes()).unwrap();
        assert!(!report.table(false).contains('\u{1b}'));
        assert!(report.table(true).starts_with("\u{1b}[1mScore 63 of 100\u{1b}[0m\n"));
    }
}
