//! DeleteLoginProfile: ends a RAM user's logon to the console, with its password and the memory of earlier ones.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::user::UserPrincipalName;
use crate::ops::{Cx, Operation, Target, account, login_profile, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteLoginProfile;

shape! {
    /// The parameters.
    pub struct DeleteLoginProfileRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@example.onaliyun.com";
    }
}

impl Operation for DeleteLoginProfile {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteLoginProfile",
        summary: "Ends a RAM user's logon to the console.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteLoginProfile",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.LoginProfile"],
    };
    const SUMMARY_ZH: &'static str = "关闭 RAM 用户的控制台登录。";
    type Request = DeleteLoginProfileRequest;
    type Response = Empty;

    fn target(request: &DeleteLoginProfileRequest) -> Target {
        subject::target(Some(&request.user_principal_name), None)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeleteLoginProfileRequest) -> ApiResult<Empty> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        login_profile::delete(cx, &user)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn with_the_memory_of_earlier_passwords() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let named = [("UserPrincipalName", upn.as_str())];
        let with_password = [named[0], ("Password", "correct horse")];
        app.password_policy(r#"{"PasswordReusePrevention":24}"#);
        assert_eq!(app.refused("DeleteLoginProfile", &named), "EntityNotExist.User.LoginProfile");
        app.ok("CreateLoginProfile", &with_password);
        assert_eq!(app.refused_as(&key, "DeleteLoginProfile", &named), "NoPermission");
        assert_eq!(app.ok("DeleteLoginProfile", &named), json!({}));
        assert_eq!(app.refused("GetLoginProfile", &named), "EntityNotExist.User.LoginProfile");
        app.ok("CreateLoginProfile", &with_password);
        let xml = app.xml("DeleteLoginProfile", &named);
        assert!(xml.contains("<DeleteLoginProfileResponse><RequestId>"), "{xml}");
        assert_eq!(app.refused("DeleteLoginProfile", &[]), "MissingUserPrincipalName");
        assert_eq!(app.refused("DeleteLoginProfile", &[("UserPrincipalName", "x@y")]), "EntityNotExist.User");
    }
}
