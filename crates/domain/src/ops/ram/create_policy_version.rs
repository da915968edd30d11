//! CreatePolicyVersion: gives a custom policy another document.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::policy_fields::VersionView;
use crate::identity::policy::{PolicyDocument, PolicyName, RotateStrategy};
use crate::ops::policy::{self, Rotation};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreatePolicyVersion;

shape! {
    /// The parameters.
    pub struct CreatePolicyVersionRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// What the new version says.
        PolicyDocument as policy_document: PolicyDocument = "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ram:List*\",\"Resource\":\"*\"}]}";
        /// Whether the new version is in force at once; it is not unless said.
        SetAsDefault as set_as_default: Option<bool> = "false";
        /// What happens where the policy has as many versions as it may: the call is refused, or the oldest one that is
        /// not in force goes. Refused unless said.
        RotateStrategy as rotate_strategy: Option<RotateStrategy> = "None";
    }
}

shape! {
    /// The answer.
    pub struct CreatePolicyVersionResponse {
        /// The new version.
        PolicyVersion as policy_version: Nested<VersionView> = "";
    }
}

impl Operation for CreatePolicyVersion {
    const API: Api = Api {
        product: Product::Ram,
        action: "CreatePolicyVersion",
        summary: "Adds a version to a custom policy.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:CreatePolicyVersion",
        resource: "acs:ram:*:{account}:policy/{policy}",
        errors: &["MalformedPolicyDocument", "EntityNotExist.Policy", "LimitExceeded.Policy.Version"],
    };
    const SUMMARY_ZH: &'static str = "为自定义权限策略添加一个版本。";
    type Request = CreatePolicyVersionRequest;
    type Response = CreatePolicyVersionResponse;

    fn target(request: &CreatePolicyVersionRequest) -> Target {
        policy::target(&request.policy_name)
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &CreatePolicyVersionRequest,
    ) -> ApiResult<CreatePolicyVersionResponse> {
        let found = policy::find_custom(cx.tx, cx.caller.account(), &request.policy_name)?;
        let in_force = request.set_as_default == Some(true);
        let before = found.default_version;
        let rotation = match request.rotate_strategy {
            Some(RotateStrategy::DeleteOldestNonDefaultVersionWhenLimitExceeded) => Rotation::DropOldest,
            Some(RotateStrategy::None) | None => Rotation::Refuse,
        };
        let version = policy::add_version(cx, found, &request.policy_document, in_force, rotation)?;
        let default_version = if in_force { version.version } else { before };
        Ok(CreatePolicyVersionResponse { policy_version: Nested(VersionView::new(version, default_version)) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::testing::TestApp;
    use crate::testing::named::{DOCUMENT, FULL_ACCESS};

    fn versions(app: &TestApp) -> Vec<(String, bool)> {
        let listed = app.ok("ListPolicyVersions", &[("PolicyName", "p"), ("PolicyType", "Custom")]);
        let read = |version: &Value| {
            (version["VersionId"].as_str().unwrap().to_owned(), version["IsDefaultVersion"] == true)
        };
        listed["PolicyVersions"]["PolicyVersion"].as_array().unwrap().iter().map(read).collect()
    }

    #[test]
    fn a_version_more() {
        let app = TestApp::new();
        app.policy("p");
        let made = app.ok("CreatePolicyVersion", &[("PolicyName", "p"), ("PolicyDocument", FULL_ACCESS)]);
        insta::assert_json_snapshot!(made, @r#"
        {
          "PolicyVersion": {
            "VersionId": "v2",
            "IsDefaultVersion": false,
            "PolicyDocument": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
            "CreateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        assert_eq!(versions(&app), [("v1".into(), true), ("v2".into(), false)]);
        let params = [("PolicyName", "p"), ("PolicyDocument", DOCUMENT), ("SetAsDefault", "true")];
        let xml = app.xml("CreatePolicyVersion", &params);
        let told = "<PolicyVersion><VersionId>v3</VersionId><IsDefaultVersion>true</IsDefaultVersion>";
        assert!(xml.contains(told), "{xml}");
        assert_eq!(versions(&app), [("v1".into(), false), ("v2".into(), false), ("v3".into(), true)]);
    }

    #[test]
    fn a_number_is_not_given_twice() {
        let app = TestApp::new();
        app.policy("p");
        let params = [("PolicyName", "p"), ("PolicyDocument", DOCUMENT)];
        app.ok("CreatePolicyVersion", &params);
        app.ok("DeletePolicyVersion", &[("PolicyName", "p"), ("VersionId", "v2")]);
        let made = app.ok("CreatePolicyVersion", &params);
        assert_eq!(made["PolicyVersion"]["VersionId"], "v3");
    }

    #[test]
    fn the_oldest_makes_room_where_it_is_asked_for() {
        let app = TestApp::with(|settings| settings.quotas.versions_per_policy = 2);
        app.policy("p");
        let mut params = vec![("PolicyName", "p"), ("PolicyDocument", DOCUMENT)];
        app.ok("CreatePolicyVersion", &params);
        assert_eq!(app.refused("CreatePolicyVersion", &params), "LimitExceeded.Policy.Version");
        params.push(("RotateStrategy", "DeleteOldestNonDefaultVersionWhenLimitExceeded"));
        app.ok("CreatePolicyVersion", &params);
        assert_eq!(versions(&app), [("v1".into(), true), ("v3".into(), false)], "v1 is in force");
    }

    #[test]
    fn only_the_one_that_is_in_force_stays() {
        let app = TestApp::with(|settings| settings.quotas.versions_per_policy = 1);
        app.policy("p");
        let params = [
            ("PolicyName", "p"),
            ("PolicyDocument", DOCUMENT),
            ("RotateStrategy", "DeleteOldestNonDefaultVersionWhenLimitExceeded"),
        ];
        assert_eq!(app.refused("CreatePolicyVersion", &params), "LimitExceeded.Policy.Version");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.policy("p");
        let key = app.user_with_key("caller");
        let good = [
            ("PolicyName", "p"),
            ("PolicyDocument", DOCUMENT),
            ("SetAsDefault", "false"),
            ("RotateStrategy", "None"),
        ];
        let big = "x".repeat(6145);
        for (name, value, code) in [
            ("PolicyName", "q", "EntityNotExist.Policy"),
            ("PolicyName", "ReadOnlyAccess", "EntityNotExist.Policy"),
            ("PolicyName", "", "MissingPolicyName"),
            ("PolicyDocument", "", "MissingPolicyDocument"),
            ("PolicyDocument", "[]", "MalformedPolicyDocument"),
            ("PolicyDocument", big.as_str(), "InvalidParameter.PolicyDocument.Length"),
            ("SetAsDefault", "yes", "InvalidParameter.SetAsDefault.Format"),
            ("RotateStrategy", "Oldest", "InvalidParameter.RotateStrategy.Range"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("CreatePolicyVersion", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "CreatePolicyVersion", &good), "NoPermission");
    }
}
