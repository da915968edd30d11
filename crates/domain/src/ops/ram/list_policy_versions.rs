//! ListPolicyVersions: the versions of a policy with what each says.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::policy_fields::VersionView;
use crate::identity::policy::{PolicyName, PolicyType};
use crate::ops::{Cx, Operation, Target, policy};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListPolicyVersions;

shape! {
    /// The parameters.
    pub struct ListPolicyVersionsRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whose policy it is: `System` or `Custom`.
        PolicyType as policy_type: PolicyType = "Custom";
    }
}

shape! {
    /// The answer.
    pub struct ListPolicyVersionsResponse {
        /// The versions.
        PolicyVersions as policy_versions: Nested<PolicyVersions> = "";
    }
}

shape! {
    /// The versions of a policy.
    pub struct PolicyVersions {
        /// The versions, oldest first.
        PolicyVersion as policy_version: Vec<VersionView> = "";
    }
}

impl Operation for ListPolicyVersions {
    const API: Api = Api {
        product: Product::Ram,
        action: "ListPolicyVersions",
        summary: "Lists the versions of a policy with what each says.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListPolicyVersions",
        resource: "acs:ram:*:{account}:policy/{policy}",
        errors: &["EntityNotExist.Policy"],
    };
    const SUMMARY_ZH: &'static str = "列出权限策略的各个版本及其内容。";
    type Request = ListPolicyVersionsRequest;
    type Response = ListPolicyVersionsResponse;

    fn target(request: &ListPolicyVersionsRequest) -> Target {
        policy::target_of(request.policy_type, &request.policy_name)
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &ListPolicyVersionsRequest,
    ) -> ApiResult<ListPolicyVersionsResponse> {
        let account = cx.caller.account();
        let found = policy::find(cx.tx, account, request.policy_type, &request.policy_name)?;
        let versions = policy::versions(cx.tx, account, &found)?.into_iter();
        let policy_version =
            versions.map(|version| VersionView::new(version, found.default_version)).collect();
        Ok(ListPolicyVersionsResponse { policy_versions: Nested(PolicyVersions { policy_version }) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use crate::testing::named::FULL_ACCESS;

    #[test]
    fn every_version_oldest_first() {
        let app = TestApp::new();
        app.policy("p");
        app.ok("CreatePolicyVersion", &[("PolicyName", "p"), ("PolicyDocument", FULL_ACCESS)]);
        let named = [("PolicyName", "p"), ("PolicyType", "Custom")];
        insta::assert_json_snapshot!(app.ok("ListPolicyVersions", &named), @r#"
        {
          "PolicyVersions": {
            "PolicyVersion": [
              {
                "VersionId": "v1",
                "IsDefaultVersion": true,
                "PolicyDocument": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"oss:ListObjects\",\"Resource\":\"*\"}]}",
                "CreateDate": "2025-06-15T12:00:00Z"
              },
              {
                "VersionId": "v2",
                "IsDefaultVersion": false,
                "PolicyDocument": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
                "CreateDate": "2025-06-15T12:00:00Z"
              }
            ]
          }
        }
        "#);
        let xml = app.xml("ListPolicyVersions", &named);
        let told = "<PolicyVersions><PolicyVersion><VersionId>v1</VersionId>";
        assert!(xml.contains(told) && xml.contains("</PolicyVersion><PolicyVersion>"), "{xml}");
        let system = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System")];
        let listed = app.ok("ListPolicyVersions", &system);
        assert_eq!(listed["PolicyVersions"]["PolicyVersion"][0]["IsDefaultVersion"], true);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.policy("p");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "p"), ("PolicyType", "Custom")];
        for (name, value, code) in [
            ("PolicyName", "q", "EntityNotExist.Policy"),
            ("PolicyName", "", "MissingPolicyName"),
            ("PolicyType", "System", "EntityNotExist.Policy"),
            ("PolicyType", "Both", "InvalidParameter.PolicyType"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("ListPolicyVersions", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "ListPolicyVersions", &good), "NoPermission");
    }
}
