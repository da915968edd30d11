//! What answers say of a policy, its versions and its attachments. Must not change anything.

use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;

use crate::identity::policy::{PolicyDescription, PolicyDocument, PolicyName, PolicyType, VersionId};
use crate::ops::Cx;
use crate::ops::attachment::Holder;
use crate::ops::policy::{self, VersionFacts};
use crate::store::tables::policy_attachments;
use crate::time::Timestamp;

shape! {
    /// A version of a policy; members in the order of the vendor's sample (help page of CreatePolicyVersion, 2024).
    pub struct VersionView {
        /// The version.
        VersionId as version_id: VersionId = "v1";
        /// Whether it is in force.
        IsDefaultVersion as is_default_version: bool = "true";
        /// What it says.
        PolicyDocument as policy_document: PolicyDocument = "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ram:List*\",\"Resource\":\"*\"}]}";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
    }
}

impl VersionView {
    /// The version, seen beside the one in force.
    pub fn new(version: impl Into<VersionFacts>, in_force: VersionId) -> Self {
        let version = version.into();
        Self {
            version_id: version.version,
            is_default_version: version.version == in_force,
            policy_document: version.document,
            create_date: version.create_date,
        }
    }
}

shape! {
    /// A policy that is attached to somebody.
    pub struct AttachedPolicy {
        /// Its name.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whose it is: `System` or `Custom`.
        PolicyType as policy_type: PolicyType = "Custom";
        /// What it is for; may be empty.
        Description as description: PolicyDescription = "The administrators of OSS";
        /// The version in force.
        DefaultVersion as default_version: VersionId = "v1";
        /// Since when it is attached.
        AttachDate as attach_date: Timestamp = "2015-01-23T12:33:18Z";
    }
}

impl AttachedPolicy {
    /// All that are attached to `holder`, custom ones first, by name.
    ///
    /// # Errors
    /// `EntityNotExist.User`, `.Group` or `.Role`.
    pub fn list(cx: &mut Cx<'_, '_>, holder: Holder<'_>) -> ApiResult<Vec<Self>> {
        let account = cx.caller.account();
        let principal = holder.find(cx.tx, account)?;
        let mut found = Vec::new();
        for attached in policy_attachments::list(cx.tx, account, principal)? {
            let policy = policy::find(cx.tx, account, attached.policy_type, &attached.policy_name)?;
            found.push(Self {
                policy_name: policy.policy_name,
                policy_type: policy.policy_type,
                description: policy.description,
                default_version: policy.default_version,
                attach_date: attached.attach_date,
            });
        }
        Ok(found)
    }
}

shape! {
    /// Policies that are attached to somebody.
    pub struct AttachedPolicies {
        /// The policies, custom ones first, by name.
        Policy as policy: Vec<AttachedPolicy> = "";
    }
}
