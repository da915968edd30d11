//! GetGroup in RAM's view: what is known of a group.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::group_fields::NotedGroup;
use crate::identity::group::GroupName;
use crate::ops::{Cx, Operation, Target, group};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetGroup;

shape! {
    /// The parameters.
    pub struct GetGroupRequest {
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
    }
}

shape! {
    /// The answer.
    pub struct GetGroupResponse {
        /// The group.
        Group as group: Nested<NotedGroup> = "";
    }
}

impl Operation for GetGroup {
    const API: Api = Api {
        product: Product::Ram,
        action: "GetGroup",
        summary: "Queries a group.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetGroup",
        resource: "acs:ram:*:{account}:group/{group}",
        errors: &["EntityNotExist.Group"],
    };
    const SUMMARY_ZH: &'static str = "查询用户组。";
    type Request = GetGroupRequest;
    type Response = GetGroupResponse;

    fn target(request: &GetGroupRequest) -> Target {
        group::target(&request.group_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &GetGroupRequest) -> ApiResult<GetGroupResponse> {
        let group = group::find(cx.tx, cx.caller.account(), &request.group_name)?;
        Ok(GetGroupResponse { group: Nested(group.into()) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn found_and_not() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let named = [("GroupName", "dev-team")];
        assert_eq!(app.refused("Ram:GetGroup", &named), "EntityNotExist.Group");
        app.ok("CreateGroup", &[named[0], ("Comments", "note")]);
        insta::assert_json_snapshot!(masked(app.ok("Ram:GetGroup", &named), &["GroupId"]), @r#"
        {
          "Group": {
            "GroupId": "…",
            "GroupName": "dev-team",
            "Comments": "note",
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let xml = app.xml("Ram:GetGroup", &named);
        assert!(xml.contains("<Group><GroupId>") && xml.contains("<Comments>note</Comments>"), "{xml}");
        assert_eq!(app.refused_as(&key, "Ram:GetGroup", &named), "NoPermission");
        assert_eq!(app.refused("Ram:GetGroup", &[]), "MissingGroupName");
        let long = "g".repeat(65);
        assert_eq!(app.refused("Ram:GetGroup", &[("GroupName", &long)]), "InvalidParameter.GroupName.Length");
    }
}
