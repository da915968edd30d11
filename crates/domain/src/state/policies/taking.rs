//! Takes the records of groups, custom policies and roles, and what is attached to whom.

use super::record::{
    AttachmentRecord, GroupRecord, MembershipRecord, PolicyRecord, RoleRecord, VersionRecord,
};
use crate::identity::policy::{PolicyType, VersionId};
use crate::identity::role::{MaxSessionDuration, SHORTEST_MAX_SESSION, TaggedType};
use crate::ids::{AccountId, GroupId, RoleId, UserId};
use crate::policy::{Document, Malformed, system};
use crate::state::record::TagRecord;
use crate::state::taking::{Fault, Importing};
use crate::store::Tx;
use crate::store::tables::groups::{self, Group};
use crate::store::tables::policies::{self, Policy};
use crate::store::tables::policy_attachments::{self, Attachment, Principal};
use crate::store::tables::policy_versions::{self, PolicyVersion};
use crate::store::tables::roles::{self, Role};
use crate::store::tables::{group_members, tags};
use crate::time::Timestamp;

fn malformed(field: &'static str) -> impl FnOnce(Malformed) -> Fault {
    move |malformed| Fault::Field(field, malformed.to_string())
}

impl Importing {
    pub(in crate::state) fn policy(
        &mut self,
        tx: &mut Tx<'_>,
        account: AccountId,
        record: PolicyRecord,
    ) -> Result<(), Fault> {
        let create_date = record.create_date.unwrap_or(self.now());
        let mut versions = record.versions;
        if let Some(policy_document) = record.policy_document {
            if !versions.is_empty() {
                let reason = "a policy has either a document or a list of versions".to_owned();
                return Err(Fault::Field("PolicyDocument", reason));
            }
            let version_id = record.default_version.unwrap_or(VersionId::FIRST);
            versions.push(VersionRecord { version_id, policy_document, create_date: None });
        }
        let Some(last) = versions.last() else {
            let reason = "missing; give it, or a list of Versions".to_owned();
            return Err(Fault::Field("PolicyDocument", reason));
        };
        let default_version = record.default_version.unwrap_or(last.version_id);
        let greatest = versions.iter().map(|version| version.version_id).max().unwrap_or(default_version);
        let last_version = record.last_version.unwrap_or(greatest);
        if last_version < greatest {
            let reason = format!("there is a later one, {greatest}");
            return Err(Fault::Field("LastVersion", reason));
        }
        let mut full_access = None;
        for version in versions {
            let document = Document::parse(version.policy_document.as_str())
                .map_err(malformed("Versions.PolicyDocument"))?;
            if version.version_id == default_version {
                full_access = Some(document.permits_everything());
            }
            let row = PolicyVersion {
                account,
                policy_name: record.policy_name.clone(),
                version: version.version_id,
                document: version.policy_document,
                create_date: version.create_date.unwrap_or(create_date),
            };
            policy_versions::insert(tx, &row)?;
        }
        let Some(full_access) = full_access else {
            let reason = format!("{default_version} is none of its versions");
            return Err(Fault::Field("DefaultVersion", reason));
        };
        take_tags(tx, account, TaggedType::Policy, record.policy_name.as_str(), record.tags)?;
        let row = Policy {
            account,
            policy_name: record.policy_name,
            description: record.description.unwrap_or_default(),
            default_version,
            last_version,
            full_access,
            create_date,
            update_date: record.update_date.unwrap_or(create_date),
        };
        policies::insert(tx, &row)?;
        self.imported.policies += 1;
        Ok(())
    }

    pub(in crate::state) fn group(
        &mut self,
        tx: &mut Tx<'_>,
        account: AccountId,
        record: GroupRecord,
    ) -> Result<(), Fault> {
        let create_date = record.create_date.unwrap_or(self.now());
        let row = Group {
            account,
            group_id: record.group_id.unwrap_or_else(|| GroupId::generate(self.entropy())),
            group_name: record.group_name,
            display_name: record.display_name.unwrap_or_default(),
            comments: record.comments.unwrap_or_default(),
            create_date,
            update_date: record.update_date.unwrap_or(create_date),
        };
        groups::insert(tx, &row)?;
        self.imported.groups += 1;
        attach(tx, account, Principal::Group(row.group_id), record.policies, create_date)
    }

    pub(in crate::state) fn role(
        &mut self,
        tx: &mut Tx<'_>,
        account: AccountId,
        record: RoleRecord,
    ) -> Result<(), Fault> {
        Document::parse_trust(record.assume_role_policy_document.as_str())
            .map_err(malformed("AssumeRolePolicyDocument"))?;
        let max_session_duration = match record.max_session_duration {
            None => SHORTEST_MAX_SESSION,
            Some(seconds) => MaxSessionDuration::new(seconds).ok_or_else(|| {
                Fault::Field("MaxSessionDuration", "not between 3600 and 43200 seconds".to_owned())
            })?,
        };
        let create_date = record.create_date.unwrap_or(self.now());
        take_tags(tx, account, TaggedType::Role, record.role_name.as_str(), record.tags)?;
        let row = Role {
            account,
            role_id: record.role_id.unwrap_or_else(|| RoleId::generate(self.entropy())),
            role_name: record.role_name,
            description: record.description.unwrap_or_default(),
            trust_policy: record.assume_role_policy_document,
            max_session_duration,
            allow_console_login: record.allow_console_login.unwrap_or(true),
            create_date,
            update_date: record.update_date.unwrap_or(create_date),
            service_name: record.service_name,
        };
        roles::insert(tx, &row)?;
        self.imported.roles += 1;
        attach(tx, account, Principal::Role(row.role_id), record.policies, create_date)
    }
}

/// What a user is in and has; `made` is when the user was.
pub(in crate::state) fn of_user(
    tx: &mut Tx<'_>,
    (account, user): (AccountId, UserId),
    memberships: Vec<MembershipRecord>,
    attachments: Vec<AttachmentRecord>,
    made: Timestamp,
) -> Result<(), Fault> {
    for membership in memberships {
        let (name, join_date) = match membership {
            MembershipRecord::Name(name) => (name, made),
            MembershipRecord::Dated(dated) => (dated.group_name, dated.join_date),
        };
        let group = groups::find_by_name(tx, account, &name)?.ok_or_else(|| {
            Fault::Field("Groups", format!("there is no group {name}; its line must come first"))
        })?;
        group_members::insert(tx, account, group.group_id, user, join_date)?;
    }
    attach(tx, account, Principal::User(user), attachments, made)
}

fn attach(
    tx: &mut Tx<'_>,
    account: AccountId,
    principal: Principal,
    records: Vec<AttachmentRecord>,
    made: Timestamp,
) -> Result<(), Fault> {
    for record in records {
        let AttachmentRecord { policy_name, policy_type, attach_date } = record;
        let there = match policy_type {
            PolicyType::System => system::find(policy_name.as_str()).is_some(),
            PolicyType::Custom => policies::find(tx, account, &policy_name)?.is_some(),
        };
        if !there {
            let reason = match policy_type {
                PolicyType::System => format!("there is no system policy {policy_name} here"),
                PolicyType::Custom => {
                    format!("there is no custom policy {policy_name}; its line must come first")
                }
            };
            return Err(Fault::Field("Policies", reason));
        }
        let attach_date = attach_date.unwrap_or(made);
        let attachment = Attachment { policy_type, policy_name, attach_date };
        policy_attachments::insert(tx, account, principal, &attachment)?;
    }
    Ok(())
}

fn take_tags(
    tx: &mut Tx<'_>,
    account: AccountId,
    of: TaggedType,
    name: &str,
    records: Vec<TagRecord>,
) -> Result<(), Fault> {
    for tag in records {
        tags::update(tx, account, of, name, &tag.key, &tag.value)?;
    }
    Ok(())
}
