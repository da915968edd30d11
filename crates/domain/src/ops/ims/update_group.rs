//! UpdateGroup: renames a group and changes what is noted about it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::group_fields::NotedGroup;
use crate::identity::group::{GroupDisplayName, GroupName};
use crate::identity::user::Comments;
use crate::ops::{Cx, Operation, Target, group};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdateGroup;

shape! {
    /// The parameters; what is left out stays as it is.
    pub struct UpdateGroupRequest {
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
        /// The new name.
        NewGroupName as new_group_name: Option<GroupName> = "new-team";
        /// The new name to show for the group; an empty one clears it.
        NewDisplayName as new_display_name: Option<GroupDisplayName> = "New-Team";
        /// The new note; an empty one clears it.
        NewComments as new_comments: Option<Comments> = "New-Team";
    }
}

shape! {
    /// The answer.
    pub struct UpdateGroupResponse {
        /// The group as it is now.
        Group as group: Nested<NotedGroup> = "";
    }
}

impl Operation for UpdateGroup {
    const API: Api = Api {
        product: Product::Ims,
        action: "UpdateGroup",
        summary: "Renames a group and changes what is noted about it.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:UpdateGroup",
        resource: "acs:ram:*:{account}:group/{group}",
        errors: &["EntityNotExist.Group", "EntityAlreadyExists.Group"],
    };
    const SUMMARY_ZH: &'static str = "修改用户组的名称和备注等信息。";
    type Request = UpdateGroupRequest;
    type Response = UpdateGroupResponse;

    fn target(request: &UpdateGroupRequest) -> Target {
        group::target(&request.group_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &UpdateGroupRequest) -> ApiResult<UpdateGroupResponse> {
        let group = group::update(
            cx,
            &request.group_name,
            request.new_group_name.as_ref(),
            request.new_display_name.as_ref(),
            request.new_comments.as_ref(),
        )?;
        Ok(UpdateGroupResponse { group: Nested(group.into()) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn changes_what_is_said_and_nothing_else() {
        let app = TestApp::new();
        app.user("alice");
        app.ok("Ram:CreateGroup", &[("GroupName", "dev-team"), ("Comments", "old")]);
        app.ok("Ram:AddUserToGroup", &[("GroupName", "dev-team"), ("UserName", "alice")]);
        app.clock.advance(60);
        let params = [
            ("GroupName", "dev-team"),
            ("NewGroupName", "new-team"),
            ("NewComments", "new"),
            ("NewDisplayName", "New"),
        ];
        insta::assert_json_snapshot!(masked(app.ok("UpdateGroup", &params), &["GroupId"]), @r#"
        {
          "Group": {
            "GroupId": "…",
            "GroupName": "new-team",
            "DisplayName": "New",
            "Comments": "new",
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:01:00Z"
          }
        }
        "#);
        assert_eq!(app.refused("Ram:GetGroup", &[("GroupName", "dev-team")]), "EntityNotExist.Group");
        let members = app.ok("Ram:ListUsersForGroup", &[("GroupName", "new-team")]);
        assert_eq!(members["Users"]["User"][0]["UserName"], "alice");
        app.clock.advance(60);
        let same = app.ok("UpdateGroup", &[("GroupName", "new-team"), ("NewComments", "new")]);
        assert_eq!(same["Group"]["UpdateDate"], "2025-06-15T12:01:00Z", "nothing changed");
        let xml = app.xml("UpdateGroup", &[("GroupName", "new-team"), ("NewComments", "")]);
        assert!(xml.contains("<Comments></Comments>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        app.ok("CreateGroup", &[("GroupName", "dev-team")]);
        app.ok("CreateGroup", &[("GroupName", "ops")]);
        let named = ("GroupName", "dev-team");
        let (long_name, long) = ("g".repeat(65), "x".repeat(129));
        let long_display = "x".repeat(25);
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingGroupName"),
            (&[("GroupName", "nobody"), ("NewComments", "x")], "EntityNotExist.Group"),
            (&[named, ("NewGroupName", "ops")], "EntityAlreadyExists.Group"),
            (&[named, ("NewGroupName", "a/b")], "InvalidParameter.NewGroupName.InvalidChars"),
            (&[named, ("NewGroupName", &long_name)], "InvalidParameter.NewGroupName.Length"),
            (&[named, ("NewComments", &long)], "InvalidParameter.NewComments.Length"),
            (&[named, ("NewDisplayName", &long_display)], "InvalidParameter.NewDisplayName.Length"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("UpdateGroup", params), *code, "{params:?}");
        }
        app.ok("UpdateGroup", &[named, ("NewGroupName", &long_name[..64])]);
        assert_eq!(app.refused_as(&key, "UpdateGroup", &[("GroupName", "ops")]), "NoPermission");
    }
}
