//! CreateGroup: makes a group of RAM users.

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
pub struct CreateGroup;

shape! {
    /// The parameters.
    pub struct CreateGroupRequest {
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
        /// The name shown for the group.
        DisplayName as display_name: Option<GroupDisplayName> = "Dev-Team";
        /// A note.
        Comments as comments: Option<Comments> = "Dev-Team";
    }
}

shape! {
    /// The answer.
    pub struct CreateGroupResponse {
        /// The group as it was made.
        Group as group: Nested<NotedGroup> = "";
    }
}

impl Operation for CreateGroup {
    const API: Api = Api {
        product: Product::Ims,
        action: "CreateGroup",
        summary: "Makes a group of RAM users.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:CreateGroup",
        resource: "acs:ram:*:{account}:group/*",
        errors: &["EntityAlreadyExists.Group", "LimitExceeded.Group"],
    };
    const SUMMARY_ZH: &'static str = "创建用户组。";
    type Request = CreateGroupRequest;
    type Response = CreateGroupResponse;

    fn target(request: &CreateGroupRequest) -> Target {
        group::target(&request.group_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &CreateGroupRequest) -> ApiResult<CreateGroupResponse> {
        let display_name = request.display_name.as_ref();
        let group = group::create(cx, &request.group_name, display_name, request.comments.as_ref())?;
        Ok(CreateGroupResponse { group: Nested(group.into()) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn made_in_one_view_it_is_there_in_the_other() {
        let app = TestApp::new();
        let made = app.ok(
            "CreateGroup",
            &[("GroupName", "dev-team"), ("DisplayName", "Developers"), ("Comments", "<a> & b")],
        );
        insta::assert_json_snapshot!(masked(made.clone(), &["GroupId"]), @r#"
        {
          "Group": {
            "GroupId": "…",
            "GroupName": "dev-team",
            "DisplayName": "Developers",
            "Comments": "<a> & b",
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let other = app.ok("Ram:GetGroup", &[("GroupName", "dev-team")]);
        for name in ["GroupId", "Comments", "CreateDate"] {
            assert_eq!(other["Group"][name], made["Group"][name], "{name}");
        }
        let xml = app.xml("CreateGroup", &[("GroupName", "ops")]);
        assert!(xml.contains("<GroupName>ops</GroupName>") && xml.contains("<Comments></Comments>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::with(|settings| settings.quotas.groups = 2);
        let key = app.user_with_key("alice");
        let (longest, longer) = ("g".repeat(64), "g".repeat(65));
        let long = "x".repeat(129);
        let long_display = "x".repeat(25);
        app.ok("CreateGroup", &[("GroupName", "dev-team")]);
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingGroupName"),
            (&[("GroupName", "a b")], "InvalidParameter.GroupName.InvalidChars"),
            (&[("GroupName", &longer)], "InvalidParameter.GroupName.Length"),
            (&[("GroupName", "a"), ("Comments", &long)], "InvalidParameter.Comments.Length"),
            (&[("GroupName", "a"), ("DisplayName", &long_display)], "InvalidParameter.DisplayName.Length"),
            (&[("GroupName", "dev-team")], "EntityAlreadyExists.Group"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("CreateGroup", params), *code, "{params:?}");
        }
        app.ok("CreateGroup", &[("GroupName", &longest)]);
        assert_eq!(app.refused("CreateGroup", &[("GroupName", "one-more")]), "LimitExceeded.Group");
        assert_eq!(app.refused_as(&key, "CreateGroup", &[("GroupName", "mine")]), "NoPermission");
    }
}
