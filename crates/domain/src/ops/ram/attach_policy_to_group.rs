//! AttachPolicyToGroup: attaches a policy to a group.

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
pub struct AttachPolicyToGroup;

shape! {
    /// The parameters.
    pub struct AttachPolicyToGroupRequest {
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

impl Operation for AttachPolicyToGroup {
    const API: Api = Api {
        product: Product::Ram,
        action: "AttachPolicyToGroup",
        summary: "Attaches a policy to a group.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:AttachPolicyToGroup",
        resource: "acs:ram:*:{account}:group/{group}",
        errors: &[
            "EntityNotExist.Group",
            "EntityNotExist.Policy",
            "EntityAlreadyExists.Group.Policy",
            "LimitExceeded.Group.Policy",
        ],
    };
    const SUMMARY_ZH: &'static str = "为用户组授予权限策略。";
    type Request = AttachPolicyToGroupRequest;
    type Response = Empty;

    fn target(request: &AttachPolicyToGroupRequest) -> Target {
        Holder::Group(&request.group_name).target_with(request.policy_type, &request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &AttachPolicyToGroupRequest) -> ApiResult<Empty> {
        let holder = Holder::Group(&request.group_name);
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
        app.empty_group("dev-team");
        app.policy("OSS-Administrator");
        let params =
            [("PolicyName", "OSS-Administrator"), ("PolicyType", "Custom"), ("GroupName", "dev-team")];
        assert_eq!(app.ok("AttachPolicyToGroup", &params), serde_json::json!({}));
        assert_eq!(app.refused("AttachPolicyToGroup", &params), "EntityAlreadyExists.Group.Policy");
        let system = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("GroupName", "dev-team")];
        let xml = app.xml("AttachPolicyToGroup", &system);
        assert!(xml.contains("<AttachPolicyToGroupResponse><RequestId>"), "{xml}");
        let attached = app.ok("ListPoliciesForGroup", &[("GroupName", "dev-team")]);
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
        app.empty_group("dev-team");
        for name in ["a", "b", "c"] {
            app.policy(name);
        }
        let attach = |name, policy_type| {
            app.call(
                "AttachPolicyToGroup",
                &[("PolicyName", name), ("PolicyType", policy_type), ("GroupName", "dev-team")],
            )
        };
        for (name, policy_type) in [("a", "Custom"), ("b", "Custom"), ("ReadOnlyAccess", "System")] {
            assert_eq!(attach(name, policy_type).0, 200, "{name}");
        }
        for (name, policy_type) in [("c", "Custom"), ("AliyunRAMFullAccess", "System")] {
            let (status, refusal) = attach(name, policy_type);
            assert_eq!((status, &refusal["Code"]), (409, &"LimitExceeded.Group.Policy".into()), "{name}");
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.empty_group("dev-team");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("GroupName", "dev-team")];
        for (name, value, code) in [
            ("GroupName", "nobody", "EntityNotExist.Group"),
            ("GroupName", "a b", "InvalidParameter.GroupName.InvalidChars"),
            ("PolicyName", "nothing", "EntityNotExist.Policy"),
            ("PolicyName", "a_b", "InvalidParameter.PolicyName.InvalidChars"),
            ("PolicyType", "Custom", "EntityNotExist.Policy"),
            ("PolicyType", "system", "InvalidParameter.PolicyType"),
            ("PolicyType", "", "MissingPolicyType"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("AttachPolicyToGroup", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "AttachPolicyToGroup", &good), "NoPermission");
    }
}
