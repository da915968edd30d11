//! Policies as operations see them: a system one and a custom one look alike, and each is found by its type and name.
//! Written once for whoever makes, reads, attaches and counts them. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code};

use crate::identity::policy::{PolicyDescription, PolicyDocument, PolicyName, PolicyType, VersionId};
use crate::ids::AccountId;
use crate::ops::{Cx, Target};
use crate::policy::Document;
use crate::policy::system::{self, SystemPolicy, SystemVersion};
use crate::store::Tx;
use crate::store::tables::policies::{self, Policy};
use crate::store::tables::policy_uses;
use crate::store::tables::policy_versions::{self, PolicyVersion};
use crate::time::Timestamp;

/// What is known of a policy of either type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFacts {
    /// Its name.
    pub policy_name: PolicyName,
    /// Whose it is.
    pub policy_type: PolicyType,
    /// What it is for.
    pub description: PolicyDescription,
    /// The version in force.
    pub default_version: VersionId,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it was last changed.
    pub update_date: Timestamp,
}

/// A version of a policy of either type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionFacts {
    /// Its number.
    pub version: VersionId,
    /// What it says.
    pub document: PolicyDocument,
    /// When it was made.
    pub create_date: Timestamp,
}

impl From<Policy> for PolicyFacts {
    fn from(row: Policy) -> Self {
        Self {
            policy_name: row.policy_name,
            policy_type: PolicyType::Custom,
            description: row.description,
            default_version: row.default_version,
            create_date: row.create_date,
            update_date: row.update_date,
        }
    }
}

impl From<PolicyVersion> for VersionFacts {
    fn from(row: PolicyVersion) -> Self {
        Self { version: row.version, document: row.document, create_date: row.create_date }
    }
}

fn system_version(version: &SystemVersion) -> VersionFacts {
    const READ: &str = "a test reads every system policy";
    VersionFacts {
        version: version.version.parse().expect(READ),
        document: PolicyDocument::parse(version.document).expect(READ),
        create_date: Timestamp::parse(version.create_date).expect(READ),
    }
}

fn system_policy(policy: &SystemPolicy) -> PolicyFacts {
    const READ: &str = "a test reads every system policy";
    let latest = system_version(policy.default_version());
    let first = policy.versions.first().map_or_else(|| latest.clone(), system_version);
    PolicyFacts {
        policy_name: PolicyName::parse(policy.policy_name).expect(READ),
        policy_type: PolicyType::System,
        description: PolicyDescription::parse(policy.description).expect(READ),
        default_version: latest.version,
        create_date: first.create_date,
        update_date: latest.create_date,
    }
}

/// What a request about a policy of the account is about.
pub fn target(name: &PolicyName) -> Target {
    Target::Named { kind: "policy", name: name.to_string() }
}

/// What a request about a policy of either type is about.
pub fn target_of(policy_type: PolicyType, name: &PolicyName) -> Target {
    match policy_type {
        PolicyType::System => Target::SystemPolicy(name.clone()),
        PolicyType::Custom => target(name),
    }
}

/// No such policy, of the type asked for.
fn no_such_policy() -> Box<ApiError> {
    ApiError::new(Code::EntityNotExist("Policy"))
}

/// A policy of either type.
///
/// # Errors
/// `EntityNotExist.Policy`.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    policy_type: PolicyType,
    name: &PolicyName,
) -> ApiResult<PolicyFacts> {
    match policy_type {
        PolicyType::System => system::find(name.as_str()).map(system_policy).ok_or_else(no_such_policy),
        PolicyType::Custom => find_custom(tx, account, name).map(PolicyFacts::from),
    }
}

/// A custom policy of the account, to be changed.
///
/// # Errors
/// `EntityNotExist.Policy`, for a system policy too: nobody changes those.
pub fn find_custom(tx: &mut Tx<'_>, account: AccountId, name: &PolicyName) -> ApiResult<Policy> {
    policies::find(tx, account, name)?.ok_or_else(no_such_policy)
}

/// The versions of a policy, oldest first.
///
/// # Errors
/// A failure of the store.
pub fn versions(tx: &mut Tx<'_>, account: AccountId, policy: &PolicyFacts) -> ApiResult<Vec<VersionFacts>> {
    match policy.policy_type {
        PolicyType::System => {
            let found = system::find(policy.policy_name.as_str()).map(|policy| policy.versions);
            Ok(found.unwrap_or_default().iter().map(system_version).collect())
        }
        PolicyType::Custom => {
            let rows = policy_versions::list(tx, account, &policy.policy_name)?;
            Ok(rows.into_iter().map(VersionFacts::from).collect())
        }
    }
}

/// A version of a policy.
///
/// # Errors
/// `EntityNotExist.Policy.Version`.
pub fn find_version(
    tx: &mut Tx<'_>,
    account: AccountId,
    policy: &PolicyFacts,
    version: VersionId,
) -> ApiResult<VersionFacts> {
    let found = versions(tx, account, policy)?.into_iter().find(|found| found.version == version);
    found.ok_or_else(|| ApiError::new(Code::EntityNotExist("Policy.Version")))
}

/// How often a policy is attached in the account.
///
/// # Errors
/// A failure of the store.
pub fn attachment_count(tx: &mut Tx<'_>, account: AccountId, policy: &PolicyFacts) -> ApiResult<i64> {
    Ok(policy_uses::find(tx, account, policy.policy_type, &policy.policy_name)?)
}

/// Where a list of policies goes on: system ones by name, then custom ones by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyKey {
    /// Whose policy the last one was.
    pub policy_type: PolicyType,
    /// What it is called.
    pub policy_name: PolicyName,
}

impl std::fmt::Display for PolicyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.policy_type, self.policy_name)
    }
}

impl std::str::FromStr for PolicyKey {
    type Err = ramward_rpc::error::Rule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (policy_type, name) = text.split_once(':').ok_or(ramward_rpc::error::Rule::Format)?;
        Ok(Self { policy_type: PolicyType::parse(policy_type)?, policy_name: PolicyName::parse(name)? })
    }
}

impl From<&PolicyFacts> for PolicyKey {
    fn from(policy: &PolicyFacts) -> Self {
        Self { policy_type: policy.policy_type, policy_name: policy.policy_name.clone() }
    }
}

/// The next `limit` policies of the account after `after`: all, or those of one type.
///
/// # Errors
/// A failure of the store.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    only: Option<PolicyType>,
    after: Option<&PolicyKey>,
    limit: usize,
) -> ApiResult<Vec<PolicyFacts>> {
    let mut found = Vec::new();
    let begins_custom = after.is_some_and(|after| after.policy_type == PolicyType::Custom);
    if only != Some(PolicyType::Custom) && !begins_custom {
        let after = after.map_or("", |after| after.policy_name.as_str());
        let rest = system::POLICIES.iter().filter(|policy| policy.policy_name > after);
        found.extend(rest.take(limit).map(system_policy));
    }
    if only != Some(PolicyType::System) && found.len() < limit {
        let after = after.filter(|after| after.policy_type == PolicyType::Custom);
        let after = after.map_or("", |after| after.policy_name.as_str());
        let rows = policies::list(tx, account, after, limit - found.len())?;
        found.extend(rows.into_iter().map(PolicyFacts::from));
    }
    Ok(found)
}

/// Makes a custom policy with a first version.
///
/// # Errors
/// `MalformedPolicyDocument`, `EntityAlreadyExists.Policy`, `LimitExceeded.Policy`.
pub fn create(
    cx: &mut Cx<'_, '_>,
    name: &PolicyName,
    description: &PolicyDescription,
    document: &PolicyDocument,
) -> ApiResult<Policy> {
    let account = cx.caller.account();
    let parsed = Document::parse(document.as_str())?;
    if policies::find(cx.tx, account, name)?.is_some() {
        return Err(ApiError::new(Code::EntityAlreadyExists("Policy")));
    }
    if policies::count(cx.tx, account)? >= cx.settings.quotas.policies {
        return Err(ApiError::new(Code::LimitExceeded("Policy")));
    }
    let policy = Policy {
        account,
        policy_name: name.clone(),
        description: description.clone(),
        default_version: VersionId::FIRST,
        last_version: VersionId::FIRST,
        full_access: parsed.permits_everything(),
        create_date: cx.now,
        update_date: cx.now,
    };
    policies::insert(cx.tx, &policy)?;
    let version = PolicyVersion {
        account,
        policy_name: name.clone(),
        version: VersionId::FIRST,
        document: document.clone(),
        create_date: cx.now,
    };
    policy_versions::insert(cx.tx, &version)?;
    Ok(policy)
}

/// What becomes of the versions there are when a policy that has all it may have gets a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// The new one is refused.
    Refuse,
    /// The oldest that is not in force goes.
    DropOldest,
}

/// Adds a version to a custom policy, and puts it in force if it shall be.
///
/// # Errors
/// `MalformedPolicyDocument`, `LimitExceeded.Policy.Version`.
pub fn add_version(
    cx: &mut Cx<'_, '_>,
    mut policy: Policy,
    document: &PolicyDocument,
    in_force: bool,
    rotation: Rotation,
) -> ApiResult<PolicyVersion> {
    let parsed = Document::parse(document.as_str())?;
    let versions = policy_versions::list(cx.tx, policy.account, &policy.policy_name)?;
    let quota = usize::try_from(cx.settings.quotas.versions_per_policy).unwrap_or_default();
    if versions.len() >= quota {
        let oldest = versions.iter().find(|version| version.version != policy.default_version);
        let Some(oldest) = oldest.filter(|_| rotation == Rotation::DropOldest) else {
            return Err(ApiError::new(Code::LimitExceeded("Policy.Version")));
        };
        policy_versions::delete(cx.tx, policy.account, &policy.policy_name, oldest.version)?;
    }
    policy.last_version = policy.last_version.next();
    policy.update_date = cx.now;
    if in_force {
        policy.default_version = policy.last_version;
        policy.full_access = parsed.permits_everything();
    }
    let version = PolicyVersion {
        account: policy.account,
        policy_name: policy.policy_name.clone(),
        version: policy.last_version,
        document: document.clone(),
        create_date: cx.now,
    };
    policy_versions::insert(cx.tx, &version)?;
    policies::update(cx.tx, &policy)?;
    Ok(version)
}

/// Puts a version of a custom policy in force.
///
/// # Errors
/// `EntityNotExist.Policy.Version`.
pub fn set_default_version(cx: &mut Cx<'_, '_>, mut policy: Policy, version: VersionId) -> ApiResult<()> {
    let found = policy_versions::find(cx.tx, policy.account, &policy.policy_name, version)?;
    let found = found.ok_or_else(|| ApiError::new(Code::EntityNotExist("Policy.Version")))?;
    if policy.default_version == version {
        return Ok(());
    }
    policy.default_version = version;
    policy.full_access = Document::parse(found.document.as_str())?.permits_everything();
    policy.update_date = cx.now;
    policies::update(cx.tx, &policy)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_policy_is_told() {
        for policy in system::POLICIES {
            let facts = system_policy(policy);
            assert_eq!(facts.default_version.to_string(), policy.default_version().version);
            assert!(policy.versions.iter().all(|version| system_version(version).version.get() > 0));
        }
    }

    #[test]
    fn where_a_list_goes_on() {
        for text in ["System:AdministratorAccess", "Custom:a-1"] {
            assert_eq!(text.parse::<PolicyKey>().unwrap().to_string(), text);
        }
        for text in ["", "System", "system:a", "Custom:", "Custom:a b", "Custom:a:b"] {
            assert!(text.parse::<PolicyKey>().is_err(), "{text}");
        }
    }
}
