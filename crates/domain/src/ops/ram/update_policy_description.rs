//! UpdatePolicyDescription: says anew what a custom policy is for.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::policy::{PolicyDescription, PolicyName, PolicyType, VersionId};
use crate::ops::{Cx, Operation, Target, policy};
use crate::store::tables::policies;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdatePolicyDescription;

shape! {
    /// The parameters.
    pub struct UpdatePolicyDescriptionRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// What it is for; empty for nothing. Left out, nothing changes.
        NewDescription as new_description: Option<PolicyDescription> = "The administrators of OSS";
    }
}

shape! {
    /// The answer.
    pub struct UpdatePolicyDescriptionResponse {
        /// The policy as it is now.
        Policy as policy: Nested<UpdatedPolicy> = "";
    }
}

shape! {
    /// The policy as it is now.
    pub struct UpdatedPolicy {
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
        /// When it was last changed.
        UpdateDate as update_date: Timestamp = "2015-02-11T03:15:21Z";
    }
}

impl Operation for UpdatePolicyDescription {
    const API: Api = Api {
        product: Product::Ram,
        action: "UpdatePolicyDescription",
        summary: "Says anew what a custom policy is for.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:UpdatePolicyDescription",
        resource: "acs:ram:*:{account}:policy/{policy}",
        errors: &["EntityNotExist.Policy"],
    };
    const SUMMARY_ZH: &'static str = "修改自定义权限策略的描述。";
    type Request = UpdatePolicyDescriptionRequest;
    type Response = UpdatePolicyDescriptionResponse;

    fn target(request: &UpdatePolicyDescriptionRequest) -> Target {
        policy::target(&request.policy_name)
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &UpdatePolicyDescriptionRequest,
    ) -> ApiResult<UpdatePolicyDescriptionResponse> {
        let mut found = policy::find_custom(cx.tx, cx.caller.account(), &request.policy_name)?;
        if let Some(description) = request.new_description.as_ref().filter(|new| **new != found.description) {
            found.description = description.clone();
            found.update_date = cx.now;
            policies::update(cx.tx, &found)?;
        }
        Ok(UpdatePolicyDescriptionResponse {
            policy: Nested(UpdatedPolicy {
                policy_name: found.policy_name,
                policy_type: PolicyType::Custom,
                description: found.description,
                default_version: found.default_version,
                create_date: found.create_date,
                update_date: found.update_date,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn said_anew_and_taken_back() {
        let app = TestApp::new();
        app.policy("p");
        let changed = app.ok("UpdatePolicyDescription", &[("PolicyName", "p"), ("NewDescription", "new")]);
        insta::assert_json_snapshot!(changed, @r#"
        {
          "Policy": {
            "PolicyName": "p",
            "PolicyType": "Custom",
            "Description": "new",
            "DefaultVersion": "v1",
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let xml = app.xml("UpdatePolicyDescription", &[("PolicyName", "p")]);
        assert!(xml.contains("<Description>new</Description>"), "{xml}");
        let empty = app.ok("UpdatePolicyDescription", &[("PolicyName", "p"), ("NewDescription", "")]);
        assert_eq!(empty["Policy"]["Description"], "");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.policy("p");
        let key = app.user_with_key("caller");
        let (fits, long) = ("x".repeat(1024), "x".repeat(1025));
        let good = [("PolicyName", "p"), ("NewDescription", fits.as_str())];
        app.ok("UpdatePolicyDescription", &good);
        for (name, value, code) in [
            ("PolicyName", "q", "EntityNotExist.Policy"),
            ("PolicyName", "ReadOnlyAccess", "EntityNotExist.Policy"),
            ("PolicyName", "", "MissingPolicyName"),
            ("NewDescription", long.as_str(), "InvalidParameter.NewDescription.Length"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("UpdatePolicyDescription", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "UpdatePolicyDescription", &good), "NoPermission");
    }
}
