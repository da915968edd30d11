//! AddUserToGroup in RAM's view: puts a RAM user into a group.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::group::GroupName;
use crate::identity::user::UserName;
use crate::ops::{Cx, Operation, Target, group, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct AddUserToGroup;

shape! {
    /// The parameters.
    pub struct AddUserToGroupRequest {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
    }
}

impl Operation for AddUserToGroup {
    const API: Api = Api {
        product: Product::Ram,
        action: "AddUserToGroup",
        summary: "Puts a RAM user into a group.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:AddUserToGroup",
        resource: "acs:ram:*:{account}:user/{user}, acs:ram:*:{account}:group/{group}",
        errors: &[
            "EntityNotExist.User",
            "EntityNotExist.Group",
            "EntityAlreadyExists.User.Group",
            "LimitExceeded.User.Group",
        ],
    };
    const SUMMARY_ZH: &'static str = "将 RAM 用户加入用户组。";
    type Request = AddUserToGroupRequest;
    type Response = Empty;

    fn target(request: &AddUserToGroupRequest) -> Target {
        group::membership(&request.user_name, &request.group_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &AddUserToGroupRequest) -> ApiResult<Empty> {
        let user = subject::find_named(cx.tx, cx.caller.account(), &request.user_name)?;
        group::add(cx, &user, &request.group_name)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn both_views_show_the_membership() {
        let app = TestApp::new();
        app.user("alice");
        app.user("bob");
        app.ok("CreateGroup", &[("GroupName", "dev-team")]);
        let group = ("GroupName", "dev-team");
        assert_eq!(app.ok("Ram:AddUserToGroup", &[group, ("UserName", "alice")]), json!({}));
        let xml = app.xml("Ram:AddUserToGroup", &[group, ("UserName", "bob")]);
        assert!(xml.contains("<AddUserToGroupResponse><RequestId>"), "{xml}");
        for view in ["", "Ram:"] {
            let members = app.ok(&format!("{view}ListUsersForGroup"), &[group]);
            assert_eq!(members["Users"]["User"].as_array().unwrap().len(), 2, "{view}");
        }
        assert_eq!(
            app.refused("Ram:AddUserToGroup", &[group, ("UserName", "bob")]),
            "EntityAlreadyExists.User.Group"
        );
    }

    #[test]
    fn refusals() {
        let app = TestApp::with(|settings| settings.quotas.groups_per_user = 1);
        let key = app.user_with_key("alice");
        let alice = ("UserName", "alice");
        app.ok("Ram:CreateGroup", &[("GroupName", "dev-team")]);
        app.ok("Ram:CreateGroup", &[("GroupName", "ops")]);
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[alice], "MissingGroupName"),
            (&[("GroupName", "ops")], "MissingUserName"),
            (&[alice, ("GroupName", "nobody")], "EntityNotExist.Group"),
            (&[("UserName", "nobody"), ("GroupName", "ops")], "EntityNotExist.User"),
            (&[("UserName", "a b"), ("GroupName", "ops")], "InvalidParameter.UserName.InvalidChars"),
            (&[alice, ("GroupName", "a b")], "InvalidParameter.GroupName.InvalidChars"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:AddUserToGroup", params), *code, "{params:?}");
        }
        let own = [alice, ("GroupName", "ops")];
        assert_eq!(app.refused_as(&key, "Ram:AddUserToGroup", &own), "NoPermission");
        app.ok("Ram:AddUserToGroup", &[alice, ("GroupName", "dev-team")]);
        assert_eq!(app.refused("Ram:AddUserToGroup", &own), "LimitExceeded.User.Group");
    }
}
