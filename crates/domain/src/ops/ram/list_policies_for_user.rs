//! ListPoliciesForUser: the policies that are attached to a RAM user.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::policy_fields::{AttachedPolicies, AttachedPolicy};
use crate::identity::user::UserName;
use crate::ops::attachment::Holder;
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListPoliciesForUser;

shape! {
    /// The parameters.
    pub struct ListPoliciesForUserRequest {
        /// The name of the RAM user.
        UserName as user_name: UserName = "alice";
    }
}

shape! {
    /// The answer.
    pub struct ListPoliciesForUserResponse {
        /// The policies attached to the RAM user directly; those of its groups are the groups'.
        Policies as policies: Nested<AttachedPolicies> = "";
    }
}

impl Operation for ListPoliciesForUser {
    const API: Api = Api {
        product: Product::Ram,
        action: "ListPoliciesForUser",
        summary: "Lists the policies that are attached to a RAM user.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListPoliciesForUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "列出 RAM 用户被授予的权限策略。";
    type Request = ListPoliciesForUserRequest;
    type Response = ListPoliciesForUserResponse;

    fn target(request: &ListPoliciesForUserRequest) -> Target {
        Holder::User(&request.user_name).target()
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &ListPoliciesForUserRequest,
    ) -> ApiResult<ListPoliciesForUserResponse> {
        let policy = AttachedPolicy::list(cx, Holder::User(&request.user_name))?;
        Ok(ListPoliciesForUserResponse { policies: Nested(AttachedPolicies { policy }) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn everything_of_each_policy() {
        let app = TestApp::new();
        app.user("alice");
        let named = [("UserName", "alice")];
        let none = app.ok("ListPoliciesForUser", &named);
        assert_eq!(none, serde_json::json!({"Policies": {"Policy": []}}));
        app.policy("OSS-Administrator");
        for (name, policy_type) in [("AliyunRAMReadOnlyAccess", "System"), ("OSS-Administrator", "Custom")] {
            let params = [("PolicyName", name), ("PolicyType", policy_type), ("UserName", "alice")];
            app.ok("AttachPolicyToUser", &params);
        }
        insta::assert_json_snapshot!(app.ok("ListPoliciesForUser", &named), @r#"
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
        let xml = app.xml("ListPoliciesForUser", &named);
        assert!(xml.contains("<Policies><Policy><PolicyName>OSS-Administrator</PolicyName>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("caller");
        for (value, code) in [
            ("nobody", "EntityNotExist.User"),
            ("", "MissingUserName"),
            ("a b", "InvalidParameter.UserName.InvalidChars"),
        ] {
            assert_eq!(app.refused("ListPoliciesForUser", &[("UserName", value)]), code, "{value}");
        }
        assert_eq!(app.refused_as(&key, "ListPoliciesForUser", &[("UserName", "nobody")]), "NoPermission");
    }
}
