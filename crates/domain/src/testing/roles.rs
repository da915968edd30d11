//! Roles and permissions for tests, written as rows: what may do what is under test, not how it was said.

use serde_json::{Value, json};

use super::TestApp;
use crate::identity::role::{MaxSessionDuration, RoleDescription, RoleName, TrustPolicy};
use crate::ids::{AccountId, RoleId};
use crate::store::tables::policy_attachments::Principal;
use crate::store::tables::roles::{self, Role};

fn document(statements: &Value) -> String {
    json!({"Version": "1", "Statement": statements}).to_string()
}

impl TestApp {
    /// A role of the test's account with this trust, whose sessions last an hour at most.
    pub fn role(&self, name: &str, trust: &Value) -> RoleId {
        self.role_of(self.account(), name, trust)
    }

    /// The same in any account.
    pub fn role_of(&self, account: AccountId, name: &str, trust: &Value) -> RoleId {
        let number = i64::try_from(self.next_number()).unwrap();
        let role = Role {
            account,
            role_id: RoleId::new(300_000_000_000_000_000 + number).unwrap(),
            role_name: RoleName::parse(name).unwrap(),
            description: RoleDescription::default(),
            trust_policy: TrustPolicy::parse(&document(trust)).unwrap(),
            max_session_duration: MaxSessionDuration::new(3600).unwrap(),
            allow_console_login: true,
            create_date: self.wall(),
            update_date: self.wall(),
            service_name: None,
        };
        let id = role.role_id;
        self.write(move |tx| roles::insert(tx, &role));
        id
    }

    /// Lets the RAM user of that name do what the statements say.
    pub fn permit_user(&self, name: &str, statements: &Value) {
        self.permit(Principal::User(self.user_id(name)), statements);
    }

    /// Lets a role of the test's account do what the statements say.
    pub fn permit_role(&self, role: RoleId, statements: &Value) {
        self.permit(Principal::Role(role), statements);
    }

    fn permit(&self, principal: Principal, statements: &Value) {
        let name = format!("test-{}", self.next_number());
        self.attach_to(principal, &name, &document(statements));
    }
}
