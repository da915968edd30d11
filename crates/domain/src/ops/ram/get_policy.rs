//! GetPolicy: a policy of either type with its document in force.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::policy_fields::VersionView;
use crate::identity::policy::{PolicyDescription, PolicyDocument, PolicyName, PolicyType, VersionId};
use crate::ops::{Cx, Operation, Target, policy};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetPolicy;

shape! {
    /// The parameters.
    pub struct GetPolicyRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whose policy it is: `System` or `Custom`.
        PolicyType as policy_type: PolicyType = "Custom";
    }
}

shape! {
    /// The answer.
    pub struct GetPolicyResponse {
        /// The version in force.
        DefaultPolicyVersion as default_policy_version: Nested<VersionView> = "";
        /// The policy.
        Policy as policy: Nested<FoundPolicy> = "";
    }
}

shape! {
    /// The policy; members in the order of the vendor's sample (help page of GetPolicy, 2024).
    pub struct FoundPolicy {
        /// Its name.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whose it is: `System` or `Custom`.
        PolicyType as policy_type: PolicyType = "Custom";
        /// What it is for; may be empty.
        Description as description: PolicyDescription = "The administrators of OSS";
        /// The version in force.
        DefaultVersion as default_version: VersionId = "v1";
        /// What the version in force says.
        PolicyDocument as policy_document: PolicyDocument = "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ram:List*\",\"Resource\":\"*\"}]}";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
        /// When it was last changed.
        UpdateDate as update_date: Timestamp = "2015-02-11T03:15:21Z";
        /// To how many users, groups and roles of the account it is attached.
        AttachmentCount as attachment_count: i64 = "3";
    }
}

impl Operation for GetPolicy {
    const API: Api = Api {
        product: Product::Ram,
        action: "GetPolicy",
        summary: "Tells of a policy, the document in force included.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetPolicy",
        resource: "acs:ram:*:{account}:policy/{policy}",
        errors: &["EntityNotExist.Policy"],
    };
    const SUMMARY_ZH: &'static str = "查询权限策略，包括默认版本的内容。";
    type Request = GetPolicyRequest;
    type Response = GetPolicyResponse;

    fn target(request: &GetPolicyRequest) -> Target {
        policy::target_of(request.policy_type, &request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &GetPolicyRequest) -> ApiResult<GetPolicyResponse> {
        let account = cx.caller.account();
        let found = policy::find(cx.tx, account, request.policy_type, &request.policy_name)?;
        let version = policy::find_version(cx.tx, account, &found, found.default_version)?;
        let attachment_count = policy::attachment_count(cx.tx, account, &found)?;
        Ok(GetPolicyResponse {
            policy: Nested(FoundPolicy {
                policy_name: found.policy_name,
                policy_type: found.policy_type,
                description: found.description,
                default_version: found.default_version,
                policy_document: version.document.clone(),
                create_date: found.create_date,
                update_date: found.update_date,
                attachment_count,
            }),
            default_policy_version: Nested(VersionView::new(version, found.default_version)),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn everything_of_a_policy() {
        let app = TestApp::new();
        app.policy("OSS-Administrator");
        app.user("alice");
        app.attach_to_user("alice", "Custom", "OSS-Administrator");
        let named = [("PolicyName", "OSS-Administrator"), ("PolicyType", "Custom")];
        insta::assert_json_snapshot!(app.ok("GetPolicy", &named), @r#"
        {
          "DefaultPolicyVersion": {
            "VersionId": "v1",
            "IsDefaultVersion": true,
            "PolicyDocument": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"oss:ListObjects\",\"Resource\":\"*\"}]}",
            "CreateDate": "2025-06-15T12:00:00Z"
          },
          "Policy": {
            "PolicyName": "OSS-Administrator",
            "PolicyType": "Custom",
            "Description": "",
            "DefaultVersion": "v1",
            "PolicyDocument": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"oss:ListObjects\",\"Resource\":\"*\"}]}",
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:00:00Z",
            "AttachmentCount": 1
          }
        }
        "#);
        let xml = app.xml("GetPolicy", &named);
        assert!(xml.contains("<DefaultPolicyVersion><VersionId>v1</VersionId>"), "{xml}");
    }

    #[test]
    fn a_system_policy_is_the_same_everywhere() {
        let app = TestApp::new();
        let named = [("PolicyName", "AdministratorAccess"), ("PolicyType", "System")];
        let found = app.ok("GetPolicy", &named);
        assert_eq!(found["Policy"]["AttachmentCount"], 0);
        let document = found["DefaultPolicyVersion"]["PolicyDocument"].as_str().unwrap();
        assert!(document.contains(r#""Action":"*""#), "{document}");
        assert_eq!(found["DefaultPolicyVersion"]["IsDefaultVersion"], true);
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
            ("PolicyName", "a_b", "InvalidParameter.PolicyName.InvalidChars"),
            ("PolicyType", "System", "EntityNotExist.Policy"),
            ("PolicyType", "custom", "InvalidParameter.PolicyType"),
            ("PolicyType", "", "MissingPolicyType"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("GetPolicy", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "GetPolicy", &good), "NoPermission");
    }
}
