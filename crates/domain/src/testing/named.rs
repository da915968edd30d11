//! Policies, groups and roles of a test, known by name and made by calls where there are operations for it.

use super::TestApp;
use crate::ids::GroupId;
use crate::store::tables::groups::{self, Group};

/// A document that allows little.
pub const DOCUMENT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:ListObjects","Resource":"*"}]}"#;

/// A document that allows everything.
pub const FULL_ACCESS: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// A trust policy: every identity of the test's account may assume the role.
pub const TRUST: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1234567890123456:root"}}]}"#;

/// A trust policy: the user alice of the test's account may assume the role.
pub const TRUST_ALICE: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1234567890123456:user/alice"}}]}"#;

impl TestApp {
    /// A custom policy of that name, which allows little.
    pub fn policy(&self, name: &str) {
        self.ok("CreatePolicy", &[("PolicyName", name), ("PolicyDocument", DOCUMENT)]);
    }

    /// A role of that name, which every identity of the account may assume.
    pub fn plain_role(&self, name: &str) {
        self.ok("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", TRUST)]);
    }

    /// A group of that name with nobody in it.
    pub fn empty_group(&self, name: &str) {
        let group = Group {
            account: self.account(),
            group_id: GroupId::generate(&crate::entropy::OsEntropy),
            group_name: name.parse().unwrap(),
            display_name: "".parse().unwrap(),
            comments: "".parse().unwrap(),
            create_date: self.wall(),
            update_date: self.wall(),
        };
        self.write(move |tx| groups::insert(tx, &group));
    }

    /// Attaches a policy to a user.
    pub fn attach_to_user(&self, user: &str, policy_type: &str, policy: &str) {
        let params = [("UserName", user), ("PolicyType", policy_type), ("PolicyName", policy)];
        self.ok("AttachPolicyToUser", &params);
    }
}
