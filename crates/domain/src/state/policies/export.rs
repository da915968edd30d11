//! Writes groups, custom policies and roles, and what is attached to whom.

use super::record::{
    AttachmentRecord, DatedMembership, GroupRecord, MembershipRecord, PolicyRecord, RoleRecord, VersionRecord,
};
use crate::identity::role::TaggedType;
use crate::ids::{AccountId, UserId};
use crate::state::export::{ExportError, Exporting, PAGE};
use crate::state::record::{Record, TagRecord};
use crate::store::tables::policy_attachments::{self, Principal};
use crate::store::tables::{group_members, groups, policies, policy_versions, roles, tags};

impl Exporting<'_, '_> {
    /// Those of an account, in the order in which they can be read: a policy stands before whom it is attached to.
    pub(in crate::state) fn policies_groups_roles(&mut self, account: AccountId) -> Result<(), ExportError> {
        let mut after = String::new();
        loop {
            let page = policies::list(self.tx, account, &after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.policy_name.to_string();
            for row in page {
                let record = self.policy(row)?;
                self.line(&Record::Policy(Box::new(record)))?;
            }
        }
        let mut after = None;
        loop {
            let page = groups::list(self.tx, account, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(last.group_id);
            for row in page {
                let policies = self.attachments(account, Principal::Group(row.group_id))?;
                let some = |text: &str| !text.is_empty();
                let record = GroupRecord {
                    account_id: Some(account),
                    group_id: Some(row.group_id),
                    display_name: some(row.display_name.as_str()).then_some(row.display_name),
                    comments: some(row.comments.as_str()).then_some(row.comments),
                    group_name: row.group_name,
                    create_date: Some(row.create_date),
                    update_date: Some(row.update_date),
                    policies,
                };
                self.line(&Record::Group(Box::new(record)))?;
            }
        }
        let mut after = String::new();
        loop {
            let page = roles::list(self.tx, account, &after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.role_name.to_string();
            for row in page {
                let record = self.role(row)?;
                self.line(&Record::Role(Box::new(record)))?;
            }
        }
    }

    fn policy(&mut self, row: policies::Policy) -> Result<PolicyRecord, ExportError> {
        let versions = policy_versions::list(self.tx, row.account, &row.policy_name)?;
        let greatest = versions.last().map(|version| version.version);
        let tags = self.tags(row.account, TaggedType::Policy, row.policy_name.as_str())?;
        Ok(PolicyRecord {
            account_id: Some(row.account),
            description: (!row.description.as_str().is_empty()).then_some(row.description),
            policy_document: None,
            versions: versions
                .into_iter()
                .map(|version| VersionRecord {
                    version_id: version.version,
                    policy_document: version.document,
                    create_date: Some(version.create_date),
                })
                .collect(),
            policy_name: row.policy_name,
            default_version: Some(row.default_version),
            last_version: Some(row.last_version).filter(|last| Some(*last) != greatest),
            create_date: Some(row.create_date),
            update_date: Some(row.update_date),
            tags,
        })
    }

    fn role(&mut self, row: roles::Role) -> Result<RoleRecord, ExportError> {
        let policies = self.attachments(row.account, Principal::Role(row.role_id))?;
        let tags = self.tags(row.account, TaggedType::Role, row.role_name.as_str())?;
        Ok(RoleRecord {
            account_id: Some(row.account),
            role_name: row.role_name,
            role_id: Some(row.role_id),
            description: (!row.description.as_str().is_empty()).then_some(row.description),
            assume_role_policy_document: row.trust_policy,
            max_session_duration: Some(row.max_session_duration.get()),
            allow_console_login: Some(row.allow_console_login),
            service_name: row.service_name,
            create_date: Some(row.create_date),
            update_date: Some(row.update_date),
            policies,
            tags,
        })
    }

    pub(in crate::state) fn attachments(
        &mut self,
        account: AccountId,
        principal: Principal,
    ) -> Result<Vec<AttachmentRecord>, ExportError> {
        let attached = policy_attachments::list(self.tx, account, principal)?.into_iter();
        Ok(attached
            .map(|row| AttachmentRecord {
                policy_name: row.policy_name,
                policy_type: row.policy_type,
                attach_date: Some(row.attach_date),
            })
            .collect())
    }

    pub(in crate::state) fn memberships(
        &mut self,
        account: AccountId,
        user: UserId,
    ) -> Result<Vec<MembershipRecord>, ExportError> {
        let mut found = Vec::new();
        for (group, join_date) in group_members::list_groups(self.tx, account, user)? {
            let row = groups::find(self.tx, account, group)?;
            found.extend(row.map(|row| {
                MembershipRecord::Dated(DatedMembership { group_name: row.group_name, join_date })
            }));
        }
        Ok(found)
    }

    fn tags(
        &mut self,
        account: AccountId,
        of: TaggedType,
        name: &str,
    ) -> Result<Vec<TagRecord>, ExportError> {
        let rows = tags::list(self.tx, account, of, name)?.into_iter();
        Ok(rows.map(|(key, value)| TagRecord { key, value }).collect())
    }
}
