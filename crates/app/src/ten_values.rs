//! The ten values of GetAccountSecurityPracticeReport: read from JSON or XML, and explained as far as they tell. Pure: asks
//! no server.

use anyhow::{Context as _, anyhow};
use ramward_domain::identity::level::SubUserPwdLevel;
use ramward_domain::ops::explanation;
use ramward_domain::report::checks::Inputs;
use ramward_domain::report::facts::Facts;
use ramward_domain::report::score::Model;
use ramward_domain::report::thresholds::Thresholds;
use ramward_rpc::json;
use ramward_rpc::shape::Shape;
use serde_json::Value;

use crate::formats::explained::{Explained, Explanation, Values};

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
        Self::from_answer(&serde_json::from_slice(body).context("the body is not JSON")?)
    }

    /// Reads the JSON answer, parsed already.
    pub fn from_answer(answer: &Value) -> anyhow::Result<Self> {
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

    /// The explained report as far as the values tell, by this model and these limits; the score is the model's.
    pub fn explanation(
        &self,
        model: &Model,
        thresholds: Thresholds,
        target: Option<u8>,
    ) -> anyhow::Result<Explanation> {
        let facts = facts(&self.values)?;
        let inputs = Inputs { facts: &facts, thresholds, known: None };
        let by_the_model = explanation::Explanation::new(&inputs, model, None, target);
        let mut json = String::from("{");
        json::write_members(&mut json, &by_the_model.members());
        json.push('}');
        serde_json::from_str(&json).context("an explanation that is made here cannot be read here")
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
}
