//! UpdateRole: changes who may assume a role, for how long, and what it is for.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::role::{MaxSessionDuration, RoleDescription, RoleName, TrustPolicy};
use crate::ids::RoleId;
use crate::ops::{Cx, Operation, Target, role};
use crate::store::tables::roles;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdateRole;

shape! {
    /// The parameters; what is left out stays as it is.
    pub struct UpdateRoleRequest {
        /// The name of the role.
        RoleName as role_name: RoleName = "ECSAdmin";
        /// Who may assume it.
        NewAssumeRolePolicyDocument as new_assume_role_policy_document: Option<TrustPolicy> = "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"RAM\":\"acs:ram::1234567890123456:root\"}}]}";
        /// What it is for; empty for nothing.
        NewDescription as new_description: Option<RoleDescription> = "The administrators of ECS";
        /// The longest that a session of it may last, in seconds, 3600 to 43200.
        NewMaxSessionDuration as new_max_session_duration: Option<MaxSessionDuration> = "3600";
        /// Whether it may be assumed on the console.
        NewAllowConsoleLogin as new_allow_console_login: Option<bool> = "true";
    }
}

shape! {
    /// The answer.
    pub struct UpdateRoleResponse {
        /// The role as it is now.
        Role as role: Nested<UpdatedRole> = "";
    }
}

shape! {
    /// The role as it is now.
    pub struct UpdatedRole {
        /// Its id.
        RoleId as role_id: RoleId = "901234567890123456";
        /// Its name.
        RoleName as role_name: RoleName = "ECSAdmin";
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
        /// When it was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
        /// When it was last changed.
        UpdateDate as update_date: Timestamp = "2016-02-01T05:20:01Z";
    }
}

impl Operation for UpdateRole {
    const API: Api = Api {
        product: Product::Ram,
        action: "UpdateRole",
        summary: "Changes who may assume a role, for how long, and what it is for.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:UpdateRole",
        resource: "acs:ram:*:{account}:role/{role}",
        errors: &["MalformedPolicyDocument", "EntityNotExist.Role"],
    };
    const SUMMARY_ZH: &'static str = "修改 RAM 角色的信任策略、最长会话时间和描述。";
    type Request = UpdateRoleRequest;
    type Response = UpdateRoleResponse;

    fn target(request: &UpdateRoleRequest) -> Target {
        role::target(&request.role_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &UpdateRoleRequest) -> ApiResult<UpdateRoleResponse> {
        let before = role::find_own(cx.tx, cx.caller.account(), &request.role_name)?;
        let mut row = before.clone();
        if let Some(trust_policy) = &request.new_assume_role_policy_document {
            role::check_trust(trust_policy)?;
            row.trust_policy = trust_policy.clone();
        }
        if let Some(description) = &request.new_description {
            row.description = description.clone();
        }
        row.max_session_duration = request.new_max_session_duration.unwrap_or(row.max_session_duration);
        row.allow_console_login = request.new_allow_console_login.unwrap_or(row.allow_console_login);
        if row != before {
            row.update_date = cx.now;
            roles::update(cx.tx, &row)?;
        }
        Ok(UpdateRoleResponse {
            role: Nested(UpdatedRole {
                role_id: row.role_id,
                arn: role::arn(row.account, &row.role_name),
                role_name: row.role_name,
                description: row.description,
                assume_role_policy_document: row.trust_policy,
                max_session_duration: row.max_session_duration,
                allow_console_login: row.allow_console_login,
                create_date: row.create_date,
                update_date: row.update_date,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::named::{DOCUMENT, TRUST, TRUST_ALICE};
    use crate::testing::{TestApp, masked};

    #[test]
    fn what_is_said_changes_and_the_rest_stays() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        app.clock.advance(60);
        let changed = app.ok(
            "UpdateRole",
            &[
                ("RoleName", "ECSAdmin"),
                ("NewAssumeRolePolicyDocument", TRUST_ALICE),
                ("NewDescription", "new"),
            ],
        );
        insta::assert_json_snapshot!(masked(changed, &["RoleId"]), @r#"
        {
          "Role": {
            "RoleId": "…",
            "RoleName": "ECSAdmin",
            "Arn": "acs:ram::1234567890123456:role/ECSAdmin",
            "Description": "new",
            "AssumeRolePolicyDocument": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"RAM\":\"acs:ram::1234567890123456:user/alice\"}}]}",
            "MaxSessionDuration": 3600,
            "AllowConsoleLogin": true,
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:01:00Z"
          }
        }
        "#);
        app.clock.advance(60);
        let same = app.ok("UpdateRole", &[("RoleName", "ECSAdmin"), ("NewDescription", "new")]);
        assert_eq!(same["Role"]["UpdateDate"], "2025-06-15T12:01:00Z", "nothing changed");
        let params =
            [("RoleName", "ECSAdmin"), ("NewMaxSessionDuration", "7200"), ("NewAllowConsoleLogin", "false")];
        let xml = app.xml("UpdateRole", &params);
        assert!(xml.contains("<MaxSessionDuration>7200</MaxSessionDuration>"), "{xml}");
        let found = app.ok("GetRole", &[("RoleName", "ECSAdmin")]);
        assert_eq!(found["Role"]["AllowConsoleLogin"], false);
        assert_eq!(found["Role"]["AssumeRolePolicyDocument"], TRUST_ALICE);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.plain_role("ECSAdmin");
        let key = app.user_with_key("caller");
        let good = [
            ("RoleName", "ECSAdmin"),
            ("NewAssumeRolePolicyDocument", TRUST),
            ("NewMaxSessionDuration", "3600"),
            ("NewAllowConsoleLogin", "true"),
        ];
        for (name, value, code) in [
            ("RoleName", "nobody", "EntityNotExist.Role"),
            ("RoleName", "", "MissingRoleName"),
            ("NewAssumeRolePolicyDocument", DOCUMENT, "MalformedPolicyDocument"),
            ("NewMaxSessionDuration", "1", "InvalidParameter.NewMaxSessionDuration.Range"),
            ("NewAllowConsoleLogin", "yes", "InvalidParameter.NewAllowConsoleLogin.Format"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("UpdateRole", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "UpdateRole", &good), "NoPermission");
    }
}
