//! DeleteUser in RAM's view: moves a RAM user that has nothing left into the recycle bin (decision record 0013).

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::user::UserName;
use crate::ops::{Cx, Operation, Target, subject, user};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteUser;

shape! {
    /// The parameters.
    pub struct DeleteUserRequest {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
    }
}

impl Operation for DeleteUser {
    const API: Api = Api {
        product: Product::Ram,
        action: "DeleteUser",
        summary: "Deletes a RAM user that has no AccessKey, no logon profile, no MFA device, no group and no policy; it lies in the recycle bin for 30 days.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &[
            "EntityNotExist.User",
            "DeleteConflict.User.AccessKey",
            "DeleteConflict.User.LoginProfile",
            "DeleteConflict.User.MFADevice",
            "DeleteConflict.User.Group",
            "DeleteConflict.User.Policy",
        ],
    };
    const SUMMARY_ZH: &'static str =
        "删除没有 AccessKey、控制台登录、MFA 设备、用户组和权限策略的 RAM 用户，并在回收站中保留 30 天。";
    type Request = DeleteUserRequest;
    type Response = Empty;

    fn target(request: &DeleteUserRequest) -> Target {
        Target::User(request.user_name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeleteUserRequest) -> ApiResult<Empty> {
        let user = subject::find_named(cx.tx, cx.caller.account(), &request.user_name)?;
        user::delete(cx, &user)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::identity::policy::{PolicyName, PolicyType};
    use crate::store::tables::policy_attachments::{self, Attachment, Principal};
    use crate::testing::TestApp;

    #[test]
    fn gone_in_both_views() {
        let app = TestApp::new();
        let upn = app.user("alice");
        app.user("bob");
        assert_eq!(app.ok("Ram:DeleteUser", &[("UserName", "alice")]), json!({}));
        assert_eq!(app.refused("GetUser", &[("UserPrincipalName", &upn)]), "EntityNotExist.User");
        assert_eq!(app.refused("Ram:DeleteUser", &[("UserName", "alice")]), "EntityNotExist.User");
        let xml = app.xml("Ram:DeleteUser", &[("UserName", "bob")]);
        assert!(xml.contains("<DeleteUserResponse><RequestId>"), "{xml}");
    }

    #[test]
    fn what_is_left_must_go_first() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let named = [("UserName", "alice")];
        app.ok("CreateLoginProfile", &[("UserPrincipalName", &upn), ("Password", "correct horse")]);
        app.bind(&upn, &app.device("phone"));
        let refused = || app.refused("Ram:DeleteUser", &named);
        assert_eq!(refused(), "DeleteConflict.User.AccessKey");
        app.ok("Ram:DeleteAccessKey", &[named[0], ("UserAccessKeyId", key.access_key_id.as_str())]);
        assert_eq!(refused(), "DeleteConflict.User.LoginProfile");
        app.ok("Ram:DeleteLoginProfile", &named);
        assert_eq!(refused(), "DeleteConflict.User.MFADevice");
        app.ok("Ram:UnbindMFADevice", &named);
        app.ok("Ram:CreateGroup", &[("GroupName", "dev-team")]);
        let member = [named[0], ("GroupName", "dev-team")];
        app.ok("Ram:AddUserToGroup", &member);
        assert_eq!(refused(), "DeleteConflict.User.Group");
        app.ok("Ram:RemoveUserFromGroup", &member);
        let id = app.ok("Ram:GetUser", &named)["User"]["UserId"].as_str().unwrap().parse().unwrap();
        let (account, alice) = (app.account(), Principal::User(id));
        let attachment = Attachment {
            policy_type: PolicyType::System,
            policy_name: PolicyName::parse("ReadOnlyAccess").unwrap(),
            attach_date: app.wall(),
        };
        app.write(move |tx| policy_attachments::insert(tx, account, alice, &attachment));
        assert_eq!(refused(), "DeleteConflict.User.Policy");
        app.write(move |tx| policy_attachments::delete_by_principal(tx, account, alice));
        app.ok("Ram:DeleteUser", &named);
    }

    #[test]
    fn groups_and_policies_must_go_first() {
        let app = TestApp::new();
        let alice = app.user("alice");
        let named = [("UserName", "alice")];
        app.ok("CreateGroup", &[("GroupName", "dev-team")]);
        let member = [("UserPrincipalName", alice.as_str()), ("GroupName", "dev-team")];
        app.ok("AddUserToGroup", &member);
        assert_eq!(app.refused("Ram:DeleteUser", &named), "DeleteConflict.User.Group");
        app.ok("RemoveUserFromGroup", &member);
        app.attach("alice", "reading", &crate::testing::policies::allow("ram:Get*", "*"));
        assert_eq!(app.refused("Ram:DeleteUser", &named), "DeleteConflict.User.Policy");
        app.detach("alice", "reading");
        app.ok("Ram:DeleteUser", &named);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        assert_eq!(app.refused("Ram:DeleteUser", &[]), "MissingUserName");
        assert_eq!(
            app.refused("Ram:DeleteUser", &[("UserName", "a b")]),
            "InvalidParameter.UserName.InvalidChars"
        );
        assert_eq!(app.refused_as(&key, "Ram:DeleteUser", &[("UserName", "alice")]), "NoPermission");
    }
}
