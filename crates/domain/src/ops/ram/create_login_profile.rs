//! CreateLoginProfile in RAM's view: lets a RAM user log on to the console with a password.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::get_login_profile::FoundLoginProfile;
use crate::identity::login_profile::Password;
use crate::identity::user::UserName;
use crate::ops::login_profile::{self, Wishes};
use crate::ops::password::NewPassword;
use crate::ops::prepared::Prepared;
use crate::ops::{Cx, Operation, Prepare, Target, account, subject};
use crate::store::Tx;
use crate::store::tables::accounts::Account;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateLoginProfile;

shape! {
    /// The parameters.
    pub struct CreateLoginProfileRequest {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
        /// The password; it must satisfy the account's password policy.
        Password as password: Password = "mypassword";
        /// Whether the next logon must set another password; false unless said.
        PasswordResetRequired as password_reset_required: Option<bool> = "false";
        /// Whether the next logon must bind an MFA device; false unless said.
        MFABindRequired as mfa_bind_required: Option<bool> = "false";
    }
}

shape! {
    /// The answer.
    pub struct CreateLoginProfileResponse {
        /// The logon profile as it was made.
        LoginProfile as login_profile: Nested<FoundLoginProfile> = "";
    }
}

impl Operation for CreateLoginProfile {
    const API: Api = Api {
        product: Product::Ram,
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
        Target::User(request.request.user_name.clone())
    }

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let asked = &request.request;
        let user =
            |tx: &mut Tx<'_>, account: &Account| subject::find_named(tx, account.account, &asked.user_name);
        request.prepared = Some(login_profile::prepare_create(cx, &asked.password, user)?);
        Ok(())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<CreateLoginProfileResponse> {
        let Prepared { request, prepared } = request;
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_named(cx.tx, account.account, &request.user_name)?;
        let wishes = Wishes {
            status: None,
            password_reset_required: request.password_reset_required,
            mfa_bind_required: request.mfa_bind_required,
        };
        let profile = login_profile::create(cx, (&account, &user), wishes, prepared.as_ref())?;
        let created = FoundLoginProfile::new(user.user_name, &profile);
        Ok(CreateLoginProfileResponse { login_profile: Nested(created) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn both_views_show_it() {
        let app = TestApp::new();
        let (alice, _bob) = (app.user("alice"), app.user("bob"));
        let made = app.ok("Ram:CreateLoginProfile", &[("UserName", "alice"), ("Password", "correct horse")]);
        insta::assert_json_snapshot!(made, @r#"
        {
          "LoginProfile": {
            "UserName": "alice",
            "PasswordResetRequired": false,
            "MFABindRequired": false,
            "CreateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let other = app.ok("GetLoginProfile", &[("UserPrincipalName", &alice)]);
        assert_eq!(other["LoginProfile"]["PasswordStatus"], "InitialValid");
        let all = [
            ("UserName", "bob"),
            ("Password", "correct horse"),
            ("PasswordResetRequired", "True"),
            ("MFABindRequired", "true"),
        ];
        let xml = app.xml("Ram:CreateLoginProfile", &all);
        let flags =
            "<PasswordResetRequired>true</PasswordResetRequired><MFABindRequired>true</MFABindRequired>";
        assert!(xml.contains(flags) && !xml.contains("horse"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let good = [("UserName", "alice"), ("Password", "correct horse")];
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[good[1]], "MissingUserName"),
            (&[good[0]], "MissingPassword"),
            (&[("UserName", "nobody"), good[1]], "EntityNotExist.User"),
            (&[good[0], ("Password", "short")], "InvalidParameter.Password.TooWeak"),
            (&[good[0], ("Password", &"p".repeat(129))], "InvalidParameter.Password.Length"),
            (&[good[0], good[1], ("MFABindRequired", "yes")], "InvalidParameter.MFABindRequired.Format"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:CreateLoginProfile", params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&key, "Ram:CreateLoginProfile", &good), "NoPermission");
        app.ok("Ram:CreateLoginProfile", &good);
        assert_eq!(app.refused("Ram:CreateLoginProfile", &good), "EntityAlreadyExists.User.LoginProfile");
    }
}
