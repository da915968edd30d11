//! AttachPolicyToUser: attaches a policy to a RAM user.

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
pub struct AttachPolicyToUser;

shape! {
    /// The parameters.
    pub struct AttachPolicyToUserRequest {
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

impl Operation for AttachPolicyToUser {
    const API: Api = Api {
        product: Product::Ram,
        action: "AttachPolicyToUser",
        summary: "Attaches a policy to a RAM user.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:AttachPolicyToUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &[
            "EntityNotExist.User",
            "EntityNotExist.Policy",
            "EntityAlreadyExists.User.Policy",
            "LimitExceeded.User.Policy",
        ],
    };
    const SUMMARY_ZH: &'static str = "为 RAM 用户授予权限策略。";
    type Request = AttachPolicyToUserRequest;
    type Response = Empty;

    fn target(request: &AttachPolicyToUserRequest) -> Target {
        Holder::User(&request.user_name).target_with(request.policy_type, &request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &AttachPolicyToUserRequest) -> ApiResult<Empty> {
        let holder = Holder::User(&request.user_name);
        attachment::attach(cx, holder, request.policy_type, &request.policy_name)?;
        Ok(Empty::default())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use crate::testing::policies::allow;

    #[test]
    fn attached_once_and_seen() {
        let app = TestApp::new();
        app.user("alice");
        app.policy("OSS-Administrator");
        let params = [("PolicyName", "OSS-Administrator"), ("PolicyType", "Custom"), ("UserName", "alice")];
        assert_eq!(app.ok("AttachPolicyToUser", &params), serde_json::json!({}));
        assert_eq!(app.refused("AttachPolicyToUser", &params), "EntityAlreadyExists.User.Policy");
        let system = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("UserName", "alice")];
        let xml = app.xml("AttachPolicyToUser", &system);
        assert!(xml.contains("<AttachPolicyToUserResponse><RequestId>"), "{xml}");
        let attached = app.ok("ListPoliciesForUser", &[("UserName", "alice")]);
        let names: Vec<&str> = attached["Policies"]["Policy"]
            .as_array()
            .unwrap()
            .iter()
            .map(|policy| policy["PolicyName"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["OSS-Administrator", "ReadOnlyAccess"]);
    }

    /// Managing a user is one thing, giving it a policy of some name another.
    #[test]
    fn permission_is_needed_on_the_user_and_on_the_policy() {
        let app = TestApp::new();
        let key = app.user_with_key("manager");
        app.user("alice");
        app.attach("manager", "users", &allow("ram:AttachPolicyToUser", "acs:ram:*:*:user/*"));
        let administrator =
            [("PolicyName", "AdministratorAccess"), ("PolicyType", "System"), ("UserName", "alice")];
        assert_eq!(app.refused_as(&key, "AttachPolicyToUser", &administrator), "NoPermission");
        app.attach("manager", "system", &allow("ram:AttachPolicyToUser", "acs:ram:*:system:policy/Read*"));
        assert_eq!(app.refused_as(&key, "AttachPolicyToUser", &administrator), "NoPermission");
        let reading = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("UserName", "alice")];
        assert_eq!(app.call_as(&key, "AttachPolicyToUser", &reading).0, 200);
    }

    #[test]
    fn as_many_as_the_quota_of_each_type() {
        let app = TestApp::with(|settings| {
            settings.quotas.attached_policies = 2;
            settings.quotas.attached_system_policies = 1;
        });
        app.user("alice");
        for name in ["a", "b", "c"] {
            app.policy(name);
        }
        let attach = |name, policy_type| {
            app.call(
                "AttachPolicyToUser",
                &[("PolicyName", name), ("PolicyType", policy_type), ("UserName", "alice")],
            )
        };
        for (name, policy_type) in [("a", "Custom"), ("b", "Custom"), ("ReadOnlyAccess", "System")] {
            assert_eq!(attach(name, policy_type).0, 200, "{name}");
        }
        for (name, policy_type) in [("c", "Custom"), ("AliyunRAMFullAccess", "System")] {
            let (status, refusal) = attach(name, policy_type);
            assert_eq!((status, &refusal["Code"]), (409, &"LimitExceeded.User.Policy".into()), "{name}");
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.user("alice");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("UserName", "alice")];
        for (name, value, code) in [
            ("UserName", "nobody", "EntityNotExist.User"),
            ("UserName", "a b", "InvalidParameter.UserName.InvalidChars"),
            ("PolicyName", "nothing", "EntityNotExist.Policy"),
            ("PolicyName", "a_b", "InvalidParameter.PolicyName.InvalidChars"),
            ("PolicyType", "Custom", "EntityNotExist.Policy"),
            ("PolicyType", "system", "InvalidParameter.PolicyType"),
            ("PolicyType", "", "MissingPolicyType"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("AttachPolicyToUser", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "AttachPolicyToUser", &good), "NoPermission");
    }
}
