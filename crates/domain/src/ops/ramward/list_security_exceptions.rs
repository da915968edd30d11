//! ListSecurityExceptions: the exceptions of an account, by name.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use super::set_security_exception::ListedException;
use crate::identity::security_exception::ExceptionId;
use crate::ids::AccountId;
use crate::ops::account;
use crate::ops::marker::{self, Marker};
use crate::ops::{Cx, Operation};
use crate::store::tables::security_exceptions;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListSecurityExceptions;

shape! {
    /// Which part of the list.
    pub struct ListSecurityExceptionsRequest {
        /// The account. An account's own identities may leave it out; the operator must name one.
        AccountId as account_id: Option<AccountId> = "1234567890123456";
        /// Where the list goes on: the `Marker` of the answer before.
        Marker as marker: Option<Marker> = "MTpsZWdhY3ktcm9ib3Rz";
        /// How many exceptions to answer at most. Default: 100.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListSecurityExceptionsResponse {
        /// The exceptions, by name.
        SecurityExceptions as security_exceptions: Nested<SecurityExceptions> = "";
        /// Whether there are more.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; only if there are more.
        Marker as marker: Option<Marker> = "MTpsZWdhY3ktcm9ib3Rz";
    }
}

shape! {
    /// The exceptions.
    pub struct SecurityExceptions {
        /// The exceptions.
        SecurityException as security_exception: Vec<ListedException> = "";
    }
}

impl Operation for ListSecurityExceptions {
    const API: Api = Api {
        product: Product::Ramward,
        action: "ListSecurityExceptions",
        summary: "Lists the exceptions of an account.",
        access: Access::Read,
        audience: Audience::AccountOrOperator,
        self_service: SelfService::No,
        ram_action: "ramward:ListSecurityExceptions",
        resource: "*",
        errors: &["EntityNotExist.Account"],
    };
    const SUMMARY_ZH: &'static str = "列出账号的安全例外。";
    type Request = ListSecurityExceptionsRequest;
    type Response = ListSecurityExceptionsResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Self::Response> {
        let account = account::named(cx.tx, cx.caller, request.account_id)?.account;
        let most = request.max_items.map_or(100, |items| usize::try_from(items.get()).unwrap_or(100));
        let after = request.marker.as_ref().map(Marker::key::<ExceptionId>).transpose()?;
        let rows = security_exceptions::list(cx.tx, account, after.as_ref(), most + 1)?;
        let (rows, marker) = marker::page(rows, most, |row| row.exception_id.clone());
        let today = cx.now.day();
        let listed = rows.into_iter().map(|row| ListedException::new(row, today)).collect();
        Ok(ListSecurityExceptionsResponse {
            security_exceptions: Nested(SecurityExceptions { security_exception: listed }),
            is_truncated: marker.is_some(),
            marker,
        })
    }
}
