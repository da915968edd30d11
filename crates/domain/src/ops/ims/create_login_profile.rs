//! CreateLoginProfile: lets a RAM user log on to the console with a password.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::login_profile_fields::password_status;
use crate::identity::access_key::Status;
use crate::identity::login_profile::{Password, PasswordStatus};
use crate::identity::user::UserPrincipalName;
use crate::ops::password::{Before, NewPassword};
use crate::ops::prepared::Prepared;
use crate::ops::{Cx, Operation, Prepare, Target, account, subject};
use crate::store::tables::login_profiles::{self, LoginProfile};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateLoginProfile;

shape! {
    /// The parameters.
    pub struct CreateLoginProfileRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@example.onaliyun.com";
        /// The password; it must satisfy the account's password policy.
        Password as password: Password = "mypassword";
        /// Whether the next logon must set another password; false unless said.
        PasswordResetRequired as password_reset_required: Option<bool> = "false";
        /// Whether the next logon must bind an MFA device; false unless said.
        MFABindRequired as mfa_bind_required: Option<bool> = "false";
        /// Whether the user may log on; `Active` unless said.
        Status as status: Option<Status> = "Active";
    }
}

shape! {
    /// The answer.
    pub struct CreateLoginProfileResponse {
        /// The logon profile as it was made.
        LoginProfile as login_profile: Nested<CreatedLoginProfile> = "";
    }
}

shape! {
    /// The logon profile; members in the order of the vendor's sample (help page of CreateLoginProfile, 2026).
    pub struct CreatedLoginProfile {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: String = "alice@example.onaliyun.com";
        /// Whether the user may log on.
        Status as status: Status = "Active";
        /// When the profile was last changed.
        UpdateDate as update_date: Timestamp = "2020-10-14T03:47:51Z";
        /// Whether the next logon must set another password.
        PasswordResetRequired as password_reset_required: bool = "false";
        /// Whether the next logon must bind an MFA device.
        MFABindRequired as mfa_bind_required: bool = "false";
        /// Whether the password is the first one, and whether that may still be used.
        PasswordStatus as password_status: PasswordStatus = "InitialValid";
    }
}

impl Operation for CreateLoginProfile {
    const API: Api = Api {
        product: Product::Ims,
        action: "CreateLoginProfile",
        summary: "Lets a RAM user log on to the console with a password.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:CreateLoginProfile",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &[
            "EntityNotExist.User",
            "EntityAlreadyExists.User.LoginProfile",
            "InvalidParameter.Password.TooWeak",
        ],
    };
    const SLOW: bool = true;
    type Request = Prepared<CreateLoginProfileRequest, NewPassword>;
    type Response = CreateLoginProfileResponse;

    fn target(request: &Self::Request) -> Target {
        subject::target(Some(&request.request.user_principal_name), None)
    }

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let asked = &request.request;
        let before = cx.store.read(|tx| {
            let account = account::find(tx, cx.caller.account())?;
            let user = subject::find_by_name(tx, &account, &asked.user_principal_name)?;
            Before::find(tx, &account, &user)
        })?;
        if before.profile.is_some() {
            return Err(exists());
        }
        request.prepared = Some(NewPassword::make(cx, before, &asked.password, "Password")?);
        Ok(())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<CreateLoginProfileResponse> {
        let Prepared { request, prepared } = request;
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        if login_profiles::find(cx.tx, user.account, user.user_id)?.is_some() {
            return Err(exists());
        }
        let mut profile = LoginProfile {
            account: user.account,
            user_id: user.user_id,
            status: request.status.unwrap_or(Status::Active),
            password_hash: None,
            password_date: None,
            password_initial: false,
            password_reset_required: request.password_reset_required.unwrap_or(false),
            mfa_bind_required: request.mfa_bind_required.unwrap_or(false),
            create_date: cx.now,
            update_date: cx.now,
            last_login_date: None,
            failed_attempts: 0,
            failed_date: None,
        };
        let password =
            prepared.as_ref().ok_or_else(|| ApiError::internal("the password was not prepared"))?;
        password.set(cx, &account, &user, &mut profile, true)?;
        login_profiles::insert(cx.tx, &profile)?;
        let created = CreatedLoginProfile {
            user_principal_name: account::principal_name(&account, &user.user_name),
            status: profile.status,
            update_date: profile.update_date,
            password_reset_required: profile.password_reset_required,
            mfa_bind_required: profile.mfa_bind_required,
            password_status: password_status(&account, &profile, cx.now),
        };
        Ok(CreateLoginProfileResponse { login_profile: Nested(created) })
    }
}

fn exists() -> Box<ApiError> {
    ApiError::new(Code::EntityAlreadyExists("User.LoginProfile"))
}
