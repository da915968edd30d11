//! CreatePolicy: makes a custom policy with a first version.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::items::JsonItems;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::tag_fields::{self, RequestTag};
use crate::identity::policy::{PolicyDescription, PolicyDocument, PolicyName, PolicyType, VersionId};
use crate::identity::role::TaggedType;
use crate::ops::{Cx, Operation, Target, policy};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreatePolicy;

shape! {
    /// The parameters.
    pub struct CreatePolicyRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// What it is for.
        Description as description: Option<PolicyDescription> = "The administrators of OSS";
        /// What it says.
        PolicyDocument as policy_document: PolicyDocument = "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ram:List*\",\"Resource\":\"*\"}]}";
        /// Tags, each key once.
        Tag as tag: JsonItems<RequestTag> = "";
    }
}

shape! {
    /// The answer.
    pub struct CreatePolicyResponse {
        /// The policy as it was made.
        Policy as policy: Nested<MadePolicy> = "";
    }
}

shape! {
    /// The policy as it was made; members in the order of the vendor's sample (help page of CreatePolicy, 2024).
    pub struct MadePolicy {
        /// Its name.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whose it is: `Custom`.
        PolicyType as policy_type: PolicyType = "Custom";
        /// What it is for; may be empty.
        Description as description: PolicyDescription = "The administrators of OSS";
        /// The version in force.
        DefaultVersion as default_version: VersionId = "v1";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
    }
}

impl Operation for CreatePolicy {
    const API: Api = Api {
        product: Product::Ram,
        action: "CreatePolicy",
        summary: "Makes a custom policy with a first version.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:CreatePolicy",
        resource: "acs:ram:*:{account}:policy/*",
        errors: &[
            "MalformedPolicyDocument",
            "EntityAlreadyExists.Policy",
            "LimitExceeded.Policy",
            "LimitExceeded.Policy.Tag",
        ],
    };
    const SUMMARY_ZH: &'static str = "创建自定义权限策略及其第一个版本。";
    type Request = CreatePolicyRequest;
    type Response = CreatePolicyResponse;

    fn target(request: &CreatePolicyRequest) -> Target {
        policy::target(&request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &CreatePolicyRequest) -> ApiResult<CreatePolicyResponse> {
        let description = request.description.clone().unwrap_or_default();
        let made = policy::create(cx, &request.policy_name, &description, &request.policy_document)?;
        tag_fields::set_tags(cx, TaggedType::Policy, made.policy_name.as_str(), &request.tag.0)?;
        Ok(CreatePolicyResponse {
            policy: Nested(MadePolicy {
                policy_name: made.policy_name,
                policy_type: PolicyType::Custom,
                description: made.description,
                default_version: made.default_version,
                create_date: made.create_date,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use crate::testing::named::DOCUMENT;

    #[test]
    fn made_with_a_first_version() {
        let app = TestApp::new();
        let made = app.ok(
            "CreatePolicy",
            &[
                ("PolicyName", "OSS-Administrator"),
                ("PolicyDocument", DOCUMENT),
                ("Description", "The administrators of OSS"),
                ("Tag", r#"[{"Key":"team","Value":"red"}]"#),
            ],
        );
        insta::assert_json_snapshot!(made, @r#"
        {
          "Policy": {
            "PolicyName": "OSS-Administrator",
            "PolicyType": "Custom",
            "Description": "The administrators of OSS",
            "DefaultVersion": "v1",
            "CreateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let xml = app.xml("CreatePolicy", &[("PolicyName", "other"), ("PolicyDocument", DOCUMENT)]);
        assert!(
            xml.contains("<Policy><PolicyName>other</PolicyName><PolicyType>Custom</PolicyType>"),
            "{xml}"
        );
        let listed = app.ok("ListPolicies", &[("PolicyType", "Custom"), ("Tag.1.Key", "team")]);
        assert_eq!(listed["Policies"]["Policy"][0]["Tags"]["Tag"][0]["TagValue"], "red");
        let version = app.ok(
            "GetPolicyVersion",
            &[("PolicyName", "OSS-Administrator"), ("PolicyType", "Custom"), ("VersionId", "v1")],
        );
        assert_eq!(version["PolicyVersion"]["PolicyDocument"], DOCUMENT, "as it was given");
    }

    #[test]
    fn a_system_policy_may_have_a_namesake() {
        let app = TestApp::new();
        app.policy("ReadOnlyAccess");
        let of = |policy_type| {
            app.ok("GetPolicy", &[("PolicyName", "ReadOnlyAccess"), ("PolicyType", policy_type)])
        };
        assert_eq!(of("Custom")["Policy"]["PolicyType"], "Custom");
        assert_eq!(of("System")["Policy"]["PolicyType"], "System");
    }

    #[test]
    fn refusals() {
        let app = TestApp::with(|settings| {
            settings.quotas.policies = 2;
            settings.quotas.tags_per_user = 1;
        });
        app.policy("taken");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "new"), ("PolicyDocument", DOCUMENT), ("Tag", "[]")];
        let long = "p".repeat(129);
        let big = format!("{}{DOCUMENT}", " ".repeat(6145 - DOCUMENT.len()));
        let twice = r#"[{"Key":"a"},{"Key":"a"}]"#;
        for (name, value, code) in [
            ("PolicyName", "taken", "EntityAlreadyExists.Policy"),
            ("PolicyName", "", "MissingPolicyName"),
            ("PolicyName", "a_b", "InvalidParameter.PolicyName.InvalidChars"),
            ("PolicyName", long.as_str(), "InvalidParameter.PolicyName.Length"),
            ("PolicyDocument", "", "MissingPolicyDocument"),
            ("PolicyDocument", "{}", "MalformedPolicyDocument"),
            ("PolicyDocument", big.as_str(), "InvalidParameter.PolicyDocument.Length"),
            ("Tag", twice, "LimitExceeded.Policy.Tag"),
            ("Tag", "x", "InvalidParameter.Tag.Format"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("CreatePolicy", &params), code, "{name}={value}");
        }
        let fits = &big[1..];
        app.ok("CreatePolicy", &[("PolicyName", "big"), ("PolicyDocument", fits)]);
        assert_eq!(app.refused("CreatePolicy", &good), "LimitExceeded.Policy");
        assert_eq!(app.refused_as(&key, "CreatePolicy", &good), "NoPermission");
    }

    #[test]
    fn a_key_of_a_tag_is_given_once() {
        let app = TestApp::new();
        let twice = r#"[{"Key":"a"},{"Key":"a","Value":"v"}]"#;
        let params = [("PolicyName", "p"), ("PolicyDocument", DOCUMENT), ("Tag", twice)];
        assert_eq!(app.refused("CreatePolicy", &params), "InvalidParameter.Tag.Format");
        assert_eq!(
            app.refused("GetPolicy", &[("PolicyName", "p"), ("PolicyType", "Custom")]),
            "EntityNotExist.Policy"
        );
    }
}
