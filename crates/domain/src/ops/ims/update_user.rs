//! UpdateUser: renames a RAM user and changes what is noted about it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::user_fields::{user_members, user_shape};
use crate::identity::user::{Comments, DisplayName, Email, MobilePhone, UserPrincipalName};
use crate::ids::UserId;
use crate::ops::{Cx, Operation, Target, account, subject};
use crate::store::tables::users;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdateUser;

shape! {
    /// The parameters: `UserPrincipalName` or `UserId` names the user, the rest is what changes.
    pub struct UpdateUserRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the user.
        UserId as user_id: Option<UserId> = "207329002493921234";
        /// The new logon name.
        NewUserPrincipalName as new_user_principal_name: Option<UserPrincipalName> = "new@example.onaliyun.com";
        /// The new name to show for the user.
        NewDisplayName as new_display_name: Option<DisplayName> = "new";
        /// The new mobile phone number; an empty one clears it.
        NewMobilePhone as new_mobile_phone: Option<MobilePhone> = "86-18688888888";
        /// The new e-mail address; an empty one clears it.
        NewEmail as new_email: Option<Email> = "alice@example.com";
        /// The new note; an empty one clears it.
        NewComments as new_comments: Option<Comments> = "This is a cloud computing engineer.";
    }
}

shape! {
    /// The answer.
    pub struct UpdateUserResponse {
        /// The user as it is now.
        User as user: Nested<UpdatedUser> = "";
    }
}

user_shape! {
    /// The user as it is now.
    pub struct UpdatedUser {}
}

impl Operation for UpdateUser {
    const API: Api = Api {
        product: Product::Ims,
        action: "UpdateUser",
        summary: "Renames a RAM user and changes what is noted about it.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:UpdateUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityAlreadyExists.User"],
    };
    type Request = UpdateUserRequest;
    type Response = UpdateUserResponse;

    fn target(request: &UpdateUserRequest) -> Target {
        subject::target(request.user_principal_name.as_ref(), request.user_id)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &UpdateUserRequest) -> ApiResult<UpdateUserResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let before = subject::find(cx.tx, &account, request.user_principal_name.as_ref(), request.user_id)?;
        let mut user = before.clone();
        if let Some(name) = &request.new_user_principal_name {
            account::check_new_name(&account, name, "NewUserPrincipalName")?;
            let holder = users::find_by_name(cx.tx, account.account, &name.name)?;
            if holder.is_some_and(|holder| holder.user_id != user.user_id) {
                return Err(ApiError::new(Code::EntityAlreadyExists("User")));
            }
            user.user_name = name.name.clone();
        }
        change(&mut user.display_name, request.new_display_name.as_ref());
        change(&mut user.mobile_phone, request.new_mobile_phone.as_ref());
        change(&mut user.email, request.new_email.as_ref());
        change(&mut user.comments, request.new_comments.as_ref());
        // The date says when something changed, so a call that changes nothing leaves it alone.
        if user != before {
            user.update_date = cx.now;
            users::update(cx.tx, &user)?;
        }
        Ok(UpdateUserResponse { user: Nested(user_members!(UpdatedUser, &account, &user)) })
    }
}

fn change<T: Clone>(present: &mut T, new: Option<&T>) {
    if let Some(new) = new {
        present.clone_from(new);
    }
}
