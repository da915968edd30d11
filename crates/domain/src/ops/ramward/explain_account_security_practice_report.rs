//! ExplainAccountSecurityPracticeReport: which check gave how many points, on which facts, and what to do next. Reads as
//! many rows for a million users as for ten.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use crate::ids::AccountId;
use crate::ops::explanation::Explanation;
use crate::ops::{Cx, Operation, account};
use crate::report::checks::{self, Inputs};
use crate::report::exceptions;
use crate::report::repair::Limits;
use crate::state::mirror::Standing;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ExplainAccountSecurityPracticeReport;

shape! {
    /// Whose report to explain.
    pub struct ExplainAccountSecurityPracticeReportRequest {
        /// The account; only the operator may name another than its own, and must name one.
        AccountId as account_id: Option<AccountId> = "1234567890123456";
        /// The score to plan for.
        TargetScore as target_score: Option<Bounded<1, 100>> = "72";
    }
}

shape! {
    /// The answer.
    pub struct ExplainAccountSecurityPracticeReportResponse {
        /// The report explained.
        Explanation as explanation: Nested<Explanation> = "";
    }
}

impl Operation for ExplainAccountSecurityPracticeReport {
    const API: Api = Api {
        product: Product::Ramward,
        action: "ExplainAccountSecurityPracticeReport",
        summary: "Explains the security report of an account: each check with its points, verdict, facts and next step, and the cheapest way to a target score.",
        access: Access::Read,
        audience: Audience::AccountOrOperator,
        self_service: SelfService::No,
        ram_action: "ramward:ExplainAccountSecurityPracticeReport",
        resource: "*",
        errors: &["EntityNotExist.Account"],
    };
    const SUMMARY_ZH: &'static str =
        "解释账号的安全报告：每个检查项的得分、结论、依据和下一步，以及达到目标分数的最省方案。";
    const ACCOUNT_WIDE: bool = true;
    type Request = ExplainAccountSecurityPracticeReportRequest;
    type Response = ExplainAccountSecurityPracticeReportResponse;

    fn is_account_wide(request: &Self::Request) -> bool {
        request.account_id.is_none() && request.target_score.is_none()
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Self::Response> {
        let row = account::named(cx.tx, cx.caller, request.account_id)?;
        let (account, today, thresholds) = (row.account, cx.now.day(), cx.settings.thresholds);
        let (facts, known) = checks::known(cx.tx, &row, today, thresholds)?;
        let inputs = Inputs { facts: &facts, thresholds, known: Some(&known) };
        let target = request.target_score.and_then(|score| u8::try_from(score.get()).ok());
        let limits = Limits { today, thresholds };
        let coverage = exceptions::coverage(cx.tx, account, limits)?;
        let mut explanation = Explanation::new(&inputs, &cx.settings.model, Some((account, cx.now)), target);
        explanation.except(coverage, &cx.settings.model, &facts);
        if let Some(standing) = Standing::find(cx.tx, account)? {
            explanation.mirrored(standing, &facts, thresholds, &cx.settings.model);
        }
        Ok(ExplainAccountSecurityPracticeReportResponse { explanation: Nested(explanation) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::report::checks::CHECKS;
    use crate::report::score::MODEL_VERSION;
    use crate::testing::TestApp;
    use crate::testing::golden;
    use crate::testing::named::{DOCUMENT, FULL_ACCESS};

    const ACTION: &str = "ExplainAccountSecurityPracticeReport";

    fn explained(app: &TestApp, params: &[(&str, &str)]) -> Value {
        app.ok(ACTION, params)["Explanation"].clone()
    }

    fn check<'v>(explanation: &'v Value, id: &str) -> &'v Value {
        let checks = explanation["Checks"]["Check"].as_array().unwrap();
        checks.iter().find(|check| check["Check"] == id).unwrap_or_else(|| panic!("{id} is missing"))
    }

    fn verdict(explanation: &Value, id: &str) -> (String, i64) {
        let check = check(explanation, id);
        (check["Verdict"].as_str().unwrap().to_owned(), check["Findings"].as_i64().unwrap())
    }

    /// Nine users, one root key, the default policy.
    fn sample() -> TestApp {
        let app = TestApp::new();
        for number in 1..=9 {
            app.user(&format!("user-{number}"));
        }
        app
    }

    #[test]
    fn the_vendors_sample_explained() {
        let app = sample();
        let explanation = explained(&app, &[("TargetScore", "80")]);
        golden::assert_golden(
            "explanation.json",
            &format!("{}\n", serde_json::to_string_pretty(&explanation).unwrap()),
        );
    }

    #[test]
    fn it_agrees_with_the_report() {
        let app = sample();
        app.bind_root(&app.device("roots"));
        let report = app.ok("GetAccountSecurityPracticeReport", &[])["AccountSecurityPracticeInfo"].clone();
        let explanation = explained(&app, &[]);
        assert_eq!(explanation["Score"], report["Score"]);
        assert_eq!(explanation["AccountSecurityPracticeUserInfo"], report["AccountSecurityPracticeUserInfo"]);
        assert_eq!(explanation["ModelVersion"], MODEL_VERSION);
        assert_eq!(explanation["Checks"]["Check"].as_array().unwrap().len(), CHECKS.len());
        assert_eq!(explanation.get("Plan"), None, "no target, no plan");
        for check in explanation["Checks"]["Check"].as_array().unwrap() {
            if let Some(field) = check["Field"].as_str().filter(|_| check["Kind"] == "Scored") {
                let value = &report["AccountSecurityPracticeUserInfo"][field];
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                assert_eq!(check["Value"], text, "{field}");
            }
        }
    }

    #[test]
    fn verdicts_follow_the_account() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        app.ok("CreateAccessKey", &[("UserPrincipalName", &upn)]);
        app.ok("CreateLoginProfile", &[("UserPrincipalName", &upn), ("Password", "Correct-horse-9")]);
        let now = explained(&app, &[]);
        for (id, expected, findings) in [
            ("console_user_mfa", "Fail", 1),
            ("console_logon_idle", "Pass", 0),
            ("two_active_keys", "Fail", 1),
            ("key_never_used", "Fail", 2),
            ("console_and_keys", "Fail", 1),
            ("root_key_used_recently", "Fail", 1),
            ("cis_v1_0_0_1_01", "Fail", 1),
            ("cis_v2_0_0_1_06", "Pass", 0),
        ] {
            assert_eq!(verdict(&now, id), (expected.to_owned(), findings), "{id}");
        }
        app.bind(&upn, &app.device("alice"));
        assert_eq!(app.call_as(&alice, "GetCallerIdentity", &[]).0, 200);
        app.clock.advance_days(91);
        let later = explained(&app, &[]);
        for (id, expected, findings) in [
            ("console_user_mfa", "Pass", 0),
            ("console_logon_idle", "Fail", 1),
            ("key_never_used", "Fail", 1),
            ("users_no_old_key", "Fail", 1),
            ("account_no_unused_key", "Fail", 2),
            ("cis_v2_0_0_1_05", "Fail", 1),
            ("cis_v2_0_0_1_06", "Fail", 3),
        ] {
            assert_eq!(verdict(&later, id), (expected.to_owned(), findings), "{id}");
        }
    }

    #[test]
    fn controls_on_policies_follow_the_account() {
        let app = TestApp::new();
        app.user("alice");
        app.user("bob");
        app.empty_group("dev-team");
        let both = |app: &TestApp| {
            let explanation = explained(app, &[]);
            ["cis_v2_0_0_1_15", "cis_v2_0_0_1_16"].map(|id| verdict(&explanation, id))
        };
        let (pass, fail) = (("Pass".to_owned(), 0), |findings| ("Fail".to_owned(), findings));
        app.ok("CreatePolicy", &[("PolicyName", "everything"), ("PolicyDocument", FULL_ACCESS)]);
        assert_eq!(both(&app), [pass.clone(), pass.clone()], "nobody has it");
        let to_group = [("PolicyName", "everything"), ("PolicyType", "Custom"), ("GroupName", "dev-team")];
        app.ok("AttachPolicyToGroup", &to_group);
        app.attach_to_user("alice", "System", "AdministratorAccess");
        app.attach_to_user("alice", "Custom", "everything");
        app.attach_to_user("bob", "System", "ReadOnlyAccess");
        assert_eq!(both(&app), [fail(1), fail(2)]);
        let narrowed = [("PolicyName", "everything"), ("PolicyDocument", DOCUMENT), ("SetAsDefault", "true")];
        app.ok("CreatePolicyVersion", &narrowed);
        app.ok(
            "DetachPolicyFromUser",
            &[("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("UserName", "bob")],
        );
        assert_eq!(both(&app), [pass, fail(1)]);
        app.ok("SetDefaultPolicyVersion", &[("PolicyName", "everything"), ("VersionId", "v1")]);
        assert_eq!(both(&app)[0], fail(1), "the wide version is in force again");
    }

    /// The number of findings is the number that the list of them counts, and each one is in it.
    #[test]
    fn findings_are_those_that_can_be_listed() {
        let app = sample();
        let console = |upn: &str| {
            app.ok("CreateLoginProfile", &[("UserPrincipalName", upn), ("Password", "Correct-horse-9")]);
        };
        for name in ["alice", "bob", "carol"] {
            let upn = TestApp::upn(name);
            app.user_with_key(name);
            console(&upn);
        }
        app.ok("CreateAccessKey", &[("UserPrincipalName", &TestApp::upn("bob"))]);
        app.bind(&TestApp::upn("carol"), &app.device("carol"));
        for days in [0, 90, 1] {
            app.clock.advance_days(days);
            let explanation = explained(&app, &[]);
            let mut some = 0;
            for check in explanation["Checks"]["Check"].as_array().unwrap() {
                let id = check["Check"].as_str().unwrap();
                // Exceptions have a list of their own.
                if check["Kind"] == "CIS" || id == "exception_expired" {
                    continue;
                }
                let list = app.ok("ListSecurityFindings", &[("Check", id), ("MaxItems", "1000")]);
                assert_eq!(check["Findings"], list["TotalCount"], "{id}");
                let listed = list["Findings"]["Finding"].as_array().unwrap().len();
                assert_eq!(check["Findings"], listed, "{id}");
                some += usize::from(listed > 0);
            }
            assert!(some >= 7, "{some} checks have findings");
        }
    }

    /// Doing what the plan says, as often as it says, reaches the score it says, and one repair fewer does not reach the
    /// target.
    #[test]
    fn a_plan_that_is_followed_reaches_its_score() {
        let app = sample();
        let plan = |target: &str| explained(&app, &[("TargetScore", target)])["Plan"].clone();
        let wanted = plan("72");
        assert_eq!(
            (&wanted["ScoreAfter"], wanted["Steps"]["Step"].as_array().unwrap().len()),
            (&72.into(), 1)
        );
        app.bind_root(&app.device("roots"));
        assert_eq!(explained(&app, &[])["Score"], 72);
        let rest = plan("100");
        let steps: Vec<_> = rest["Steps"]["Step"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| {
                (step["Check"].as_str().unwrap(), step["Repairs"].as_i64().unwrap(), step["AtMost"].clone())
            })
            .collect();
        let exact = Value::from(false);
        let expected = [("root_no_key", 1, &exact), ("password_policy", 1, &exact), ("users_mfa", 9, &exact)];
        assert_eq!(steps, expected.map(|(id, repairs, at_most)| (id, repairs, at_most.clone())));
        assert_eq!(plan("72")["Steps"]["Step"].as_array().unwrap().len(), 0, "reached already");
    }

    /// Keys that are old and unused at once are one repair each, and the plan knows it exactly.
    #[test]
    fn a_plan_counts_keys_and_not_users() {
        let app = TestApp::new();
        for name in ["alice", "bob"] {
            let upn = app.user(name);
            for _ in 0..2 {
                app.ok("CreateAccessKey", &[("UserPrincipalName", &upn)]);
            }
        }
        app.clock.advance_days(91);
        app.ok("CreateAccessKey", &[("UserPrincipalName", &app.user("carol"))]);
        let explanation = explained(&app, &[("TargetScore", "90")]);
        let steps = explanation["Plan"]["Steps"]["Step"].as_array().unwrap();
        let keys: Vec<_> = steps
            .iter()
            .filter(|step| step["Action"].as_str().unwrap().contains("RAM user"))
            .map(|step| (step["Check"].as_str().unwrap(), &step["Repairs"], &step["AtMost"]))
            .collect();
        assert_eq!(keys, [("users_no_unused_key", &4.into(), &false.into())], "{steps:?}");
    }

    #[test]
    fn the_settings_in_force_are_named() {
        let app = TestApp::with(|settings| {
            settings.thresholds =
                serde_json::from_str(r#"{"old_days":10,"unused_days":20,"ak_scope":"root_only"}"#).unwrap();
            settings.model =
                serde_json::from_str(r#"{"version":"mine","half_units":{"root_mfa":80}}"#).unwrap();
        });
        let explanation = explained(&app, &[]);
        assert_eq!(explanation["ModelVersion"], "mine");
        assert_eq!(
            explanation["Thresholds"],
            serde_json::json!({"OldDays": 10, "UnusedDays": 20, "AkScope": "root_only"})
        );
        assert_eq!(check(&explanation, "root_mfa")["PointsPossible"], "80.00");
        app.clock.advance_days(30);
        assert_eq!(verdict(&explained(&app, &[]), "account_no_old_key"), ("Fail".to_owned(), 1));
        assert_eq!(
            verdict(&explained(&app, &[]), "cis_v2_0_0_1_06"),
            ("Pass".to_owned(), 0),
            "its limit is its own"
        );
    }

    /// An explanation that depends on nothing but the account is kept; a change, a day and a parameter make another.
    #[test]
    fn a_kept_explanation_is_never_an_old_one() {
        let app = sample();
        let score = |params: &[(&str, &str)]| explained(&app, params)["Score"].clone();
        let misses = || app.service.stats().answer_misses;
        assert_eq!(score(&[]), 63);
        let before = misses();
        assert_eq!((score(&[]), misses()), (63.into(), before), "kept");
        assert_eq!(explained(&app, &[("TargetScore", "72")])["Plan"]["ScoreAfter"], 72);
        assert_eq!(explained(&app, &[]).get("Plan"), None);
        app.bind_root(&app.device("roots"));
        assert_eq!(score(&[]), 72);
        app.clock.advance_days(91);
        assert_eq!(
            (score(&[]), explained(&app, &[])["ReportTime"].as_str()),
            (63.into(), Some("2025-09-14T12:00:00Z"))
        );
    }

    #[test]
    fn the_operator_names_an_account_and_anybody_else_only_its_own() {
        let app = TestApp::new();
        let own = app.account().to_string();
        assert_eq!(explained(&app, &[("AccountId", &own)])["AccountId"], own);
        assert_eq!(app.refused(ACTION, &[("AccountId", "2000000000000000")]), "NoPermission");
        assert_eq!(app.refused_as(&app.operator, ACTION, &[]), "MissingAccountId");
        let other = [("AccountId", "2000000000000000")];
        assert_eq!(app.refused_as(&app.operator, ACTION, &other), "EntityNotExist.Account");
        let (status, body) = app.call_as(&app.operator, ACTION, &[("AccountId", &own)]);
        assert_eq!((status, &body["Explanation"]["AccountId"]), (200, &own.into()));
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, ACTION, &[]), "NoPermission");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        for score in ["0", "101"] {
            assert_eq!(app.refused(ACTION, &[("TargetScore", score)]), "InvalidParameter.TargetScore.Range");
        }
        assert_eq!(app.refused(ACTION, &[("AccountId", "x")]), "InvalidParameter.AccountId.Format");
    }
}
