//! DeleteUser: deletes a RAM user that has nothing left (decision record 0013).

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::user::UserPrincipalName;
use crate::ids::UserId;
use crate::ops::{Cx, Operation, Target, account, subject};
use crate::store::tables::{access_keys, login_profiles, mfa_devices, users};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteUser;

shape! {
    /// The parameters: `UserPrincipalName` or `UserId` names the user.
    pub struct DeleteUserRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the user.
        UserId as user_id: Option<UserId> = "207329002493921234";
    }
}

impl Operation for DeleteUser {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteUser",
        summary: "Deletes a RAM user that has no AccessKey, no logon profile and no MFA device.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &[
            "EntityNotExist.User",
            "DeleteConflict.User.AccessKey",
            "DeleteConflict.User.LoginProfile",
            "DeleteConflict.User.MFADevice",
        ],
    };
    type Request = DeleteUserRequest;
    type Response = Empty;

    fn target(request: &DeleteUserRequest) -> Target {
        subject::target(request.user_principal_name.as_ref(), request.user_id)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeleteUserRequest) -> ApiResult<Empty> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find(cx.tx, &account, request.user_principal_name.as_ref(), request.user_id)?;
        let (account, user) = (user.account, user.user_id);
        let conflict = |what| Err(ApiError::new(Code::DeleteConflict(what)));
        if !access_keys::list(cx.tx, account, user)?.is_empty() {
            return conflict("User.AccessKey");
        }
        if login_profiles::find(cx.tx, account, user)?.is_some() {
            return conflict("User.LoginProfile");
        }
        if mfa_devices::find_by_user(cx.tx, account, user)?.is_some() {
            return conflict("User.MFADevice");
        }
        users::delete(cx.tx, account, user)?;
        Ok(Empty {})
    }
}
