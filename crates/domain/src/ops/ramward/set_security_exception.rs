//! SetSecurityException: says that an account lives with what a check finds in some subjects, until a day. The score stays
//! what it is; an explanation shows both numbers.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::security_exception::{
    ExceptionId, ExceptionOwner, ExceptionReason, ExceptionState, ExpireDate, SubjectPattern,
};
use crate::ids::AccountId;
use crate::ops::account;
use crate::ops::{Cx, Operation};
use crate::report::exceptions::{self, MAX_EXCEPTIONS};
use crate::store::tables::security_exceptions::{self, SecurityException};
use crate::time::{Day, Timestamp};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetSecurityException;

shape! {
    /// The exception.
    pub struct SetSecurityExceptionRequest {
        /// The account. An account's own identities may leave it out; the operator must name one.
        AccountId as account_id: Option<AccountId> = "1234567890123456";
        /// The name of the exception; one of that name that is there is replaced.
        ExceptionId as exception_id: ExceptionId = "legacy-robots";
        /// The check, by the id that the explanation shows.
        Check as check: String = "users_no_old_key";
        /// Whom it is for: `*` for all, `<root>`, a user name, or the beginning of one and `*`. Checks of the account as a whole
        /// and controls of benchmarks take `*` and `<root>` only.
        SubjectPattern as subject_pattern: SubjectPattern = "svc-*";
        /// Who answers for it.
        Owner as owner: ExceptionOwner = "security@example.com";
        /// Why it is there.
        Reason as reason: ExceptionReason = "moved to roles in March";
        /// The last UTC day on which it holds.
        ExpireDate as expire_date: ExpireDate = "2027-03-31";
        /// How the account stands to what it excepts.
        State as state: ExceptionState = "planned";
    }
}

shape! {
    /// The answer.
    pub struct SetSecurityExceptionResponse {
        /// The exception as it is now.
        SecurityException as security_exception: Nested<ListedException> = "";
    }
}

shape! {
    /// An exception.
    pub struct ListedException {
        /// Its name.
        ExceptionId as exception_id: ExceptionId = "legacy-robots";
        /// The check it is about.
        Check as check: String = "users_no_old_key";
        /// Whom it is for.
        SubjectPattern as subject_pattern: SubjectPattern = "svc-*";
        /// Who answers for it.
        Owner as owner: ExceptionOwner = "security@example.com";
        /// Why it is there.
        Reason as reason: ExceptionReason = "moved to roles in March";
        /// The last UTC day on which it holds.
        ExpireDate as expire_date: ExpireDate = "2027-03-31";
        /// How the account stands to what it excepts.
        State as state: ExceptionState = "planned";
        /// Whether that day is over; the exception then covers nobody.
        Expired as expired: bool = "false";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2026-11-01T00:00:00Z";
        /// When it was last set.
        UpdateDate as update_date: Timestamp = "2026-11-01T00:00:00Z";
    }
}

impl ListedException {
    /// An exception as answers show it on the day `today`.
    pub fn new(row: SecurityException, today: Day) -> Self {
        Self {
            expired: row.expire_date.is_over(today),
            exception_id: row.exception_id,
            check: row.check_id,
            subject_pattern: row.subject_pattern,
            owner: row.owner,
            reason: row.reason,
            expire_date: row.expire_date,
            state: row.state,
            create_date: row.create_date,
            update_date: row.update_date,
        }
    }
}

impl Operation for SetSecurityException {
    const API: Api = Api {
        product: Product::Ramward,
        action: "SetSecurityException",
        summary: "Makes or replaces an exception: subjects of a check that an account has decided to live with until a day.",
        access: Access::Write,
        audience: Audience::AccountOrOperator,
        self_service: SelfService::No,
        ram_action: "ramward:SetSecurityException",
        resource: "*",
        errors: &["EntityNotExist.Account", "LimitExceeded.SecurityException"],
    };
    const SUMMARY_ZH: &'static str = "创建或替换安全例外：账号决定在某日之前接受的检查项对象。";
    type Request = SetSecurityExceptionRequest;
    type Response = SetSecurityExceptionResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Self::Response> {
        let account = account::named(cx.tx, cx.caller, request.account_id)?.account;
        let Some(by_name) = exceptions::takes_names(&request.check) else {
            let mut error = ApiError::invalid("Check", Rule::Range);
            error.message =
                format!("There is no check {}. Take the id from the explanation of a report.", request.check);
            return Err(error);
        };
        if !by_name && !matches!(request.subject_pattern.as_str(), "*" | "<root>") {
            let mut error = ApiError::invalid("SubjectPattern", Rule::Range);
            error.message = format!("The check {} is about nobody by name. Write `*`.", request.check);
            return Err(error);
        }
        let before = security_exceptions::find(cx.tx, account, &request.exception_id)?;
        if before.is_none()
            && security_exceptions::list(cx.tx, account, None, MAX_EXCEPTIONS)?.len() >= MAX_EXCEPTIONS
        {
            return Err(ApiError::new(Code::LimitExceeded("SecurityException")));
        }
        let row = SecurityException {
            account,
            exception_id: request.exception_id.clone(),
            check_id: request.check.clone(),
            subject_pattern: request.subject_pattern.clone(),
            owner: request.owner.clone(),
            reason: request.reason.clone(),
            expire_date: request.expire_date,
            state: request.state,
            create_date: before.map_or(cx.now, |before| before.create_date),
            update_date: cx.now,
        };
        security_exceptions::update(cx.tx, &row)?;
        let listed = ListedException::new(row, cx.now.day());
        Ok(SetSecurityExceptionResponse { security_exception: Nested(listed) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::report::exceptions::MAX_EXCEPTIONS;
    use crate::testing::TestApp;

    const PARAMS: [(&str, &str); 7] = [
        ("ExceptionId", "robots"),
        ("Check", "users_no_old_key"),
        ("SubjectPattern", "svc-*"),
        ("Owner", "security@example.com"),
        ("Reason", "moved to roles in March"),
        ("ExpireDate", "2025-06-20"),
        ("State", "third party"),
    ];

    fn with<'a>(change: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let changed = |name: &str| change.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
        PARAMS.iter().map(|(name, value)| (*name, changed(name).unwrap_or(value))).collect()
    }

    #[test]
    fn set_again_it_is_replaced_and_stays_as_old_as_it_is() {
        let app = TestApp::new();
        let first = app.ok("SetSecurityException", &PARAMS);
        let expected = json!({
            "ExceptionId": "robots",
            "Check": "users_no_old_key",
            "SubjectPattern": "svc-*",
            "Owner": "security@example.com",
            "Reason": "moved to roles in March",
            "ExpireDate": "2025-06-20",
            "State": "third party",
            "Expired": false,
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:00:00Z"
        });
        assert_eq!(first["SecurityException"], expected);
        app.clock.advance(60);
        let again =
            app.ok("SetSecurityException", &with(&[("State", "planned")]))["SecurityException"].clone();
        assert_eq!(
            (&again["State"], &again["CreateDate"]),
            (&"planned".into(), &"2025-06-15T12:00:00Z".into())
        );
        assert_eq!(again["UpdateDate"], "2025-06-15T12:01:00Z");
        let listed = app.ok("ListSecurityExceptions", &[]);
        assert_eq!(listed["SecurityExceptions"]["SecurityException"], json!([again]));
    }

    #[test]
    fn pages_and_days() {
        let app = TestApp::new();
        for name in ["c", "a", "b"] {
            app.ok("SetSecurityException", &with(&[("ExceptionId", name)]));
        }
        let names = |answer: &serde_json::Value| -> Vec<String> {
            let listed = answer["SecurityExceptions"]["SecurityException"].as_array().unwrap();
            listed.iter().map(|row| row["ExceptionId"].as_str().unwrap().to_owned()).collect()
        };
        let first = app.ok("ListSecurityExceptions", &[("MaxItems", "2")]);
        assert_eq!((names(&first), &first["IsTruncated"]), (vec!["a".into(), "b".into()], &true.into()));
        let rest = app.ok("ListSecurityExceptions", &[("Marker", first["Marker"].as_str().unwrap())]);
        assert_eq!((names(&rest), &rest["IsTruncated"]), (vec!["c".into()], &false.into()));
        let expired = |app: &TestApp| {
            let listed = app.ok("ListSecurityExceptions", &[]);
            listed["SecurityExceptions"]["SecurityException"][0]["Expired"].clone()
        };
        app.clock.set("2025-06-20T23:59:59Z".parse().unwrap());
        assert_eq!(expired(&app), false);
        app.clock.advance(1);
        assert_eq!(expired(&app), true);
        app.ok("DeleteSecurityException", &[("ExceptionId", "a")]);
        assert_eq!(names(&app.ok("ListSecurityExceptions", &[])), ["b", "c"]);
        let again = app.refused("DeleteSecurityException", &[("ExceptionId", "a")]);
        assert_eq!(again, "EntityNotExist.SecurityException");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let refused = |change: &[(&str, &str)]| app.refused("SetSecurityException", &with(change));
        assert_eq!(refused(&[("Check", "no_such")]), "InvalidParameter.Check.Range");
        assert_eq!(refused(&[("Check", "password_policy")]), "InvalidParameter.SubjectPattern.Range");
        assert_eq!(refused(&[("Check", "cis_v1_0_0_1_04")]), "InvalidParameter.SubjectPattern.Range");
        assert_eq!(refused(&[("SubjectPattern", "a*b")]), "InvalidParameter.SubjectPattern.InvalidChars");
        assert_eq!(refused(&[("ExpireDate", "soon")]), "InvalidParameter.ExpireDate.Format");
        assert_eq!(refused(&[("State", "ignored")]), "InvalidParameter.State.Range");
        assert_eq!(refused(&[("Reason", "")]), "MissingReason");
        app.ok("SetSecurityException", &with(&[("Check", "password_policy"), ("SubjectPattern", "*")]));
        let operator =
            |params: &[(&str, &str)]| app.refused_as(&app.operator, "SetSecurityException", params);
        assert_eq!(operator(&PARAMS), "MissingAccountId");
        let alice = app.user_with_key("alice");
        for action in ["SetSecurityException", "ListSecurityExceptions", "DeleteSecurityException"] {
            assert_eq!(app.refused_as(&alice, action, &PARAMS), "NoPermission", "{action}");
        }
    }

    #[test]
    fn an_account_has_so_many_and_no_more() {
        let app = TestApp::new();
        for number in 0..MAX_EXCEPTIONS {
            let name = format!("e{number}");
            app.ok("SetSecurityException", &with(&[("ExceptionId", &name)]));
        }
        let beyond = with(&[("ExceptionId", "beyond")]);
        assert_eq!(app.refused("SetSecurityException", &beyond), "LimitExceeded.SecurityException");
        app.ok("SetSecurityException", &with(&[("ExceptionId", "e0")]));
    }
}
