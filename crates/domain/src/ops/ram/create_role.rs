//! CreateRole: makes a role that others may assume.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::items::JsonItems;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::role_fields::RoleView;
use super::tag_fields::{self, RequestTag};
use crate::identity::role::{MaxSessionDuration, RoleDescription, RoleName, TaggedType, TrustPolicy};
use crate::ops::role::{self, NewRole};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateRole;

shape! {
    /// The parameters.
    pub struct CreateRoleRequest {
        /// The name of the role; it never changes.
        RoleName as role_name: RoleName = "ECSAdmin";
        /// Who may assume it.
        AssumeRolePolicyDocument as assume_role_policy_document: TrustPolicy = "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"RAM\":\"acs:ram::1234567890123456:root\"}}]}";
        /// What it is for.
        Description as description: Option<RoleDescription> = "The administrators of ECS";
        /// The longest that a session of it may last, in seconds, 3600 to 43200; 3600 unless said.
        MaxSessionDuration as max_session_duration: Option<MaxSessionDuration> = "3600";
        /// Whether it may be assumed on the console. The vendor does not say what holds unless said; here it may.
        AllowConsoleLogin as allow_console_login: Option<bool> = "true";
        /// Tags, each key once.
        Tag as tag: JsonItems<RequestTag> = "";
    }
}

shape! {
    /// The answer.
    pub struct CreateRoleResponse {
        /// The role as it was made.
        Role as role: Nested<RoleView> = "";
    }
}

impl Operation for CreateRole {
    const API: Api = Api {
        product: Product::Ram,
        action: "CreateRole",
        summary: "Makes a role.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:CreateRole",
        resource: "acs:ram:*:{account}:role/*",
        errors: &[
            "MalformedPolicyDocument",
            "EntityAlreadyExists.Role",
            "LimitExceeded.Role",
            "LimitExceeded.Role.Tag",
        ],
    };
    const SUMMARY_ZH: &'static str = "创建 RAM 角色。";
    type Request = CreateRoleRequest;
    type Response = CreateRoleResponse;

    fn target(request: &CreateRoleRequest) -> Target {
        role::target(&request.role_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &CreateRoleRequest) -> ApiResult<CreateRoleResponse> {
        let new = NewRole {
            role_name: &request.role_name,
            trust_policy: &request.assume_role_policy_document,
            description: request.description.as_ref(),
            max_session_duration: request.max_session_duration,
            allow_console_login: request.allow_console_login,
        };
        let made = role::create(cx, &new)?;
        tag_fields::set_tags(cx, TaggedType::Role, made.role_name.as_str(), &request.tag.0)?;
        Ok(CreateRoleResponse { role: Nested(made.into()) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::named::{DOCUMENT, TRUST};
    use crate::testing::{TestApp, masked};

    #[test]
    fn made_with_all_that_is_said_of_it() {
        let app = TestApp::new();
        let made = app.ok(
            "CreateRole",
            &[
                ("RoleName", "ECSAdmin"),
                ("AssumeRolePolicyDocument", TRUST),
                ("Description", "The administrators of ECS"),
                ("MaxSessionDuration", "43200"),
                ("AllowConsoleLogin", "false"),
                ("Tag", r#"[{"Key":"team","Value":"red"}]"#),
            ],
        );
        insta::assert_json_snapshot!(masked(made, &["RoleId"]), @r#"
        {
          "Role": {
            "RoleId": "…",
            "RoleName": "ECSAdmin",
            "Arn": "acs:ram::1234567890123456:role/ECSAdmin",
            "Description": "The administrators of ECS",
            "AssumeRolePolicyDocument": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"RAM\":\"acs:ram::1234567890123456:root\"}}]}",
            "MaxSessionDuration": 43200,
            "AllowConsoleLogin": false,
            "CreateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let params = [("RoleName", "plain"), ("AssumeRolePolicyDocument", TRUST)];
        let xml = app.xml("CreateRole", &params);
        assert!(xml.contains("<MaxSessionDuration>3600</MaxSessionDuration>"), "{xml}");
        let listed = app.ok("ListRoles", &[("Tag", r#"[{"Key":"team"}]"#)]);
        assert_eq!(listed["Roles"]["Role"][0]["RoleName"], "ECSAdmin");
    }

    #[test]
    fn refusals() {
        let app = TestApp::with(|settings| {
            settings.quotas.roles = 2;
            settings.quotas.tags_per_user = 1;
        });
        app.plain_role("taken");
        let key = app.user_with_key("caller");
        let good = [
            ("RoleName", "new"),
            ("AssumeRolePolicyDocument", TRUST),
            ("MaxSessionDuration", "3600"),
            ("Description", ""),
            ("Tag", "[]"),
        ];
        let (name, text) = ("r".repeat(65), "x".repeat(1025));
        let big = format!("{}{TRUST}", " ".repeat(4097 - TRUST.len()));
        for (name, value, code) in [
            ("RoleName", "taken", "EntityAlreadyExists.Role"),
            ("RoleName", "", "MissingRoleName"),
            ("RoleName", "a/b", "InvalidParameter.RoleName.InvalidChars"),
            ("RoleName", name.as_str(), "InvalidParameter.RoleName.Length"),
            ("AssumeRolePolicyDocument", "", "MissingAssumeRolePolicyDocument"),
            ("AssumeRolePolicyDocument", "x", "MalformedPolicyDocument"),
            // It says what may be done, and not who may assume the role.
            ("AssumeRolePolicyDocument", DOCUMENT, "MalformedPolicyDocument"),
            ("AssumeRolePolicyDocument", big.as_str(), "InvalidParameter.AssumeRolePolicyDocument.Length"),
            ("MaxSessionDuration", "3599", "InvalidParameter.MaxSessionDuration.Range"),
            ("MaxSessionDuration", "43201", "InvalidParameter.MaxSessionDuration.Range"),
            ("Description", text.as_str(), "InvalidParameter.Description.Length"),
            ("Tag", r#"[{"Key":"a"},{"Key":"b"}]"#, "LimitExceeded.Role.Tag"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("CreateRole", &params), code, "{name}={value}");
        }
        app.plain_role("second");
        assert_eq!(app.refused("CreateRole", &good), "LimitExceeded.Role");
        assert_eq!(app.refused_as(&key, "CreateRole", &good), "NoPermission");
    }
}
