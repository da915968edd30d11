//! Policies attached to users, groups and roles: written once for the three. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code};

use crate::identity::group::GroupName;
use crate::identity::policy::{PolicyName, PolicyType};
use crate::identity::role::RoleName;
use crate::identity::user::UserName;
use crate::ids::AccountId;
use crate::ops::{Cx, Target, policy, role};
use crate::store::Tx;
use crate::store::tables::policy_attachments::{self, Attachment, Principal};
use crate::store::tables::{groups, users};

/// Whom a request names.
#[derive(Debug, Clone, Copy)]
pub enum Holder<'a> {
    /// A RAM user.
    User(&'a UserName),
    /// A group.
    Group(&'a GroupName),
    /// A role.
    Role(&'a RoleName),
}

impl Holder<'_> {
    /// What a request about the holder is about.
    pub fn target(self) -> Target {
        match self {
            Self::User(name) => Target::User(name.clone()),
            Self::Group(name) => Target::Named { kind: "group", name: name.to_string() },
            Self::Role(name) => role::target(name),
        }
    }

    /// What a request is about that gives the holder a policy or takes it away: both, so that whoever may manage a user
    /// does not by that alone hand out any policy there is.
    pub fn target_with(self, policy_type: PolicyType, name: &PolicyName) -> Target {
        Target::several([self.target(), policy::target_of(policy_type, name)])
    }

    /// The holder, whose policies are to change.
    ///
    /// # Errors
    /// As of [`Holder::find`]; `InvalidParameter.RoleName.NotAllowed` for the role of a service.
    fn find_own(self, tx: &mut Tx<'_>, account: AccountId) -> ApiResult<Principal> {
        match self {
            Self::Role(name) => role::find_own(tx, account, name).map(|row| Principal::Role(row.role_id)),
            Self::User(_) | Self::Group(_) => self.find(tx, account),
        }
    }

    /// The holder in the store.
    ///
    /// # Errors
    /// `EntityNotExist.User`, `.Group` or `.Role`.
    pub fn find(self, tx: &mut Tx<'_>, account: AccountId) -> ApiResult<Principal> {
        let (found, what) = match self {
            Self::User(name) => {
                let row = users::find_by_name(tx, account, name)?;
                (row.map(|row| Principal::User(row.user_id)), "User")
            }
            Self::Group(name) => {
                let row = groups::find_by_name(tx, account, name)?;
                (row.map(|row| Principal::Group(row.group_id)), "Group")
            }
            Self::Role(name) => {
                return role::find(tx, account, name).map(|row| Principal::Role(row.role_id));
            }
        };
        found.ok_or_else(|| ApiError::new(Code::EntityNotExist(what)))
    }

    const fn policy(self) -> &'static str {
        match self {
            Self::User(_) => "User.Policy",
            Self::Group(_) => "Group.Policy",
            Self::Role(_) => "Role.Policy",
        }
    }
}

/// Attaches a policy.
///
/// # Errors
/// `EntityNotExist.User` (`.Group`, `.Role`), `EntityNotExist.Policy`, `EntityAlreadyExists.User.Policy` (…),
/// `LimitExceeded.User.Policy` (…).
pub fn attach(
    cx: &mut Cx<'_, '_>,
    holder: Holder<'_>,
    policy_type: PolicyType,
    name: &PolicyName,
) -> ApiResult<()> {
    let account = cx.caller.account();
    let principal = holder.find_own(cx.tx, account)?;
    policy::find(cx.tx, account, policy_type, name)?;
    if policy_attachments::is_attached(cx.tx, account, principal, policy_type, name)? {
        return Err(ApiError::new(Code::EntityAlreadyExists(holder.policy())));
    }
    let quota = match policy_type {
        PolicyType::System => cx.settings.quotas.attached_system_policies,
        PolicyType::Custom => cx.settings.quotas.attached_policies,
    };
    if policy_attachments::count(cx.tx, account, principal, policy_type)? >= quota {
        return Err(ApiError::new(Code::LimitExceeded(holder.policy())));
    }
    let attachment = Attachment { policy_type, policy_name: name.clone(), attach_date: cx.now };
    policy_attachments::insert(cx.tx, account, principal, &attachment)?;
    Ok(())
}

/// Detaches a policy.
///
/// # Errors
/// `EntityNotExist.User` (`.Group`, `.Role`), `EntityNotExist.Policy`, and `EntityNotExist.User.Policy` (…) where it is
/// not attached.
pub fn detach(
    cx: &mut Cx<'_, '_>,
    holder: Holder<'_>,
    policy_type: PolicyType,
    name: &PolicyName,
) -> ApiResult<()> {
    let account = cx.caller.account();
    let principal = holder.find_own(cx.tx, account)?;
    policy::find(cx.tx, account, policy_type, name)?;
    if policy_attachments::delete(cx.tx, account, principal, policy_type, name)? {
        Ok(())
    } else {
        Err(ApiError::new(Code::EntityNotExist(holder.policy())))
    }
}
