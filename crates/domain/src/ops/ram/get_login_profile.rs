//! GetLoginProfile in RAM's view: whether and how a RAM user may log on to the console.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::user::UserName;
use crate::ops::{Cx, Operation, Target, subject};
use crate::store::tables::login_profiles::LoginProfile;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetLoginProfile;

shape! {
    /// The parameters.
    pub struct GetLoginProfileRequest {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
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
    /// The logon profile; members in the order of the vendor's table (help page of GetLoginProfile, 2021).
    pub struct FoundLoginProfile {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
        /// Whether the next logon must set another password.
        PasswordResetRequired as password_reset_required: bool = "false";
        /// Whether the next logon must bind an MFA device.
        MFABindRequired as mfa_bind_required: bool = "false";
        /// When the profile was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
    }
}

impl FoundLoginProfile {
    /// What RAM's answers say of a profile.
    pub(super) fn new(user_name: UserName, profile: &LoginProfile) -> Self {
        Self {
            user_name,
            password_reset_required: profile.password_reset_required,
            mfa_bind_required: profile.mfa_bind_required,
            create_date: profile.create_date,
        }
    }
}

impl Operation for GetLoginProfile {
    const API: Api = Api {
        product: Product::Ram,
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
        Target::User(request.user_name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &GetLoginProfileRequest) -> ApiResult<GetLoginProfileResponse> {
        let user = subject::find_named(cx.tx, cx.caller.account(), &request.user_name)?;
        let profile = subject::find_login_profile(cx.tx, &user)?;
        let found = FoundLoginProfile::new(user.user_name, &profile);
        Ok(GetLoginProfileResponse { login_profile: Nested(found) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn with_and_without() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (upn, named) = (TestApp::upn("alice"), [("UserName", "alice")]);
        assert_eq!(app.refused("Ram:GetLoginProfile", &named), "EntityNotExist.User.LoginProfile");
        let params =
            [("UserPrincipalName", upn.as_str()), ("Password", "correct horse"), ("Status", "Inactive")];
        app.ok("CreateLoginProfile", &params);
        insta::assert_json_snapshot!(app.ok("Ram:GetLoginProfile", &named), @r#"
        {
          "LoginProfile": {
            "UserName": "alice",
            "PasswordResetRequired": false,
            "MFABindRequired": false,
            "CreateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let xml = app.xml("Ram:GetLoginProfile", &named);
        assert!(xml.contains("<LoginProfile><UserName>alice</UserName>"), "{xml}");
        assert_eq!(app.refused_as(&key, "Ram:GetLoginProfile", &named), "NoPermission");
        assert_eq!(app.refused("Ram:GetLoginProfile", &[]), "MissingUserName");
        assert_eq!(app.refused("Ram:GetLoginProfile", &[("UserName", "nobody")]), "EntityNotExist.User");
        let code = app.refused("Ram:GetLoginProfile", &[("UserName", &"x".repeat(65))]);
        assert_eq!(code, "InvalidParameter.UserName.Length");
    }
}
