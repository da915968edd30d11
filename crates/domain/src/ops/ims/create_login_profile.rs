//! CreateLoginProfile: lets a RAM user log on to the console with a password.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::access_key::Status;
use crate::identity::login_profile::{Password, PasswordStatus};
use crate::identity::user::UserPrincipalName;
use crate::ops::login_profile::{self, Wishes, password_status};
use crate::ops::password::NewPassword;
use crate::ops::prepared::Prepared;
use crate::ops::{Cx, Operation, Prepare, Target, account, subject};
use crate::store::Tx;
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
    const SUMMARY_ZH: &'static str = "为 RAM 用户开通使用密码的控制台登录。";
    const SLOW: bool = true;
    type Request = Prepared<CreateLoginProfileRequest, NewPassword>;
    type Response = CreateLoginProfileResponse;

    fn target(request: &Self::Request) -> Target {
        subject::target(Some(&request.request.user_principal_name), None)
    }

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let asked = &request.request;
        let user =
            |tx: &mut Tx<'_>, account: &_| subject::find_by_name(tx, account, &asked.user_principal_name);
        request.prepared = Some(login_profile::prepare_create(cx, &asked.password, user)?);
        Ok(())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<CreateLoginProfileResponse> {
        let Prepared { request, prepared } = request;
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        let wishes = Wishes {
            status: request.status,
            password_reset_required: request.password_reset_required,
            mfa_bind_required: request.mfa_bind_required,
        };
        let profile = login_profile::create(cx, (&account, &user), wishes, prepared.as_ref())?;
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

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn with_defaults_and_with_everything_said() {
        let app = TestApp::new();
        let (alice, bob) = (app.user("alice"), app.user("bob"));
        let made =
            app.ok("CreateLoginProfile", &[("UserPrincipalName", &alice), ("Password", "correct horse")]);
        insta::assert_json_snapshot!(made, @r#"
        {
          "LoginProfile": {
            "UserPrincipalName": "alice@1234567890123456.onaliyun.com",
            "Status": "Active",
            "UpdateDate": "2025-06-15T12:00:00Z",
            "PasswordResetRequired": false,
            "MFABindRequired": false,
            "PasswordStatus": "InitialValid"
          }
        }
        "#);
        let all = [
            ("UserPrincipalName", bob.as_str()),
            ("Password", "correct horse"),
            ("PasswordResetRequired", "True"),
            ("MFABindRequired", "true"),
            ("Status", "Inactive"),
        ];
        let xml = app.xml("CreateLoginProfile", &all);
        for part in [
            "<Status>Inactive</Status>",
            "<PasswordResetRequired>true</PasswordResetRequired>",
            "<MFABindRequired>true</MFABindRequired>",
        ] {
            assert!(xml.contains(part), "{xml}");
        }
        assert!(!xml.contains("horse"));
    }

    #[test]
    fn the_policy_is_enforced_and_says_what_is_missing() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let rows = [
            (r#"{}"#, "short12", "at least 8 characters"),
            (r#"{"MinimumPasswordLength":14}"#, "correct horse", "at least 14 characters"),
            (r#"{"RequireUppercaseCharacters":true}"#, "correct horse", "an upper-case letter"),
            (r#"{"RequireNumbers":true}"#, "correct horse", "a digit"),
            (r#"{"PasswordNotContainUserName":true}"#, "xxALICExx", "user name"),
        ];
        for (policy, password, reason) in rows {
            app.password_policy(policy);
            let params = [("UserPrincipalName", upn.as_str()), ("Password", password)];
            let (status, answer) = app.call("CreateLoginProfile", &params);
            assert_eq!((status, answer["Code"].as_str()), (400, Some("InvalidParameter.Password.TooWeak")));
            let message = answer["Message"].as_str().unwrap();
            assert!(message.contains(reason) && !message.contains(password), "{message}");
        }
        assert_eq!(
            app.refused("GetLoginProfile", &[("UserPrincipalName", &upn)]),
            "EntityNotExist.User.LoginProfile",
            "nothing was made"
        );
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[("Password", "correct horse")], "MissingUserPrincipalName"),
            (&[("UserPrincipalName", &upn)], "MissingPassword"),
            (&[("UserPrincipalName", "x@y"), ("Password", "correct horse")], "EntityNotExist.User"),
            (
                &[("UserPrincipalName", &upn), ("Password", "correct horse"), ("Status", "on")],
                "InvalidParameter.Status.Range",
            ),
            (
                &[("UserPrincipalName", &upn), ("Password", "correct horse"), ("MFABindRequired", "yes")],
                "InvalidParameter.MFABindRequired.Format",
            ),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("CreateLoginProfile", params), *code, "{params:?}");
        }
        let params = [("UserPrincipalName", upn.as_str()), ("Password", "correct horse")];
        assert_eq!(app.refused_as(&key, "CreateLoginProfile", &params), "NoPermission");
        app.ok("CreateLoginProfile", &params);
        assert_eq!(app.refused("CreateLoginProfile", &params), "EntityAlreadyExists.User.LoginProfile");
        let long = "p".repeat(129);
        let params = [("UserPrincipalName", upn.as_str()), ("Password", long.as_str())];
        assert_eq!(app.refused("CreateLoginProfile", &params), "InvalidParameter.Password.Length");
    }
}
