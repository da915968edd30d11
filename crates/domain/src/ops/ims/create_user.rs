//! CreateUser: makes a RAM user.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::user_fields::{self, RequestTag, Tags, user_members, user_shape};
use crate::identity::user::{
    Comments, DisplayName, Email, MobilePhone, ProvisionType, UserPrincipalName, UserStatus,
};
use crate::ids::UserId;
use crate::ops::{Cx, Operation, Target, account};
use crate::store::Total;
use crate::store::tables::{user_tags, users};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateUser;

shape! {
    /// The parameters.
    pub struct CreateUserRequest {
        /// The logon name: the user's name and the account's default domain (or the one the account began with).
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@example.onaliyun.com";
        /// The name shown for the user.
        DisplayName as display_name: DisplayName = "Alice";
        /// The mobile phone number.
        MobilePhone as mobile_phone: Option<MobilePhone> = "86-18688888888";
        /// The e-mail address.
        Email as email: Option<Email> = "alice@example.com";
        /// A note.
        Comments as comments: Option<Comments> = "This is a cloud computing engineer.";
        /// Tags, each key once.
        Tag as tag: Vec<RequestTag> = "";
    }
}

shape! {
    /// The answer.
    pub struct CreateUserResponse {
        /// The user as it was made.
        User as user: Nested<CreatedUser> = "";
    }
}

user_shape! {
    /// The user as it was made.
    pub struct CreatedUser {
        /// The tags of the user.
        Tags as tags: Nested<Tags> = "";
    }
}

impl Operation for CreateUser {
    const API: Api = Api {
        product: Product::Ims,
        action: "CreateUser",
        summary: "Makes a RAM user.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:CreateUser",
        resource: "acs:ram:*:{account}:user/*",
        errors: &["EntityAlreadyExists.User", "LimitExceeded.User", "LimitExceeded.User.Tag"],
    };
    type Request = CreateUserRequest;
    type Response = CreateUserResponse;

    fn target(request: &CreateUserRequest) -> Target {
        Target::User(request.user_principal_name.name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &CreateUserRequest) -> ApiResult<CreateUserResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        account::check_new_name(&account, &request.user_principal_name, "UserPrincipalName")?;
        user_fields::check_tags(&request.tag, cx.settings.quotas.tags_per_user)?;
        let name = &request.user_principal_name.name;
        if users::find_by_name(cx.tx, account.account, name)?.is_some() {
            return Err(ApiError::new(Code::EntityAlreadyExists("User")));
        }
        if account.totals.get(Total::Users) >= cx.settings.quotas.users {
            return Err(ApiError::new(Code::LimitExceeded("User")));
        }
        let user = users::User {
            account: account.account,
            user_id: UserId::generate(cx.entropy),
            user_name: name.clone(),
            display_name: request.display_name.clone(),
            comments: request.comments.clone().unwrap_or_default(),
            email: request.email.clone().unwrap_or_default(),
            mobile_phone: request.mobile_phone.clone().unwrap_or_default(),
            status: UserStatus::Active,
            provision_type: ProvisionType::Manual,
            create_date: cx.now,
            update_date: cx.now,
            last_login_date: None,
        };
        users::insert(cx.tx, &user)?;
        for tag in &request.tag {
            let value = tag.value.clone().unwrap_or_default();
            user_tags::update(cx.tx, user.account, user.user_id, &tag.key, &value)?;
        }
        let tags = user_fields::tags_of(cx.tx, &user)?;
        Ok(CreateUserResponse { user: Nested(user_members!(CreatedUser, &account, &user, tags: tags)) })
    }
}
