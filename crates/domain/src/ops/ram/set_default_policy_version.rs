//! SetDefaultPolicyVersion: puts a version of a custom policy in force.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::policy::{PolicyName, VersionId};
use crate::ops::{Cx, Operation, Target, policy};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetDefaultPolicyVersion;

shape! {
    /// The parameters.
    pub struct SetDefaultPolicyVersionRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// The version.
        VersionId as version_id: VersionId = "v2";
    }
}

impl Operation for SetDefaultPolicyVersion {
    const API: Api = Api {
        product: Product::Ram,
        action: "SetDefaultPolicyVersion",
        summary: "Puts a version of a custom policy in force.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:SetDefaultPolicyVersion",
        resource: "acs:ram:*:{account}:policy/{policy}",
        errors: &["EntityNotExist.Policy", "EntityNotExist.Policy.Version"],
    };
    const SUMMARY_ZH: &'static str = "将自定义权限策略的某个版本设为默认版本，使其生效。";
    type Request = SetDefaultPolicyVersionRequest;
    type Response = Empty;

    fn target(request: &SetDefaultPolicyVersionRequest) -> Target {
        policy::target(&request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &SetDefaultPolicyVersionRequest) -> ApiResult<Empty> {
        let found = policy::find_custom(cx.tx, cx.caller.account(), &request.policy_name)?;
        policy::set_default_version(cx, found, request.version_id)?;
        Ok(Empty::default())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use crate::testing::named::FULL_ACCESS;

    #[test]
    fn another_version_is_in_force() {
        let app = TestApp::new();
        app.policy("p");
        app.ok("CreatePolicyVersion", &[("PolicyName", "p"), ("PolicyDocument", FULL_ACCESS)]);
        let named = [("PolicyName", "p"), ("VersionId", "v2")];
        assert_eq!(app.ok("SetDefaultPolicyVersion", &named), serde_json::json!({}));
        let found = app.ok("GetPolicy", &[("PolicyName", "p"), ("PolicyType", "Custom")]);
        assert_eq!(found["Policy"]["DefaultVersion"], "v2");
        assert_eq!(found["Policy"]["PolicyDocument"], FULL_ACCESS);
        let xml = app.xml("SetDefaultPolicyVersion", &[("PolicyName", "p"), ("VersionId", "v1")]);
        assert!(xml.contains("<SetDefaultPolicyVersionResponse><RequestId>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.policy("p");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "p"), ("VersionId", "v1")];
        app.ok("SetDefaultPolicyVersion", &good);
        for (name, value, code) in [
            ("PolicyName", "q", "EntityNotExist.Policy"),
            ("PolicyName", "", "MissingPolicyName"),
            ("VersionId", "v2", "EntityNotExist.Policy.Version"),
            ("VersionId", "v0", "InvalidParameter.VersionId.Format"),
            ("VersionId", "", "MissingVersionId"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("SetDefaultPolicyVersion", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "SetDefaultPolicyVersion", &good), "NoPermission");
    }
}
