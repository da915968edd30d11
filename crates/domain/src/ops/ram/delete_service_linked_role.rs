//! DeleteServiceLinkedRole: deletes the role of a service of the vendor.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;

use crate::identity::role::RoleName;
use crate::ops::{Cx, Operation, Target, service_linked_role};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteServiceLinkedRole;

shape! {
    /// The parameters.
    pub struct DeleteServiceLinkedRoleRequest {
        /// The name of the role.
        RoleName as role_name: RoleName = "AliyunServiceRoleForPolarDB";
    }
}

shape! {
    /// The answer.
    pub struct DeleteServiceLinkedRoleResponse {
        /// The task that deleted it. With the vendor it may still be running; here it is done.
        DeletionTaskId as deletion_task_id: String = "task/acs-service-role/polardb.aliyuncs.com/AliyunServiceRoleForPolarDB/64c4f9cc-fac2-4692-ae1b-804ae4b9****";
    }
}

impl Operation for DeleteServiceLinkedRole {
    const API: Api = Api {
        product: Product::Ram,
        action: "DeleteServiceLinkedRole",
        summary: "Deletes the role of a service of the vendor, at once.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteServiceLinkedRole",
        resource: "acs:ram:*:{account}:role/{role}",
        errors: &["EntityNotExist.Role", "EntityNotExist.ServiceLinkedRole"],
    };
    const SUMMARY_ZH: &'static str = "立即删除云服务的服务关联角色。";
    type Request = DeleteServiceLinkedRoleRequest;
    type Response = DeleteServiceLinkedRoleResponse;

    fn target(request: &DeleteServiceLinkedRoleRequest) -> Target {
        service_linked_role::target(&request.role_name)
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &DeleteServiceLinkedRoleRequest,
    ) -> ApiResult<DeleteServiceLinkedRoleResponse> {
        let deletion_task_id = service_linked_role::delete(cx, &request.role_name)?;
        Ok(DeleteServiceLinkedRoleResponse { deletion_task_id })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn deleted_and_made_again() {
        let app = TestApp::new();
        let named = [("RoleName", "AliyunServiceRoleForPolarDB")];
        let made = || app.ok("CreateServiceLinkedRole", &[("ServiceName", "polardb.aliyuncs.com")]);
        made();
        let deleted = app.ok("DeleteServiceLinkedRole", &named);
        let task = deleted["DeletionTaskId"].as_str().unwrap();
        let id = task.strip_prefix("task/acs-service-role/polardb.aliyuncs.com/AliyunServiceRoleForPolarDB/");
        assert_eq!(id.map(str::len), Some(36), "{task}");
        assert!(!task.ends_with(|last: char| last.is_ascii_uppercase()), "{task}");
        assert_eq!(app.refused("GetRole", &named), "EntityNotExist.Role");
        made();
        let xml = app.xml("DeleteServiceLinkedRole", &named);
        assert!(xml.contains("<DeletionTaskId>task/acs-service-role/polardb.aliyuncs.com/"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        let key = app.user_with_key("caller");
        for (name, code) in [
            ("AliyunServiceRoleForPolarDB", "EntityNotExist.Role"),
            ("ECSAdmin", "EntityNotExist.ServiceLinkedRole"),
            ("", "MissingRoleName"),
            ("a b", "InvalidParameter.RoleName.InvalidChars"),
        ] {
            assert_eq!(app.refused("DeleteServiceLinkedRole", &[("RoleName", name)]), code, "{name}");
        }
        assert_eq!(
            app.refused_as(&key, "DeleteServiceLinkedRole", &[("RoleName", "ECSAdmin")]),
            "NoPermission"
        );
    }
}
