//! ListSecurityFindings: who breaks a check of the report, since when, and what to do about it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Kind, Nested, Scalar};
use ramward_rpc::value::Value;

use crate::identity::security_exception::ExceptionId;
use crate::identity::user::UserName;
use crate::ids::{AccountId, UserId};
use crate::ops::marker::Marker;
use crate::ops::{Cx, Operation, account};
use crate::report::checks;
use crate::report::checks::{Inputs, NextStep};
use crate::report::findings::{self, CheckName, Lens, Place, Query, Sort, SubjectType};
use crate::report::repair::Limits;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListSecurityFindings;

shape! {
    /// Which findings.
    pub struct ListSecurityFindingsRequest {
        /// The account; the caller's where it is left out. The operator must name one.
        AccountId as account_id: Option<AccountId> = "1234567890123456";
        /// Whose findings: a check of the score or of the audit, or `exception_expired`.
        Check as check: ListedCheck = "users_mfa";
        /// The order: what has lasted longest first, or by user name, root before all. Default: `Age`.
        SortBy as sort_by: Option<Sort> = "Age";
        /// Only findings about users whose name begins so, and about their AccessKeys.
        UserNamePrefix as user_name_prefix: Option<UserName> = "al";
        /// Where the list goes on: the `Marker` of the answer before.
        Marker as marker: Option<Marker> = "MTphZ2U6MjAyNTQ6MDo";
        /// How many findings to answer at most. Default: 100.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListSecurityFindingsResponse {
        /// The findings, in the order asked for.
        Findings as findings: Nested<Findings> = "";
        /// How many there are in all; absent where a prefix was given.
        TotalCount as total_count: Option<i64> = "1";
        /// Whether there may be more. A page for which too much had to be looked through may be short or empty all the same.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; only if there may be more.
        Marker as marker: Option<Marker> = "MTphZ2U6MjAyNTQ6MDo";
    }
}

shape! {
    /// The findings.
    pub struct Findings {
        /// The findings.
        Finding as finding: Vec<ListedFinding> = "";
    }
}

shape! {
    /// A finding.
    pub struct ListedFinding {
        /// The check.
        Check as check: ListedCheck = "users_mfa";
        /// What breaks it.
        SubjectType as subject_type: SubjectType = "User";
        /// The id of the RAM user it is, or whose AccessKey it is; absent for root.
        UserId as user_id: Option<UserId> = "222748924538****";
        /// The name of that user.
        UserName as user_name: Option<String> = "alice";
        /// The AccessKey it is, only its first and last characters.
        AccessKeyId as access_key_id: Option<String> = "LTAI****abcd";
        /// The security exception it is.
        ExceptionId as exception_id: Option<ExceptionId> = "build-agents";
        /// Since when it breaks the check, where that is known.
        Since as since: Option<Timestamp> = "2025-06-15T12:00:00Z";
        /// How many days that is.
        AgeDays as age_days: Option<i64> = "42";
        /// The points of the score that repairing this one gives back: 0.00 while others still hold the check down.
        PointsIfRepaired as points_if_repaired: String = "9.09";
        /// What to do.
        Advice as advice: Option<String> = "Make a device for each user without one.";
        /// The next step as a line for this program; words in capitals stand for what only the reader knows.
        RamwardCall as ramward_call: Option<String> = "ramward call BindMFADevice UserPrincipalName=alice@example.onaliyun.com …";
        /// The same for the vendor's command line.
        VendorCli as vendor_cli: Option<String> = "aliyun ims BindMFADevice --UserPrincipalName alice@example.onaliyun.com …";
    }
}

impl Operation for ListSecurityFindings {
    const API: Api = Api {
        product: Product::Ramward,
        action: "ListSecurityFindings",
        summary: "Lists who breaks a check of the security report, since when, and what to do about it.",
        access: Access::Read,
        audience: Audience::AccountOrOperator,
        self_service: SelfService::No,
        ram_action: "ramward:ListSecurityFindings",
        resource: "*",
        errors: &["EntityNotExist.Account"],
    };
    const SUMMARY_ZH: &'static str = "列出未满足安全报告某个检查项的对象、开始时间和处理办法。";
    type Request = ListSecurityFindingsRequest;
    type Response = ListSecurityFindingsResponse;

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &ListSecurityFindingsRequest,
    ) -> ApiResult<ListSecurityFindingsResponse> {
        let row = account::named(cx.tx, cx.caller, request.account_id)?;
        let sort = request.sort_by.unwrap_or(Sort::Age);
        let after: Option<Place> = request.marker.as_ref().map(Marker::key).transpose()?;
        if after.as_ref().is_some_and(|after| after.sort() != sort) {
            return Err(ApiError::invalid("Marker", Rule::Format));
        }
        let limits = Limits { today: cx.now.day(), thresholds: cx.settings.thresholds };
        let id = row.account;
        let (facts, known) = checks::known(cx.tx, &row, limits.today, limits.thresholds)?;
        let lens = Lens::of(row, limits, &cx.settings.model, (facts, known.audit));
        let prefix = request.user_name_prefix.as_ref().map(ToString::to_string).unwrap_or_default();
        let limit = request.max_items.map_or(100, |items| usize::try_from(items.get()).unwrap_or(100));
        let page = match request.check {
            ListedCheck::Of(check) => {
                findings::page(cx.tx, &lens, &Query { check, sort, prefix, after, limit })?
            }
            ListedCheck::ExceptionExpired => {
                findings::expired(cx.tx, id, limits.today, (sort, &prefix), after.as_ref(), limit)?
            }
        };
        let inputs = Inputs { facts: &lens.facts, thresholds: limits.thresholds, known: Some(&known) };
        let check = checks::find(request.check.as_str());
        let advice = check.and_then(|check| check.advice(&check.assess(&inputs)));
        let step = check.map(|check| check.next_step(&inputs)).unwrap_or_default();
        let listed = page.findings.into_iter().map(|finding| {
            let (user_id, user_name) = finding.user.unzip();
            let of_root = matches!(finding.subject, SubjectType::AccessKey) && user_name.is_none();
            let step = match &finding.exception {
                Some(exception) => renewal(exception),
                None => addressed(&step, user_name.as_deref(), of_root),
            };
            ListedFinding {
                check: request.check,
                subject_type: finding.subject,
                user_id,
                user_name,
                access_key_id: finding.key.map(|key| key.masked().to_string()),
                exception_id: finding.exception,
                since: finding.since,
                age_days: finding.since.map(|since| limits.today.since(since.day()).max(0)),
                points_if_repaired: finding.points.to_string(),
                advice: advice.map(str::to_owned),
                ramward_call: step.ramward_call,
                vendor_cli: step.vendor_cli,
            }
        });
        Ok(ListSecurityFindingsResponse {
            findings: Nested(Findings { finding: listed.collect() }),
            total_count: page.total,
            is_truncated: page.next.is_some(),
            marker: page.next.map(Marker::after),
        })
    }
}

/// A check whose findings can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedCheck {
    /// One about identities, or about the account.
    Of(CheckName),
    /// No exception is over.
    ExceptionExpired,
}

impl ListedCheck {
    const EXCEPTION_EXPIRED: &str = "exception_expired";

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Of(check) => check.as_str(),
            Self::ExceptionExpired => Self::EXCEPTION_EXPIRED,
        }
    }
}

impl Scalar for ListedCheck {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "the name of a check of the score or of the audit, or `exception_expired`";

    fn parse(text: &str) -> Result<Self, Rule> {
        match text {
            Self::EXCEPTION_EXPIRED => Ok(Self::ExceptionExpired),
            _ => CheckName::parse(text).map(Self::Of),
        }
    }

    fn value(&self) -> Value {
        Value::from(self.as_str())
    }
}

/// What ends the finding about an exception that is over, where nobody renews it.
fn renewal(exception: &ExceptionId) -> NextStep {
    NextStep {
        ramward_call: Some(format!("ramward call DeleteSecurityException ExceptionId={exception}")),
        ..NextStep::default()
    }
}

/// The next step of a check with a user's name put in, or for root without one.
fn addressed(step: &NextStep, user_name: Option<&str>, of_root: bool) -> NextStep {
    let named = |line: &Option<String>| {
        let line = line.as_ref()?;
        Some(match user_name {
            Some(name) => {
                line.replace("USER@", &format!("{name}@")).replace("mfa/USER", &format!("mfa/{name}"))
            }
            None if of_root => without_user(line),
            None => line.clone(),
        })
    };
    NextStep {
        ramward_call: named(&step.ramward_call),
        vendor_cli: named(&step.vendor_cli),
        // A finding shows none.
        terraform: None,
    }
}

/// A call that names no user is about the caller itself, who is root.
fn without_user(line: &str) -> String {
    let mut words = line.split(' ');
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "--UserPrincipalName" => drop(words.next()),
            _ if word.starts_with("UserPrincipalName=") => {}
            _ => kept.push(word),
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{ACCOUNT, TestApp, masked};

    fn names(answer: &Value) -> Vec<&str> {
        let found = answer["Findings"]["Finding"].as_array().unwrap();
        found.iter().map(|finding| finding["UserName"].as_str().unwrap_or("-")).collect()
    }

    #[test]
    fn a_user_without_a_device_is_named_with_the_next_step() {
        let app = TestApp::new();
        app.user("alice");
        let answer = app.ok("ListSecurityFindings", &[("Check", "users_mfa")]);
        insta::assert_json_snapshot!(masked(answer, &["UserId"]), @r#"
        {
          "Findings": {
            "Finding": [
              {
                "Check": "users_mfa",
                "SubjectType": "User",
                "UserId": "…",
                "UserName": "alice",
                "Since": "2025-06-15T12:00:00Z",
                "AgeDays": 0,
                "PointsIfRepaired": "9.09",
                "Advice": "Make a device for each user without one with CreateVirtualMFADevice, and bind it with two codes that follow each other. Without RAM users, create the first one.",
                "RamwardCall": "ramward call BindMFADevice UserPrincipalName=alice@1234567890123456.onaliyun.com SerialNumber=acs:ram::1234567890123456:mfa/alice AuthenticationCode1=CODE AuthenticationCode2=NEXT_CODE",
                "VendorCli": "aliyun ims BindMFADevice --UserPrincipalName alice@1234567890123456.onaliyun.com --SerialNumber acs:ram::1234567890123456:mfa/alice --AuthenticationCode1 CODE --AuthenticationCode2 NEXT_CODE"
              }
            ]
          },
          "TotalCount": 1,
          "IsTruncated": false
        }
        "#);
    }

    #[test]
    fn a_key_is_masked_and_gives_back_the_points_of_both_its_checks() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        app.clock.advance_days(91);
        let found = |check| {
            let answer = app.ok("ListSecurityFindings", &[("Check", check)]);
            answer["Findings"]["Finding"].as_array().unwrap().clone()
        };
        let old = found("account_no_old_key");
        assert_eq!(old.len(), 2, "alice's and root's");
        let of_alice = old.iter().find(|finding| finding["UserName"] == "alice").unwrap();
        let id = key.access_key_id.to_string();
        let shown = format!("{}****{}", &id[..4], &id[id.len() - 4..]);
        assert_eq!(of_alice["AccessKeyId"], json!(shown));
        assert_eq!(of_alice["Since"], "2025-09-14T00:00:00Z");
        assert_eq!((&of_alice["AgeDays"], &of_alice["SubjectType"]), (&json!(0), &json!("AccessKey")));
        // Of the users hers is the last old key and the last unused one, of the account the last unused one; root's is old.
        assert_eq!(of_alice["PointsIfRepaired"], "27.27");
        assert!(of_alice["VendorCli"].as_str().unwrap().contains(&TestApp::upn("alice")), "{of_alice}");
        let of_root = old.iter().find(|finding| finding["UserName"].is_null()).unwrap();
        assert_eq!(of_root["PointsIfRepaired"], "9.09", "its own check: root has no other key");
        assert!(!of_root["RamwardCall"].as_str().unwrap().contains("UserPrincipalName"), "{of_root}");
        assert!(!of_root["VendorCli"].as_str().unwrap().contains("UserPrincipalName"), "{of_root}");
        // Root has just called with its key, so alice's is the only unused one.
        assert_eq!(found("account_no_unused_key").len(), 1);
        assert_eq!(found("account_no_unused_key")[0]["PointsIfRepaired"], "27.27");
        assert_eq!(found("users_no_unused_key")[0]["SubjectType"], "User");
        assert_eq!(found("root_key_used_recently")[0]["SubjectType"], "AccessKey");
    }

    #[test]
    fn an_account_as_a_whole_is_a_subject_too() {
        let app = TestApp::new();
        for (check, subject) in
            [("ram_users_exist", "Account"), ("root_mfa", "Root"), ("password_policy", "PasswordPolicy")]
        {
            let answer = app.ok("ListSecurityFindings", &[("Check", check)]);
            let finding = &answer["Findings"]["Finding"][0];
            assert_eq!((&finding["SubjectType"], &answer["TotalCount"]), (&json!(subject), &json!(1)));
            assert!(finding["Advice"].is_string(), "{finding}");
            assert_ne!(finding["PointsIfRepaired"], "0.00");
            let none = app.ok("ListSecurityFindings", &[("Check", check), ("UserNamePrefix", "a")]);
            assert_eq!(
                (none["Findings"]["Finding"].as_array().unwrap().len(), &none["TotalCount"]),
                (0, &Value::Null)
            );
        }
        app.user("alice");
        let answer = app.ok("ListSecurityFindings", &[("Check", "ram_users_exist")]);
        assert_eq!((names(&answer).len(), &answer["TotalCount"]), (0, &json!(0)));
    }

    #[test]
    fn pages_follow_each_other_in_both_orders_and_by_prefix() {
        let app = TestApp::new();
        for name in ["cyd", "bob", "alice", "al"] {
            app.user(name);
            app.clock.advance_days(1);
        }
        for (sort, prefix, expected) in [
            ("Age", None, vec!["cyd", "bob", "alice", "al"]),
            ("Subject", None, vec!["al", "alice", "bob", "cyd"]),
            ("Age", Some("al"), vec!["alice", "al"]),
            ("Subject", Some("al"), vec!["al", "alice"]),
        ] {
            let mut params = vec![("Check", "users_mfa"), ("SortBy", sort), ("MaxItems", "1")];
            params.extend(prefix.map(|prefix| ("UserNamePrefix", prefix)));
            let (mut found, mut marker) = (Vec::new(), None::<String>);
            loop {
                let asked = marker.as_deref().map(|marker| ("Marker", marker));
                let page = app.ok("ListSecurityFindings", &[params.as_slice(), asked.as_slice()].concat());
                assert_eq!(page["TotalCount"], if prefix.is_none() { json!(4) } else { Value::Null });
                found.extend(names(&page).into_iter().map(str::to_owned));
                assert_eq!(page["IsTruncated"], page["Marker"].is_string());
                marker = page["Marker"].as_str().map(str::to_owned);
                if marker.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected, "{sort} {prefix:?}");
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let page = app.ok("ListSecurityFindings", &[("Check", "root_no_key"), ("MaxItems", "1")]);
        assert_eq!(page["IsTruncated"], false);
        app.user("alice");
        app.user("bob");
        let page = app.ok("ListSecurityFindings", &[("Check", "users_mfa"), ("MaxItems", "1")]);
        let marker = page["Marker"].as_str().unwrap();
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingCheck"),
            (&[("Check", "no_check")], "InvalidParameter.Check.Range"),
            (&[("Check", "users_mfa"), ("SortBy", "Name")], "InvalidParameter.SortBy.Range"),
            (&[("Check", "users_mfa"), ("MaxItems", "1001")], "InvalidParameter.MaxItems.Range"),
            (
                &[("Check", "users_mfa"), ("UserNamePrefix", "a b")],
                "InvalidParameter.UserNamePrefix.InvalidChars",
            ),
            (
                &[("Check", "users_mfa"), ("SortBy", "Subject"), ("Marker", marker)],
                "InvalidParameter.Marker.Format",
            ),
            (&[("Check", "users_mfa"), ("AccountId", "2000000000000000")], "NoPermission"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("ListSecurityFindings", params), *code, "{params:?}");
        }
        let of = |account| [("Check", "users_mfa"), ("AccountId", account)];
        assert_eq!(
            app.refused_as(&app.operator, "ListSecurityFindings", &of("2000000000000000")),
            "EntityNotExist.Account"
        );
        assert_eq!(app.refused_as(&app.operator, "ListSecurityFindings", &of("")[..1]), "MissingAccountId");
        let (_, answer) = app.call_as(&app.operator, "ListSecurityFindings", &of(ACCOUNT));
        assert_eq!(answer["TotalCount"], 2);
    }
}
