//! The operations: what a call does. One file per Action, one line each in [`OPERATIONS`]; documentation, dispatch,
//! authorisation and the console read that list and no other.

pub mod access_key;
pub mod account;
pub mod attachment;
#[cfg(test)]
mod both_formats;
#[cfg(test)]
mod coverage;
pub mod device;
mod erased;
mod exception_view;
pub mod explanation;
pub mod governance;
pub mod group;
pub mod ims;
pub mod login_profile;
pub mod marker;
#[cfg(test)]
mod matrix;
pub mod mirror_view;
pub mod occasion;
pub mod oidc_provider;
pub mod password;
pub mod policy;
pub mod practice_info;
pub mod prepared;
pub mod ram;
pub mod ramward;
pub mod recycle_bin;
pub mod request_tag;
pub mod role;
pub mod role_session;
pub mod root_key;
pub mod saml_provider;
pub mod service_linked_role;
pub mod shown_key_id;
pub mod simulated_call;
pub mod single_use;
pub mod sts;
pub mod subject;
pub mod tag;
pub mod user;

use std::collections::HashMap;
use std::sync::LazyLock;

use ramward_rpc::api::{Access, Api, Product};
use ramward_rpc::error::{ApiError, ApiResult, Plain};
use ramward_rpc::shape::Shape;

pub use self::erased::{AnyOperation, AnyRequest, Erased};
use crate::authn::{Caller, Origin};
pub use crate::authz::Target;
use crate::endpoint::Endpoint;
use crate::entropy::Entropy;
use crate::identity::label::Label;
use crate::ids::AccountId;
use crate::ops::root_key::NewKey;
use crate::policy::Context;
use crate::settings::Settings;
use crate::store::seal::SealKey;
use crate::store::{Store, Tx};
use crate::time::Timestamp;

/// An operation: its description, its types, what it does.
pub trait Operation: Send + Sync + 'static {
    /// Everything documentation, dispatch and authorisation need.
    const API: Api;
    /// The summary in Simplified Chinese, for pages in that language.
    const SUMMARY_ZH: &'static str;
    /// Whether the answer depends on the account's rows and the UTC day alone. Such an answer is kept until the next
    /// commit on the account or midnight UTC.
    const ACCOUNT_WIDE: bool = false;
    /// Whether [`Operation::prepare`] does slow work, which then runs on a worker thread.
    const SLOW: bool = false;
    /// Its parameters.
    type Request: Shape + Send;
    /// Its answer.
    type Response: Shape;

    /// What the request is about.
    fn target(_request: &Self::Request) -> Target {
        Target::Account
    }

    /// Whether [`Operation::ACCOUNT_WIDE`] holds for the answer to this request: not where it depends on a parameter.
    fn is_account_wide(_request: &Self::Request) -> bool {
        Self::ACCOUNT_WIDE
    }

    /// Whether a call changes something; it then passes the writer. Settings may make a read one that writes.
    fn is_change(_settings: &Settings) -> bool {
        matches!(Self::API.access, Access::Write)
    }

    /// The one account that a call without a signature changes, where the request says it: other nodes change others
    /// meanwhile.
    fn changed_account(_request: &Self::Request) -> Option<AccountId> {
        None
    }

    /// Whether [`Operation::SLOW`] holds under these settings.
    fn is_slow(_settings: &Settings) -> bool {
        Self::SLOW
    }

    /// Slow work before the transaction, such as hashing a password.
    ///
    /// # Errors
    /// A refusal that needs no transaction.
    fn prepare(_cx: &Prepare<'_>, _request: &mut Self::Request) -> ApiResult<()> {
        Ok(())
    }

    /// Does it. May run again after a conflict, so it touches nothing but `cx`.
    ///
    /// # Errors
    /// A refusal; then nothing has changed.
    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Self::Response>;
}

/// What an operation may use before its transaction.
pub struct Prepare<'a> {
    /// Who calls.
    pub caller: &'a Caller,
    /// For reads of its own.
    pub store: &'a Store,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
    /// Settings.
    pub settings: &'a Settings,
    /// The time of dates and ages (the domain clock).
    pub now: Timestamp,
    /// The time of codes and signatures (the wall clock).
    pub wall: Timestamp,
    /// The server as a whole.
    pub whole: &'a dyn Whole,
}

/// The server as a whole, for the operator who keeps its state and puts it back.
pub trait Whole {
    /// Saves the whole state under a name.
    ///
    /// # Errors
    /// What the store cannot read or the disk cannot take.
    fn save(&self, name: &Label) -> ApiResult<()>;

    /// Puts the whole state back to what was saved under a name. `false` if nothing was.
    ///
    /// # Errors
    /// What the store cannot write; then nothing has changed.
    fn load(&self, name: &Label) -> ApiResult<bool>;

    /// Begins anew.
    ///
    /// # Errors
    /// A state that cannot be taken, or what the store cannot write; then nothing has changed.
    fn reset(&self, to: ResetTo<'_>) -> ApiResult<FirstAccount>;
}

/// What a server begins anew with.
#[derive(Debug, Clone, Copy)]
pub enum ResetTo<'a> {
    /// What it was started with.
    Start,
    /// Nothing but the first account.
    Empty,
    /// The text of a state file.
    State(&'a str),
}

/// The account that a start makes where there is none.
#[derive(Debug, Default)]
pub struct FirstAccount {
    /// The account, unless there are several.
    pub account_id: Option<AccountId>,
    /// Its root AccessKey, if it was made now.
    pub root_key: Option<NewKey>,
}

/// What an operation may use inside its transaction.
pub struct Cx<'a, 'tx> {
    /// The transaction.
    pub tx: &'a mut Tx<'tx>,
    /// Who calls.
    pub caller: &'a Caller,
    /// How the call reached the server.
    pub origin: Origin,
    /// The time of dates and ages (the domain clock).
    pub now: Timestamp,
    /// The time of codes and signatures (the wall clock).
    pub wall: Timestamp,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
    /// Seals secrets.
    pub seal: &'a SealKey,
    /// Settings.
    pub settings: &'a Settings,
    /// The latest use of a key that is known in memory but not yet in its row.
    pub last_used: &'a dyn LastUsed,
    /// The last requests, and faults on demand.
    pub endpoint: &'a Endpoint,
}

impl Cx<'_, '_> {
    /// What conditions of policies may ask of the call.
    pub fn context(&self) -> Context<'static> {
        Context::of_call(self.origin.peer, self.now, self.origin.secure, self.origin.mfa)
    }
}

/// Uses of AccessKeys that are known in memory and not yet written.
pub trait LastUsed: Send + Sync {
    /// When the key was last used, and through which product, if this process saw it.
    fn of(&self, access_key_id: &str) -> Option<(Timestamp, Product)>;
}

macro_rules! operations {
    ($($operation:ty),* $(,)?) => {
        /// Every operation this server knows.
        pub const OPERATIONS: &[&dyn AnyOperation] = &[$(&Erased::<$operation>::NEW),*];
    };
}

operations![
    ims::add_client_id_to_oidc_provider::AddClientIdToOIDCProvider,
    ims::add_fingerprint_to_oidc_provider::AddFingerprintToOIDCProvider,
    ims::add_user_to_group::AddUserToGroup,
    ims::bind_mfa_device::BindMFADevice,
    ims::change_password::ChangePassword,
    ims::create_access_key::CreateAccessKey,
    ims::create_group::CreateGroup,
    ims::create_login_profile::CreateLoginProfile,
    ims::create_oidc_provider::CreateOIDCProvider,
    ims::create_saml_provider::CreateSAMLProvider,
    ims::create_user::CreateUser,
    ims::create_virtual_mfa_device::CreateVirtualMFADevice,
    ims::delete_access_key::DeleteAccessKey,
    ims::delete_access_key_in_recycle_bin::DeleteAccessKeyInRecycleBin,
    ims::delete_group::DeleteGroup,
    ims::delete_login_profile::DeleteLoginProfile,
    ims::delete_oidc_provider::DeleteOIDCProvider,
    ims::delete_saml_provider::DeleteSAMLProvider,
    ims::delete_user::DeleteUser,
    ims::delete_user_in_recycle_bin::DeleteUserInRecycleBin,
    ims::delete_virtual_mfa_device::DeleteVirtualMFADevice,
    ims::disable_virtual_mfa::DisableVirtualMFA,
    ims::generate_credential_report::GenerateCredentialReport,
    ims::generate_governance_report::GenerateGovernanceReport,
    ims::get_access_key_info_in_recycle_bin::GetAccessKeyInfoInRecycleBin,
    ims::get_access_key_last_used::GetAccessKeyLastUsed,
    ims::get_access_key_policy::GetAccessKeyPolicy,
    ims::get_access_key_policy_for_account::GetAccessKeyPolicyForAccount,
    ims::get_account_mfa_info::GetAccountMFAInfo,
    ims::get_account_security_practice_report::GetAccountSecurityPracticeReport,
    ims::get_account_summary::GetAccountSummary,
    ims::get_credential_report::GetCredentialReport,
    ims::get_default_domain::GetDefaultDomain,
    ims::get_governance_item_report::GetGovernanceItemReport,
    ims::get_governance_report_status::GetGovernanceReportStatus,
    ims::get_group::GetGroup,
    ims::get_login_profile::GetLoginProfile,
    ims::get_oidc_provider::GetOIDCProvider,
    ims::get_password_policy::GetPasswordPolicy,
    ims::get_saml_provider::GetSAMLProvider,
    ims::get_security_preference::GetSecurityPreference,
    ims::get_user::GetUser,
    ims::get_user_in_recycle_bin::GetUserInRecycleBin,
    ims::get_user_mfa_info::GetUserMFAInfo,
    ims::get_verification_info::GetVerificationInfo,
    ims::list_access_keys::ListAccessKeys,
    ims::list_access_keys_in_recycle_bin::ListAccessKeysInRecycleBin,
    ims::list_groups::ListGroups,
    ims::list_groups_for_user::ListGroupsForUser,
    ims::list_oidc_providers::ListOIDCProviders,
    ims::list_recent_governance_metrics::ListRecentGovernanceMetrics,
    ims::list_saml_providers::ListSAMLProviders,
    ims::list_tag_resources::ListTagResources,
    ims::list_user_basic_infos::ListUserBasicInfos,
    ims::list_users::ListUsers,
    ims::list_users_for_group::ListUsersForGroup,
    ims::list_users_in_recycle_bin::ListUsersInRecycleBin,
    ims::list_virtual_mfa_devices::ListVirtualMFADevices,
    ims::remove_client_id_from_oidc_provider::RemoveClientIdFromOIDCProvider,
    ims::remove_fingerprint_from_oidc_provider::RemoveFingerprintFromOIDCProvider,
    ims::remove_user_from_group::RemoveUserFromGroup,
    ims::restore_access_key_from_recycle_bin::RestoreAccessKeyFromRecycleBin,
    ims::restore_user_from_recycle_bin::RestoreUserFromRecycleBin,
    ims::set_access_key_policy::SetAccessKeyPolicy,
    ims::set_access_key_policy_for_account::SetAccessKeyPolicyForAccount,
    ims::set_default_domain::SetDefaultDomain,
    ims::set_password_policy::SetPasswordPolicy,
    ims::set_security_preference::SetSecurityPreference,
    ims::set_verification_info::SetVerificationInfo,
    ims::tag_resources::TagResources,
    ims::unbind_mfa_device::UnbindMFADevice,
    ims::unbind_verification::UnbindVerification,
    ims::untag_resources::UntagResources,
    ims::update_access_key::UpdateAccessKey,
    ims::update_group::UpdateGroup,
    ims::update_login_profile::UpdateLoginProfile,
    ims::update_oidc_provider::UpdateOIDCProvider,
    ims::update_saml_provider::UpdateSAMLProvider,
    ims::update_user::UpdateUser,
    ram::add_user_to_group::AddUserToGroup,
    ram::attach_policy_to_group::AttachPolicyToGroup,
    ram::attach_policy_to_role::AttachPolicyToRole,
    ram::attach_policy_to_user::AttachPolicyToUser,
    ram::bind_mfa_device::BindMFADevice,
    ram::change_password::ChangePassword,
    ram::clear_account_alias::ClearAccountAlias,
    ram::create_access_key::CreateAccessKey,
    ram::create_group::CreateGroup,
    ram::create_login_profile::CreateLoginProfile,
    ram::create_policy::CreatePolicy,
    ram::create_policy_version::CreatePolicyVersion,
    ram::create_role::CreateRole,
    ram::create_service_linked_role::CreateServiceLinkedRole,
    ram::create_user::CreateUser,
    ram::create_virtual_mfa_device::CreateVirtualMFADevice,
    ram::decode_diagnostic_message::DecodeDiagnosticMessage,
    ram::delete_access_key::DeleteAccessKey,
    ram::delete_group::DeleteGroup,
    ram::delete_login_profile::DeleteLoginProfile,
    ram::delete_policy::DeletePolicy,
    ram::delete_policy_version::DeletePolicyVersion,
    ram::delete_role::DeleteRole,
    ram::delete_service_linked_role::DeleteServiceLinkedRole,
    ram::delete_user::DeleteUser,
    ram::delete_virtual_mfa_device::DeleteVirtualMFADevice,
    ram::detach_policy_from_group::DetachPolicyFromGroup,
    ram::detach_policy_from_role::DetachPolicyFromRole,
    ram::detach_policy_from_user::DetachPolicyFromUser,
    ram::get_access_key_last_used::GetAccessKeyLastUsed,
    ram::get_account_alias::GetAccountAlias,
    ram::get_group::GetGroup,
    ram::get_login_profile::GetLoginProfile,
    ram::get_password_policy::GetPasswordPolicy,
    ram::get_policy::GetPolicy,
    ram::get_policy_version::GetPolicyVersion,
    ram::get_role::GetRole,
    ram::get_security_preference::GetSecurityPreference,
    ram::get_service_linked_role_template::GetServiceLinkedRoleTemplate,
    ram::get_user::GetUser,
    ram::get_user_mfa_info::GetUserMFAInfo,
    ram::list_access_keys::ListAccessKeys,
    ram::list_entities_for_policy::ListEntitiesForPolicy,
    ram::list_groups::ListGroups,
    ram::list_groups_for_user::ListGroupsForUser,
    ram::list_policies::ListPolicies,
    ram::list_policies_for_group::ListPoliciesForGroup,
    ram::list_policies_for_role::ListPoliciesForRole,
    ram::list_policies_for_user::ListPoliciesForUser,
    ram::list_policy_versions::ListPolicyVersions,
    ram::list_roles::ListRoles,
    ram::list_tag_resources::ListTagResources,
    ram::list_users::ListUsers,
    ram::list_users_for_group::ListUsersForGroup,
    ram::list_virtual_mfa_devices::ListVirtualMFADevices,
    ram::remove_user_from_group::RemoveUserFromGroup,
    ram::set_account_alias::SetAccountAlias,
    ram::set_default_policy_version::SetDefaultPolicyVersion,
    ram::set_password_policy::SetPasswordPolicy,
    ram::set_security_preference::SetSecurityPreference,
    ram::tag_resources::TagResources,
    ram::unbind_mfa_device::UnbindMFADevice,
    ram::untag_resources::UntagResources,
    ram::update_access_key::UpdateAccessKey,
    ram::update_group::UpdateGroup,
    ram::update_login_profile::UpdateLoginProfile,
    ram::update_policy_description::UpdatePolicyDescription,
    ram::update_role::UpdateRole,
    ram::update_user::UpdateUser,
    sts::assume_role::AssumeRole,
    sts::assume_role_with_oidc::AssumeRoleWithOIDC,
    sts::assume_role_with_saml::AssumeRoleWithSAML,
    sts::get_caller_identity::GetCallerIdentity,
    ramward::bind_account_mfa_device::BindAccountMFADevice,
    ramward::create_account::CreateAccount,
    ramward::delete_account::DeleteAccount,
    ramward::delete_account_password::DeleteAccountPassword,
    ramward::delete_faults::DeleteFaults,
    ramward::delete_security_exception::DeleteSecurityException,
    ramward::delete_snapshot::DeleteSnapshot,
    ramward::explain_account_security_practice_report::ExplainAccountSecurityPracticeReport,
    ramward::get_request::GetRequest,
    ramward::list_account_security_practice_report_history::ListAccountSecurityPracticeReportHistory,
    ramward::list_accounts::ListAccounts,
    ramward::list_faults::ListFaults,
    ramward::list_requests::ListRequests,
    ramward::list_security_exceptions::ListSecurityExceptions,
    ramward::list_security_findings::ListSecurityFindings,
    ramward::list_snapshots::ListSnapshots,
    ramward::load_snapshot::LoadSnapshot,
    ramward::reset_server::ResetServer,
    ramward::save_snapshot::SaveSnapshot,
    ramward::search_users::SearchUsers,
    ramward::set_account_password::SetAccountPassword,
    ramward::set_clock::SetClock,
    ramward::set_fault::SetFault,
    ramward::set_oidc_provider_keys::SetOIDCProviderKeys,
    ramward::set_security_exception::SetSecurityException,
    ramward::simulate_account_security_practice_report::SimulateAccountSecurityPracticeReport,
    ramward::unbind_account_mfa_device::UnbindAccountMFADevice,
];

/// The caller's account was deleted between admission and now.
pub fn account_is_gone() -> Box<ApiError> {
    ApiError::new(Plain::InvalidAccessKeyIdNotFound)
}

static BY_NAME: LazyLock<HashMap<(Product, &'static str), usize>> = LazyLock::new(|| {
    OPERATIONS
        .iter()
        .enumerate()
        .map(|(index, operation)| ((operation.api().product, operation.api().action), index))
        .collect()
});

/// The place of an operation in [`OPERATIONS`].
pub fn find(product: Product, action: &str) -> Option<usize> {
    BY_NAME.get(&(product, action)).copied()
}
