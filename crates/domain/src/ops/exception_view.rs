//! The explained report as it looks to an account that lives with some of it: beside each number the one without what
//! exceptions cover. The numbers themselves stay.

use std::collections::BTreeSet;

use super::explanation::Explanation;
use crate::report::checks::Verdict;
use crate::report::exceptions::Coverage;
use crate::report::facts::Facts;
use crate::report::score::{self, Model};

impl Explanation {
    /// Adds what the exceptions in force cover, if there are any.
    pub fn except(&mut self, coverage: Coverage, model: &Model, facts: &Facts) {
        if coverage.findings.is_empty() {
            return;
        }
        let mut made_up: BTreeSet<String> = BTreeSet::new();
        for check in &mut self.checks.0.check {
            let Some(covered) = coverage.findings.get(&check.check) else { continue };
            let excepted = check.findings.unwrap_or_default().min(*covered);
            let fails = check.verdict == Verdict::Fail.as_str();
            check.excepted_findings = Some(excepted);
            check.verdict_with_exceptions = Some(if fails && Some(excepted) == check.findings {
                made_up.insert(check.check.clone());
                Verdict::Pass.as_str().to_owned()
            } else {
                check.verdict.clone()
            });
        }
        let mut ledger = model.ledger(facts);
        for entry in &mut ledger {
            if made_up.contains(entry.check.id) {
                entry.gave = entry.can;
            }
        }
        self.score_with_exceptions = Some(i64::from(score::sum(&ledger)));
        self.exceptions_too_wide = (!coverage.too_wide.is_empty()).then(|| coverage.too_wide.join(" "));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::TestApp;

    fn explained(app: &TestApp) -> Value {
        app.ok("ExplainAccountSecurityPracticeReport", &[])["Explanation"].clone()
    }

    fn except(app: &TestApp, name: &str, check: &str, pattern: &str) {
        let params = [
            ("ExceptionId", name),
            ("Check", check),
            ("SubjectPattern", pattern),
            ("Owner", "o"),
            ("Reason", "r"),
            ("ExpireDate", "2025-06-20"),
            ("State", "planned"),
        ];
        app.ok("SetSecurityException", &params);
    }

    /// Findings, how many are excepted, and both verdicts.
    fn line(explanation: &Value, id: &str) -> Value {
        let checks = explanation["Checks"]["Check"].as_array().unwrap();
        let check = checks.iter().find(|check| check["Check"] == id).unwrap();
        json!([
            check["Findings"],
            check["ExceptedFindings"],
            check["Verdict"],
            check["VerdictWithExceptions"]
        ])
    }

    /// Five users without a device, one root key: 63.
    fn app() -> TestApp {
        let app = TestApp::new();
        ["alice", "bob", "svc-a", "svc-b", "svc"].iter().for_each(|name| drop(app.user(name)));
        app
    }

    #[test]
    fn names_beginnings_and_all() {
        let app = app();
        let plain = explained(&app);
        assert_eq!(plain.get("ScoreWithExceptions"), None);
        except(&app, "one", "users_mfa", "alice");
        assert_eq!(line(&explained(&app), "users_mfa"), json!([5, 1, "Fail", "Fail"]));
        except(&app, "robots", "users_mfa", "svc-*");
        assert_eq!(line(&explained(&app), "users_mfa"), json!([5, 3, "Fail", "Fail"]));
        // One that is covered twice counts once, nobody's name covers nobody.
        except(&app, "again", "users_mfa", "ali*");
        except(&app, "nobody", "users_mfa", "carol");
        let found = explained(&app);
        assert_eq!(line(&found, "users_mfa"), json!([5, 3, "Fail", "Fail"]));
        assert_eq!((&found["Score"], &found["ScoreWithExceptions"]), (&63.into(), &63.into()));
        except(&app, "rest", "users_mfa", "*");
        let found = explained(&app);
        assert_eq!(line(&found, "users_mfa"), json!([5, 5, "Fail", "Pass"]));
        assert_eq!((&found["Score"], &found["ScoreWithExceptions"]), (&63.into(), &72.into()));
        let report = app.ok("GetAccountSecurityPracticeReport", &[]);
        assert_eq!(
            report["AccountSecurityPracticeInfo"]["Score"], 63,
            "the vendor's score knows no exception"
        );
    }

    #[test]
    fn every_user_by_name_is_all_of_them() {
        let app = app();
        for name in ["alice", "bob", "svc*"] {
            except(&app, name.trim_end_matches('*'), "users_mfa", name);
        }
        let found = explained(&app);
        assert_eq!(line(&found, "users_mfa"), json!([5, 5, "Fail", "Pass"]));
        app.user("carol");
        assert_eq!(
            line(&explained(&app), "users_mfa"),
            json!([6, 5, "Fail", "Fail"]),
            "whoever comes counts"
        );
    }

    #[test]
    fn root_and_its_keys() {
        let app = app();
        except(&app, "mfa", "root_mfa", "<root>");
        except(&app, "key", "root_no_key", "*");
        except(&app, "policy", "password_policy", "*");
        except(&app, "cis", "cis_v1_0_0_1_04", "*");
        let found = explained(&app);
        assert_eq!(line(&found, "root_mfa"), json!([1, 1, "Fail", "Pass"]));
        assert_eq!(line(&found, "root_no_key"), json!([1, 1, "Fail", "Pass"]));
        assert_eq!(line(&found, "password_policy"), json!([1, 1, "Fail", "Pass"]));
        // Everything but the devices of users.
        assert_eq!((&found["Score"], &found["ScoreWithExceptions"]), (&63.into(), &90.into()));
        app.clock.set("2025-06-15T13:00:00Z".parse().unwrap());
        let keys = TestApp::new();
        keys.user_with_key("alice");
        except(&keys, "roots", "key_never_used", "<root>");
        except(&keys, "hers", "key_never_used", "alice");
        assert_eq!(line(&explained(&keys), "key_never_used"), json!([1, 1, "Fail", "Pass"]));
    }

    #[test]
    fn one_that_is_over_covers_nobody_and_is_a_finding() {
        let app = app();
        except(&app, "rest", "users_mfa", "*");
        assert_eq!(line(&explained(&app), "exception_expired"), json!([0, null, "Pass", null]));
        app.clock.set("2025-06-21T00:00:00Z".parse().unwrap());
        let found = explained(&app);
        assert_eq!(line(&found, "users_mfa"), json!([5, null, "Fail", null]));
        assert_eq!(line(&found, "exception_expired"), json!([1, null, "Fail", null]));
        assert_eq!(found.get("ScoreWithExceptions"), None);
        app.ok("DeleteSecurityException", &[("ExceptionId", "rest")]);
        assert_eq!(line(&explained(&app), "exception_expired"), json!([0, null, "Pass", null]));
    }

    #[test]
    fn those_that_are_over_are_listed_as_findings() {
        let app = app();
        except(&app, "rest", "users_mfa", "al*");
        except(&app, "also", "root_mfa", "*");
        let none = app.ok("ListSecurityFindings", &[("Check", "exception_expired")]);
        assert_eq!(none["TotalCount"], 0);
        app.clock.set("2025-06-22T09:00:00Z".parse().unwrap());
        for (sort, prefix, names) in [
            ("Age", "", vec!["also", "rest"]),
            ("Subject", "", vec!["also", "rest"]),
            ("Age", "al", vec!["rest"]),
        ] {
            let params = [("Check", "exception_expired"), ("SortBy", sort), ("UserNamePrefix", prefix)];
            let params = if prefix.is_empty() { &params[..2] } else { &params };
            let answer = app.ok("ListSecurityFindings", params);
            let listed = answer["Findings"]["Finding"].as_array().unwrap();
            let ids: Vec<_> = listed.iter().map(|finding| finding["ExceptionId"].as_str().unwrap()).collect();
            assert_eq!(ids, names, "{sort} {prefix}");
        }
        let page = app.ok("ListSecurityFindings", &[("Check", "exception_expired"), ("MaxItems", "1")]);
        assert_eq!((&page["TotalCount"], &page["IsTruncated"]), (&json!(2), &json!(true)));
        let marker = page["Marker"].as_str().unwrap();
        let rest = app.ok("ListSecurityFindings", &[("Check", "exception_expired"), ("Marker", marker)]);
        insta::assert_json_snapshot!(rest["Findings"]["Finding"], @r#"
        [
          {
            "Check": "exception_expired",
            "SubjectType": "Exception",
            "ExceptionId": "rest",
            "Since": "2025-06-21T00:00:00Z",
            "AgeDays": 1,
            "PointsIfRepaired": "0.00",
            "Advice": "Repair what the exception was for and delete it, or set it again with a later day.",
            "RamwardCall": "ramward call DeleteSecurityException ExceptionId=rest"
          }
        ]
        "#);
    }

    #[test]
    fn a_beginning_that_names_too_many_covers_nobody_and_is_named() {
        let app = app();
        let mut lines = String::new();
        for number in 0..2100 {
            lines += &format!(
                "{{\"Kind\":\"User\",\"AccountId\":\"{}\",\"UserName\":\"robot-{number}\"}}\n",
                app.account()
            );
        }
        let seal = crate::store::seal::SealKey::parse(&"5e".repeat(32), "test").unwrap();
        let present = crate::report::history::Present {
            now: app.service.now(),
            measures: app.service.settings().measures(),
        };
        crate::state::import::import(
            app.service.store(),
            &seal,
            &crate::entropy::SeededEntropy::new(5),
            present,
            &mut lines.as_bytes(),
            crate::state::import::Form::Lines,
            &mut |_| {},
        )
        .unwrap();
        except(&app, "wide", "users_mfa", "robot-*");
        except(&app, "narrow", "users_mfa", "svc-*");
        let found = explained(&app);
        assert_eq!(found["ExceptionsTooWide"], "wide");
        assert_eq!(line(&found, "users_mfa"), json!([2105, 2, "Fail", "Fail"]));
    }
}
