//! SimulateAccountSecurityPracticeReport: what the report would say later, after repairs or calls, with another password
//! policy. Changes nothing.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::{Kind, Nested, Scalar};
use ramward_rpc::value::Value;

use crate::identity::password_policy::{self as policy, MinimumPasswordLength};
use crate::identity::user::UserName;
use crate::ids::{AccountId, UserId};
use crate::ops::practice_info::AccountSecurityPracticeUserInfo;
use crate::ops::shown_key_id::ShownKeyId;
use crate::ops::simulated_call::SimulatedCall;
use crate::ops::{Cx, Operation, account, account_is_gone};
use crate::report::checks::Inputs;
use crate::report::counts;
use crate::report::facts::{Facts, SubUserPwdLevel};
use crate::report::findings::{CheckName, Scope};
use crate::report::ledger::{Ledger, Line};
use crate::report::repair::Limits;
use crate::report::simulation::{self, AtMost, Outcome, Repair};
use crate::store::Tx;
use crate::store::tables::users;
use crate::time::{Day, Timestamp};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SimulateAccountSecurityPracticeReport;

/// How many repairs, and how many calls, a request may name.
const MOST: usize = 1000;

/// A day, written as a date or as an instant on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(Day);

impl Scalar for Date {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str =
        "a date as 2026-12-31, or an instant as 2026-12-31T00:00:00Z; not before today";

    fn parse(text: &str) -> Result<Self, Rule> {
        let instant = if text.contains('T') {
            Timestamp::parse(text)
        } else {
            Timestamp::parse(&format!("{text}T00:00:00Z"))
        };
        instant.map(|instant| Self(instant.day())).map_err(|_| Rule::Format)
    }

    fn value(&self) -> Value {
        Value::text(self.0.to_string())
    }
}

shape! {
    /// What to simulate. Everything together; without any of it the report is what it is.
    pub struct SimulateAccountSecurityPracticeReportRequest {
        /// The account; the caller's where it is left out. The operator must name one.
        AccountId as account_id: Option<AccountId> = "1234567890123456";
        /// The day of the report, with the keys that will have turned old by then. Default: today.
        At as at: Option<Date> = "2027-01-01";
        /// Another password policy; what is left out stays as it is.
        PasswordPolicy as password_policy: Nested<SimulatedPasswordPolicy> = "";
        /// The repairs, at most 1000. The same one twice counts once.
        Repair as repair: Vec<SimulatedRepair> = "";
        /// Calls, at most 1000, after the repairs.
        Call as call: Vec<SimulatedCall> = "";
    }
}

shape! {
    /// The part of a password policy that the report looks at.
    pub struct SimulatedPasswordPolicy {
        /// How many characters a password has at least.
        MinimumPasswordLength as minimum_password_length: Option<MinimumPasswordLength> = "14";
        /// Whether a password must contain a lower-case letter.
        RequireLowercaseCharacters as require_lowercase_characters: Option<bool> = "true";
        /// Whether a password must contain an upper-case letter.
        RequireUppercaseCharacters as require_uppercase_characters: Option<bool> = "true";
        /// Whether a password must contain a digit.
        RequireNumbers as require_numbers: Option<bool> = "true";
        /// Whether a password must contain a character that is neither letter nor digit.
        RequireSymbols as require_symbols: Option<bool> = "true";
    }
}

shape! {
    /// A repair. A key is repaired by deleting it, with or without another in its place.
    pub struct SimulatedRepair {
        /// The check to repair: all its findings, unless one is named.
        Check as check: CheckName = "users_mfa";
        /// Only what this RAM user breaks it by.
        UserName as user_name: Option<UserName> = "alice";
        /// Only this AccessKey of that user, or without `UserName` of root.
        AccessKeyId as access_key_id: Option<ShownKeyId> = "LTAI****abcd";
    }
}

shape! {
    /// The answer.
    pub struct SimulateAccountSecurityPracticeReportResponse {
        /// The report as it is now.
        Before as before: Nested<SimulatedReport> = "";
        /// The report as it would be.
        After as after: Nested<SimulatedReport> = "";
        /// What differs.
        Changes as changes: Nested<Changes> = "";
    }
}

shape! {
    /// A report.
    pub struct SimulatedReport {
        /// The security score.
        Score as score: i64 = "63";
        /// The nine values behind it.
        AccountSecurityPracticeUserInfo as user_info: Nested<AccountSecurityPracticeUserInfo> = "";
    }
}

shape! {
    /// The checks of the score that come out otherwise.
    pub struct Changes {
        /// The checks.
        Change as change: Vec<Change> = "";
    }
}

shape! {
    /// A check that comes out otherwise.
    pub struct Change {
        /// The check.
        Check as check: String = "users_mfa";
        /// Its value now.
        Before as before: String = "0";
        /// Its value then.
        After as after: String = "9";
        /// Whether fewer may be left than `After` says: only where a whole check is repaired that thousands break.
        AfterIsAtMost as after_is_at_most: bool = "false";
        /// The points it gives now.
        PointsBefore as points_before: String = "0.00";
        /// The points it would give.
        PointsAfter as points_after: String = "9.09";
    }
}

impl Operation for SimulateAccountSecurityPracticeReport {
    const API: Api = Api {
        product: Product::Ramward,
        action: "SimulateAccountSecurityPracticeReport",
        summary: "Says what the security report would be on a later day, after repairs or calls, or with another password policy; changes nothing.",
        access: Access::Read,
        audience: Audience::AccountOrOperator,
        self_service: SelfService::No,
        ram_action: "ramward:SimulateAccountSecurityPracticeReport",
        resource: "*",
        errors: &["EntityNotExist.Account", "EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str =
        "模拟安全报告：在以后某天、修复或调用之后、或采用其他密码策略时的结果；不做任何更改。";
    type Request = SimulateAccountSecurityPracticeReportRequest;
    type Response = SimulateAccountSecurityPracticeReportResponse;

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &SimulateAccountSecurityPracticeReportRequest,
    ) -> ApiResult<SimulateAccountSecurityPracticeReportResponse> {
        let row = account::named(cx.tx, cx.caller, request.account_id)?;
        let (id, now, thresholds) = (row.account, cx.now.day(), cx.settings.thresholds);
        let today = request.at.map_or(now, |at| at.0);
        if today < now {
            return Err(ApiError::invalid("At", Rule::Range));
        }
        for (parameter, count) in [("Repair", request.repair.len()), ("Call", request.call.len())] {
            if count > MOST {
                return Err(ApiError::invalid(parameter, Rule::Range));
            }
        }
        let limits = Limits { today, thresholds };
        let repairs = request.repair.iter().map(|repair| find(cx.tx, id, limits, repair));
        let repairs: Vec<Repair> = repairs.collect::<ApiResult<_>>()?;
        let changes = request.call.iter().map(|call| call.change(cx.tx, id, cx.now));
        let changes: Vec<_> = changes.collect::<ApiResult<_>>()?;
        let policy = request.password_policy.0.over(row.password_policy);
        let before = counts::facts(cx.tx, id, now, thresholds)?;
        let level = SubUserPwdLevel::of(&policy);
        let after = simulation::simulate(cx.tx, id, limits, &repairs, &changes, level)?;
        let (before, Outcome { facts: after, at_most }) = before.zip(after).ok_or_else(account_is_gone)?;
        let model = &cx.settings.model;
        let ledgers = (Ledger::of(model, &before), Ledger::of(model, &after));
        let inputs = |facts| Inputs { facts, thresholds, known: None };
        let changes =
            ledgers.0.lines.iter().zip(&ledgers.1.lines).filter_map(|(one, other)| {
                Change::of(one, other, [inputs(&before), inputs(&after)], at_most)
            });
        let report = |facts: &Facts, score| {
            Nested(SimulatedReport { score: i64::from(score), user_info: Nested(facts.into()) })
        };
        Ok(SimulateAccountSecurityPracticeReportResponse {
            before: report(&before, ledgers.0.score),
            after: report(&after, ledgers.1.score),
            changes: Nested(Changes { change: changes.collect() }),
        })
    }
}

impl SimulatedPasswordPolicy {
    fn over(&self, present: policy::PasswordPolicy) -> policy::PasswordPolicy {
        policy::PasswordPolicy {
            minimum_password_length: self.minimum_password_length.unwrap_or(present.minimum_password_length),
            require_lowercase_characters: self
                .require_lowercase_characters
                .unwrap_or(present.require_lowercase_characters),
            require_uppercase_characters: self
                .require_uppercase_characters
                .unwrap_or(present.require_uppercase_characters),
            require_numbers: self.require_numbers.unwrap_or(present.require_numbers),
            require_symbols: self.require_symbols.unwrap_or(present.require_symbols),
            ..present
        }
    }
}

impl Change {
    /// Nothing where a check comes out as before.
    fn of(before: &Line, after: &Line, inputs: [Inputs<'_>; 2], at_most: AtMost) -> Option<Self> {
        let [value_before, value_after] = inputs.map(|inputs| before.check.assess(&inputs).value);
        let after_is_at_most = match before.check.field {
            Some("SubUserWithOldAccessKey") => at_most.users_old,
            Some("SubUserWithUnusedAccessKey") => at_most.users_unused,
            Some("OldAkNum") => at_most.keys_old,
            Some("UnusedAkNum") => at_most.keys_unused,
            _ => false,
        };
        // Points follow from the value. Their second decimal also depends on the other lines, and would name all of them.
        let differs = value_before != value_after || after_is_at_most;
        differs.then(|| Self {
            check: before.check.id.to_owned(),
            before: value_before,
            after: value_after,
            after_is_at_most,
            points_before: before.gave.to_string(),
            points_after: after.gave.to_string(),
        })
    }
}

/// Whom a repair is about.
fn find(tx: &mut Tx<'_>, account: AccountId, limits: Limits, repair: &SimulatedRepair) -> ApiResult<Repair> {
    let check = repair.check;
    let of_root = check.scope(limits) == Scope::Root;
    let about_nobody = check.scope(limits) == Scope::Account;
    let user = match (&repair.user_name, &repair.access_key_id) {
        (None, None) => return Ok(Repair::All(check)),
        _ if about_nobody => return Err(misnamed(check, "it is about the account as a whole")),
        (Some(_), _) if of_root => return Err(misnamed(check, "it is about root, which has no UserName")),
        (_, Some(_)) if !check.is_about_keys() && !is_about_users_with_keys(check) => {
            return Err(misnamed(check, "it is not about AccessKeys"));
        }
        (Some(name), _) => users::find_by_name(tx, account, name)?
            .map(|user| user.user_id)
            .ok_or_else(|| ApiError::new(Code::EntityNotExist("User")))?,
        (None, Some(_)) => UserId::ROOT,
    };
    let place = repair.access_key_id.as_ref().map(|shown| shown.place(tx, account, user, "Repair"));
    Ok(Repair::One(check, user, place.transpose()?))
}

/// Whether a check counts users by their keys.
const fn is_about_users_with_keys(check: CheckName) -> bool {
    matches!(check, CheckName::UsersNoOldKey | CheckName::UsersNoUnusedKey | CheckName::TwoActiveKeys)
}

fn misnamed(check: CheckName, reason: &str) -> Box<ApiError> {
    let message = format!(
        "The parameter - \"Repair\" is incorrect. {check} names somebody it cannot be about: {reason}."
    );
    ApiError::with_message(Code::InvalidParameter("Repair".into(), Rule::Format), message)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{NewKey, TestApp};

    const ACTION: &str = "SimulateAccountSecurityPracticeReport";

    /// Alice has a key that is old and unused, bob one that he uses, root the one that calls.
    fn app() -> (TestApp, NewKey, NewKey) {
        let app = TestApp::new();
        let (alice, bob) = (app.user_with_key("alice"), app.user_with_key("bob"));
        app.clock.advance_days(100);
        app.call_as(&bob, "GetCallerIdentity", &[]);
        (app, alice, bob)
    }

    fn score(app: &TestApp, params: &[(&str, &str)]) -> (i64, i64) {
        let answer = app.ok(ACTION, params);
        (answer["Before"]["Score"].as_i64().unwrap(), answer["After"]["Score"].as_i64().unwrap())
    }

    fn report(app: &TestApp) -> Value {
        let info = app.ok("GetAccountSecurityPracticeReport", &[])["AccountSecurityPracticeInfo"].clone();
        json!({
            "Score": info["Score"],
            "AccountSecurityPracticeUserInfo": info["AccountSecurityPracticeUserInfo"]
        })
    }

    #[test]
    fn nothing_simulated_is_the_report_and_no_change() {
        let (app, ..) = app();
        let answer = app.ok(ACTION, &[]);
        assert_eq!((&answer["Before"], &answer["After"]), (&report(&app), &report(&app)));
        assert_eq!(answer["Changes"]["Change"], json!([]));
    }

    #[test]
    fn only_what_comes_out_otherwise_is_a_change() {
        let (app, ..) = app();
        let answer = app.ok(ACTION, &[("Repair.1.Check", "root_mfa")]);
        let changes = answer["Changes"]["Change"].as_array().unwrap();
        let changed: Vec<_> = changes.iter().map(|change| change["Check"].as_str().unwrap()).collect();
        assert_eq!(changed, ["root_mfa"]);
    }

    #[test]
    fn repairs_that_are_really_made_give_what_was_simulated() {
        let (app, alice, _) = app();
        let shown = {
            let id = alice.access_key_id.as_str();
            format!("{}****{}", &id[..4], &id[id.len() - 4..])
        };
        let simulated = app.ok(
            ACTION,
            &[
                ("Repair.1.Check", "account_no_unused_key"),
                ("Repair.1.UserName", "alice"),
                ("Repair.1.AccessKeyId", &shown),
                ("Repair.2.Check", "users_no_old_key"),
                ("Repair.2.UserName", "alice"),
                ("PasswordPolicy.MinimumPasswordLength", "14"),
                ("PasswordPolicy.RequireNumbers", "true"),
            ],
        );
        let changes = simulated["Changes"]["Change"].as_array().unwrap();
        insta::assert_json_snapshot!(changes.iter().find(|change| change["Check"] == "account_no_old_key"), @r#"
        {
          "Check": "account_no_old_key",
          "Before": "3",
          "After": "2",
          "AfterIsAtMost": false,
          "PointsBefore": "0.00",
          "PointsAfter": "0.00"
        }
        "#);
        let (upn, id) = (TestApp::upn("alice"), alice.access_key_id.to_string());
        app.ok("DeleteAccessKey", &[("UserPrincipalName", &upn), ("UserAccessKeyId", &id)]);
        app.ok("SetPasswordPolicy", &[("MinimumPasswordLength", "14"), ("RequireNumbers", "true")]);
        assert_eq!(simulated["After"], report(&app));
        assert_ne!(simulated["Before"], report(&app));
    }

    #[test]
    fn a_later_day_is_what_the_clock_will_show() {
        let app = TestApp::new();
        app.user_with_key("alice");
        let simulated = app.ok(ACTION, &[("At", "2025-09-14")]);
        assert_eq!(app.ok(ACTION, &[("At", "2025-09-14T23:59:59Z")])["After"], simulated["After"]);
        let kept = app.ok(ACTION, &[("At", "2025-09-13")])["After"].clone();
        assert_eq!(kept["AccountSecurityPracticeUserInfo"]["OldAkNum"], 0);
        assert_eq!(simulated["After"]["AccountSecurityPracticeUserInfo"]["OldAkNum"], 2);
        app.clock.advance_days(91);
        // Root's own call made its key a used one.
        let mut expected = simulated["After"]["AccountSecurityPracticeUserInfo"].clone();
        expected["UnusedAkNum"] = json!(expected["UnusedAkNum"].as_i64().unwrap() - 1);
        assert_eq!(expected, report(&app)["AccountSecurityPracticeUserInfo"]);
    }

    #[test]
    fn everything_repaired_is_a_full_score() {
        let (app, ..) = app();
        let all = [
            "root_mfa",
            "root_no_key",
            "users_mfa",
            "account_no_old_key",
            "account_no_unused_key",
            "password_policy",
        ];
        let names: Vec<String> = (1..=all.len()).map(|number| format!("Repair.{number}.Check")).collect();
        let params: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(all).collect();
        assert_eq!(score(&app, &params).1, 100);
        assert_eq!(score(&app, &params[1..]).1, 90);
        let twice = [
            ("Repair.1.Check", "users_mfa"),
            ("Repair.2.Check", "users_mfa"),
            ("Repair.3.UserName", "bob"),
            ("Repair.3.Check", "users_mfa"),
        ];
        let bound =
            app.ok(ACTION, &twice)["After"]["AccountSecurityPracticeUserInfo"]["SubUserBindMfa"].clone();
        assert_eq!(bound, 2);
        let empty = TestApp::new();
        let first = [("Repair.1.Check", "ram_users_exist"), ("Repair.2.Check", "users_mfa")];
        let info = empty.ok(ACTION, &first)["After"]["AccountSecurityPracticeUserInfo"].clone();
        assert_eq!((&info["SubUser"], &info["SubUserBindMfa"]), (&json!(1), &json!(1)));
    }

    #[test]
    fn refusals() {
        let (app, alice, _) = app();
        let id = alice.access_key_id.to_string();
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[("At", "2025-09-22")], "InvalidParameter.At.Range"),
            (&[("At", "soon")], "InvalidParameter.At.Format"),
            (&[("Repair.1.UserName", "alice")], "MissingRepair.1.Check"),
            (&[("Repair.1.Check", "cis_v1_0_0_1_01")], "InvalidParameter.Repair.1.Check.Range"),
            (&[("Repair.1.Check", "users_mfa"), ("Repair.1.UserName", "eve")], "EntityNotExist.User"),
            (
                &[("Repair.1.Check", "account_no_old_key"), ("Repair.1.AccessKeyId", &id)],
                "EntityNotExist.User.AccessKey",
            ),
            (
                &[("Repair.1.Check", "root_mfa"), ("Repair.1.UserName", "alice")],
                "InvalidParameter.Repair.Format",
            ),
            (
                &[("Repair.1.Check", "root_no_key"), ("Repair.1.UserName", "alice")],
                "InvalidParameter.Repair.Format",
            ),
            (
                &[
                    ("Repair.1.Check", "users_mfa"),
                    ("Repair.1.UserName", "alice"),
                    ("Repair.1.AccessKeyId", &id),
                ],
                "InvalidParameter.Repair.Format",
            ),
            (
                &[("PasswordPolicy.MinimumPasswordLength", "7")],
                "InvalidParameter.PasswordPolicy.MinimumPasswordLength.Range",
            ),
            (&[("AccountId", "2000000000000000")], "NoPermission"),
            (&[("Call.1.UserName", "alice")], "MissingCall.1.Operation"),
            (&[("Call.1.Operation", "GetUser")], "InvalidParameter.Call.1.Operation.Range"),
            (&[("Call.1.Operation", "DeleteUser")], "InvalidParameter.Call.Format"),
            (&[("Call.1.Operation", "DeleteAccessKey")], "InvalidParameter.Call.Format"),
            (
                &[
                    ("Call.1.Operation", "UpdateAccessKey"),
                    ("Call.1.UserName", "alice"),
                    ("Call.1.AccessKeyId", &id),
                ],
                "InvalidParameter.Call.Format",
            ),
            (
                &[("Call.1.Operation", "BindAccountMFADevice"), ("Call.1.UserName", "alice")],
                "InvalidParameter.Call.Format",
            ),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused(ACTION, params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&app.operator, ACTION, &[]), "MissingAccountId");
    }
}
