//! GetUser: what is known of a RAM user.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::user_fields::{self, Tags, user_members, user_shape};
use crate::identity::user::{UserName, UserPrincipalName};
use crate::ids::{AccessKeyId, UserId};
use crate::ops::{Cx, Operation, Target, account, subject};
use crate::store::Tx;
use crate::store::tables::accounts::Account;
use crate::store::tables::users::User;
use crate::store::tables::{access_keys, users};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetUser;

shape! {
    /// The parameters: one of the three names the user.
    pub struct GetUserRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the user.
        UserId as user_id: Option<UserId> = "207329002493921234";
        /// An AccessKey of the user.
        UserAccessKeyId as user_access_key_id: Option<AccessKeyId> = "LTAI4GFTgcR8m8cZQDTHabcd";
    }
}

shape! {
    /// The answer.
    pub struct GetUserResponse {
        /// The user.
        User as user: Nested<FoundUser> = "";
    }
}

user_shape! {
    /// The user.
    pub struct FoundUser {
        /// The name of the user inside the account.
        UserName as user_name: UserName = "alice";
        /// The tags of the user.
        Tags as tags: Nested<Tags> = "";
    }
}

impl Operation for GetUser {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetUser",
        summary: "Queries a RAM user.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    type Request = GetUserRequest;
    type Response = GetUserResponse;

    fn target(request: &GetUserRequest) -> Target {
        subject::target(request.user_principal_name.as_ref(), request.user_id)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &GetUserRequest) -> ApiResult<GetUserResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = find(cx.tx, &account, request)?;
        let tags = user_fields::tags_of(cx.tx, &user)?;
        let user_name = user.user_name.clone();
        let found = user_members!(FoundUser, &account, &user, user_name: user_name, tags: tags);
        Ok(GetUserResponse { user: Nested(found) })
    }
}

/// The user; by an AccessKey if nothing else names it.
fn find(tx: &mut Tx<'_>, account: &Account, request: &GetUserRequest) -> ApiResult<User> {
    let (name, id) = (request.user_principal_name.as_ref(), request.user_id);
    let Some(key) = &request.user_access_key_id else { return subject::find(tx, account, name, id) };
    // Only the account's own keys exist for it; a key of its root identity belongs to no RAM user.
    let owner = access_keys::find_owner(tx, key)?
        .filter(|(owner, user)| *owner == account.account && !user.is_root())
        .map(|(_, user)| user)
        .ok_or_else(|| ApiError::new(Code::EntityNotExist("User.AccessKey")))?;
    if name.is_some() || id.is_some() {
        let user = subject::find(tx, account, name, id)?;
        return if user.user_id == owner { Ok(user) } else { Err(subject::contradiction("UserAccessKeyId")) };
    }
    users::find(tx, account.account, owner)?.ok_or_else(|| ApiError::new(Code::EntityNotExist("User")))
}
