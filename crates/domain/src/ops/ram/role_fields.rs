//! What answers say of a role. Must not find or change anything.

use ramward_rpc::shape;

use crate::identity::role::{MaxSessionDuration, RoleDescription, RoleName, TrustPolicy};
use crate::ids::RoleId;
use crate::ops::role;
use crate::store::tables::roles::Role;
use crate::time::Timestamp;

shape! {
    /// A role; members in the order of the vendor's sample (help page of CreateRole, 2024).
    pub struct RoleView {
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
    }
}

impl From<Role> for RoleView {
    fn from(row: Role) -> Self {
        Self {
            role_id: row.role_id,
            arn: role::arn(row.account, &row.role_name),
            role_name: row.role_name,
            description: row.description,
            assume_role_policy_document: row.trust_policy,
            max_session_duration: row.max_session_duration,
            allow_console_login: row.allow_console_login,
            create_date: row.create_date,
        }
    }
}
