//! RemoveUserFromGroup: takes a RAM user out of a group.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::group::GroupName;
use crate::identity::user::UserPrincipalName;
use crate::ops::{Cx, Operation, Target, account, group, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct RemoveUserFromGroup;

shape! {
    /// The parameters.
    pub struct RemoveUserFromGroupRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@example.onaliyun.com";
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
    }
}

impl Operation for RemoveUserFromGroup {
    const API: Api = Api {
        product: Product::Ims,
        action: "RemoveUserFromGroup",
        summary: "Takes a RAM user out of a group.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:RemoveUserFromGroup",
        resource: "acs:ram:*:{account}:user/{user}, acs:ram:*:{account}:group/{group}",
        errors: &["EntityNotExist.User", "EntityNotExist.Group", "EntityNotExist.User.Group"],
    };
    const SUMMARY_ZH: &'static str = "将 RAM 用户移出用户组。";
    type Request = RemoveUserFromGroupRequest;
    type Response = Empty;

    fn target(request: &RemoveUserFromGroupRequest) -> Target {
        group::membership(&request.user_principal_name.name, &request.group_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &RemoveUserFromGroupRequest) -> ApiResult<Empty> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        group::remove(cx, &user, &request.group_name)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn out_in_both_views() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let alice_upn = TestApp::upn("alice");
        let (alice, group) = (("UserPrincipalName", &*alice_upn), ("GroupName", "dev-team"));
        app.ok("CreateGroup", &[group]);
        assert_eq!(app.refused("RemoveUserFromGroup", &[alice, group]), "EntityNotExist.User.Group");
        let add = || app.ok("Ram:AddUserToGroup", &[("UserName", "alice"), group]);
        add();
        assert_eq!(app.refused_as(&key, "RemoveUserFromGroup", &[alice, group]), "NoPermission");
        assert_eq!(app.ok("RemoveUserFromGroup", &[alice, group]), json!({}));
        let members = app.ok("Ram:ListUsersForGroup", &[group]);
        assert_eq!(members["Users"]["User"], json!([]));
        add();
        let xml = app.xml("RemoveUserFromGroup", &[alice, group]);
        assert!(xml.contains("<RemoveUserFromGroupResponse><RequestId>"), "{xml}");
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[alice], "MissingGroupName"),
            (&[group], "MissingUserPrincipalName"),
            (&[alice, ("GroupName", "nobody")], "EntityNotExist.Group"),
            (&[("UserPrincipalName", "nobody@1234567890123456.onaliyun.com"), group], "EntityNotExist.User"),
            (&[("UserPrincipalName", "a b@x"), group], "InvalidParameter.UserPrincipalName.InvalidChars"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("RemoveUserFromGroup", params), *code, "{params:?}");
        }
    }
}
