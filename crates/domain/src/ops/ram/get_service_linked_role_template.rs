//! GetServiceLinkedRoleTemplate: what the role of a service of the vendor looks like.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::role::{RoleDescription, RoleName, ServiceName};
use crate::ops::{Cx, Operation, account, service_linked_role};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetServiceLinkedRoleTemplate;

shape! {
    /// The parameters.
    pub struct GetServiceLinkedRoleTemplateRequest {
        /// The service, as the vendor identifies it.
        ServiceName as service_name: ServiceName = "polardb.aliyuncs.com";
    }
}

shape! {
    /// The answer.
    pub struct GetServiceLinkedRoleTemplateResponse {
        /// The template.
        ServiceLinkedRoleTemplate as service_linked_role_template: Nested<RoleTemplate> = "";
    }
}

shape! {
    /// The template; members in the order of the vendor's sample (help page of the operation, 2026).
    pub struct RoleTemplate {
        /// Whether the service may have several roles. None that is known here may.
        MultipleRolesAllowed as multiple_roles_allowed: bool = "false";
        /// What the role is for.
        RoleDescriptions as role_descriptions: Nested<RoleDescriptions> = "";
        /// What the role's name begins with; of a service with one role, the whole name.
        RoleNamePrefix as role_name_prefix: RoleName = "AliyunServiceRoleForPolarDB";
        /// The service.
        ServiceName as service_name: ServiceName = "polardb.aliyuncs.com";
        /// The name of the policy that says what the service may do in the role.
        SystemPolicyName as system_policy_name: String = "AliyunServiceRolePolicyForPolarDB";
    }
}

shape! {
    /// What the role is for.
    pub struct RoleDescriptions {
        /// What it is for, in a language.
        RoleDescription as role_description: Vec<DescriptionIn> = "";
    }
}

shape! {
    /// What the role is for, in a language.
    pub struct DescriptionIn {
        /// What it is for.
        Description as description: RoleDescription = "Service Linked Role for PolarDB. PolarDB will use this role to access your resources in other services.";
        /// The language; the vendor has `zh-CN` and `ja` too.
        Language as language: String = "en";
    }
}

impl Operation for GetServiceLinkedRoleTemplate {
    const API: Api = Api {
        product: Product::Ram,
        action: "GetServiceLinkedRoleTemplate",
        summary: "Tells what the role of a service of the vendor looks like, whether the account has it or not.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetServiceLinkedRoleTemplate",
        resource: "*",
        errors: &["EntityNotExist.Service"],
    };
    const SUMMARY_ZH: &'static str = "查询云服务的服务关联角色的模板，无论账号是否已有该角色。";
    type Request = GetServiceLinkedRoleTemplateRequest;
    type Response = GetServiceLinkedRoleTemplateResponse;

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &GetServiceLinkedRoleTemplateRequest,
    ) -> ApiResult<GetServiceLinkedRoleTemplateResponse> {
        account::find(cx.tx, cx.caller.account())?;
        let template = service_linked_role::template(&request.service_name)?;
        let english = DescriptionIn { description: template.description(), language: "en".to_owned() };
        Ok(GetServiceLinkedRoleTemplateResponse {
            service_linked_role_template: Nested(RoleTemplate {
                multiple_roles_allowed: false,
                role_descriptions: Nested(RoleDescriptions { role_description: vec![english] }),
                role_name_prefix: template.role_name(),
                service_name: template.service_name(),
                system_policy_name: template.system_policy_name(),
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::identity::service_linked_role::TEMPLATES;
    use crate::policy::Document;
    use crate::testing::TestApp;

    #[test]
    fn as_the_vendors_sample_shows_it() {
        let app = TestApp::new();
        let found = app.ok("GetServiceLinkedRoleTemplate", &[("ServiceName", "polardb.aliyuncs.com")]);
        insta::assert_json_snapshot!(found, @r#"
        {
          "ServiceLinkedRoleTemplate": {
            "MultipleRolesAllowed": false,
            "RoleDescriptions": {
              "RoleDescription": [
                {
                  "Description": "Service Linked Role for PolarDB. PolarDB will use this role to access your resources in other services.",
                  "Language": "en"
                }
              ]
            },
            "RoleNamePrefix": "AliyunServiceRoleForPolarDB",
            "ServiceName": "polardb.aliyuncs.com",
            "SystemPolicyName": "AliyunServiceRolePolicyForPolarDB"
          }
        }
        "#);
    }

    #[test]
    fn a_role_is_made_as_its_template_says() {
        let app = TestApp::new();
        for template in TEMPLATES {
            let service = template.service_name();
            let named = [("ServiceName", service.as_str())];
            let told = app.ok("GetServiceLinkedRoleTemplate", &named);
            let told = &told["ServiceLinkedRoleTemplate"];
            let made = app.ok("CreateServiceLinkedRole", &named);
            assert_eq!(made["Role"]["RoleName"], told["RoleNamePrefix"]);
            assert_eq!(
                made["Role"]["Description"],
                told["RoleDescriptions"]["RoleDescription"][0]["Description"]
            );
            let trust = made["Role"]["AssumeRolePolicyDocument"].as_str().unwrap();
            assert!(Document::parse_trust(trust).is_ok() && trust.contains(service.as_str()), "{trust}");
        }
        let xml = app.xml("GetServiceLinkedRoleTemplate", &[("ServiceName", "nat.aliyuncs.com")]);
        assert!(xml.contains("<RoleDescription><Description>Service Linked Role for NAT Gateway."), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("caller");
        for (service, code) in [
            ("", "MissingServiceName"),
            ("ecs.aliyuncs.com", "EntityNotExist.Service"),
            ("a_b", "InvalidParameter.ServiceName.InvalidChars"),
        ] {
            assert_eq!(app.refused("GetServiceLinkedRoleTemplate", &[("ServiceName", service)]), code);
        }
        let params = [("ServiceName", "polardb.aliyuncs.com")];
        assert_eq!(app.refused_as(&key, "GetServiceLinkedRoleTemplate", &params), "NoPermission");
    }
}
