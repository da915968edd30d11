//! UpdateAccessKey: switches an AccessKey pair on or off.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::access_key::Status;
use crate::identity::user::UserPrincipalName;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, Target, subject};
use crate::store::tables::access_keys;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdateAccessKey;

shape! {
    /// The parameters.
    pub struct UpdateAccessKeyRequest {
        /// The logon name of the user; the caller itself where it is left out.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the pair.
        UserAccessKeyId as user_access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// Whether the pair may sign from now on.
        Status as status: Status = "Inactive";
    }
}

impl Operation for UpdateAccessKey {
    const API: Api = Api {
        product: Product::Ims,
        action: "UpdateAccessKey",
        summary: "Switches an AccessKey pair on or off.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::AccessKeys,
        ram_action: "ram:UpdateAccessKey",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    type Request = UpdateAccessKeyRequest;
    type Response = Empty;

    fn target(request: &UpdateAccessKeyRequest) -> Target {
        subject::target_or_own(request.user_principal_name.as_ref())
    }

    /// The key that signs this very call may be switched off too, as with the vendor; the next call of it is refused.
    fn handle(cx: &mut Cx<'_, '_>, request: &UpdateAccessKeyRequest) -> ApiResult<Empty> {
        let user = subject::find_identity(cx.tx, cx.caller, request.user_principal_name.as_ref())?;
        let key = subject::find_access_key(cx.tx, cx.caller.account(), user, &request.user_access_key_id)?;
        access_keys::update_status(cx.tx, key.account, user, &key.access_key_id, request.status, cx.now)?;
        Ok(Empty {})
    }
}
