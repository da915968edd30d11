//! The records of groups, custom policies and roles, spelled as the wire spells the same things.

use ramward_rpc::error::Rule;
use serde::{Deserialize, Deserializer, Serialize};

use crate::identity::group::{GroupDisplayName, GroupName};
use crate::identity::policy::{PolicyDescription, PolicyDocument, PolicyName, PolicyType, VersionId};
use crate::identity::role::{RoleDescription, RoleName, ServiceName, TrustPolicy};
use crate::identity::user::Comments;
use crate::ids::{AccountId, GroupId, RoleId};
use crate::state::record::TagRecord;
use crate::time::Timestamp;

/// A custom policy with its versions.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PolicyRecord {
    /// Its account; known from around it in a file kept by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Its name.
    pub policy_name: PolicyName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<PolicyDescription>,
    /// What it says, where it has one version: a text, or the document itself.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "document")]
    pub policy_document: Option<PolicyDocument>,
    /// Its versions, instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<VersionRecord>,
    /// The version in force; the last in the list, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_version: Option<VersionId>,
    /// The latest version there ever was; the greatest in the list, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_version: Option<VersionId>,
    /// When it was made; now, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    /// When it was last changed; when it was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_date: Option<Timestamp>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagRecord>,
}

/// A version of a custom policy.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct VersionRecord {
    /// Its number.
    pub version_id: VersionId,
    /// What it says: a text, or the document itself.
    #[serde(deserialize_with = "some_document")]
    pub policy_document: PolicyDocument,
    /// When it was made; when the policy was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
}

/// A group.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GroupRecord {
    /// Its account; known from around it in a file kept by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Its name.
    pub group_name: GroupName,
    /// Its id; made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<GroupDisplayName>,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comments: Option<Comments>,
    /// When it was made; now, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    /// When it was last changed; when it was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_date: Option<Timestamp>,
    /// The policies attached to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<AttachmentRecord>,
}

/// A role.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RoleRecord {
    /// Its account; known from around it in a file kept by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Its name.
    pub role_name: RoleName,
    /// Its id; made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_id: Option<RoleId>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<RoleDescription>,
    /// Who may assume it: a text, or the document itself.
    #[serde(deserialize_with = "trust_policy")]
    pub assume_role_policy_document: TrustPolicy,
    /// The longest that a session may last, in seconds; 3600, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_session_duration: Option<i64>,
    /// Whether it may be assumed on the console; it may, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_console_login: Option<bool>,
    /// The service it belongs to, where it is a service-linked one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_name: Option<ServiceName>,
    /// When it was made; now, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    /// When it was last changed; when it was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_date: Option<Timestamp>,
    /// The policies attached to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<AttachmentRecord>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagRecord>,
}

/// A policy attached to a user, a group or a role.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttachmentRecord {
    /// Which policy.
    pub policy_name: PolicyName,
    /// Whose it is.
    pub policy_type: PolicyType,
    /// Since when it is attached; when the holder was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attach_date: Option<Timestamp>,
}

/// A group that a user is in: its name, or its name and since when.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged, expecting = "the name of a group, or an object with GroupName and JoinDate")]
pub enum MembershipRecord {
    /// Its name; the user has been in it since it was made.
    Name(GroupName),
    /// Its name and since when.
    Dated(DatedMembership),
}

/// A group that a user is in, and since when.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DatedMembership {
    /// Which group.
    pub group_name: GroupName,
    /// Since when.
    pub join_date: Timestamp,
}

/// A document as text, or as the JSON it is, which is then written without blanks.
pub(in crate::state) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => text,
        document => document.to_string(),
    })
}

fn checked<T, E: serde::de::Error>(read: Result<T, Rule>) -> Result<T, E> {
    read.map_err(|rule| E::custom(format_args!("not a document ({})", rule.word())))
}

fn some_document<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PolicyDocument, D::Error> {
    checked(PolicyDocument::parse(&text(deserializer)?))
}

fn document<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PolicyDocument>, D::Error> {
    some_document(deserializer).map(Some)
}

fn trust_policy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TrustPolicy, D::Error> {
    checked(TrustPolicy::parse(&text(deserializer)?))
}
