//! UpdateLoginProfile: changes whether and how a RAM user may log on to the console.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::access_key::Status;
use crate::identity::login_profile::{Password, PasswordStatus};
use crate::identity::user::UserPrincipalName;
use crate::ops::login_profile::{self, AUTO_DISABLE_LOGIN_STATUS, Wishes, password_status};
use crate::ops::password::NewPassword;
use crate::ops::prepared::Prepared;
use crate::ops::{Cx, Operation, Prepare, Target, account, subject};
use crate::store::Tx;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdateLoginProfile;

shape! {
    /// The parameters; what is left out stays as it is.
    pub struct UpdateLoginProfileRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@example.onaliyun.com";
        /// The new password; it must satisfy the account's password policy.
        Password as password: Option<Password> = "mypassword";
        /// Whether the next logon must set another password.
        PasswordResetRequired as password_reset_required: Option<bool> = "false";
        /// Whether the next logon must bind an MFA device.
        MFABindRequired as mfa_bind_required: Option<bool> = "false";
        /// Whether the user may log on.
        Status as status: Option<Status> = "Active";
    }
}

shape! {
    /// The answer.
    pub struct UpdateLoginProfileResponse {
        /// The logon profile as it is now.
        LoginProfile as login_profile: Nested<UpdatedLoginProfile> = "";
    }
}

shape! {
    /// The logon profile; members in the order of the vendor's sample (help page of UpdateLoginProfile, 2026).
    pub struct UpdatedLoginProfile {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: String = "alice@example.onaliyun.com";
        /// Whether the user may log on.
        Status as status: Status = "Active";
        /// When the profile was last changed.
        UpdateDate as update_date: Timestamp = "2020-10-14T07:48:41Z";
        /// Whether the next logon must set another password.
        PasswordResetRequired as password_reset_required: bool = "false";
        /// Whether the next logon must bind an MFA device.
        MFABindRequired as mfa_bind_required: bool = "false";
        /// Whether logon is disabled when the user stays away too long; always `true`.
        AutoDisableLoginStatus as auto_disable_login_status: String = "true";
        /// Whether the password is the first one, and whether that may still be used.
        PasswordStatus as password_status: PasswordStatus = "NotInitial";
    }
}

impl Operation for UpdateLoginProfile {
    const API: Api = Api {
        product: Product::Ims,
        action: "UpdateLoginProfile",
        summary: "Changes whether and how a RAM user may log on to the console.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:UpdateLoginProfile",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &[
            "EntityNotExist.User",
            "EntityNotExist.User.LoginProfile",
            "InvalidParameter.Password.TooWeak",
        ],
    };
    const SUMMARY_ZH: &'static str = "修改 RAM 用户能否以及如何登录控制台。";
    const SLOW: bool = true;
    type Request = Prepared<UpdateLoginProfileRequest, NewPassword>;
    type Response = UpdateLoginProfileResponse;

    fn target(request: &Self::Request) -> Target {
        subject::target(Some(&request.request.user_principal_name), None)
    }

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let asked = &request.request;
        let Some(password) = &asked.password else { return Ok(()) };
        let user =
            |tx: &mut Tx<'_>, account: &_| subject::find_by_name(tx, account, &asked.user_principal_name);
        request.prepared = Some(login_profile::prepare_update(cx, password, user)?);
        Ok(())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<UpdateLoginProfileResponse> {
        let Prepared { request, prepared } = request;
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        let wishes = Wishes {
            status: request.status,
            password_reset_required: request.password_reset_required,
            mfa_bind_required: request.mfa_bind_required,
        };
        let profile = login_profile::update(cx, (&account, &user), wishes, prepared.as_ref())?;
        let updated = UpdatedLoginProfile {
            user_principal_name: account::principal_name(&account, &user.user_name),
            status: profile.status,
            update_date: profile.update_date,
            password_reset_required: profile.password_reset_required,
            mfa_bind_required: profile.mfa_bind_required,
            auto_disable_login_status: AUTO_DISABLE_LOGIN_STATUS.to_owned(),
            password_status: password_status(&account, &profile, cx.now),
        };
        Ok(UpdateLoginProfileResponse { login_profile: Nested(updated) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn what_is_left_out_stays() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let named = ("UserPrincipalName", upn.as_str());
        app.ok("CreateLoginProfile", &[named, ("Password", "correct horse"), ("MFABindRequired", "true")]);
        app.clock.advance(60);
        insta::assert_json_snapshot!(app.ok("UpdateLoginProfile", &[named, ("PasswordResetRequired", "true")]), @r#"
        {
          "LoginProfile": {
            "UserPrincipalName": "alice@1234567890123456.onaliyun.com",
            "Status": "Active",
            "UpdateDate": "2025-06-15T12:01:00Z",
            "PasswordResetRequired": true,
            "MFABindRequired": true,
            "AutoDisableLoginStatus": "true",
            "PasswordStatus": "InitialValid"
          }
        }
        "#);
        let profile = |params: &[(&str, &str)]| {
            let mut all = vec![named];
            all.extend_from_slice(params);
            app.ok("UpdateLoginProfile", &all)["LoginProfile"].clone()
        };
        assert_eq!(profile(&[("Password", "battery staple")])["PasswordStatus"], "NotInitial");
        assert_eq!(profile(&[("Status", "Inactive")])["PasswordStatus"], "NotInitial");
        let again =
            profile(&[("Status", "Active"), ("Password", "paper clip"), ("MFABindRequired", "false")]);
        assert_eq!(
            again["PasswordStatus"], "InitialValid",
            "logon was switched on again with a new password"
        );
        assert_eq!(
            (&again["MFABindRequired"], &again["PasswordResetRequired"]),
            (&false.into(), &true.into())
        );
        let xml = app.xml("UpdateLoginProfile", &[named]);
        assert!(xml.contains("<Status>Active</Status>"), "{xml}");
    }

    #[test]
    fn earlier_passwords_do_not_come_back() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let named = ("UserPrincipalName", upn.as_str());
        app.ok("CreateLoginProfile", &[named, ("Password", "password-0")]);
        app.ok("UpdateLoginProfile", &[named, ("Password", "password-0")]);
        app.password_policy(r#"{"PasswordReusePrevention":2}"#);
        app.ok("UpdateLoginProfile", &[named, ("Password", "password-1")]);
        for used in ["password-0", "password-1"] {
            let code = app.refused("UpdateLoginProfile", &[named, ("Password", used)]);
            assert_eq!(code, "InvalidParameter.Password.TooWeak", "{used}");
        }
        app.ok("UpdateLoginProfile", &[named, ("Password", "password-2")]);
        app.ok("UpdateLoginProfile", &[named, ("Password", "password-0")]);
        // The past is remembered beyond what the policy of its time asked for.
        app.password_policy(r#"{"PasswordReusePrevention":24}"#);
        for used in ["password-0", "password-1", "password-2"] {
            app.refused("UpdateLoginProfile", &[named, ("Password", used)]);
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let named = ("UserPrincipalName", upn.as_str());
        assert_eq!(app.refused("UpdateLoginProfile", &[]), "MissingUserPrincipalName");
        assert_eq!(app.refused("UpdateLoginProfile", &[("UserPrincipalName", "x@y")]), "EntityNotExist.User");
        assert_eq!(app.refused("UpdateLoginProfile", &[named]), "EntityNotExist.User.LoginProfile");
        let with_password = [named, ("Password", "correct horse")];
        assert_eq!(app.refused("UpdateLoginProfile", &with_password), "EntityNotExist.User.LoginProfile");
        assert_eq!(app.refused_as(&key, "UpdateLoginProfile", &with_password), "NoPermission");
        app.ok("CreateLoginProfile", &with_password);
        assert_eq!(
            app.refused("UpdateLoginProfile", &[named, ("Password", "short")]),
            "InvalidParameter.Password.TooWeak"
        );
        assert_eq!(
            app.refused("UpdateLoginProfile", &[named, ("Status", "on")]),
            "InvalidParameter.Status.Range"
        );
    }
}
