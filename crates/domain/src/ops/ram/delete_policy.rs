//! DeletePolicy: deletes a custom policy that is attached to nobody.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::error::{ApiError, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::policy::{PolicyName, PolicyType};
use crate::ops::{Cx, Operation, Target, policy};
use crate::store::tables::policy_attachments::{self, Principal};
use crate::store::tables::{policies, policy_versions};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeletePolicy;

shape! {
    /// The parameters.
    pub struct DeletePolicyRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whether the versions that are not in force go with it. Without, a policy that has some is kept.
        CascadingDelete as cascading_delete: Option<bool> = "false";
    }
}

impl Operation for DeletePolicy {
    const API: Api = Api {
        product: Product::Ram,
        action: "DeletePolicy",
        summary: "Deletes a custom policy that is attached to nobody.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeletePolicy",
        resource: "acs:ram:*:{account}:policy/{policy}",
        errors: &[
            "EntityNotExist.Policy",
            "DeleteConflict.Policy.User",
            "DeleteConflict.Policy.Group",
            "DeleteConflict.Policy.Role",
            "DeleteConflict.Policy.Version",
        ],
    };
    const SUMMARY_ZH: &'static str = "删除未授予任何身份的自定义权限策略。";
    type Request = DeletePolicyRequest;
    type Response = Empty;

    fn target(request: &DeletePolicyRequest) -> Target {
        policy::target(&request.policy_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeletePolicyRequest) -> ApiResult<Empty> {
        let account = cx.caller.account();
        let found = policy::find_custom(cx.tx, account, &request.policy_name)?;
        let name = &found.policy_name;
        let custom = PolicyType::Custom;
        let attached = policy_attachments::list_principals(cx.tx, account, custom, name, None, 1)?;
        if let Some((principal, _)) = attached.first() {
            return Err(ApiError::new(Code::DeleteConflict(match principal {
                Principal::User(_) => "Policy.User",
                Principal::Group(_) => "Policy.Group",
                Principal::Role(_) => "Policy.Role",
            })));
        }
        let versions = policy_versions::list(cx.tx, account, name)?.len();
        if versions > 1 && request.cascading_delete != Some(true) {
            return Err(ApiError::new(Code::DeleteConflict("Policy.Version")));
        }
        policies::delete(cx.tx, account, name)?;
        Ok(Empty::default())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use crate::testing::named::DOCUMENT;

    #[test]
    fn deleted_with_all_it_has() {
        let app = TestApp::new();
        app.policy("p");
        assert_eq!(app.ok("DeletePolicy", &[("PolicyName", "p")]), serde_json::json!({}));
        assert_eq!(app.refused("DeletePolicy", &[("PolicyName", "p")]), "EntityNotExist.Policy");
        // One of the same name begins anew.
        app.policy("p");
        let versions = app.ok("ListPolicyVersions", &[("PolicyName", "p"), ("PolicyType", "Custom")]);
        assert_eq!(versions["PolicyVersions"]["PolicyVersion"].as_array().unwrap().len(), 1);
        let xml = app.xml("DeletePolicy", &[("PolicyName", "p")]);
        assert!(xml.contains("<DeletePolicyResponse><RequestId>"), "{xml}");
    }

    #[test]
    fn refused_while_somebody_has_it() {
        let app = TestApp::new();
        app.policy("p");
        app.user("alice");
        app.empty_group("dev-team");
        app.plain_role("ECSAdmin");
        for (holder, name, code) in [
            ("User", "alice", "DeleteConflict.Policy.User"),
            ("Group", "dev-team", "DeleteConflict.Policy.Group"),
            ("Role", "ECSAdmin", "DeleteConflict.Policy.Role"),
        ] {
            let field = format!("{holder}Name");
            let params = [("PolicyName", "p"), ("PolicyType", "Custom"), (field.as_str(), name)];
            app.ok(&format!("AttachPolicyTo{holder}"), &params);
            let refused = app.refused("DeletePolicy", &[("PolicyName", "p"), ("CascadingDelete", "true")]);
            assert_eq!(refused, code);
            app.ok(&format!("DetachPolicyFrom{holder}"), &params);
        }
        app.ok("DeletePolicy", &[("PolicyName", "p")]);
    }

    #[test]
    fn refused_while_it_has_other_versions_unless_they_shall_go_too() {
        let app = TestApp::new();
        app.policy("p");
        app.ok("CreatePolicyVersion", &[("PolicyName", "p"), ("PolicyDocument", DOCUMENT)]);
        for params in [vec![("PolicyName", "p")], vec![("PolicyName", "p"), ("CascadingDelete", "false")]] {
            assert_eq!(app.refused("DeletePolicy", &params), "DeleteConflict.Policy.Version");
        }
        app.ok("DeletePolicy", &[("PolicyName", "p"), ("CascadingDelete", "true")]);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("caller");
        for (params, code) in [
            (vec![], "MissingPolicyName"),
            (vec![("PolicyName", "a_b")], "InvalidParameter.PolicyName.InvalidChars"),
            (vec![("PolicyName", "ReadOnlyAccess")], "EntityNotExist.Policy"),
            (
                vec![("PolicyName", "p"), ("CascadingDelete", "all")],
                "InvalidParameter.CascadingDelete.Format",
            ),
        ] {
            assert_eq!(app.refused("DeletePolicy", &params), code, "{params:?}");
        }
        assert_eq!(app.refused_as(&key, "DeletePolicy", &[("PolicyName", "p")]), "NoPermission");
    }
}
