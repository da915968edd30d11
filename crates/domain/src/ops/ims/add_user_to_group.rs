//! AddUserToGroup: puts a RAM user into a group.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::group::GroupName;
use crate::identity::user::UserPrincipalName;
use crate::ops::{Cx, Operation, Target, account, group, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct AddUserToGroup;

shape! {
    /// The parameters.
    pub struct AddUserToGroupRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@example.onaliyun.com";
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
    }
}

impl Operation for AddUserToGroup {
    const API: Api = Api {
        product: Product::Ims,
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
        group::membership(&request.user_principal_name.name, &request.group_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &AddUserToGroupRequest) -> ApiResult<Empty> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        group::add(cx, &user, &request.group_name)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;
    use crate::testing::policies::allow;

    #[test]
    fn both_views_show_the_membership() {
        let app = TestApp::new();
        app.user("alice");
        app.user("bob");
        let alice_upn = TestApp::upn("alice");
        let bob_upn = TestApp::upn("bob");
        app.ok("Ram:CreateGroup", &[("GroupName", "dev-team")]);
        let group = ("GroupName", "dev-team");
        assert_eq!(app.ok("AddUserToGroup", &[group, ("UserPrincipalName", &*alice_upn)]), json!({}));
        let xml = app.xml("AddUserToGroup", &[group, ("UserPrincipalName", &*bob_upn)]);
        assert!(xml.contains("<AddUserToGroupResponse><RequestId>"), "{xml}");
        for view in ["", "Ram:"] {
            let members = app.ok(&format!("{view}ListUsersForGroup"), &[group]);
            assert_eq!(members["Users"]["User"].as_array().unwrap().len(), 2, "{view}");
        }
        assert_eq!(
            app.refused("AddUserToGroup", &[group, ("UserPrincipalName", &*bob_upn)]),
            "EntityAlreadyExists.User.Group"
        );
    }

    #[test]
    fn refusals() {
        let app = TestApp::with(|settings| settings.quotas.groups_per_user = 1);
        let key = app.user_with_key("alice");
        let alice_upn = TestApp::upn("alice");
        let alice = ("UserPrincipalName", &*alice_upn);
        app.ok("CreateGroup", &[("GroupName", "dev-team")]);
        app.ok("CreateGroup", &[("GroupName", "ops")]);
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[alice], "MissingGroupName"),
            (&[("GroupName", "ops")], "MissingUserPrincipalName"),
            (&[alice, ("GroupName", "nobody")], "EntityNotExist.Group"),
            (
                &[("UserPrincipalName", "nobody@1234567890123456.onaliyun.com"), ("GroupName", "ops")],
                "EntityNotExist.User",
            ),
            (
                &[("UserPrincipalName", "a b@x"), ("GroupName", "ops")],
                "InvalidParameter.UserPrincipalName.InvalidChars",
            ),
            (&[alice, ("GroupName", "a b")], "InvalidParameter.GroupName.InvalidChars"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("AddUserToGroup", params), *code, "{params:?}");
        }
        let own = [alice, ("GroupName", "ops")];
        assert_eq!(app.refused_as(&key, "AddUserToGroup", &own), "NoPermission");
        app.ok("AddUserToGroup", &[alice, ("GroupName", "dev-team")]);
        assert_eq!(app.refused("AddUserToGroup", &own), "LimitExceeded.User.Group");
    }

    #[test]
    fn it_takes_permission_on_the_user_and_on_the_group() {
        let app = TestApp::new();
        let key = app.user_with_key("carol");
        let alice = app.user("alice");
        app.ok("CreateGroup", &[("GroupName", "dev-team")]);
        let params = [("UserPrincipalName", alice.as_str()), ("GroupName", "dev-team")];
        app.attach("carol", "on-groups", &allow("ram:AddUserToGroup", "acs:ram:*:*:group/*"));
        assert_eq!(app.refused_as(&key, "AddUserToGroup", &params), "NoPermission");
        app.attach("carol", "on-alice", &allow("ram:AddUserToGroup", "acs:ram:*:*:user/alice"));
        assert_eq!(app.call_as(&key, "AddUserToGroup", &params).0, 200);
    }
}
