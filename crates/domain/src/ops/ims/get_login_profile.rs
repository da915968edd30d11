//! GetLoginProfile: whether and how a RAM user may log on to the console.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::access_key::Status;
use crate::identity::login_profile::PasswordStatus;
use crate::identity::user::UserPrincipalName;
use crate::ops::login_profile::{AUTO_DISABLE_LOGIN_STATUS, password_status};
use crate::ops::occasion::Occasion;
use crate::ops::{Cx, Operation, Target, account, subject};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetLoginProfile;

shape! {
    /// The parameters.
    pub struct GetLoginProfileRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@example.onaliyun.com";
    }
}

shape! {
    /// The answer.
    pub struct GetLoginProfileResponse {
        /// The logon profile.
        LoginProfile as login_profile: Nested<FoundLoginProfile> = "";
    }
}

shape! {
    /// The logon profile; members in the order of the vendor's sample (help page of GetLoginProfile, 2026).
    pub struct FoundLoginProfile {
        /// Whether the user may log on.
        Status as status: Status = "Active";
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: String = "alice@example.onaliyun.com";
        /// When the profile was last changed.
        UpdateDate as update_date: Timestamp = "2020-10-14T06:56:45Z";
        /// When the user last logged on; empty for never.
        LastLoginTime as last_login_time: Occasion = "2020-10-14T07:25:25Z";
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

impl Operation for GetLoginProfile {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetLoginProfile",
        summary: "Queries whether and how a RAM user may log on to the console.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetLoginProfile",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.LoginProfile"],
    };
    const SUMMARY_ZH: &'static str = "查询 RAM 用户能否以及如何登录控制台。";
    type Request = GetLoginProfileRequest;
    type Response = GetLoginProfileResponse;

    fn target(request: &GetLoginProfileRequest) -> Target {
        subject::target(Some(&request.user_principal_name), None)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &GetLoginProfileRequest) -> ApiResult<GetLoginProfileResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        let profile = subject::find_login_profile(cx.tx, &user)?;
        let found = FoundLoginProfile {
            status: profile.status,
            user_principal_name: account::principal_name(&account, &user.user_name),
            update_date: profile.update_date,
            last_login_time: Occasion(profile.last_login_date),
            password_reset_required: profile.password_reset_required,
            mfa_bind_required: profile.mfa_bind_required,
            auto_disable_login_status: AUTO_DISABLE_LOGIN_STATUS.to_owned(),
            password_status: password_status(&account, &profile, cx.now),
        };
        Ok(GetLoginProfileResponse { login_profile: Nested(found) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn a_first_password_lasts_as_long_as_the_policy_lets_it() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let named = [("UserPrincipalName", upn.as_str())];
        app.ok("CreateLoginProfile", &[named[0], ("Password", "correct horse")]);
        insta::assert_json_snapshot!(app.ok("GetLoginProfile", &named), @r#"
        {
          "LoginProfile": {
            "Status": "Active",
            "UserPrincipalName": "alice@1234567890123456.onaliyun.com",
            "UpdateDate": "2025-06-15T12:00:00Z",
            "LastLoginTime": "",
            "PasswordResetRequired": false,
            "MFABindRequired": false,
            "AutoDisableLoginStatus": "true",
            "PasswordStatus": "InitialValid"
          }
        }
        "#);
        let status = || app.ok("GetLoginProfile", &named)["LoginProfile"]["PasswordStatus"].clone();
        app.clock.advance_days(14);
        assert_eq!(status(), "InitialExpired");
        app.clock.advance(-1);
        assert_eq!(status(), "InitialValid");
        app.clock.advance_days(100);
        app.password_policy(r#"{"InitialPasswordAge":0}"#);
        assert_eq!(status(), "InitialValid", "0 days is for ever");
        let xml = app.xml("GetLoginProfile", &named);
        assert!(xml.contains("<LastLoginTime></LastLoginTime>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        assert_eq!(app.refused("GetLoginProfile", &[]), "MissingUserPrincipalName");
        assert_eq!(app.refused("GetLoginProfile", &[("UserPrincipalName", "x@y")]), "EntityNotExist.User");
        let named = [("UserPrincipalName", upn.as_str())];
        assert_eq!(app.refused("GetLoginProfile", &named), "EntityNotExist.User.LoginProfile");
        assert_eq!(app.refused_as(&key, "GetLoginProfile", &named), "NoPermission");
    }
}
