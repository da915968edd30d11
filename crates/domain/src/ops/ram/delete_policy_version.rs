//! DeletePolicyVersion: deletes a version that is not in force.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::error::{ApiError, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::policy::{PolicyName, VersionId};
use crate::ops::{Cx, Operation, Target, policy};
use crate::store::tables::{policies, policy_versions};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeletePolicyVersion;

shape! {
    /// The parameters.
    pub struct DeletePolicyVersionRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// The version.
        VersionId as version_id: VersionId = "v3";
    }
}

impl Operation for DeletePolicyVersion {
    const API: Api = Api {
        product: Product::Ram,
        action: "DeletePolicyVersion",
        summary: "Deletes a version of a custom policy that is not in force.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeletePolicyVersion",
        resource: "acs:ram:*:{account}:policy/{policy}",
        errors: &[
            "EntityNotExist.Policy",
            "EntityNotExist.Policy.Version",
            "DeleteConflict.Policy.Version.Default",
        ],
    };
    const SUMMARY_ZH: &'static str = "删除自定义权限策略的一个非默认版本。";
    type Request = DeletePolicyVersionRequest;
    type Response = Empty;

    fn target(request: &DeletePolicyVersionRequest) -> Target {
        policy::target(&request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeletePolicyVersionRequest) -> ApiResult<Empty> {
        let mut found = policy::find_custom(cx.tx, cx.caller.account(), &request.policy_name)?;
        if found.default_version == request.version_id {
            return Err(ApiError::new(Code::DeleteConflict("Policy.Version.Default")));
        }
        if !policy_versions::delete(cx.tx, found.account, &found.policy_name, request.version_id)? {
            return Err(ApiError::new(Code::EntityNotExist("Policy.Version")));
        }
        found.update_date = cx.now;
        policies::update(cx.tx, &found)?;
        Ok(Empty::default())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use crate::testing::named::DOCUMENT;

    #[test]
    fn a_version_less() {
        let app = TestApp::new();
        app.policy("p");
        let another = [("PolicyName", "p"), ("PolicyDocument", DOCUMENT)];
        app.ok("CreatePolicyVersion", &another);
        app.ok("CreatePolicyVersion", &another);
        let named = [("PolicyName", "p"), ("VersionId", "v2")];
        assert_eq!(app.ok("DeletePolicyVersion", &named), serde_json::json!({}));
        assert_eq!(app.refused("DeletePolicyVersion", &named), "EntityNotExist.Policy.Version");
        let xml = app.xml("DeletePolicyVersion", &[("PolicyName", "p"), ("VersionId", "v3")]);
        assert!(xml.contains("<DeletePolicyVersionResponse><RequestId>"), "{xml}");
        let listed = app.ok("ListPolicyVersions", &[("PolicyName", "p"), ("PolicyType", "Custom")]);
        assert_eq!(listed["PolicyVersions"]["PolicyVersion"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.policy("p");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "p"), ("VersionId", "v2")];
        for (name, value, code) in [
            ("PolicyName", "q", "EntityNotExist.Policy"),
            ("PolicyName", "", "MissingPolicyName"),
            ("VersionId", "v1", "DeleteConflict.Policy.Version.Default"),
            ("VersionId", "v2", "EntityNotExist.Policy.Version"),
            ("VersionId", "2", "InvalidParameter.VersionId.Format"),
            ("VersionId", "", "MissingVersionId"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("DeletePolicyVersion", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "DeletePolicyVersion", &good), "NoPermission");
    }
}
