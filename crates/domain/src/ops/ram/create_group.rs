//! CreateGroup in RAM's view: makes a group of RAM users.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::group::GroupName;
use crate::identity::user::Comments;
use crate::ids::GroupId;
use crate::ops::{Cx, Operation, Target, group};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateGroup;

shape! {
    /// The parameters.
    pub struct CreateGroupRequest {
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
        /// A note.
        Comments as comments: Option<Comments> = "Dev-Team";
    }
}

shape! {
    /// The answer.
    pub struct CreateGroupResponse {
        /// The group as it was made.
        Group as group: Nested<CreatedGroup> = "";
    }
}

shape! {
    /// The group as it was made.
    pub struct CreatedGroup {
        /// The id of the group.
        GroupId as group_id: GroupId = "g-01a2b3c4d5e6f708";
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
        /// The note; empty if there is none.
        Comments as comments: Comments = "Dev-Team";
        /// When the group was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
    }
}

impl Operation for CreateGroup {
    const API: Api = Api {
        product: Product::Ram,
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
        let group = group::create(cx, &request.group_name, None, request.comments.as_ref())?;
        let created = CreatedGroup {
            group_id: group.group_id,
            group_name: group.group_name,
            comments: group.comments,
            create_date: group.create_date,
        };
        Ok(CreateGroupResponse { group: Nested(created) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn made_in_one_view_it_is_there_in_the_other() {
        let app = TestApp::new();
        let made = app.ok("Ram:CreateGroup", &[("GroupName", "dev-team"), ("Comments", "<a> & b")]);
        insta::assert_json_snapshot!(masked(made.clone(), &["GroupId"]), @r#"
        {
          "Group": {
            "GroupId": "…",
            "GroupName": "dev-team",
            "Comments": "<a> & b",
            "CreateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let other = app.ok("GetGroup", &[("GroupName", "dev-team")]);
        for name in ["GroupId", "Comments", "CreateDate"] {
            assert_eq!(other["Group"][name], made["Group"][name], "{name}");
        }
        let xml = app.xml("Ram:CreateGroup", &[("GroupName", "ops")]);
        assert!(xml.contains("<GroupName>ops</GroupName>") && xml.contains("<Comments></Comments>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::with(|settings| settings.quotas.groups = 2);
        let key = app.user_with_key("alice");
        let (longest, longer) = ("g".repeat(64), "g".repeat(65));
        let long = "x".repeat(129);
        app.ok("Ram:CreateGroup", &[("GroupName", "dev-team")]);
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingGroupName"),
            (&[("GroupName", "a b")], "InvalidParameter.GroupName.InvalidChars"),
            (&[("GroupName", &longer)], "InvalidParameter.GroupName.Length"),
            (&[("GroupName", "a"), ("Comments", &long)], "InvalidParameter.Comments.Length"),
            (&[("GroupName", "dev-team")], "EntityAlreadyExists.Group"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:CreateGroup", params), *code, "{params:?}");
        }
        app.ok("Ram:CreateGroup", &[("GroupName", &longest)]);
        assert_eq!(app.refused("Ram:CreateGroup", &[("GroupName", "one-more")]), "LimitExceeded.Group");
        assert_eq!(app.refused_as(&key, "Ram:CreateGroup", &[("GroupName", "mine")]), "NoPermission");
    }
}
