//! ChangePassword in RAM's view: a RAM user changes its own password.

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
        product: Product::Ram,
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
    use http::Method;
    use serde_json::json;

    use crate::testing::TestApp;

    fn pair<'a>(old: &'a str, new: &'a str) -> [(&'a str, &'a str); 2] {
        [("OldPassword", old), ("NewPassword", new)]
    }

    #[test]
    fn the_other_view_takes_the_new_one() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        app.ok("Ram:CreateLoginProfile", &[("UserName", "alice"), ("Password", "correct horse")]);
        let first = pair("correct horse", "battery staple");
        assert_eq!(app.call_as(&key, "Ram:ChangePassword", &first), (200, json!({})));
        assert_eq!(app.refused_as(&key, "ChangePassword", &first), "InvalidParameter.OldPassword.Format");
        assert_eq!(app.call_as(&key, "ChangePassword", &pair("battery staple", "paper clips")).0, 200);
        let request = TestApp::request("Ram:ChangePassword", &pair("paper clips", "copper wires"));
        let answer = app.send(&app.sign(&key, &request.format("XML").method(Method::POST)));
        let xml = String::from_utf8(answer.body).unwrap();
        assert!(answer.status == 200 && xml.contains("<ChangePasswordResponse><RequestId>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let good = pair("correct horse", "battery staple");
        assert_eq!(app.refused_as(&key, "Ram:ChangePassword", &good), "EntityNotExist.User.LoginProfile");
        app.ok("Ram:CreateLoginProfile", &[("UserName", "alice"), ("Password", "correct horse")]);
        let (wrong, weak) = (pair("wrong horse", "battery staple"), pair("correct horse", "short"));
        let long = "p".repeat(129);
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&good[..1], "MissingNewPassword"),
            (&good[1..], "MissingOldPassword"),
            (&wrong, "InvalidParameter.OldPassword.Format"),
            (&weak, "InvalidParameter.NewPassword.TooWeak"),
            (&[good[0], ("NewPassword", &long)], "InvalidParameter.NewPassword.Length"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused_as(&key, "Ram:ChangePassword", params), *code, "{params:?}");
        }
        assert_eq!(app.refused("Ram:ChangePassword", &good), "NoPermission", "root has no password here");
        app.security_preference(r#"{"AllowUserToChangePassword":false}"#);
        assert_eq!(app.refused_as(&key, "Ram:ChangePassword", &good), "NoPermission");
    }
}
