//! DetachPolicyFromUser: detaches a policy from a RAM user.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::policy::{PolicyName, PolicyType};
use crate::identity::user::UserName;
use crate::ops::attachment::{self, Holder};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DetachPolicyFromUser;

shape! {
    /// The parameters.
    pub struct DetachPolicyFromUserRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whose policy it is: `System` or `Custom`.
        PolicyType as policy_type: PolicyType = "Custom";
        /// The name of the RAM user.
        UserName as user_name: UserName = "alice";
        /// A resource group; there are none here, so it changes nothing.
        ResourceGroupId as resource_group_id: Option<String> = "rg-acfmxazb4ph****";
    }
}

impl Operation for DetachPolicyFromUser {
    const API: Api = Api {
        product: Product::Ram,
        action: "DetachPolicyFromUser",
        summary: "Detaches a policy from a RAM user.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DetachPolicyFromUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.Policy", "EntityNotExist.User.Policy"],
    };
    const SUMMARY_ZH: &'static str = "为 RAM 用户移除权限策略。";
    type Request = DetachPolicyFromUserRequest;
    type Response = Empty;

    fn target(request: &DetachPolicyFromUserRequest) -> Target {
        Holder::User(&request.user_name).target_with(request.policy_type, &request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DetachPolicyFromUserRequest) -> ApiResult<Empty> {
        let holder = Holder::User(&request.user_name);
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
        app.user("alice");
        app.policy("OSS-Administrator");
        let params = [("PolicyName", "OSS-Administrator"), ("PolicyType", "Custom"), ("UserName", "alice")];
        let system = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("UserName", "alice")];
        app.ok("AttachPolicyToUser", &params);
        app.ok("AttachPolicyToUser", &system);
        assert_eq!(app.ok("DetachPolicyFromUser", &params), serde_json::json!({}));
        assert_eq!(app.refused("DetachPolicyFromUser", &params), "EntityNotExist.User.Policy");
        let xml = app.xml("DetachPolicyFromUser", &system);
        assert!(xml.contains("<DetachPolicyFromUserResponse><RequestId>"), "{xml}");
        let attached = app.ok("ListPoliciesForUser", &[("UserName", "alice")]);
        assert_eq!(attached["Policies"]["Policy"], serde_json::json!([]));
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.user("alice");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("UserName", "alice")];
        for (name, value, code) in [
            ("UserName", "nobody", "EntityNotExist.User"),
            ("UserName", "", "MissingUserName"),
            ("PolicyName", "nothing", "EntityNotExist.Policy"),
            ("PolicyName", "ReadOnlyAccess", "EntityNotExist.User.Policy"),
            ("PolicyType", "Custom", "EntityNotExist.Policy"),
            ("PolicyType", "All", "InvalidParameter.PolicyType"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("DetachPolicyFromUser", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "DetachPolicyFromUser", &good), "NoPermission");
    }
}
