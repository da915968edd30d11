//! ListAccountSecurityPracticeReportHistory: which states an account's report was in, since when, and what led to each.

use std::str::FromStr;

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use crate::ids::AccountId;
use crate::ops::account;
use crate::ops::marker::{self, Marker};
use crate::ops::practice_info::AccountSecurityPracticeUserInfo;
use crate::ops::{Cx, Operation};
use crate::report::history::{self, CauseType, Entry, Range};
use crate::store::tables::report_history::Position;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListAccountSecurityPracticeReportHistory;

shape! {
    /// Which part of the history.
    pub struct ListAccountSecurityPracticeReportHistoryRequest {
        /// The account. An account's own identities may leave it out; the operator must name one.
        AccountId as account_id: Option<AccountId> = "1234567890123456";
        /// From when on. Default: from the first entry.
        StartTime as start_time: Option<Timestamp> = "2026-01-01T00:00:00Z";
        /// Until when. Default: until now.
        EndTime as end_time: Option<Timestamp> = "2026-12-31T23:59:59Z";
        /// For plots: at most so many entries, of equal spans of time the last one each, with the first and the last entry of
        /// all. Not together with `Marker` and `MaxItems`.
        MaxPoints as max_points: Option<Bounded<2, 10000>> = "500";
        /// Where the list goes on: the `Marker` of the answer before.
        Marker as marker: Option<Marker> = "MToxNzYzNzY5NjAwLjA";
        /// How many entries to answer at most. Default: 100.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListAccountSecurityPracticeReportHistoryResponse {
        /// The entries, oldest first.
        Entries as entries: Nested<Entries> = "";
        /// Whether there are more.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; only if there are more.
        Marker as marker: Option<Marker> = "MToxNzYzNzY5NjAwLjA";
    }
}

shape! {
    /// The entries.
    pub struct Entries {
        /// The entries.
        Entry as entry: Vec<HistoryEntry> = "";
    }
}

shape! {
    /// A state of the report, which holds until the next entry.
    pub struct HistoryEntry {
        /// From when on.
        Time as time: Timestamp = "2026-11-01T00:00:00Z";
        /// The score.
        Score as score: i64 = "63";
        /// The version of the weights behind the score.
        ModelVersion as model_version: String = "2026-11";
        /// The nine values.
        AccountSecurityPracticeUserInfo as user_info: Nested<AccountSecurityPracticeUserInfo> = "";
        /// What led to it.
        Cause as cause: Nested<EntryCause> = "";
        /// The subjects that came under a check or left it by this change, at most 20.
        Subjects as subjects: Nested<Subjects> = "";
        /// How many more did.
        MoreSubjects as more_subjects: i64 = "0";
    }
}

shape! {
    /// What led to an entry.
    pub struct EntryCause {
        /// `Operation`, `TimePassed` (a key turned old or unused), `Import`, `Collect`, or `Settings` (the history began, limits
        /// or weights were changed, or the clock was set back).
        Type as kind: CauseType = "Operation";
        /// The operation.
        Operation as operation: Option<String> = "CreateUser";
        /// Who called it.
        Caller as caller: Option<String> = "acs:ram::1234567890123456:root";
        /// The RequestId of that call.
        RequestId as request_id: Option<String> = "ABA822EE-85C2-4418-9577-A1831FC8466D";
    }
}

shape! {
    /// The subjects.
    pub struct Subjects {
        /// The subjects.
        Subject as subject: Vec<HistorySubject> = "";
    }
}

shape! {
    /// A subject that came under a check or left it.
    pub struct HistorySubject {
        /// The check.
        Check as check: String = "users_mfa";
        /// The RAM user, or `<root>`.
        UserName as user_name: String = "alice";
        /// The AccessKey, masked; only where the check is about keys.
        AccessKeyId as access_key_id: Option<String> = "LTAI****wxyz";
    }
}

/// A position as a marker spells it.
struct MarkedPosition(Position);

impl std::fmt::Display for MarkedPosition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0.0.seconds(), self.0.1)
    }
}

impl FromStr for MarkedPosition {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (seconds, place) = text.split_once('.').unwrap_or((text, ""));
        Ok(Self((Timestamp::from_seconds(seconds.parse()?), place.parse()?)))
    }
}

impl From<Entry> for HistoryEntry {
    fn from(entry: Entry) -> Self {
        let subjects = entry.subjects.into_iter().map(|subject| HistorySubject {
            check: subject.check,
            user_name: subject.user_name,
            access_key_id: subject.access_key_id,
        });
        Self {
            time: entry.at,
            score: entry.score,
            model_version: entry.model_version,
            user_info: Nested(AccountSecurityPracticeUserInfo::from(&entry.facts)),
            cause: Nested(EntryCause {
                kind: entry.cause.kind,
                operation: entry.cause.operation,
                caller: entry.cause.caller,
                request_id: entry.cause.request_id,
            }),
            subjects: Nested(Subjects { subject: subjects.collect() }),
            more_subjects: entry.more_subjects,
        }
    }
}

fn excluding(name: &'static str) -> Box<ApiError> {
    let mut error = ApiError::invalid(name, Rule::Format);
    error.message = format!("MaxPoints answers the whole range at once. Leave out {name}.");
    error
}

impl Operation for ListAccountSecurityPracticeReportHistory {
    const API: Api = Api {
        product: Product::Ramward,
        action: "ListAccountSecurityPracticeReportHistory",
        summary: "Lists the states that an account's security report was in, and what led to each.",
        access: Access::Read,
        audience: Audience::AccountOrOperator,
        self_service: SelfService::No,
        ram_action: "ramward:ListAccountSecurityPracticeReportHistory",
        resource: "*",
        errors: &["EntityNotExist.Account"],
    };
    const SUMMARY_ZH: &'static str = "列出账号安全报告的历次状态及其变化原因。";
    type Request = ListAccountSecurityPracticeReportHistoryRequest;
    type Response = ListAccountSecurityPracticeReportHistoryResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Self::Response> {
        let account = account::named(cx.tx, cx.caller, request.account_id)?.account;
        let range = Range {
            from: request.start_time.unwrap_or(Timestamp::MIN),
            to: request.end_time.unwrap_or(Timestamp::MAX),
        };
        if range.to < range.from {
            let mut error = ApiError::invalid("EndTime", Rule::Range);
            error.message = "EndTime lies before StartTime. Give the earlier one first.".to_owned();
            return Err(error);
        }
        let measures = cx.settings.measures();
        let (entries, marker) = if let Some(points) = request.max_points {
            if request.marker.is_some() {
                return Err(excluding("Marker"));
            }
            if request.max_items.is_some() {
                return Err(excluding("MaxItems"));
            }
            let points = usize::try_from(points.get()).unwrap_or(usize::MAX);
            (history::plot(cx.tx, account, range, points, cx.now, measures)?, None)
        } else {
            let most = request.max_items.map_or(100, |items| usize::try_from(items.get()).unwrap_or(100));
            let after = request.marker.as_ref().map(Marker::key::<MarkedPosition>).transpose()?;
            let after = after.map(|marked| marked.0);
            let found = history::list(cx.tx, account, range, after, most + 1, cx.now, measures)?;
            marker::page(found, most, |entry| MarkedPosition(entry.position()))
        };
        Ok(ListAccountSecurityPracticeReportHistoryResponse {
            entries: Nested(Entries { entry: entries.into_iter().map(HistoryEntry::from).collect() }),
            is_truncated: marker.is_some(),
            marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{HistoryEntry, HistorySubject};
    use crate::report::history::{self, Range};
    use crate::testing::TestApp;
    use crate::time::Timestamp;

    fn entries_with(app: &TestApp, params: &[(&str, &str)]) -> Vec<Value> {
        let found = app.ok("ListAccountSecurityPracticeReportHistory", params);
        found["Entries"]["Entry"].as_array().unwrap().clone()
    }

    fn entries(app: &TestApp) -> Vec<Value> {
        entries_with(app, &[])
    }

    /// Check, user and key of each subject.
    fn subjects(entry: &Value) -> Vec<String> {
        let subjects = entry["Subjects"]["Subject"].as_array().unwrap();
        let text = |subject: &Value, name: &str| subject[name].as_str().unwrap_or("-").to_owned();
        subjects
            .iter()
            .map(|subject| ["Check", "UserName", "AccessKeyId"].map(|name| text(subject, name)).join(" "))
            .collect()
    }

    #[test]
    fn each_change_says_who_did_what_and_whom_it_moved() {
        let app = TestApp::new();
        app.clock.advance(60);
        let made = app.send(&app.sign(
            &app.root,
            &TestApp::request(
                "CreateUser",
                &[("UserPrincipalName", &TestApp::upn("alice")), ("DisplayName", "Alice")],
            ),
        ));
        app.clock.advance(60);
        // Changes nothing of the report.
        app.ok("SetSecurityPreference", &[("EnableSaveMFATicket", "true")]);
        app.ok("SetPasswordPolicy", &[("RequireNumbers", "true"), ("RequireSymbols", "true")]);
        app.clock.advance(60);
        app.bind(&TestApp::upn("alice"), &app.device("phone"));
        let found = entries(&app);
        assert_eq!(found.len(), 4, "{found:#?}");
        assert_eq!(found[0]["Cause"], json!({ "Type": "Settings" }));
        assert_eq!(
            found[1],
            json!({
                "Time": "2025-06-15T12:01:00Z",
                "Score": 63,
                "ModelVersion": "2026-11",
                "AccountSecurityPracticeUserInfo": {
                    "SubUser": 1, "SubUserBindMfa": 0, "SubUserWithUnusedAccessKey": 0, "RootWithAccessKey": 1,
                    "SubUserWithOldAccessKey": 0, "SubUserPwdLevel": "low", "UnusedAkNum": 0, "OldAkNum": 0,
                    "BindMfa": false
                },
                "Cause": {
                    "Type": "Operation", "Operation": "CreateUser", "Caller": "acs:ram::1234567890123456:root",
                    "RequestId": made.request_id.to_string()
                },
                "Subjects": { "Subject": [{ "Check": "users_mfa", "UserName": "alice" }] },
                "MoreSubjects": 0
            })
        );
        assert_eq!(found[2]["Cause"]["Operation"], "SetPasswordPolicy");
        assert_eq!(found[2]["AccountSecurityPracticeUserInfo"]["SubUserPwdLevel"], "mid");
        assert_eq!(subjects(&found[2]), [""; 0]);
        assert_eq!((&found[3]["Time"], &found[3]["Score"]), (&"2025-06-15T12:03:00Z".into(), &77.into()));
        assert_eq!(subjects(&found[3]), ["users_mfa alice -"]);
    }

    #[test]
    fn what_time_brings_is_told_at_its_midnight_before_and_after_it_is_written() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        app.clock.advance(100 * 86_400);
        let told = |app: &TestApp| {
            let found = entries(app);
            let line = |entry: &Value| {
                let cause = &entry["Cause"];
                let what = cause["Operation"].as_str().or(cause["Type"].as_str()).unwrap();
                format!("{} {} {what}", entry["Time"].as_str().unwrap(), entry["Score"])
            };
            found.iter().filter(|entry| entry["Time"] != "2025-06-15T12:00:00Z").map(line).collect::<Vec<_>>()
        };
        let expected = [
            // Root's key was used on the first day, alice's never: unused from day 90, old from day 91.
            "2025-09-13T00:00:00Z 45 TimePassed",
            "2025-09-14T00:00:00Z 27 TimePassed",
        ];
        let key = alice.access_key_id.to_string();
        // Whom it brings, before anything is written.
        let (now, account) = (app.service.now(), app.account());
        let range = Range { from: Timestamp::MIN, to: Timestamp::MAX };
        let measures = app.service.settings().measures();
        let unwritten =
            app.service.store().read(|tx| history::list(tx, account, range, None, 99, now, measures));
        let unwritten: Vec<HistoryEntry> = unwritten.unwrap().into_iter().map(HistoryEntry::from).collect();
        let named = |entry: &HistoryEntry| -> Vec<String> {
            let line = |subject: &HistorySubject| {
                let key = subject.access_key_id.as_deref().unwrap_or("-");
                format!("{} {} {key}", subject.check, subject.user_name)
            };
            entry.subjects.0.subject.iter().map(line).collect()
        };
        let masked = alice.access_key_id.masked();
        assert_eq!(
            named(unwritten.last().unwrap()),
            [
                "account_no_old_key <root> ****".to_owned(),
                format!("account_no_old_key alice {masked}"),
                "users_no_old_key alice -".to_owned(),
            ]
        );
        // The first call of the day writes them down, and uses root's key, which the next list tells.
        for used in [&[] as &[&str], &["2025-09-23T12:00:00Z 27 ListAccountSecurityPracticeReportHistory"]] {
            assert_eq!(told(&app), [&expected, used].concat());
        }
        app.ok(
            "DeleteAccessKey",
            &[("UserPrincipalName", &TestApp::upn("alice")), ("UserAccessKeyId", &key)],
        );
        let after = told(&app);
        assert_eq!(after[..2], expected);
        let found = entries(&app);
        assert_eq!(subjects(&found[found.len() - 3]), named(unwritten.last().unwrap()), "as it was told");
        let last = found.last().unwrap();
        assert_eq!(last["Cause"]["Operation"], "DeleteAccessKey");
        assert_eq!(
            subjects(last),
            [
                format!("account_no_old_key alice {masked}"),
                format!("account_no_unused_key alice {masked}"),
                "users_no_old_key alice -".to_owned(),
                "users_no_unused_key alice -".to_owned(),
            ]
        );
    }

    #[test]
    fn a_user_that_goes_keeps_its_name_in_the_history() {
        let app = TestApp::new();
        app.user("alice");
        app.ok("DeleteUser", &[("UserPrincipalName", &TestApp::upn("alice"))]);
        let found = entries(&app);
        assert_eq!(subjects(found.last().unwrap()), ["users_mfa alice -"]);
    }

    #[test]
    fn pages_ranges_and_points() {
        let app = TestApp::new();
        for number in 0..30 {
            app.clock.advance(3_600);
            app.user(&format!("user-{number}"));
        }
        let all = entries(&app);
        assert_eq!(all.len(), 31);
        let mut paged = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let mut params = vec![("MaxItems", "7")];
            params.extend(marker.as_deref().map(|marker| ("Marker", marker)));
            let page = app.ok("ListAccountSecurityPracticeReportHistory", &params);
            paged.extend(page["Entries"]["Entry"].as_array().unwrap().clone());
            marker = page["Marker"].as_str().map(str::to_owned);
            assert_eq!(page["IsTruncated"], marker.is_some());
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(paged, all);
        let range = [("StartTime", "2025-06-15T14:00:00Z"), ("EndTime", "2025-06-15T16:00:00Z")];
        assert_eq!(entries_with(&app, &range), all[2..=4]);
        let points = entries_with(&app, &[("MaxPoints", "4")]);
        let users = |entry: &Value| entry["AccountSecurityPracticeUserInfo"]["SubUser"].as_i64().unwrap();
        assert_eq!(points.iter().map(users).collect::<Vec<_>>(), [0, 10, 20, 30]);
        assert_eq!(entries_with(&app, &[("MaxPoints", "31")]), all);
    }

    #[test]
    fn a_clock_that_was_set_back_takes_back_what_came_after() {
        let app = TestApp::new();
        let set = |params: &[(&str, &str)]| {
            assert_eq!(app.call_as(&app.operator, "SetClock", params).0, 200);
        };
        set(&[("Time", "2031-01-01T00:00:00Z")]);
        app.user("alice");
        set(&[]);
        let times = |app: &TestApp| -> Vec<String> {
            let line = |entry: &Value| {
                format!("{} {}", entry["Time"].as_str().unwrap(), entry["Cause"]["Type"].as_str().unwrap())
            };
            entries(app).iter().map(line).collect()
        };
        let home = ["2025-06-15T12:00:00Z Settings", "2025-06-15T12:00:00Z Settings"];
        assert_eq!(times(&app), home, "alice is there now");
        app.clock.advance(5);
        app.user("bob");
        assert_eq!(times(&app)[..2], home);
        assert_eq!(times(&app)[2..], ["2025-06-15T12:00:05Z Operation"]);
    }

    #[test]
    fn other_limits_are_an_entry() {
        let app = TestApp::new();
        app.user_with_key("alice");
        app.clock.advance(10 * 86_400);
        let (thresholds, model) = (
            crate::report::thresholds::Thresholds::new(5, 90, Default::default()).unwrap(),
            crate::report::score::Model::default(),
        );
        let now = app.service.now();
        app.write(move |tx| {
            let measures = crate::report::history::Measures { thresholds, model: &model };
            crate::report::history::settings_in_force(tx, now, measures)?;
            crate::report::history::begin(tx, crate::testing::ACCOUNT.parse().unwrap(), now, measures)
        });
        let found = app.service.store().read(|tx| {
            crate::store::tables::report_history::find_last(tx, app.account(), crate::time::Timestamp::MAX)
        });
        let last = found.unwrap().unwrap();
        assert_eq!((last.cause.as_str(), last.old_days, last.counts[6]), ("Settings", 5, 2));
    }

    #[test]
    fn the_operator_names_the_account_and_nobody_else_may() {
        let app = TestApp::new();
        app.user("alice");
        let action = "ListAccountSecurityPracticeReportHistory";
        let (status, found) = app.call_as(&app.operator, action, &[("AccountId", crate::testing::ACCOUNT)]);
        assert_eq!((status, found["Entries"]["Entry"].as_array().unwrap().len()), (200, 2));
        assert_eq!(app.refused_as(&app.operator, action, &[]), "MissingAccountId");
        let absent = [("AccountId", "6543210987654321")];
        assert_eq!(app.refused_as(&app.operator, action, &absent), "EntityNotExist.Account");
        assert_eq!(app.refused(action, &absent), "NoPermission");
        let refused = |params: &[(&str, &str)]| app.refused(action, params);
        let turned = [("StartTime", "2026-01-02T00:00:00Z"), ("EndTime", "2026-01-01T00:00:00Z")];
        assert_eq!(refused(&turned), "InvalidParameter.EndTime.Range");
        assert_eq!(refused(&[("MaxPoints", "1")]), "InvalidParameter.MaxPoints.Range");
        assert_eq!(refused(&[("MaxPoints", "9"), ("MaxItems", "9")]), "InvalidParameter.MaxItems.Format");
        assert_eq!(refused(&[("Marker", "x")]), "InvalidParameter.Marker.Format");
    }

    #[test]
    fn a_new_account_begins_with_its_creation() {
        let app = TestApp::new();
        let id = "6543210987654321";
        assert_eq!(app.call_as(&app.operator, "CreateAccount", &[("AccountId", id)]).0, 200);
        let (_, found) =
            app.call_as(&app.operator, "ListAccountSecurityPracticeReportHistory", &[("AccountId", id)]);
        let found = found["Entries"]["Entry"].as_array().unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["Cause"]["Operation"], "CreateAccount");
        assert_eq!(found[0]["Cause"]["Caller"], "acs:ram::0000000000000000:root");
        assert_eq!(subjects(&found[0])[0].split(' ').next(), Some("root_no_key"));
    }
}
