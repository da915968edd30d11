//! ListPoliciesForGroup: the policies that are attached to a group.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::policy_fields::{AttachedPolicies, AttachedPolicy};
use crate::identity::group::GroupName;
use crate::ops::attachment::Holder;
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListPoliciesForGroup;

shape! {
    /// The parameters.
    pub struct ListPoliciesForGroupRequest {
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
    }
}

shape! {
    /// The answer.
    pub struct ListPoliciesForGroupResponse {
        /// The policies attached to the group.
        Policies as policies: Nested<AttachedPolicies> = "";
    }
}

impl Operation for ListPoliciesForGroup {
    const API: Api = Api {
        product: Product::Ram,
        action: "ListPoliciesForGroup",
        summary: "Lists the policies that are attached to a group.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListPoliciesForGroup",
        resource: "acs:ram:*:{account}:group/{group}",
        errors: &["EntityNotExist.Group"],
    };
    const SUMMARY_ZH: &'static str = "列出用户组被授予的权限策略。";
    type Request = ListPoliciesForGroupRequest;
    type Response = ListPoliciesForGroupResponse;

    fn target(request: &ListPoliciesForGroupRequest) -> Target {
        Holder::Group(&request.group_name).target()
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &ListPoliciesForGroupRequest,
    ) -> ApiResult<ListPoliciesForGroupResponse> {
        let policy = AttachedPolicy::list(cx, Holder::Group(&request.group_name))?;
        Ok(ListPoliciesForGroupResponse { policies: Nested(AttachedPolicies { policy }) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn everything_of_each_policy() {
        let app = TestApp::new();
        app.empty_group("dev-team");
        let named = [("GroupName", "dev-team")];
        let none = app.ok("ListPoliciesForGroup", &named);
        assert_eq!(none, serde_json::json!({"Policies": {"Policy": []}}));
        app.policy("OSS-Administrator");
        for (name, policy_type) in [("AliyunRAMReadOnlyAccess", "System"), ("OSS-Administrator", "Custom")] {
            let params = [("PolicyName", name), ("PolicyType", policy_type), ("GroupName", "dev-team")];
            app.ok("AttachPolicyToGroup", &params);
        }
        insta::assert_json_snapshot!(app.ok("ListPoliciesForGroup", &named), @r#"
        {
          "Policies": {
            "Policy": [
              {
                "PolicyName": "OSS-Administrator",
                "PolicyType": "Custom",
                "Description": "",
                "DefaultVersion": "v1",
                "AttachDate": "2025-06-15T12:00:00Z"
              },
              {
                "PolicyName": "AliyunRAMReadOnlyAccess",
                "PolicyType": "System",
                "Description": "Permits reading everything in RAM.",
                "DefaultVersion": "v3",
                "AttachDate": "2025-06-15T12:00:00Z"
              }
            ]
          }
        }
        "#);
        let xml = app.xml("ListPoliciesForGroup", &named);
        assert!(xml.contains("<Policies><Policy><PolicyName>OSS-Administrator</PolicyName>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("caller");
        for (value, code) in [
            ("nobody", "EntityNotExist.Group"),
            ("", "MissingGroupName"),
            ("a b", "InvalidParameter.GroupName.InvalidChars"),
        ] {
            assert_eq!(app.refused("ListPoliciesForGroup", &[("GroupName", value)]), code, "{value}");
        }
        assert_eq!(app.refused_as(&key, "ListPoliciesForGroup", &[("GroupName", "nobody")]), "NoPermission");
    }
}
