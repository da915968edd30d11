//! ListEntitiesForPolicy: the users, groups and roles that a policy is attached to.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::group::GroupName;
use crate::identity::policy::{PolicyName, PolicyType};
use crate::identity::role::{RoleDescription, RoleName};
use crate::identity::user::{Comments, DisplayName, UserName};
use crate::ids::{RoleId, UserId};
use crate::ops::{Cx, Operation, Target, policy, role};
use crate::store::tables::policy_attachments::{self, Principal};
use crate::store::tables::{groups, roles, users};
use crate::time::Timestamp;

/// Attachments read at a time.
const PAGE: usize = 1000;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListEntitiesForPolicy;

shape! {
    /// The parameters.
    pub struct ListEntitiesForPolicyRequest {
        /// The name of the policy.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whose policy it is: `System` or `Custom`.
        PolicyType as policy_type: PolicyType = "Custom";
    }
}

shape! {
    /// The answer; the vendor's has no pages.
    pub struct ListEntitiesForPolicyResponse {
        /// The groups that have the policy.
        Groups as groups: Nested<Groups> = "";
        /// The RAM users that have it directly.
        Users as users: Nested<Users> = "";
        /// The roles that have it.
        Roles as roles: Nested<Roles> = "";
    }
}

shape! {
    /// Groups.
    pub struct Groups {
        /// The groups, by id.
        Group as group: Vec<GroupEntity> = "";
    }
}

shape! {
    /// A group.
    pub struct GroupEntity {
        /// Its name.
        GroupName as group_name: GroupName = "dev-team";
        /// Its note; may be empty.
        Comments as comments: Comments = "Developers";
        /// Since when it has the policy.
        AttachDate as attach_date: Timestamp = "2015-01-23T12:33:18Z";
    }
}

shape! {
    /// RAM users.
    pub struct Users {
        /// The users, by id.
        User as user: Vec<UserEntity> = "";
    }
}

shape! {
    /// A RAM user.
    pub struct UserEntity {
        /// Its id.
        UserId as user_id: UserId = "207329002493921234";
        /// Its name.
        UserName as user_name: UserName = "alice";
        /// The name shown for it.
        DisplayName as display_name: DisplayName = "Alice";
        /// Since when it has the policy.
        AttachDate as attach_date: Timestamp = "2015-01-23T12:33:18Z";
    }
}

shape! {
    /// Roles.
    pub struct Roles {
        /// The roles, by id.
        Role as role: Vec<RoleEntity> = "";
    }
}

shape! {
    /// A role.
    pub struct RoleEntity {
        /// Its id.
        RoleId as role_id: RoleId = "901234567890123456";
        /// Its name.
        RoleName as role_name: RoleName = "ECSAdmin";
        /// Its ARN.
        Arn as arn: String = "acs:ram::1234567890123456:role/ECSAdmin";
        /// What it is for; may be empty.
        Description as description: RoleDescription = "The administrators of ECS";
        /// Since when it has the policy.
        AttachDate as attach_date: Timestamp = "2015-01-23T12:33:18Z";
    }
}

impl Operation for ListEntitiesForPolicy {
    const API: Api = Api {
        product: Product::Ram,
        action: "ListEntitiesForPolicy",
        summary: "Lists the users, groups and roles that a policy is attached to.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListEntitiesForPolicy",
        resource: "acs:ram:*:{account}:policy/{policy}",
        errors: &["EntityNotExist.Policy"],
    };
    const SUMMARY_ZH: &'static str = "列出被授予某个权限策略的用户、用户组和角色。";
    type Request = ListEntitiesForPolicyRequest;
    type Response = ListEntitiesForPolicyResponse;

    fn target(request: &ListEntitiesForPolicyRequest) -> Target {
        policy::target_of(request.policy_type, &request.policy_name)
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &ListEntitiesForPolicyRequest,
    ) -> ApiResult<ListEntitiesForPolicyResponse> {
        let (account, name) = (cx.caller.account(), &request.policy_name);
        let found = policy::find(cx.tx, account, request.policy_type, name)?;
        let (mut group, mut user, mut role) = (Vec::new(), Vec::new(), Vec::new());
        let mut after = None;
        loop {
            let page =
                policy_attachments::list_principals(cx.tx, account, found.policy_type, name, after, PAGE)?;
            for (principal, attach_date) in &page {
                let attach_date = *attach_date;
                match principal {
                    Principal::Group(id) => {
                        let row = groups::find(cx.tx, account, *id)?;
                        group.extend(row.map(|row| GroupEntity {
                            group_name: row.group_name,
                            comments: row.comments,
                            attach_date,
                        }));
                    }
                    Principal::User(id) => {
                        let row = users::find(cx.tx, account, *id)?;
                        user.extend(row.map(|row| UserEntity {
                            user_id: row.user_id,
                            user_name: row.user_name,
                            display_name: row.display_name,
                            attach_date,
                        }));
                    }
                    Principal::Role(id) => {
                        let row = roles::find(cx.tx, account, *id)?;
                        role.extend(row.map(|row| RoleEntity {
                            role_id: row.role_id,
                            arn: role::arn(account, &row.role_name),
                            role_name: row.role_name,
                            description: row.description,
                            attach_date,
                        }));
                    }
                }
            }
            after = page.last().map(|(principal, _)| *principal);
            if page.len() < PAGE {
                break;
            }
        }
        Ok(ListEntitiesForPolicyResponse {
            groups: Nested(Groups { group }),
            users: Nested(Users { user }),
            roles: Nested(Roles { role }),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn everybody_who_has_it() {
        let app = TestApp::new();
        app.policy("p");
        let named = [("PolicyName", "p"), ("PolicyType", "Custom")];
        assert_eq!(
            app.ok("ListEntitiesForPolicy", &named),
            serde_json::json!({"Groups": {"Group": []}, "Users": {"User": []}, "Roles": {"Role": []}})
        );
        app.user("alice");
        app.empty_group("dev-team");
        app.plain_role("ECSAdmin");
        for (holder, name) in [("User", "alice"), ("Group", "dev-team"), ("Role", "ECSAdmin")] {
            let field = format!("{holder}Name");
            let params = [named[0], named[1], (field.as_str(), name)];
            app.ok(&format!("AttachPolicyTo{holder}"), &params);
        }
        let found = masked(app.ok("ListEntitiesForPolicy", &named), &["UserId", "RoleId"]);
        insta::assert_json_snapshot!(found, @r#"
        {
          "Groups": {
            "Group": [
              {
                "GroupName": "dev-team",
                "Comments": "",
                "AttachDate": "2025-06-15T12:00:00Z"
              }
            ]
          },
          "Users": {
            "User": [
              {
                "UserId": "…",
                "UserName": "alice",
                "DisplayName": "alice",
                "AttachDate": "2025-06-15T12:00:00Z"
              }
            ]
          },
          "Roles": {
            "Role": [
              {
                "RoleId": "…",
                "RoleName": "ECSAdmin",
                "Arn": "acs:ram::1234567890123456:role/ECSAdmin",
                "Description": "",
                "AttachDate": "2025-06-15T12:00:00Z"
              }
            ]
          }
        }
        "#);
        let xml = app.xml("ListEntitiesForPolicy", &named);
        assert!(xml.contains("<Groups><Group><GroupName>dev-team</GroupName>"), "{xml}");
    }

    #[test]
    fn of_a_system_policy() {
        let app = TestApp::new();
        app.user("alice");
        app.attach_to_user("alice", "System", "AdministratorAccess");
        let named = [("PolicyName", "AdministratorAccess"), ("PolicyType", "System")];
        let found = app.ok("ListEntitiesForPolicy", &named);
        assert_eq!(found["Users"]["User"][0]["UserName"], "alice");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.policy("p");
        let key = app.user_with_key("caller");
        let good = [("PolicyName", "p"), ("PolicyType", "Custom")];
        for (name, value, code) in [
            ("PolicyName", "q", "EntityNotExist.Policy"),
            ("PolicyName", "", "MissingPolicyName"),
            ("PolicyType", "System", "EntityNotExist.Policy"),
            ("PolicyType", "Both", "InvalidParameter.PolicyType"),
        ] {
            let params = good.map(|(given, good)| (given, if given == name { value } else { good }));
            assert_eq!(app.refused("ListEntitiesForPolicy", &params), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "ListEntitiesForPolicy", &good), "NoPermission");
    }
}
