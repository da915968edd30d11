//! DetachPolicyFromRole: detaches a policy from a role.

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
pub struct DetachPolicyFromRole;

shape! {
    /// The parameters.
    pub struct DetachPolicyFromRoleRequest {
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

impl Operation for DetachPolicyFromRole {
    const API: Api = Api {
        product: Product::Ram,
        action: "DetachPolicyFromRole",
        summary: "Detaches a policy from a role.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DetachPolicyFromRole",
        resource: "acs:ram:*:{account}:role/{role}",
        errors: &["EntityNotExist.Role", "EntityNotExist.Policy", "EntityNotExist.Role.Policy"],
    };
    const SUMMARY_ZH: &'static str = "为 RAM 角色移除权限策略。";
    type Request = DetachPolicyFromRoleRequest;
    type Response = Empty;

    fn target(request: &DetachPolicyFromRoleRequest) -> Target {
        Holder::Role(&request.role_name).target_with(request.policy_type, &request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DetachPolicyFromRoleRequest) -> ApiResult<Empty> {
        let holder = Holder::Role(&request.role_name);
        attachment::detach(cx, holder, request.policy_type, &request.policy_name)?;
        Ok(Empty::default())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn detached_once() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        app.policy("OSS-Administrator");
        let params =
            [("PolicyName", "OSS-Administrator"), ("PolicyType", "Custom"), ("RoleName", "ECSAdmin")];
        let system = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("RoleName", "ECSAdmin")];
        app.ok("AttachPolicyToRole", &params);
        app.ok("AttachPolicyToRole", &system);
        assert_eq!(app.ok("DetachPolicyFromRole", &params), serde_json::json!({}));
        assert_eq!(app.refused("DetachPolicyFromRole", &params), "EntityNotExist.Role.Policy");
        let xml = app.xml("DetachPolicyFromRole", &system);
        assert!(xml.contains("<DetachPolicyFromRoleResponse><RequestId>"), "{xml}");
        let attached = app.ok("ListPoliciesForRole", &[("RoleName", "ECSAdmin")]);
        assert_eq!(attached["Policies"]["Policy"], serde_json::json!([]));
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("RoleName", "ECSAdmin")];
        for (name, value, code) in [
            ("RoleName", "nobody", "EntityNotExist.Role"),
            ("RoleName", "", "MissingRoleName"),
            ("PolicyName", "nothing", "EntityNotExist.Policy"),
            ("PolicyName", "ReadOnlyAccess", "EntityNotExist.Role.Policy"),
            ("PolicyType", "Custom", "EntityNotExist.Policy"),
            ("PolicyType", "All", "InvalidParameter.PolicyType"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("DetachPolicyFromRole", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "DetachPolicyFromRole", &good), "NoPermission");
    }
}
