//! ListGroupsForUser in RAM's view: the groups that a RAM user is in.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::group::GroupName;
use crate::identity::user::{Comments, UserName};
use crate::ids::GroupId;
use crate::ops::{Cx, Operation, Target, group, subject};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListGroupsForUser;

shape! {
    /// The parameters.
    pub struct ListGroupsForUserRequest {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
    }
}

shape! {
    /// The answer.
    pub struct ListGroupsForUserResponse {
        /// The groups.
        Groups as groups: Nested<JoinedGroups> = "";
    }
}

shape! {
    /// The groups.
    pub struct JoinedGroups {
        /// The groups, by id.
        Group as group: Vec<JoinedGroup> = "";
    }
}

shape! {
    /// A group that the user is in.
    pub struct JoinedGroup {
        /// The id of the group.
        GroupId as group_id: GroupId = "g-01a2b3c4d5e6f708";
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
        /// The note; empty if there is none.
        Comments as comments: Comments = "Dev-Team";
        /// Since when the user is in it.
        JoinDate as join_date: Timestamp = "2020-10-20T08:29:47Z";
    }
}

impl Operation for ListGroupsForUser {
    const API: Api = Api {
        product: Product::Ram,
        action: "ListGroupsForUser",
        summary: "Lists the groups that a RAM user is in.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListGroupsForUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "列出 RAM 用户所在的用户组。";
    type Request = ListGroupsForUserRequest;
    type Response = ListGroupsForUserResponse;

    fn target(request: &ListGroupsForUserRequest) -> Target {
        Target::User(request.user_name.clone())
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &ListGroupsForUserRequest,
    ) -> ApiResult<ListGroupsForUserResponse> {
        let user = subject::find_named(cx.tx, cx.caller.account(), &request.user_name)?;
        let mut groups = Vec::new();
        for (group, join_date) in group::list_of(cx.tx, &user)? {
            groups.push(JoinedGroup {
                group_id: group.group_id,
                group_name: group.group_name,
                comments: group.comments,
                join_date,
            });
        }
        Ok(ListGroupsForUserResponse { groups: Nested(JoinedGroups { group: groups }) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{TestApp, masked};

    #[test]
    fn none_then_one() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let alice = [("UserName", "alice")];
        assert_eq!(app.ok("Ram:ListGroupsForUser", &alice), json!({ "Groups": { "Group": [] } }));
        app.ok("CreateGroup", &[("GroupName", "dev-team"), ("Comments", "note")]);
        app.clock.advance(60);
        app.ok("Ram:AddUserToGroup", &[("UserName", "alice"), ("GroupName", "dev-team")]);
        insta::assert_json_snapshot!(masked(app.ok("Ram:ListGroupsForUser", &alice), &["GroupId"]), @r#"
        {
          "Groups": {
            "Group": [
              {
                "GroupId": "…",
                "GroupName": "dev-team",
                "Comments": "note",
                "JoinDate": "2025-06-15T12:01:00Z"
              }
            ]
          }
        }
        "#);
        let xml = app.xml("Ram:ListGroupsForUser", &alice);
        assert!(xml.contains("<JoinDate>2025-06-15T12:01:00Z</JoinDate></Group></Groups>"), "{xml}");
        assert_eq!(app.refused_as(&key, "Ram:ListGroupsForUser", &alice), "NoPermission");
        assert_eq!(app.refused("Ram:ListGroupsForUser", &[]), "MissingUserName");
        assert_eq!(app.refused("Ram:ListGroupsForUser", &[("UserName", "nobody")]), "EntityNotExist.User");
        let code = app.refused("Ram:ListGroupsForUser", &[("UserName", "a b")]);
        assert_eq!(code, "InvalidParameter.UserName.InvalidChars");
    }
}
