//! The explained report as it looks where the account is a mirror: which of the values rest on what could not be known, and
//! how far they may be off.

use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::explanation::Explanation;
use crate::report::facts::Facts;
use crate::report::score::Model;
use crate::report::thresholds::Thresholds;
use crate::state::mirror::{Resting, Standing};
use crate::time::Timestamp;

shape! {
    /// How far the values of a mirrored account are known.
    pub struct Mirror {
        /// When the last collect ended; absent where it was cut off, so that the values are not yet those of the account.
        CollectedDate as collected_date: Option<Timestamp> = "2025-06-15T12:00:00Z";
        /// How it was collected: `walk` or `credential-report`.
        Plan as plan: String = "credential-report";
        /// The values that may be otherwise; absent where the last collect was cut off or has not kept them.
        Unknowns as unknowns: Option<Nested<Unknowns>> = "";
    }
}

shape! {
    /// Values that may be otherwise.
    pub struct Unknowns {
        /// The values, in the order of the report.
        Unknown as unknown: Vec<Unknown> = "";
    }
}

shape! {
    /// A value that may be otherwise.
    pub struct Unknown {
        /// Its name: a field of the report, or Score.
        Value as value: String = "SubUserBindMfa";
        /// What it is at least, where that is known and the value is a number.
        AtLeast as at_least: Option<i64> = "3";
        /// What it is at most, likewise.
        AtMost as at_most: Option<i64> = "12";
        /// Why it may be otherwise.
        Reason as reason: String = "not known of 9 users whether a device is bound";
    }
}

impl Explanation {
    /// Adds where the mirror stands.
    pub fn mirrored(&mut self, standing: Standing, facts: &Facts, thresholds: Thresholds, model: &Model) {
        let resting = standing.basis.map(|basis| basis.resting(facts, thresholds, model));
        let unknowns =
            resting.map(|all| Nested(Unknowns { unknown: all.into_iter().map(Unknown::from).collect() }));
        self.mirror =
            Some(Nested(Mirror { collected_date: standing.collected, plan: standing.plan, unknowns }));
    }
}

impl From<Resting> for Unknown {
    fn from(resting: Resting) -> Self {
        Self {
            value: resting.value.to_owned(),
            at_least: resting.bounds.map(|(least, _)| least),
            at_most: resting.bounds.map(|(_, most)| most),
            reason: resting.reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use crate::entropy::SeededEntropy;
    use crate::identity::user::UserName;
    use crate::ids::AccountId;
    use crate::report::score::Model;
    use crate::report::thresholds::Thresholds;
    use crate::state::mirror::{Basis, Learned, LearnedRow, Mirror, Plan, Wish};
    use crate::testing::TestApp;

    const MIRRORED: &str = "1000000000000002";

    fn begin(app: &TestApp) -> Mirror {
        let account: AccountId = MIRRORED.parse().unwrap();
        let (thresholds, model) = (Thresholds::default(), Model::default());
        let (endpoint, plan) = ("https://cloud".into(), Plan::CredentialReport);
        let wish = Wish { account, endpoint, plan, anew: false, thresholds, model };
        Mirror::begin(app.service.store(), Arc::new(SeededEntropy::new(1)), &wish, app.wall()).unwrap()
    }

    /// What a run learns of users: whether a device is bound.
    fn learn(app: &TestApp, mirror: &mut Mirror, bound: &[Option<bool>]) {
        let row = |(number, bound): (usize, &Option<bool>)| {
            Learned::Row(Box::new(LearnedRow {
                user_name: Some(UserName::parse(&format!("user-{number}")).unwrap()),
                create_date: app.wall(),
                last_login_date: Some(None),
                console: Some(None),
                bound: *bound,
                keys: Some(Vec::new()),
            }))
        };
        let rows = bound.iter().enumerate().map(row).collect();
        mirror.write(app.wall(), "rows", 1, rows).unwrap();
    }

    fn end(app: &TestApp, mirror: &mut Mirror) {
        mirror.sweep(app.wall()).unwrap();
        let measured = mirror.measure(app.wall().day(), Thresholds::default()).unwrap().unwrap();
        let outcome = json!({"Basis": Basis::of(&measured, Thresholds::default())});
        mirror.finish(app.wall(), outcome.to_string()).unwrap();
    }

    fn explained(app: &TestApp) -> Value {
        let params = [("AccountId", MIRRORED)];
        let (status, answer) = app.call_as(&app.operator, "ExplainAccountSecurityPracticeReport", &params);
        assert_eq!(status, 200, "{answer}");
        answer["Explanation"].clone()
    }

    #[test]
    fn a_mirror_says_which_values_rest_on_what_is_not_known() {
        let app = TestApp::new();
        let mut first = begin(&app);
        learn(&app, &mut first, &[Some(true), Some(true), None, None, None, Some(false)]);
        let cut_off = json!({"Plan": "credential-report"});
        assert_eq!(explained(&app)["Mirror"], cut_off, "nobody knows yet what will be known");
        end(&app, &mut first);
        let explanation = explained(&app);
        let mirror = &explanation["Mirror"];
        assert_eq!(mirror["CollectedDate"], "2025-06-15T12:00:00Z");
        let unknown = mirror["Unknowns"]["Unknown"].as_array().unwrap();
        let of = |name: &str| unknown.iter().find(|one| one["Value"] == name).cloned().unwrap_or_default();
        let devices = json!({
            "Value": "SubUserBindMfa", "AtLeast": 2, "AtMost": 5,
            "Reason": "not known of 3 users whether a device is bound"
        });
        assert_eq!(of("SubUserBindMfa"), devices);
        assert_eq!((of("SubUserWithOldAccessKey"), of("OldAkNum")), (Value::Null, Value::Null));

        // All that was not known is learned: nothing rests on it any more.
        let mut second = begin(&app);
        learn(&app, &mut second, &[Some(false); 6]);
        end(&app, &mut second);
        let explanation = explained(&app);
        assert_eq!(explanation["AccountSecurityPracticeUserInfo"]["SubUserBindMfa"], 0);
        assert_eq!(explanation["Mirror"]["Unknowns"]["Unknown"], json!([]));
    }

    #[test]
    fn an_account_that_lives_here_is_no_mirror() {
        let app = TestApp::new();
        let explanation = app.ok("ExplainAccountSecurityPracticeReport", &[])["Explanation"].clone();
        assert_eq!(explanation.get("Mirror"), None);
    }
}
