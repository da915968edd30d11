//! DeleteAccessKey: deletes an AccessKey pair for good.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::user::UserPrincipalName;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, Target, subject};
use crate::store::tables::access_keys;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteAccessKey;

shape! {
    /// The parameters.
    pub struct DeleteAccessKeyRequest {
        /// The logon name of the user; the caller itself where it is left out.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the pair.
        UserAccessKeyId as user_access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
    }
}

impl Operation for DeleteAccessKey {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteAccessKey",
        summary: "Deletes an AccessKey pair for good.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::AccessKeys,
        ram_action: "ram:DeleteAccessKey",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    type Request = DeleteAccessKeyRequest;
    type Response = Empty;

    fn target(request: &DeleteAccessKeyRequest) -> Target {
        subject::target_or_own(request.user_principal_name.as_ref())
    }

    /// An Active key is deleted as well, and so is the one that signs this very call: the vendor's console asks to
    /// disable a key first, its API pages do not, and a program that cleans up should need one call.
    fn handle(cx: &mut Cx<'_, '_>, request: &DeleteAccessKeyRequest) -> ApiResult<Empty> {
        let user = subject::find_identity(cx.tx, cx.caller, request.user_principal_name.as_ref())?;
        let key = subject::find_access_key(cx.tx, cx.caller.account(), user, &request.user_access_key_id)?;
        access_keys::delete(cx.tx, key.account, user, &key.access_key_id)?;
        Ok(Empty {})
    }
}
