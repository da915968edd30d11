//! DeleteRole: deletes a role that has no policies.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::error::{ApiError, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::role::RoleName;
use crate::ops::{Cx, Operation, Target, role};
use crate::store::tables::policy_attachments::{self, Principal};
use crate::store::tables::roles;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteRole;

shape! {
    /// The parameters.
    pub struct DeleteRoleRequest {
        /// The name of the role.
        RoleName as role_name: RoleName = "ECSAdmin";
    }
}

impl Operation for DeleteRole {
    const API: Api = Api {
        product: Product::Ram,
        action: "DeleteRole",
        summary: "Deletes a role that has no policies.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteRole",
        resource: "acs:ram:*:{account}:role/{role}",
        errors: &["EntityNotExist.Role", "DeleteConflict.Role.Policy"],
    };
    const SUMMARY_ZH: &'static str = "删除没有权限策略的 RAM 角色。";
    type Request = DeleteRoleRequest;
    type Response = Empty;

    fn target(request: &DeleteRoleRequest) -> Target {
        role::target(&request.role_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeleteRoleRequest) -> ApiResult<Empty> {
        let row = role::find_own(cx.tx, cx.caller.account(), &request.role_name)?;
        let principal = Principal::Role(row.role_id);
        if !policy_attachments::list(cx.tx, row.account, principal)?.is_empty() {
            return Err(ApiError::new(Code::DeleteConflict("Role.Policy")));
        }
        roles::delete(cx.tx, row.account, row.role_id)?;
        Ok(Empty::default())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn deleted_once() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        let named = [("RoleName", "ECSAdmin")];
        assert_eq!(app.ok("DeleteRole", &named), serde_json::json!({}));
        assert_eq!(app.refused("DeleteRole", &named), "EntityNotExist.Role");
        app.plain_role("ECSAdmin");
        let xml = app.xml("DeleteRole", &named);
        assert!(xml.contains("<DeleteRoleResponse><RequestId>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        let key = app.user_with_key("caller");
        let system = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("RoleName", "ECSAdmin")];
        app.ok("AttachPolicyToRole", &system);
        for (name, code) in [
            ("ECSAdmin", "DeleteConflict.Role.Policy"),
            ("nobody", "EntityNotExist.Role"),
            ("", "MissingRoleName"),
            ("a b", "InvalidParameter.RoleName.InvalidChars"),
        ] {
            assert_eq!(app.refused("DeleteRole", &[("RoleName", name)]), code, "{name}");
        }
        assert_eq!(app.refused_as(&key, "DeleteRole", &[("RoleName", "ECSAdmin")]), "NoPermission");
    }
}
