//! DeleteLoginProfile in RAM's view: ends a RAM user's logon to the console.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::user::UserName;
use crate::ops::{Cx, Operation, Target, login_profile, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteLoginProfile;

shape! {
    /// The parameters.
    pub struct DeleteLoginProfileRequest {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
    }
}

impl Operation for DeleteLoginProfile {
    const API: Api = Api {
        product: Product::Ram,
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
        Target::User(request.user_name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeleteLoginProfileRequest) -> ApiResult<Empty> {
        let user = subject::find_named(cx.tx, cx.caller.account(), &request.user_name)?;
        login_profile::delete(cx, &user)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn gone_in_both_views() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (upn, named) = (TestApp::upn("alice"), [("UserName", "alice")]);
        let create =
            || app.ok("CreateLoginProfile", &[("UserPrincipalName", &upn), ("Password", "correct horse")]);
        create();
        assert_eq!(app.refused_as(&key, "Ram:DeleteLoginProfile", &named), "NoPermission");
        assert_eq!(app.ok("Ram:DeleteLoginProfile", &named), json!({}));
        assert_eq!(
            app.refused("GetLoginProfile", &[("UserPrincipalName", &upn)]),
            "EntityNotExist.User.LoginProfile"
        );
        assert_eq!(app.refused("Ram:DeleteLoginProfile", &named), "EntityNotExist.User.LoginProfile");
        create();
        let xml = app.xml("Ram:DeleteLoginProfile", &named);
        assert!(xml.contains("<DeleteLoginProfileResponse><RequestId>"), "{xml}");
        assert_eq!(app.refused("Ram:DeleteLoginProfile", &[]), "MissingUserName");
        assert_eq!(app.refused("Ram:DeleteLoginProfile", &[("UserName", "nobody")]), "EntityNotExist.User");
        let code = app.refused("Ram:DeleteLoginProfile", &[("UserName", "a b")]);
        assert_eq!(code, "InvalidParameter.UserName.InvalidChars");
    }
}
