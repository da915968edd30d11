//! AttachPolicyToRole: attaches a policy to a role.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::policy::{PolicyName, PolicyType};
use crate::identity::role::RoleName;
use crate::ops::attachment::{self, Holder};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct AttachPolicyToRole;

shape! {
    /// The parameters.
    pub struct AttachPolicyToRoleRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whose policy it is: `System` or `Custom`.
        PolicyType as policy_type: PolicyType = "Custom";
        /// The name of the role.
        RoleName as role_name: RoleName = "ECSAdmin";
        /// A resource group; there are none here, so it changes nothing.
        ResourceGroupId as resource_group_id: Option<String> = "rg-acfmxazb4ph****";
    }
}

impl Operation for AttachPolicyToRole {
    const API: Api = Api {
        product: Product::Ram,
        action: "AttachPolicyToRole",
        summary: "Attaches a policy to a role.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:AttachPolicyToRole",
        resource: "acs:ram:*:{account}:role/{role}",
        errors: &[
            "EntityNotExist.Role",
            "EntityNotExist.Policy",
            "EntityAlreadyExists.Role.Policy",
            "LimitExceeded.Role.Policy",
        ],
    };
    const SUMMARY_ZH: &'static str = "为 RAM 角色授予权限策略。";
    type Request = AttachPolicyToRoleRequest;
    type Response = Empty;

    fn target(request: &AttachPolicyToRoleRequest) -> Target {
        Holder::Role(&request.role_name).target_with(request.policy_type, &request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &AttachPolicyToRoleRequest) -> ApiResult<Empty> {
        let holder = Holder::Role(&request.role_name);
        attachment::attach(cx, holder, request.policy_type, &request.policy_name)?;
        Ok(Empty::default())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn attached_once_and_seen() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        app.policy("OSS-Administrator");
        let params =
            [("PolicyName", "OSS-Administrator"), ("PolicyType", "Custom"), ("RoleName", "ECSAdmin")];
        assert_eq!(app.ok("AttachPolicyToRole", &params), serde_json::json!({}));
        assert_eq!(app.refused("AttachPolicyToRole", &params), "EntityAlreadyExists.Role.Policy");
        let system = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("RoleName", "ECSAdmin")];
        let xml = app.xml("AttachPolicyToRole", &system);
        assert!(xml.contains("<AttachPolicyToRoleResponse><RequestId>"), "{xml}");
        let attached = app.ok("ListPoliciesForRole", &[("RoleName", "ECSAdmin")]);
        let names: Vec<&str> = attached["Policies"]["Policy"]
            .as_array()
            .unwrap()
            .iter()
            .map(|policy| policy["PolicyName"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["OSS-Administrator", "ReadOnlyAccess"]);
    }

    #[test]
    fn as_many_as_the_quota_of_each_type() {
        let app = TestApp::with(|settings| {
            settings.quotas.attached_policies = 2;
            settings.quotas.attached_system_policies = 1;
        });
        app.plain_role("ECSAdmin");
        for name in ["a", "b", "c"] {
            app.policy(name);
        }
        let attach = |name, policy_type| {
            app.call(
                "AttachPolicyToRole",
                &[("PolicyName", name), ("PolicyType", policy_type), ("RoleName", "ECSAdmin")],
            )
        };
        for (name, policy_type) in [("a", "Custom"), ("b", "Custom"), ("ReadOnlyAccess", "System")] {
            assert_eq!(attach(name, policy_type).0, 200, "{name}");
        }
        for (name, policy_type) in [("c", "Custom"), ("AliyunRAMFullAccess", "System")] {
            let (status, refusal) = attach(name, policy_type);
            assert_eq!((status, &refusal["Code"]), (409, &"LimitExceeded.Role.Policy".into()), "{name}");
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("RoleName", "ECSAdmin")];
        for (name, value, code) in [
            ("RoleName", "nobody", "EntityNotExist.Role"),
            ("RoleName", "a b", "InvalidParameter.RoleName.InvalidChars"),
            ("PolicyName", "nothing", "EntityNotExist.Policy"),
            ("PolicyName", "a_b", "InvalidParameter.PolicyName.InvalidChars"),
            ("PolicyType", "Custom", "EntityNotExist.Policy"),
            ("PolicyType", "system", "InvalidParameter.PolicyType"),
            ("PolicyType", "", "MissingPolicyType"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("AttachPolicyToRole", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "AttachPolicyToRole", &good), "NoPermission");
    }
}
