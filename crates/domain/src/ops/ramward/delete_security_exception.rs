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
