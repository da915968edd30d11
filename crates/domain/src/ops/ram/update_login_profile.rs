//! UpdateLoginProfile in RAM's view: changes whether and how a RAM user may log on to the console. It answers nothing.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

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
pub struct UpdateLoginProfile;

shape! {
    /// The parameters; what is left out stays as it is.
    pub struct UpdateLoginProfileRequest {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
        /// The new password; it must satisfy the account's password policy.
        Password as password: Option<Password> = "mypassword";
        /// Whether the next logon must set another password.
        PasswordResetRequired as password_reset_required: Option<bool> = "false";
        /// Whether the next logon must bind an MFA device.
        MFABindRequired as mfa_bind_required: Option<bool> = "false";
    }
}

impl Operation for UpdateLoginProfile {
    const API: Api = Api {
        product: Product::Ram,
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
    type Response = Empty;

    fn target(request: &Self::Request) -> Target {
        Target::User(request.request.user_name.clone())
    }

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let asked = &request.request;
        let Some(password) = &asked.password else { return Ok(()) };
        let user =
            |tx: &mut Tx<'_>, account: &Account| subject::find_named(tx, account.account, &asked.user_name);
        request.prepared = Some(login_profile::prepare_update(cx, password, user)?);
        Ok(())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        let Prepared { request, prepared } = request;
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_named(cx.tx, account.account, &request.user_name)?;
        let wishes = Wishes {
            status: None,
            password_reset_required: request.password_reset_required,
            mfa_bind_required: request.mfa_bind_required,
        };
        login_profile::update(cx, (&account, &user), wishes, prepared.as_ref())?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn what_is_left_out_stays() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let named = ("UserName", "alice");
        app.ok("Ram:CreateLoginProfile", &[named, ("Password", "correct horse")]);
        app.clock.advance(60);
        assert_eq!(app.ok("Ram:UpdateLoginProfile", &[named, ("MFABindRequired", "true")]), json!({}));
        let xml = app.xml("Ram:UpdateLoginProfile", &[named, ("PasswordResetRequired", "true")]);
        assert!(xml.contains("<UpdateLoginProfileResponse><RequestId>"), "{xml}");
        let profile = app.ok("GetLoginProfile", &[("UserPrincipalName", &upn)])["LoginProfile"].clone();
        assert_eq!(
            (&profile["MFABindRequired"], &profile["PasswordResetRequired"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(profile["UpdateDate"], "2025-06-15T12:01:00Z");
        // Only the password knows whether it was changed: reuse is refused.
        app.password_policy(r#"{"PasswordReusePrevention":24}"#);
        app.ok("Ram:UpdateLoginProfile", &[named, ("Password", "battery staple")]);
        let code = app.refused("Ram:UpdateLoginProfile", &[named, ("Password", "correct horse")]);
        assert_eq!(code, "InvalidParameter.Password.TooWeak");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let named = ("UserName", "alice");
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingUserName"),
            (&[("UserName", "nobody")], "EntityNotExist.User"),
            (&[named], "EntityNotExist.User.LoginProfile"),
            (&[named, ("Password", "correct horse")], "EntityNotExist.User.LoginProfile"),
            (&[named, ("Password", &"p".repeat(129))], "InvalidParameter.Password.Length"),
            (&[named, ("MFABindRequired", "1")], "InvalidParameter.MFABindRequired.Format"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:UpdateLoginProfile", params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&key, "Ram:UpdateLoginProfile", &[named]), "NoPermission");
    }
}
