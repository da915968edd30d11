//! What a call would do to the score, asked of the server before the call is made. Knows no page.

use ramward_rpc::api::Product;
use serde::Deserialize;

use super::calls::{Refusal, part};
use super::check_text;
use super::trouble::Trouble;
use super::visit::Visit;

/// What a call would do to the score.
#[derive(Debug, Clone)]
pub enum Effect {
    /// It would come out so.
    Known(Outcome),
    /// The server does not say it to this caller, or cannot with what was typed so far.
    Unknown(Refusal),
}

/// What comes out.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The score now.
    pub before: i64,
    /// The score then.
    pub after: i64,
    /// The level of the password policy now and then, where that is what changes.
    pub levels: Option<(String, String)>,
    /// The checks that come out otherwise.
    pub changes: Vec<Changed>,
}

/// A check that comes out otherwise.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Changed {
    /// The check.
    pub check: String,
    /// What pages call it.
    #[serde(skip)]
    pub title: String,
    /// Its value now.
    pub before: String,
    /// Its value then.
    pub after: String,
    /// Its points now.
    pub points_before: String,
    /// Its points then.
    pub points_after: String,
}

/// The parts of the password policy that the report looks at.
const POLICY_PARTS: [&str; 5] = [
    "MinimumPasswordLength",
    "RequireLowercaseCharacters",
    "RequireUppercaseCharacters",
    "RequireNumbers",
    "RequireSymbols",
];

/// The operations that the server can try out, beside the one that sets the password policy.
const TRIED: [&str; 10] = [
    "CreateUser",
    "DeleteUser",
    "CreateAccessKey",
    "UpdateAccessKey",
    "DeleteAccessKey",
    "BindMFADevice",
    "UnbindMFADevice",
    "DisableVirtualMFA",
    "BindAccountMFADevice",
    "UnbindAccountMFADevice",
];

const SET_POLICY: &str = "SetPasswordPolicy";

impl Effect {
    /// What the call would do; `None` for one that the score does not depend on.
    ///
    /// # Errors
    /// As [`Visit::calls`], and an answer that is none.
    pub fn of(
        visit: &Visit<'_>,
        action: &str,
        params: &[(&'static str, String)],
    ) -> Result<Option<Self>, Trouble> {
        let Some(asked) = asked(action, params) else { return Ok(None) };
        let asked: Vec<_> = asked.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = visit.attempt(Product::Ramward, "SimulateAccountSecurityPracticeReport", &asked)?;
        let answer = match answer {
            Ok(answer) => answer,
            Err(refusal) => return Ok(Some(Self::Unknown(refusal))),
        };
        let score = |report: &str| part::<i64>(&answer, &format!("/{report}/Score"));
        let level = |report: &str| {
            part::<String>(&answer, &format!("/{report}/AccountSecurityPracticeUserInfo/SubUserPwdLevel"))
        };
        let mut changes: Vec<Changed> = part(&answer, "/Changes/Change")?;
        for changed in &mut changes {
            changed.title = check_text::short(&changed.check, visit.lang);
        }
        let levels = if action == SET_POLICY { Some((level("Before")?, level("After")?)) } else { None };
        Ok(Some(Self::Known(Outcome { before: score("Before")?, after: score("After")?, levels, changes })))
    }
}

/// Whether what comes out depends on a parameter that people fill in.
pub fn looks_at(action: &str, parameter: &str) -> bool {
    action == SET_POLICY && POLICY_PARTS.contains(&parameter)
}

/// What is asked of the simulation.
fn asked(action: &str, params: &[(&'static str, String)]) -> Option<Vec<(String, String)>> {
    if action == SET_POLICY {
        let of_report =
            params.iter().filter(|(name, value)| POLICY_PARTS.contains(name) && !value.is_empty());
        return Some(
            of_report.map(|(name, value)| (format!("PasswordPolicy.{name}"), value.clone())).collect(),
        );
    }
    if !TRIED.contains(&action) {
        return None;
    }
    let mut asked = vec![("Call.1.Operation".to_owned(), action.to_owned())];
    for (name, value) in params {
        match *name {
            // A user that is still to be made has no name yet that could be looked for.
            "UserPrincipalName" if action != "CreateUser" => {
                let name = value.split('@').next().unwrap_or_default();
                asked.push(("Call.1.UserName".to_owned(), name.to_owned()));
            }
            "UserAccessKeyId" => asked.push(("Call.1.AccessKeyId".to_owned(), value.clone())),
            "Status" => asked.push(("Call.1.Status".to_owned(), value.clone())),
            _ => {}
        }
    }
    Some(asked)
}

impl Outcome {
    /// The points that are won, or lost where it is negative.
    pub fn gain(&self) -> i64 {
        self.after - self.before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_that_is_tried_out_exists_and_the_others_are_not_asked_for() {
        let known =
            |action: &str| ramward_domain::ops::OPERATIONS.iter().any(|one| one.api().action == action);
        assert!(TRIED.into_iter().all(known));
        assert!(asked("CreateGroup", &[]).is_none());
    }

    #[test]
    fn a_call_is_asked_for_in_the_words_of_the_simulation() {
        let params = [
            ("UserPrincipalName", "alice@1.onaliyun.com".to_owned()),
            ("UserAccessKeyId", "LTAI1".to_owned()),
            ("Status", "Inactive".to_owned()),
        ];
        let asked = asked("UpdateAccessKey", &params).unwrap();
        let asked: Vec<_> = asked.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let expected = [
            "Call.1.Operation=UpdateAccessKey",
            "Call.1.UserName=alice",
            "Call.1.AccessKeyId=LTAI1",
            "Call.1.Status=Inactive",
        ];
        assert_eq!(asked, expected);
    }
}
