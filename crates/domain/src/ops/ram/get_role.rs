//! GetRole: everything of a role.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::role::{MaxSessionDuration, RoleDescription, RoleName, TrustPolicy};
use crate::ids::RoleId;
use crate::ops::{Cx, Operation, Target, account, role};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetRole;

shape! {
    /// The parameters.
    pub struct GetRoleRequest {
        /// The name of the role.
        RoleName as role_name: RoleName = "ECSAdmin";
    }
}

shape! {
    /// The answer.
    pub struct GetRoleResponse {
        /// The role.
        Role as role: Nested<FoundRole> = "";
    }
}

shape! {
    /// The role; members in the order of the vendor's sample (help page of GetRole, 2024).
    pub struct FoundRole {
        /// Its id.
        RoleId as role_id: RoleId = "901234567890123456";
        /// Its name.
        RoleName as role_name: RoleName = "ECSAdmin";
        /// Its name with a domain, as it shows up where users do.
        RolePrincipalName as role_principal_name: String = "ECSAdmin@role.example.onaliyunservice.com";
        /// Its ARN.
        Arn as arn: String = "acs:ram::1234567890123456:role/ECSAdmin";
        /// What it is for; may be empty.
        Description as description: RoleDescription = "The administrators of ECS";
        /// Who may assume it.
        AssumeRolePolicyDocument as assume_role_policy_document: TrustPolicy = "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"RAM\":\"acs:ram::1234567890123456:root\"}}]}";
        /// The longest that a session of it may last, in seconds.
        MaxSessionDuration as max_session_duration: MaxSessionDuration = "3600";
        /// Whether it may be assumed on the console.
        AllowConsoleLogin as allow_console_login: bool = "true";
        /// Whether it belongs to a service of the vendor.
        IsServiceLinkedRole as is_service_linked_role: bool = "false";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
        /// When it was last changed.
        UpdateDate as update_date: Timestamp = "2016-02-01T05:20:01Z";
    }
}

impl Operation for GetRole {
    const API: Api = Api {
        product: Product::Ram,
        action: "GetRole",
        summary: "Tells all of a role.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetRole",
        resource: "acs:ram:*:{account}:role/{role}",
        errors: &["EntityNotExist.Role"],
    };
    const SUMMARY_ZH: &'static str = "查询 RAM 角色的详细信息。";
    type Request = GetRoleRequest;
    type Response = GetRoleResponse;

    fn target(request: &GetRoleRequest) -> Target {
        role::target(&request.role_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &GetRoleRequest) -> ApiResult<GetRoleResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let row = role::find(cx.tx, account.account, &request.role_name)?;
        Ok(GetRoleResponse {
            role: Nested(FoundRole {
                role_id: row.role_id,
                role_principal_name: role::principal_name(&account.default_domain, &row.role_name),
                arn: role::arn(row.account, &row.role_name),
                role_name: row.role_name,
                description: row.description,
                assume_role_policy_document: row.trust_policy,
                max_session_duration: row.max_session_duration,
                allow_console_login: row.allow_console_login,
                is_service_linked_role: row.service_name.is_some(),
                create_date: row.create_date,
                update_date: row.update_date,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn everything_of_a_role() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        let named = [("RoleName", "ECSAdmin")];
        insta::assert_json_snapshot!(masked(app.ok("GetRole", &named), &["RoleId"]), @r#"
        {
          "Role": {
            "RoleId": "…",
            "RoleName": "ECSAdmin",
            "RolePrincipalName": "ECSAdmin@role.1234567890123456.onaliyunservice.com",
            "Arn": "acs:ram::1234567890123456:role/ECSAdmin",
            "Description": "",
            "AssumeRolePolicyDocument": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"RAM\":\"acs:ram::1234567890123456:root\"}}]}",
            "MaxSessionDuration": 3600,
            "AllowConsoleLogin": true,
            "IsServiceLinkedRole": false,
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let xml = app.xml("GetRole", &named);
        assert!(xml.contains("<Arn>acs:ram::1234567890123456:role/ECSAdmin</Arn>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        let key = app.user_with_key("caller");
        for (name, code) in [
            ("nobody", "EntityNotExist.Role"),
            // Case counts, in policies as well.
            ("ecsadmin", "EntityNotExist.Role"),
            ("", "MissingRoleName"),
            ("a b", "InvalidParameter.RoleName.InvalidChars"),
        ] {
            assert_eq!(app.refused("GetRole", &[("RoleName", name)]), code, "{name}");
        }
        assert_eq!(app.refused_as(&key, "GetRole", &[("RoleName", "ECSAdmin")]), "NoPermission");
    }
}
