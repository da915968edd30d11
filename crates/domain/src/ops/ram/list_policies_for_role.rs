//! ListPoliciesForRole: the policies that are attached to a role.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::policy_fields::{AttachedPolicies, AttachedPolicy};
use crate::identity::role::RoleName;
use crate::ops::attachment::Holder;
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListPoliciesForRole;

shape! {
    /// The parameters.
    pub struct ListPoliciesForRoleRequest {
        /// The name of the role.
        RoleName as role_name: RoleName = "ECSAdmin";
    }
}

shape! {
    /// The answer.
    pub struct ListPoliciesForRoleResponse {
        /// The policies attached to the role.
        Policies as policies: Nested<AttachedPolicies> = "";
    }
}

impl Operation for ListPoliciesForRole {
    const API: Api = Api {
        product: Product::Ram,
        action: "ListPoliciesForRole",
        summary: "Lists the policies that are attached to a role.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListPoliciesForRole",
        resource: "acs:ram:*:{account}:role/{role}",
        errors: &["EntityNotExist.Role"],
    };
    const SUMMARY_ZH: &'static str = "列出 RAM 角色被授予的权限策略。";
    type Request = ListPoliciesForRoleRequest;
    type Response = ListPoliciesForRoleResponse;

    fn target(request: &ListPoliciesForRoleRequest) -> Target {
        Holder::Role(&request.role_name).target()
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &ListPoliciesForRoleRequest,
    ) -> ApiResult<ListPoliciesForRoleResponse> {
        let policy = AttachedPolicy::list(cx, Holder::Role(&request.role_name))?;
        Ok(ListPoliciesForRoleResponse { policies: Nested(AttachedPolicies { policy }) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn everything_of_each_policy() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        let named = [("RoleName", "ECSAdmin")];
        let none = app.ok("ListPoliciesForRole", &named);
        assert_eq!(none, serde_json::json!({"Policies": {"Policy": []}}));
        app.policy("OSS-Administrator");
        for (name, policy_type) in [("AliyunRAMReadOnlyAccess", "System"), ("OSS-Administrator", "Custom")] {
            let params = [("PolicyName", name), ("PolicyType", policy_type), ("RoleName", "ECSAdmin")];
            app.ok("AttachPolicyToRole", &params);
        }
        insta::assert_json_snapshot!(app.ok("ListPoliciesForRole", &named), @r#"
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
        let xml = app.xml("ListPoliciesForRole", &named);
        assert!(xml.contains("<Policies><Policy><PolicyName>OSS-Administrator</PolicyName>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("caller");
        for (value, code) in [
            ("nobody", "EntityNotExist.Role"),
            ("", "MissingRoleName"),
            ("a b", "InvalidParameter.RoleName.InvalidChars"),
        ] {
            assert_eq!(app.refused("ListPoliciesForRole", &[("RoleName", value)]), code, "{value}");
        }
        assert_eq!(app.refused_as(&key, "ListPoliciesForRole", &[("RoleName", "nobody")]), "NoPermission");
    }
}
