//! DetachPolicyFromGroup: detaches a policy from a group.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::group::GroupName;
use crate::identity::policy::{PolicyName, PolicyType};
use crate::ops::attachment::{self, Holder};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DetachPolicyFromGroup;

shape! {
    /// The parameters.
    pub struct DetachPolicyFromGroupRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whose policy it is: `System` or `Custom`.
        PolicyType as policy_type: PolicyType = "Custom";
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
        /// A resource group; there are none here, so it changes nothing.
        ResourceGroupId as resource_group_id: Option<String> = "rg-acfmxazb4ph****";
    }
}

impl Operation for DetachPolicyFromGroup {
    const API: Api = Api {
        product: Product::Ram,
        action: "DetachPolicyFromGroup",
        summary: "Detaches a policy from a group.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DetachPolicyFromGroup",
        resource: "acs:ram:*:{account}:group/{group}",
        errors: &["EntityNotExist.Group", "EntityNotExist.Policy", "EntityNotExist.Group.Policy"],
    };
    const SUMMARY_ZH: &'static str = "为用户组移除权限策略。";
    type Request = DetachPolicyFromGroupRequest;
    type Response = Empty;

    fn target(request: &DetachPolicyFromGroupRequest) -> Target {
        Holder::Group(&request.group_name).target_with(request.policy_type, &request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DetachPolicyFromGroupRequest) -> ApiResult<Empty> {
        let holder = Holder::Group(&request.group_name);
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
        app.empty_group("dev-team");
        app.policy("OSS-Administrator");
        let params =
            [("PolicyName", "OSS-Administrator"), ("PolicyType", "Custom"), ("GroupName", "dev-team")];
        let system = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("GroupName", "dev-team")];
        app.ok("AttachPolicyToGroup", &params);
        app.ok("AttachPolicyToGroup", &system);
        assert_eq!(app.ok("DetachPolicyFromGroup", &params), serde_json::json!({}));
        assert_eq!(app.refused("DetachPolicyFromGroup", &params), "EntityNotExist.Group.Policy");
        let xml = app.xml("DetachPolicyFromGroup", &system);
        assert!(xml.contains("<DetachPolicyFromGroupResponse><RequestId>"), "{xml}");
        let attached = app.ok("ListPoliciesForGroup", &[("GroupName", "dev-team")]);
        assert_eq!(attached["Policies"]["Policy"], serde_json::json!([]));
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.empty_group("dev-team");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("GroupName", "dev-team")];
        for (name, value, code) in [
            ("GroupName", "nobody", "EntityNotExist.Group"),
            ("GroupName", "", "MissingGroupName"),
            ("PolicyName", "nothing", "EntityNotExist.Policy"),
            ("PolicyName", "ReadOnlyAccess", "EntityNotExist.Group.Policy"),
            ("PolicyType", "Custom", "EntityNotExist.Policy"),
            ("PolicyType", "All", "InvalidParameter.PolicyType"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("DetachPolicyFromGroup", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "DetachPolicyFromGroup", &good), "NoPermission");
    }
}
