//! GetAccountSecurityPracticeReport: how safe the account's identities are, in ten values.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Empty, Nested};

use crate::ops::account_is_gone;
use crate::ops::practice_info::AccountSecurityPracticeUserInfo;
use crate::ops::{Cx, Operation};
use crate::report::counts;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetAccountSecurityPracticeReport;

shape! {
    /// The answer.
    pub struct GetAccountSecurityPracticeReportResponse {
        /// The report.
        AccountSecurityPracticeInfo as account_security_practice_info: Nested<AccountSecurityPracticeInfo> = "";
    }
}

shape! {
    /// The report.
    pub struct AccountSecurityPracticeInfo {
        /// The security score, 0 to 100; higher is better.
        Score as score: i64 = "63";
        /// The nine values behind the score.
        AccountSecurityPracticeUserInfo as account_security_practice_user_info: Nested<AccountSecurityPracticeUserInfo> = "";
    }
}

impl Operation for GetAccountSecurityPracticeReport {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetAccountSecurityPracticeReport",
        summary: "Queries the security report of the account.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetAccountSecurityPracticeReport",
        resource: "*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "查询账号的安全报告。";
    const ACCOUNT_WIDE: bool = true;
    type Request = Empty;
    type Response = GetAccountSecurityPracticeReportResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GetAccountSecurityPracticeReportResponse> {
        let facts = counts::facts(cx.tx, cx.caller.account(), cx.now.day(), cx.settings.thresholds)?
            .ok_or_else(account_is_gone)?;
        let info = AccountSecurityPracticeInfo {
            score: i64::from(cx.settings.model.score(&facts)),
            account_security_practice_user_info: Nested(AccountSecurityPracticeUserInfo::from(&facts)),
        };
        Ok(GetAccountSecurityPracticeReportResponse { account_security_practice_info: Nested(info) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::testing::TestApp;
    use crate::time::SECONDS_PER_DAY;

    const SAMPLE_JSON: &str = include_str!("../../../tests/data/GetAccountSecurityPracticeReport.json");
    const SAMPLE_XML: &str = include_str!("../../../tests/data/GetAccountSecurityPracticeReport.xml");
    const SAMPLE_REQUEST_ID: &str = "ABA822EE-85C2-4418-9577-A1831FC8466D";

    /// One of the nine values behind the score.
    fn field(app: &TestApp, name: &str) -> Value {
        let report = app.ok("GetAccountSecurityPracticeReport", &[]);
        report["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"][name].clone()
    }

    fn fields<const N: usize>(app: &TestApp, names: [&str; N]) -> [i64; N] {
        names.map(|name| field(app, name).as_i64().unwrap_or_else(|| panic!("{name} is a number")))
    }

    fn score(app: &TestApp) -> i64 {
        app.ok("GetAccountSecurityPracticeReport", &[])["AccountSecurityPracticeInfo"]["Score"]
            .as_i64()
            .unwrap()
    }

    /// Without white space between the parts; none of the values has any inside.
    fn squeezed(text: &str) -> String {
        text.split_whitespace().collect()
    }

    /// The account of the vendor's sample: nine users without device and key, one root key, the default policy.
    fn sample_account() -> TestApp {
        let app = TestApp::new();
        for number in 1..=9 {
            app.user(&format!("user-{number}"));
        }
        app
    }

    #[test]
    fn the_sample_account_of_the_vendors_page_answers_the_pages_json_and_xml() {
        let app = sample_account();
        for (format, sample, declaration) in
            [("JSON", SAMPLE_JSON, ""), ("XML", SAMPLE_XML, "<?xml version='1.0' encoding='UTF-8'?>")]
        {
            let request = TestApp::request("GetAccountSecurityPracticeReport", &[]).format(format);
            let answer = app.send(&app.sign(&app.root, &request));
            let body = String::from_utf8(answer.body).unwrap();
            let body = body.replace(answer.request_id.as_str(), SAMPLE_REQUEST_ID);
            assert_eq!(squeezed(body.strip_prefix(declaration).unwrap()), squeezed(sample), "{format}");
        }
    }

    #[test]
    fn a_key_is_old_from_the_91st_day_on_to_the_second() {
        let app = TestApp::new();
        app.user_with_key("alice");
        let names = ["OldAkNum", "SubUserWithOldAccessKey"];
        // Created 2025-06-15T12:00:00Z: days count by the calendar, not by 24 hours.
        for (at, expected) in [
            ("2025-06-15T12:00:00Z", [0, 0]),
            ("2025-09-13T00:00:00Z", [0, 0]),
            ("2025-09-13T23:59:59Z", [0, 0]),
            ("2025-09-14T00:00:00Z", [2, 1]),
            ("2025-09-14T00:00:01Z", [2, 1]),
            ("2035-01-01T00:00:00Z", [2, 1]),
        ] {
            app.clock.set(at.parse().unwrap());
            assert_eq!(fields(&app, names), expected, "{at}");
        }
    }

    #[test]
    fn a_key_is_unused_from_the_90th_day_on_and_a_call_with_it_ends_that() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let names = ["UnusedAkNum", "SubUserWithUnusedAccessKey"];
        // Root's key asks for the report, so it is never unused.
        for (at, expected) in [
            ("2025-09-12T23:59:59Z", [0, 0]),
            ("2025-09-13T00:00:00Z", [1, 1]),
            ("2025-09-13T00:00:01Z", [1, 1]),
        ] {
            app.clock.set(at.parse().unwrap());
            assert_eq!(fields(&app, names), expected, "{at}");
        }
        assert_eq!(app.call_as(&alice, "GetCallerIdentity", &[]).0, 200);
        assert_eq!(fields(&app, names), [0, 0], "used just now");
        for (at, expected) in [("2025-12-11T23:59:59Z", [0, 0]), ("2025-12-12T00:00:00Z", [1, 1])] {
            app.clock.set(at.parse().unwrap());
            assert_eq!(fields(&app, names), expected, "{at}");
        }
        // A refused call is a use as well: its signature was right.
        assert_eq!(app.refused_as(&alice, "ListUsers", &[]), "NoPermission");
        assert_eq!(fields(&app, names), [0, 0]);
    }

    #[test]
    fn a_call_whose_signature_is_wrong_is_no_use() {
        let app = TestApp::new();
        let mut alice = app.user_with_key("alice");
        app.clock.advance(90 * SECONDS_PER_DAY);
        alice.access_key_secret = ramward_rpc::sign::Secret::from("wrong");
        assert_eq!(app.refused_as(&alice, "GetCallerIdentity", &[]), "SignatureDoesNotMatch");
        assert_eq!(fields(&app, ["UnusedAkNum"]), [1]);
    }

    #[test]
    fn a_user_counts_once_and_root_only_in_the_totals() {
        let app = TestApp::new();
        let alice = app.user("alice");
        for _ in 0..2 {
            app.ok("CreateAccessKey", &[("UserPrincipalName", &alice)]);
        }
        app.ok("CreateAccessKey", &[]);
        app.clock.advance(91 * SECONDS_PER_DAY);
        let names = ["OldAkNum", "SubUserWithOldAccessKey", "UnusedAkNum", "SubUserWithUnusedAccessKey"];
        assert_eq!(fields(&app, names), [4, 1, 3, 1]);
        assert_eq!(fields(&app, ["RootWithAccessKey", "SubUser"]), [2, 1]);
    }

    #[test]
    fn disabled_keys_do_not_age_and_roots_still_exist() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let second = app.ok("CreateAccessKey", &[]);
        let second = second["AccessKey"]["AccessKeyId"].as_str().unwrap();
        app.clock.advance(91 * SECONDS_PER_DAY);
        assert_eq!(fields(&app, ["OldAkNum", "UnusedAkNum", "RootWithAccessKey"]), [3, 2, 2]);
        let disable = |name: Option<&str>, key: &str| {
            let mut params = vec![("UserAccessKeyId", key), ("Status", "Inactive")];
            params.extend(name.map(|name| ("UserPrincipalName", name)));
            app.ok("UpdateAccessKey", &params);
        };
        disable(None, second);
        assert_eq!(fields(&app, ["OldAkNum", "UnusedAkNum", "RootWithAccessKey"]), [2, 1, 2]);
        disable(Some(&TestApp::upn("alice")), &alice.access_key_id.to_string());
        let names = ["OldAkNum", "UnusedAkNum", "SubUserWithOldAccessKey", "SubUserWithUnusedAccessKey"];
        assert_eq!(fields(&app, names), [1, 0, 0, 0]);
        let enable = [
            ("UserAccessKeyId", alice.access_key_id.to_string()),
            ("Status", "Active".to_owned()),
            ("UserPrincipalName", TestApp::upn("alice")),
        ];
        let enable: Vec<(&str, &str)> = enable.iter().map(|(name, value)| (*name, value.as_str())).collect();
        app.ok("UpdateAccessKey", &enable);
        assert_eq!(fields(&app, names), [2, 1, 1, 1], "enabling makes nothing younger");
        app.ok("DeleteAccessKey", &[("UserAccessKeyId", second)]);
        assert_eq!(fields(&app, ["RootWithAccessKey"]), [1]);
    }

    #[test]
    fn devices_count_when_they_are_bound() {
        let app = TestApp::new();
        let alice = app.user("alice");
        let (phone, roots) = (app.device("phone"), app.device("roots"));
        assert_eq!((field(&app, "SubUserBindMfa"), field(&app, "BindMfa")), (0.into(), false.into()));
        app.bind(&alice, &phone);
        assert_eq!((field(&app, "SubUserBindMfa"), field(&app, "BindMfa")), (1.into(), false.into()));
        app.bind_root(&roots);
        assert_eq!((field(&app, "SubUserBindMfa"), field(&app, "BindMfa")), (1.into(), true.into()));
        app.ok("UnbindMFADevice", &[("UserPrincipalName", &alice)]);
        app.ok("UnbindAccountMFADevice", &[]);
        assert_eq!((field(&app, "SubUserBindMfa"), field(&app, "BindMfa")), (0.into(), false.into()));
    }

    #[test]
    fn the_level_follows_the_policy() {
        let app = TestApp::new();
        assert_eq!(field(&app, "SubUserPwdLevel"), "low");
        app.ok("SetPasswordPolicy", &[("RequireNumbers", "true"), ("RequireSymbols", "true")]);
        assert_eq!(field(&app, "SubUserPwdLevel"), "mid");
        app.ok(
            "SetPasswordPolicy",
            &[
                ("MinimumPasswordLength", "14"),
                ("RequireLowercaseCharacters", "true"),
                ("RequireNumbers", "true"),
                ("RequireSymbols", "true"),
            ],
        );
        assert_eq!(field(&app, "SubUserPwdLevel"), "high");
        app.ok("SetPasswordPolicy", &[]);
        assert_eq!(field(&app, "SubUserPwdLevel"), "low");
    }

    #[test]
    fn the_score_on_the_way_up() {
        let app = sample_account();
        assert_eq!(score(&app), 63);
        app.bind_root(&app.device("roots"));
        assert_eq!(score(&app), 72);
        for number in 1..=9 {
            let name = format!("user-{number}");
            app.bind(&TestApp::upn(&name), &app.device(&name));
        }
        assert_eq!(score(&app), 81);
        app.ok(
            "SetPasswordPolicy",
            &[
                ("RequireLowercaseCharacters", "true"),
                ("RequireUppercaseCharacters", "true"),
                ("RequireNumbers", "true"),
                ("RequireSymbols", "true"),
            ],
        );
        assert_eq!(score(&app), 90, "root's key is all that is left");
    }

    #[test]
    fn it_reaches_root_and_no_user_without_a_policy() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        for key in [&alice, &app.operator] {
            assert_eq!(app.refused_as(key, "GetAccountSecurityPracticeReport", &[]), "NoPermission");
        }
    }
}
