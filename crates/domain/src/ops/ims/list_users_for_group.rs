//! ListUsersForGroup: the RAM users in a group, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use crate::identity::group::GroupName;
use crate::identity::user::DisplayName;
use crate::ids::UserId;
use crate::ops::marker::Marker;
use crate::ops::{Cx, Operation, Target, account, group};
use crate::store::tables::users::User;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListUsersForGroup;

shape! {
    /// The parameters.
    pub struct ListUsersForGroupRequest {
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
        /// Where the list goes on: the `Marker` of the answer that was cut.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// How many users an answer has at most, 1 to 1000; 100 unless said.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListUsersForGroupResponse {
        /// Whether more users follow.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; present only if it does.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// The users.
        Users as users: Nested<Members> = "";
    }
}

shape! {
    /// The users.
    pub struct Members {
        /// The users, by id.
        User as user: Vec<GroupMember> = "";
    }
}

shape! {
    /// A user that is in the group.
    pub struct GroupMember {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: String = "alice@example.onaliyun.com";
        /// The name shown for the user.
        DisplayName as display_name: DisplayName = "Alice";
        /// The id of the user.
        UserId as user_id: UserId = "207329002493921234";
        /// Since when the user is in it.
        JoinDate as join_date: Timestamp = "2020-10-20T08:29:47Z";
    }
}

impl Operation for ListUsersForGroup {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListUsersForGroup",
        summary: "Lists the RAM users in a group.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListUsersForGroup",
        resource: "acs:ram:*:{account}:group/{group}",
        errors: &["EntityNotExist.Group"],
    };
    const SUMMARY_ZH: &'static str = "列出用户组中的 RAM 用户。";
    type Request = ListUsersForGroupRequest;
    type Response = ListUsersForGroupResponse;

    fn target(request: &ListUsersForGroupRequest) -> Target {
        group::target(&request.group_name)
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &ListUsersForGroupRequest,
    ) -> ApiResult<ListUsersForGroupResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let most = request.max_items.map_or(100, Bounded::get);
        let (rows, marker) =
            group::members(cx.tx, account.account, &request.group_name, request.marker.as_ref(), most)?;
        let member = |(user, join_date): (User, Timestamp)| GroupMember {
            user_principal_name: account::principal_name(&account, &user.user_name),
            display_name: user.display_name,
            user_id: user.user_id,
            join_date,
        };
        let users = Members { user: rows.into_iter().map(member).collect() };
        Ok(ListUsersForGroupResponse { is_truncated: marker.is_some(), marker, users: Nested(users) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn one_with_its_date() {
        let app = TestApp::new();
        app.user("alice");
        let group = ("GroupName", "dev-team");
        app.ok("Ram:CreateGroup", &[group]);
        app.clock.advance(60);
        app.ok("Ram:AddUserToGroup", &[("UserName", "alice"), group]);
        insta::assert_json_snapshot!(masked(app.ok("ListUsersForGroup", &[group]), &["UserId"]), @r#"
        {
          "IsTruncated": false,
          "Users": {
            "User": [
              {
                "UserPrincipalName": "alice@1234567890123456.onaliyun.com",
                "DisplayName": "alice",
                "UserId": "…",
                "JoinDate": "2025-06-15T12:01:00Z"
              }
            ]
          }
        }
        "#);
        let xml = app.xml("ListUsersForGroup", &[group]);
        assert!(xml.contains("<JoinDate>2025-06-15T12:01:00Z</JoinDate></User></Users>"), "{xml}");
    }

    #[test]
    fn pages_meet_every_member_once() {
        let app = TestApp::new();
        let group = ("GroupName", "dev-team");
        app.ok("CreateGroup", &[group]);
        app.user("nobody");
        for number in 0..5 {
            let name = format!("user-{number}");
            app.user(&name);
            app.ok("Ram:AddUserToGroup", &[("UserName", &name), group]);
        }
        for size in ["1", "2", "5", "1000"] {
            let mut seen = Vec::new();
            let mut marker: Option<String> = None;
            loop {
                let mut params = vec![group, ("MaxItems", size)];
                params.extend(marker.as_deref().map(|marker| ("Marker", marker)));
                let page = app.ok("ListUsersForGroup", &params);
                let users = page["Users"]["User"].as_array().unwrap();
                seen.extend(users.iter().map(|user| {
                    user["UserPrincipalName"].as_str().unwrap().split('@').next().unwrap().to_owned()
                }));
                marker = page.get("Marker").map(|marker| marker.as_str().unwrap().to_owned());
                assert_eq!(page["IsTruncated"], marker.is_some());
                if marker.is_none() {
                    break;
                }
            }
            seen.sort();
            let expected: Vec<String> = (0..5).map(|number| format!("user-{number}")).collect();
            assert_eq!(seen, expected, "{size} a page");
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let group = ("GroupName", "dev-team");
        assert_eq!(app.refused("ListUsersForGroup", &[group]), "EntityNotExist.Group");
        assert_eq!(app.refused("ListUsersForGroup", &[]), "MissingGroupName");
        app.ok("CreateGroup", &[group]);
        let rows = [
            (("MaxItems", "0"), "InvalidParameter.MaxItems.Range"),
            (("MaxItems", "1001"), "InvalidParameter.MaxItems.Range"),
            (("Marker", "EXAMPLE"), "InvalidParameter.Marker.Format"),
        ];
        for (param, code) in rows {
            assert_eq!(app.refused("ListUsersForGroup", &[group, param]), code, "{param:?}");
        }
        assert_eq!(app.refused_as(&key, "ListUsersForGroup", &[group]), "NoPermission");
    }
}
