//! ChangePassword: a RAM user changes its own password.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code, Plain, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use super::login_profile_fields::has_expired_for_good;
use crate::authn::Caller;
use crate::identity::login_profile::Password;
use crate::ops::password::{Before, NewPassword};
use crate::ops::prepared::Prepared;
use crate::ops::{Cx, Operation, Prepare, Target, account, subject};
use crate::store::Tx;
use crate::store::tables::login_profiles;
use crate::store::tables::users::{self, User};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ChangePassword;

shape! {
    /// The parameters.
    pub struct ChangePasswordRequest {
        /// The present password.
        OldPassword as old_password: Password = "mypassword";
        /// The new password; it must satisfy the account's password policy.
        NewPassword as new_password: Password = "newpassword";
    }
}

impl Operation for ChangePassword {
    const API: Api = Api {
        product: Product::Ims,
        action: "ChangePassword",
        summary: "Changes the password of the calling RAM user.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::Password,
        ram_action: "ram:ChangePassword",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &[
            "EntityNotExist.User.LoginProfile",
            "InvalidParameter.OldPassword.Format",
            "InvalidParameter.NewPassword.TooWeak",
        ],
    };
    const SLOW: bool = true;
    type Request = Prepared<ChangePasswordRequest, NewPassword>;
    type Response = Empty;

    fn target(_: &Self::Request) -> Target {
        Target::Own
    }

    /// The vendor does not say which code a wrong old password gets; here it is the one of a parameter that is not what
    /// it must be.
    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let asked = &request.request;
        let before = cx.store.read(|tx| {
            let user = caller(tx, cx.caller)?;
            let account = account::find(tx, user.account)?;
            Before::find(tx, &account, &user)
        })?;
        let profile = before
            .profile
            .as_ref()
            .ok_or_else(|| ApiError::new(Code::EntityNotExist("User.LoginProfile")))?;
        if !profile.password_hash.as_ref().is_some_and(|hash| hash.verify(&asked.old_password)) {
            return Err(ApiError::with_message(
                Code::InvalidParameter("OldPassword".into(), Rule::Format),
                "The parameter - \"OldPassword\" is not the present password.",
            ));
        }
        request.prepared = Some(NewPassword::make(cx, before, &asked.new_password, "NewPassword")?);
        Ok(())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        let user = caller(cx.tx, cx.caller)?;
        let account = account::find(cx.tx, user.account)?;
        let mut profile = subject::find_login_profile(cx.tx, &user)?;
        if has_expired_for_good(&account, &profile, cx.now) {
            return Err(ApiError::with_message(
                Plain::NoPermission,
                "You are not authorized to do this action. The password has expired; an administrator must set another one.",
            ));
        }
        let password =
            request.prepared.as_ref().ok_or_else(|| ApiError::internal("the password was not prepared"))?;
        // The old password was verified against the present one; `set` refuses if that is no longer the present one.
        password.set(cx, &account, &user, &mut profile, false)?;
        profile.password_reset_required = false;
        profile.update_date = cx.now;
        login_profiles::update(cx.tx, &profile)?;
        Ok(Empty {})
    }
}

/// The calling RAM user.
fn caller(tx: &mut Tx<'_>, caller: &Caller) -> ApiResult<User> {
    if caller.is_root() {
        return Err(ApiError::with_message(
            Plain::NoPermission,
            "You are not authorized to do this action. It is for RAM users; the root identity has no password here.",
        ));
    }
    users::find(tx, caller.account(), caller.user())?
        .ok_or_else(|| ApiError::new(Plain::InvalidAccessKeyIdNotFound))
}
