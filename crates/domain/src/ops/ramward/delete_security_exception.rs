//! DeleteSecurityException: what it excepted counts again.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::security_exception::ExceptionId;
use crate::ids::AccountId;
use crate::ops::account;
use crate::ops::{Cx, Operation};
use crate::store::tables::security_exceptions;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteSecurityException;

shape! {
    /// Which exception.
    pub struct DeleteSecurityExceptionRequest {
        /// The account. An account's own identities may leave it out; the operator must name one.
        AccountId as account_id: Option<AccountId> = "1234567890123456";
        /// The name of the exception.
        ExceptionId as exception_id: ExceptionId = "legacy-robots";
    }
}

impl Operation for DeleteSecurityException {
    const API: Api = Api {
        product: Product::Ramward,
        action: "DeleteSecurityException",
        summary: "Deletes an exception of an account.",
        access: Access::Write,
        audience: Audience::AccountOrOperator,
        self_service: SelfService::No,
        ram_action: "ramward:DeleteSecurityException",
        resource: "*",
        errors: &["EntityNotExist.Account", "EntityNotExist.SecurityException"],
    };
    const SUMMARY_ZH: &'static str = "删除账号的一个安全例外。";
    type Request = DeleteSecurityExceptionRequest;
    type Response = Empty;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        let account = account::named(cx.tx, cx.caller, request.account_id)?.account;
        if security_exceptions::delete(cx.tx, account, &request.exception_id)? {
            Ok(Empty {})
        } else {
            Err(ApiError::new(Code::EntityNotExist("SecurityException")))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    const EXCEPTION: [(&str, &str); 7] = [
        ("ExceptionId", "robots"),
        ("Check", "users_no_old_key"),
        ("SubjectPattern", "svc-*"),
        ("Owner", "security@example.com"),
        ("Reason", "moved to roles in March"),
        ("ExpireDate", "2025-06-20"),
        ("State", "planned"),
    ];

    #[test]
    fn what_it_excepted_counts_again_and_it_is_deleted_once() {
        let app = TestApp::new();
        app.ok("SetSecurityException", &EXCEPTION);
        app.user_with_key("svc-build");
        let with_exceptions = |app: &TestApp| {
            let explained = app.ok("ExplainAccountSecurityPracticeReport", &[]);
            explained["Explanation"].get("ScoreWithExceptions").cloned()
        };
        assert!(with_exceptions(&app).is_some());
        assert_eq!(app.ok("DeleteSecurityException", &EXCEPTION[..1]), json!({}));
        assert_eq!(with_exceptions(&app), None);
        let code = app.refused("DeleteSecurityException", &EXCEPTION[..1]);
        assert_eq!(code, "EntityNotExist.SecurityException");
        assert_eq!(app.refused("DeleteSecurityException", &[]), "MissingExceptionId");
    }
}
