//! CreateServiceLinkedRole: makes the role of a service of the vendor.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::role::{RoleDescription, RoleName, ServiceName, TrustPolicy};
use crate::identity::service_linked_role::CustomSuffix;
use crate::ids::RoleId;
use crate::ops::{Cx, Operation, Target, service_linked_role};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateServiceLinkedRole;

shape! {
    /// The parameters.
    pub struct CreateServiceLinkedRoleRequest {
        /// The service that the role is for, as the vendor identifies it.
        ServiceName as service_name: ServiceName = "polardb.aliyuncs.com";
        /// What is put behind the role's name, for services that may have several roles. None that is known here may, so it
        /// is refused.
        CustomSuffix as custom_suffix: Option<CustomSuffix> = "Example";
        /// What the role is for, for services that may have several roles; the others' is given, so it is refused.
        Description as description: Option<RoleDescription> = "Of the tests";
    }
}

shape! {
    /// The answer.
    pub struct CreateServiceLinkedRoleResponse {
        /// The role as it was made.
        Role as role: Nested<LinkedRole> = "";
    }
}

shape! {
    /// The role as it was made.
    pub struct LinkedRole {
        /// Its id.
        RoleId as role_id: RoleId = "901234567890123456";
        /// Its name, which the service gives it.
        RoleName as role_name: RoleName = "AliyunServiceRoleForPolarDB";
        /// Its ARN.
        Arn as arn: String = "acs:ram::1234567890123456:role/AliyunServiceRoleForPolarDB";
        /// What it is for.
        Description as description: RoleDescription = "Service Linked Role for PolarDB. PolarDB will use this role to access your resources in other services.";
        /// Who may assume it: the service alone.
        AssumeRolePolicyDocument as assume_role_policy_document: TrustPolicy = "{\"Statement\":[{\"Action\":\"sts:AssumeRole\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":[\"polardb.aliyuncs.com\"]}}],\"Version\":\"1\"}";
        /// Whether it belongs to a service of the vendor, as it does.
        IsServiceLinkedRole as is_service_linked_role: bool = "true";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2020-06-30T08:14:16Z";
    }
}

impl Operation for CreateServiceLinkedRole {
    const API: Api = Api {
        product: Product::Ram,
        action: "CreateServiceLinkedRole",
        summary: "Makes the role of a service of the vendor, which nobody but that service may assume or change.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:CreateServiceLinkedRole",
        resource: "acs:ram:*:{account}:role/*",
        errors: &["EntityNotExist.Service", "EntityAlreadyExists.Role"],
    };
    const SUMMARY_ZH: &'static str = "创建云服务的服务关联角色，只有该服务可以扮演或修改。";
    type Request = CreateServiceLinkedRoleRequest;
    type Response = CreateServiceLinkedRoleResponse;

    fn target(request: &CreateServiceLinkedRoleRequest) -> Target {
        service_linked_role::target_of_service(&request.service_name)
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &CreateServiceLinkedRoleRequest,
    ) -> ApiResult<CreateServiceLinkedRoleResponse> {
        let template = service_linked_role::template(&request.service_name)?;
        if request.custom_suffix.is_some() {
            return Err(not_allowed("CustomSuffix", &request.service_name));
        }
        if request.description.as_ref().is_some_and(|text| !text.as_str().is_empty()) {
            return Err(not_allowed("Description", &request.service_name));
        }
        let made = service_linked_role::create(cx, template)?;
        Ok(CreateServiceLinkedRoleResponse {
            role: Nested(LinkedRole {
                role_id: made.role_id,
                arn: crate::ops::role::arn(made.account, &made.role_name),
                role_name: made.role_name,
                description: made.description,
                assume_role_policy_document: made.trust_policy,
                is_service_linked_role: made.service_name.is_some(),
                create_date: made.create_date,
            }),
        })
    }
}

fn not_allowed(parameter: &'static str, service: &ServiceName) -> Box<ApiError> {
    let mut refusal = ApiError::invalid(parameter, Rule::NotAllowed);
    refusal.message = format!("{} The role of {service} has its own; leave it out.", refusal.message);
    refusal
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{TestApp, masked};

    const POLARDB: (&str, &str) = ("ServiceName", "polardb.aliyuncs.com");

    #[test]
    fn made_as_the_service_has_it() {
        let app = TestApp::new();
        let made = app.ok("CreateServiceLinkedRole", &[POLARDB]);
        insta::assert_json_snapshot!(masked(made, &["RoleId"]), @r#"
        {
          "Role": {
            "RoleId": "…",
            "RoleName": "AliyunServiceRoleForPolarDB",
            "Arn": "acs:ram::1234567890123456:role/AliyunServiceRoleForPolarDB",
            "Description": "Service Linked Role for PolarDB. PolarDB will use this role to access your resources in other services.",
            "AssumeRolePolicyDocument": "{\"Statement\":[{\"Action\":\"sts:AssumeRole\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":[\"polardb.aliyuncs.com\"]}}],\"Version\":\"1\"}",
            "IsServiceLinkedRole": true,
            "CreateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let xml =
            app.xml("CreateServiceLinkedRole", &[("ServiceName", "nat.aliyuncs.com"), ("Description", "")]);
        assert!(xml.contains("<RoleName>AliyunServiceRoleForNatgw</RoleName>"), "{xml}");
        let found = app.ok("GetRole", &[("RoleName", "AliyunServiceRoleForPolarDB")]);
        assert_eq!(found["Role"]["IsServiceLinkedRole"], true);
        assert_eq!(app.ok("ListRoles", &[])["Roles"]["Role"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn nobody_but_its_service_changes_or_assumes_it() {
        let app = TestApp::new();
        app.ok("CreateServiceLinkedRole", &[POLARDB]);
        let alice = app.user_with_key("alice");
        app.permit_user("alice", &json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
        let role = ("RoleName", "AliyunServiceRoleForPolarDB");
        let policy = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), role];
        for (action, params) in [
            ("UpdateRole", &[role, ("NewDescription", "mine")][..]),
            ("DeleteRole", &[role]),
            ("AttachPolicyToRole", &policy),
            ("DetachPolicyFromRole", &policy),
        ] {
            let (status, body) = app.call_as(&alice, action, params);
            assert_eq!(
                (status, &body["Code"]),
                (400, &json!("InvalidParameter.RoleName.NotAllowed")),
                "{action}"
            );
            assert!(body["Message"].as_str().unwrap().contains("polardb.aliyuncs.com"), "{body}");
        }
        let session = [
            ("RoleArn", "acs:ram::1234567890123456:role/AliyunServiceRoleForPolarDB"),
            ("RoleSessionName", "session"),
        ];
        assert_eq!(app.refused_as(&alice, "AssumeRole", &session), "NoPermission");
    }

    #[test]
    fn the_quota_holds_up_others_alone() {
        let app = TestApp::with(|settings| settings.quotas.roles = 1);
        app.plain_role("one");
        app.ok("CreateServiceLinkedRole", &[POLARDB]);
        app.ok("DeleteRole", &[("RoleName", "one")]);
        let another = [("RoleName", "one"), ("AssumeRolePolicyDocument", crate::testing::named::TRUST)];
        assert_eq!(app.refused("CreateRole", &another), "LimitExceeded.Role");
    }

    #[test]
    fn a_policy_may_name_the_services() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let condition = json!({"StringEquals": {"ram:ServiceName": ["polardb.aliyuncs.com"]}});
        let actions = ["ram:CreateServiceLinkedRole", "ram:DeleteServiceLinkedRole"];
        app.permit_user(
            "alice",
            &json!([{"Effect": "Allow", "Action": actions, "Resource": "acs:ram:*:*:role/*", "Condition": condition}]),
        );
        let other = ("ServiceName", "nat.aliyuncs.com");
        assert_eq!(app.refused_as(&alice, "CreateServiceLinkedRole", &[other]), "NoPermission");
        assert_eq!(app.call_as(&alice, "CreateServiceLinkedRole", &[POLARDB]).0, 200);
        app.ok("CreateServiceLinkedRole", &[other]);
        let of_other = [("RoleName", "AliyunServiceRoleForNatgw")];
        assert_eq!(app.refused_as(&alice, "DeleteServiceLinkedRole", &of_other), "NoPermission");
        let own = [("RoleName", "AliyunServiceRoleForPolarDB")];
        assert_eq!(app.call_as(&alice, "DeleteServiceLinkedRole", &own).0, 200);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("caller");
        app.ok("CreateServiceLinkedRole", &[POLARDB]);
        let (suffix, text) = ("x".repeat(65), "x".repeat(1025));
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingServiceName"),
            (&[POLARDB], "EntityAlreadyExists.Role"),
            (&[("ServiceName", "nothing.aliyuncs.com")], "EntityNotExist.Service"),
            (&[("ServiceName", "a b")], "InvalidParameter.ServiceName.InvalidChars"),
            (&[POLARDB, ("CustomSuffix", "Example")], "InvalidParameter.CustomSuffix.NotAllowed"),
            (&[POLARDB, ("CustomSuffix", "a_b")], "InvalidParameter.CustomSuffix.InvalidChars"),
            (&[POLARDB, ("CustomSuffix", &suffix)], "InvalidParameter.CustomSuffix.Length"),
            (&[POLARDB, ("Description", "mine")], "InvalidParameter.Description.NotAllowed"),
            (&[POLARDB, ("Description", &text)], "InvalidParameter.Description.Length"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("CreateServiceLinkedRole", params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&key, "CreateServiceLinkedRole", &[POLARDB]), "NoPermission");
    }
}
