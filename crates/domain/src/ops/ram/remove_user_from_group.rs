//! RemoveUserFromGroup in RAM's view: takes a RAM user out of a group.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::group::GroupName;
use crate::identity::user::UserName;
use crate::ops::{Cx, Operation, Target, group, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct RemoveUserFromGroup;

shape! {
    /// The parameters.
    pub struct RemoveUserFromGroupRequest {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
    }
}

impl Operation for RemoveUserFromGroup {
    const API: Api = Api {
        product: Product::Ram,
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
        group::membership(&request.user_name, &request.group_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &RemoveUserFromGroupRequest) -> ApiResult<Empty> {
        let user = subject::find_named(cx.tx, cx.caller.account(), &request.user_name)?;
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
        let (alice, group) = (("UserName", "alice"), ("GroupName", "dev-team"));
        app.ok("Ram:CreateGroup", &[group]);
        assert_eq!(app.refused("Ram:RemoveUserFromGroup", &[alice, group]), "EntityNotExist.User.Group");
        let add = || app.ok("Ram:AddUserToGroup", &[("UserName", "alice"), group]);
        add();
        assert_eq!(app.refused_as(&key, "Ram:RemoveUserFromGroup", &[alice, group]), "NoPermission");
        assert_eq!(app.ok("Ram:RemoveUserFromGroup", &[alice, group]), json!({}));
        let members = app.ok("ListUsersForGroup", &[group]);
        assert_eq!(members["Users"]["User"], json!([]));
        add();
        let xml = app.xml("Ram:RemoveUserFromGroup", &[alice, group]);
        assert!(xml.contains("<RemoveUserFromGroupResponse><RequestId>"), "{xml}");
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[alice], "MissingGroupName"),
            (&[group], "MissingUserName"),
            (&[alice, ("GroupName", "nobody")], "EntityNotExist.Group"),
            (&[("UserName", "nobody"), group], "EntityNotExist.User"),
            (&[("UserName", "a b"), group], "InvalidParameter.UserName.InvalidChars"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:RemoveUserFromGroup", params), *code, "{params:?}");
        }
    }
}
