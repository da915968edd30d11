//! Policies in a test, written as rows: what they grant can be shown whatever operations there are to write them with.

use super::{NewKey, TestApp};
use crate::authn::Caller;
use crate::authn::session::RoleSession;
use crate::identity::group::{GroupDisplayName, GroupName};
use crate::identity::policy::{PolicyDescription, PolicyDocument, PolicyName, PolicyType, VersionId};
use crate::identity::role::RoleName;
use crate::identity::role_session::RoleSessionName;
use crate::identity::user::{Comments, UserName};
use crate::ids::{AccountId, GroupId, RoleId, UserId};
use crate::policy::Document;
use crate::store::tables::groups::Group;
use crate::store::tables::policies::Policy;
use crate::store::tables::policy_attachments::{Attachment, Principal};
use crate::store::tables::policy_versions::PolicyVersion;
use crate::store::tables::{
    group_members, groups, policies, policy_attachments, policy_versions, roles, users,
};
use crate::store::{StoreError, Tx};
use crate::time::Timestamp;

/// A document that permits `action` on `resource`.
pub fn allow(action: &str, resource: &str) -> String {
    one("Allow", action, resource, "{}")
}

/// A document that forbids `action` on `resource`.
pub fn deny(action: &str, resource: &str) -> String {
    one("Deny", action, resource, "{}")
}

/// A document of one statement under a condition.
pub fn one(effect: &str, action: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}","Condition":{condition}}}]}}"#
    )
}

fn name(text: &str) -> PolicyName {
    PolicyName::parse(text).unwrap()
}

fn attachment(policy_type: PolicyType, policy: &str, now: Timestamp) -> Attachment {
    Attachment { policy_type, policy_name: name(policy), attach_date: now }
}

/// A custom policy with one version.
fn create(
    tx: &mut Tx<'_>,
    account: AccountId,
    policy: &str,
    text: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let document = Document::parse(text).unwrap();
    policies::insert(
        tx,
        &Policy {
            account,
            policy_name: name(policy),
            description: PolicyDescription::parse("").unwrap(),
            default_version: VersionId::FIRST,
            last_version: VersionId::FIRST,
            full_access: document.permits_everything(),
            create_date: now,
            update_date: now,
        },
    )?;
    let document = PolicyDocument::parse(text).unwrap();
    let policy_name = name(policy);
    policy_versions::insert(
        tx,
        &PolicyVersion { account, policy_name, version: VersionId::FIRST, document, create_date: now },
    )
}

/// Attaches AdministratorAccess to the calling user, in a transaction that is open.
pub fn grant_everything(tx: &mut Tx<'_>, caller: &Caller) -> Result<(), StoreError> {
    let attached = attachment(PolicyType::System, "AdministratorAccess", Timestamp::MIN);
    policy_attachments::insert(tx, caller.account(), Principal::User(caller.user()), &attached)
}

impl TestApp {
    /// The id of a user.
    pub fn user_id(&self, user: &str) -> UserId {
        let (account, user) = (self.account(), UserName::parse(user).unwrap());
        let found: Result<_, StoreError> =
            self.service.store().read(|tx| users::find_by_name(tx, account, &user));
        found.unwrap().unwrap().user_id
    }

    /// A new custom policy, attached to a user.
    pub fn attach(&self, user: &str, policy: &str, document: &str) {
        self.attach_to(Principal::User(self.user_id(user)), policy, document);
    }

    /// A new custom policy, attached.
    pub fn attach_to(&self, principal: Principal, policy: &str, document: &str) {
        let (account, now) = (self.account(), self.service.now());
        let (policy, document) = (policy.to_owned(), document.to_owned());
        self.write(move |tx| {
            create(tx, account, &policy, &document, now)?;
            policy_attachments::insert(tx, account, principal, &attachment(PolicyType::Custom, &policy, now))
        });
    }

    /// A system policy, attached.
    pub fn attach_system(&self, principal: Principal, policy: &str) {
        let (account, now) = (self.account(), self.service.now());
        let attachment = attachment(PolicyType::System, policy, now);
        self.write(move |tx| policy_attachments::insert(tx, account, principal, &attachment));
    }

    /// A custom policy, detached from a user.
    pub fn detach(&self, user: &str, policy: &str) {
        let (account, principal) = (self.account(), Principal::User(self.user_id(user)));
        let policy = name(policy);
        self.write(move |tx| {
            let kind = PolicyType::Custom;
            assert!(policy_attachments::delete(tx, account, principal, kind, &policy)?);
            Ok(())
        });
    }

    /// A second version of a custom policy, in force at once.
    pub fn new_version(&self, policy: &str, document: &str) {
        let (account, now) = (self.account(), self.service.now());
        let document = PolicyDocument::parse(document).unwrap();
        let policy_name = name(policy);
        self.write(move |tx| {
            let mut policy = policies::find(tx, account, &policy_name)?.unwrap();
            let version = policy.last_version.next();
            (policy.default_version, policy.last_version) = (version, version);
            let (policy_name, document) = (policy_name.clone(), document.clone());
            policy_versions::insert(
                tx,
                &PolicyVersion { account, policy_name, version, document, create_date: now },
            )?;
            policies::update(tx, &policy)
        });
    }

    /// A group of that number with a member.
    pub fn group(&self, number: i64, member: &str) -> GroupId {
        let (account, now) = (self.account(), self.service.now());
        let (group_id, user) = (GroupId::new(number).unwrap(), self.user_id(member));
        let group = Group {
            account,
            group_id,
            group_name: GroupName::parse(&format!("group-{number}")).unwrap(),
            display_name: GroupDisplayName::parse("group").unwrap(),
            comments: Comments::parse("").unwrap(),
            create_date: now,
            update_date: now,
        };
        self.write(move |tx| {
            groups::insert(tx, &group)?;
            group_members::insert(tx, account, group_id, user, now)
        });
        group_id
    }

    /// Takes a user out of a group.
    pub fn leave(&self, group: GroupId, member: &str) {
        let (account, user) = (self.account(), self.user_id(member));
        self.write(move |tx| group_members::delete(tx, account, group, user).map(drop));
    }

    /// The key of a session of the role of that name, with a policy of its own or without.
    pub fn role_session(&self, (name, role_id): (&str, RoleId), policy: Option<&str>) -> NewKey {
        self.session(&RoleSession {
            role_id,
            role_name: RoleName::parse(name).unwrap(),
            session_name: RoleSessionName::parse("alice").unwrap(),
            policy: policy.map(str::to_owned),
            source_identity: None,
            expires: self.wall().plus_seconds(3600),
        })
    }

    /// Deletes a role.
    pub fn delete_role(&self, role: RoleId) {
        let account = self.account();
        self.write(move |tx| roles::delete(tx, account, role).map(drop));
    }
}
