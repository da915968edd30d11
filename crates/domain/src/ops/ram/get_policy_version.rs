//! GetPolicyVersion: what a version of a policy says.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::policy_fields::VersionView;
use crate::identity::policy::{PolicyName, PolicyType, VersionId};
use crate::ops::{Cx, Operation, Target, policy};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetPolicyVersion;

shape! {
    /// The parameters.
    pub struct GetPolicyVersionRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whose policy it is: `System` or `Custom`.
        PolicyType as policy_type: PolicyType = "Custom";
        /// The version.
        VersionId as version_id: VersionId = "v1";
    }
}

shape! {
    /// The answer.
    pub struct GetPolicyVersionResponse {
        /// The version.
        PolicyVersion as policy_version: Nested<VersionView> = "";
    }
}

impl Operation for GetPolicyVersion {
    const API: Api = Api {
        product: Product::Ram,
        action: "GetPolicyVersion",
        summary: "Tells what a version of a policy says.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetPolicyVersion",
        resource: "acs:ram:*:{account}:policy/{policy}",
        errors: &["EntityNotExist.Policy", "EntityNotExist.Policy.Version"],
    };
    const SUMMARY_ZH: &'static str = "查询权限策略某个版本的内容。";
    type Request = GetPolicyVersionRequest;
    type Response = GetPolicyVersionResponse;

    fn target(request: &GetPolicyVersionRequest) -> Target {
        policy::target_of(request.policy_type, &request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &GetPolicyVersionRequest) -> ApiResult<GetPolicyVersionResponse> {
        let account = cx.caller.account();
        let found = policy::find(cx.tx, account, request.policy_type, &request.policy_name)?;
        let version = policy::find_version(cx.tx, account, &found, request.version_id)?;
        Ok(GetPolicyVersionResponse {
            policy_version: Nested(VersionView::new(version, found.default_version)),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use crate::testing::named::FULL_ACCESS;

    #[test]
    fn each_version_says_its_own() {
        let app = TestApp::new();
        app.policy("p");
        app.ok("CreatePolicyVersion", &[("PolicyName", "p"), ("PolicyDocument", FULL_ACCESS)]);
        let named = |version| [("PolicyName", "p"), ("PolicyType", "Custom"), ("VersionId", version)];
        insta::assert_json_snapshot!(app.ok("GetPolicyVersion", &named("v1")), @r#"
        {
          "PolicyVersion": {
            "VersionId": "v1",
            "IsDefaultVersion": true,
            "PolicyDocument": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"oss:ListObjects\",\"Resource\":\"*\"}]}",
            "CreateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let second = app.ok("GetPolicyVersion", &named("v2"));
        assert_eq!(second["PolicyVersion"]["PolicyDocument"], FULL_ACCESS);
        assert_eq!(second["PolicyVersion"]["IsDefaultVersion"], false);
        let xml = app.xml("GetPolicyVersion", &named("v2"));
        assert!(xml.contains("<PolicyVersion><VersionId>v2</VersionId>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.policy("p");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "p"), ("PolicyType", "Custom"), ("VersionId", "v1")];
        for (name, value, code) in [
            ("PolicyName", "q", "EntityNotExist.Policy"),
            ("PolicyType", "System", "EntityNotExist.Policy"),
            ("PolicyType", "Both", "InvalidParameter.PolicyType"),
            ("VersionId", "v2", "EntityNotExist.Policy.Version"),
            ("VersionId", "1", "InvalidParameter.VersionId.Format"),
            ("VersionId", "", "MissingVersionId"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("GetPolicyVersion", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "GetPolicyVersion", &good), "NoPermission");
    }
}
