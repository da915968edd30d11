//! ChangePassword: a RAM user changes its own password.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::login_profile::Password;
use crate::ops::password::NewPassword;
use crate::ops::prepared::Prepared;
use crate::ops::{Cx, Operation, Prepare, Target, login_profile};

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
    const SUMMARY_ZH: &'static str = "修改发起调用的 RAM 用户自己的密码。";
    const SLOW: bool = true;
    type Request = Prepared<ChangePasswordRequest, NewPassword>;
    type Response = Empty;

    fn target(_: &Self::Request) -> Target {
        Target::Own
    }

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let asked = &request.request;
        request.prepared = Some(login_profile::prepare_change(cx, &asked.old_password, &asked.new_password)?);
        Ok(())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        login_profile::change(cx, request.prepared.as_ref())?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{NewKey, TestApp};

    /// Alice with a logon profile, and her key.
    fn alice(app: &TestApp) -> NewKey {
        let key = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let params = [
            ("UserPrincipalName", upn.as_str()),
            ("Password", "correct horse"),
            ("PasswordResetRequired", "true"),
        ];
        app.ok("CreateLoginProfile", &params);
        key
    }

    fn pair<'a>(old: &'a str, new: &'a str) -> [(&'a str, &'a str); 2] {
        [("OldPassword", old), ("NewPassword", new)]
    }

    #[test]
    fn the_new_password_is_the_old_one_from_then_on() {
        let app = TestApp::new();
        let key = alice(&app);
        app.clock.advance(60);
        let changed = app.call_as(&key, "ChangePassword", &pair("correct horse", "battery staple"));
        assert_eq!(changed, (200, json!({})));
        let upn = TestApp::upn("alice");
        let profile = app.ok("GetLoginProfile", &[("UserPrincipalName", &upn)])["LoginProfile"].clone();
        assert_eq!(
            (&profile["PasswordStatus"], &profile["UpdateDate"]),
            (&json!("NotInitial"), &json!("2025-06-15T12:01:00Z"))
        );
        assert_eq!(profile["PasswordResetRequired"], false);
        let again = pair("correct horse", "paper clips");
        assert_eq!(app.refused_as(&key, "ChangePassword", &again), "InvalidParameter.OldPassword.Format");
        assert_eq!(app.call_as(&key, "ChangePassword", &pair("battery staple", "paper clips")).0, 200);
    }

    #[test]
    fn the_policy_counts_and_so_does_the_past() {
        let app = TestApp::new();
        let key = alice(&app);
        app.password_policy(r#"{"PasswordReusePrevention":1,"RequireLowercaseCharacters":true}"#);
        for weak in ["short", "UPPER CASE", "correct horse"] {
            let code = app.refused_as(&key, "ChangePassword", &pair("correct horse", weak));
            assert_eq!(code, "InvalidParameter.NewPassword.TooWeak", "{weak}");
        }
        assert_eq!(app.call_as(&key, "ChangePassword", &pair("correct horse", "battery staple")).0, 200);
    }

    #[test]
    fn an_expired_password_may_be_changed_unless_the_policy_is_hard() {
        let app = TestApp::new();
        let key = alice(&app);
        let passwords = ["correct horse", "battery staple", "paper clips", "rubber duck"];
        assert_eq!(app.call_as(&key, "ChangePassword", &pair(passwords[0], passwords[1])).0, 200);
        app.password_policy(r#"{"MaxPasswordAge":30}"#);
        app.clock.advance_days(30);
        assert_eq!(app.call_as(&key, "ChangePassword", &pair(passwords[1], passwords[2])).0, 200);
        app.password_policy(r#"{"MaxPasswordAge":30,"HardExpire":true}"#);
        app.clock.advance_days(30);
        assert_eq!(app.refused_as(&key, "ChangePassword", &pair(passwords[2], passwords[3])), "NoPermission");
        app.clock.advance(-1);
        assert_eq!(app.call_as(&key, "ChangePassword", &pair(passwords[2], passwords[3])).0, 200);
    }

    #[test]
    fn a_first_password_must_be_changed_in_time() {
        let app = TestApp::new();
        let key = alice(&app);
        app.clock.advance_days(14);
        let change = pair("correct horse", "battery staple");
        assert_eq!(app.refused_as(&key, "ChangePassword", &change), "NoPermission");
        app.clock.advance(-1);
        assert_eq!(app.call_as(&key, "ChangePassword", &change).0, 200);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let change = pair("correct horse", "battery staple");
        let (status, refused) = app.call("ChangePassword", &change);
        assert_eq!((status, refused["Code"].as_str()), (403, Some("NoPermission")));
        assert!(refused["Message"].as_str().unwrap().contains("for RAM users"), "{refused}");
        assert_eq!(app.refused_as(&app.operator, "ChangePassword", &change), "NoPermission");
        let bob = app.user_with_key("bob");
        assert_eq!(app.refused_as(&bob, "ChangePassword", &change), "EntityNotExist.User.LoginProfile");
        let key = alice(&app);
        assert_eq!(app.refused_as(&key, "ChangePassword", &change[..1]), "MissingNewPassword");
        assert_eq!(app.refused_as(&key, "ChangePassword", &change[1..]), "MissingOldPassword");
        let wrong = pair("correct hors", "battery staple");
        assert_eq!(app.refused_as(&key, "ChangePassword", &wrong), "InvalidParameter.OldPassword.Format");
        app.security_preference(r#"{"AllowUserToChangePassword":false}"#);
        assert_eq!(app.refused_as(&key, "ChangePassword", &change), "NoPermission");
    }

    #[test]
    fn xml() {
        let app = TestApp::new();
        let key = alice(&app);
        let request = TestApp::request("ChangePassword", &pair("correct horse", "battery staple"));
        let answer = app.send(&app.sign(&key, &request.format("XML")));
        let xml = String::from_utf8(answer.body).unwrap();
        assert!(answer.status == 200 && xml.contains("<ChangePasswordResponse><RequestId>"), "{xml}");
    }
}
