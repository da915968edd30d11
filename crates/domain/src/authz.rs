//! Whether a caller may do what it asks. Until policies exist: root does everything in its account, the operator does
//! the operator's operations, a RAM user does to itself what the security preference allows, and nothing else.

use ramward_rpc::api::{Api, Audience, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Plain};
use ramward_rpc::value::Value;

use crate::arn::{Arn, Resource};
use crate::authn::Caller;
use crate::identity::mfa::VirtualMFADeviceName;
use crate::identity::security_preference::SecurityPreference;
use crate::identity::user::UserName;
use crate::ids::UserId;

/// What a call is about, read from the request alone, so that authorisation precedes every look-up and leaks nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The account as a whole.
    Account,
    /// The calling identity itself.
    Own,
    /// The RAM user of that name (the part before the `@`).
    User(UserName),
    /// The RAM user of that id.
    UserId(UserId),
    /// The virtual MFA device of that name.
    Device(VirtualMFADeviceName),
    /// Something else of the account with a name of its own, existing or not: `acs:ram:*:<account>:<kind>/<name>`.
    Named {
        /// What it is, as ARNs spell it: `group`, `policy`, `role`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
}

/// Decides. `preference` is asked only where the decision depends on it.
///
/// # Errors
/// `NoPermission`, with `AccessDeniedDetail`.
pub fn authorise(
    caller: &Caller,
    api: &Api,
    target: &Target,
    preference: impl FnOnce() -> ApiResult<SecurityPreference>,
) -> ApiResult<()> {
    match api.audience {
        Audience::Anyone => return Ok(()),
        Audience::Operator if caller.is_operator() => return Ok(()),
        Audience::Operator => return Err(operators_only(api)),
        Audience::AccountOrOperator if caller.is_operator() => return Ok(()),
        Audience::Account if caller.is_operator() => return Err(accounts_only(api)),
        Audience::Account | Audience::AccountOrOperator if caller.is_root() => return Ok(()),
        Audience::Account | Audience::AccountOrOperator => {}
    }
    let about_itself = match target {
        Target::Own => true,
        Target::User(name) => caller.key.user_name.as_ref() == Some(name),
        Target::UserId(user) => *user == caller.user(),
        // Whose a device is, only the store knows, and an unbound one is nobody's: one's own is named like oneself.
        Target::Device(name) => {
            caller.key.user_name.as_ref().is_some_and(|user| user.as_str() == name.as_str())
        }
        Target::Account => matches!(api.self_service, SelfService::Password | SelfService::Always),
        Target::Named { .. } => false,
    };
    let allowed = about_itself
        && match api.self_service {
            SelfService::No => false,
            SelfService::Always => true,
            SelfService::AccessKeys => preference()?.allow_user_to_manage_access_keys,
            SelfService::MfaDevice => preference()?.allow_user_to_manage_mfa_devices,
            SelfService::Password => preference()?.allow_user_to_change_password,
        };
    if allowed { Ok(()) } else { Err(denied(caller, api, target)) }
}

fn operators_only(api: &Api) -> Box<ApiError> {
    let message = format!(
        "You are not authorized to do this action. {} is for the operator's AccessKey, which the server printed at its first start.",
        api.action
    );
    ApiError::with_message(Plain::NoPermission, message)
}

fn accounts_only(api: &Api) -> Box<ApiError> {
    let message = format!(
        "You are not authorized to do this action. The operator's AccessKey belongs to no account; call {} with an AccessKey of the account.",
        api.action
    );
    ApiError::with_message(Plain::NoPermission, message)
}

fn denied(caller: &Caller, api: &Api, target: &Target) -> Box<ApiError> {
    let subject = match target {
        Target::User(name) => name.to_string(),
        Target::UserId(user) => user.to_string(),
        Target::Own => caller.key.user_name.as_ref().map(ToString::to_string).unwrap_or_default(),
        Target::Device(name) => name.to_string(),
        Target::Named { name, .. } => name.clone(),
        Target::Account => "*".to_owned(),
    };
    let resource = match target {
        Target::Device(name) => format!("acs:ram:*:{}:mfa/{name}", caller.account()),
        Target::Named { kind, name } => format!("acs:ram:*:{}:{kind}/{name}", caller.account()),
        _ => api.resource.replace("{account}", &caller.account().to_string()).replace("{user}", &subject),
    };
    let message =
        format!("You are not authorized to do this action. Resource: {resource} Action: {}", api.ram_action);
    let mut error = ApiError::with_message(Plain::NoPermission, message);
    error.access_denied = vec![
        ("AuthAction", Value::text(api.ram_action)),
        ("AuthPrincipalDisplayName", Value::text(caller.user().get().to_string())),
        ("AuthPrincipalOwnerId", Value::text(caller.account().to_string())),
        ("AuthPrincipalType", Value::text("SubUser")),
        ("NoPermissionType", Value::text("ImplicitDeny")),
        ("PolicyType", Value::text("AccountLevelIdentityBasedPolicy")),
    ];
    error
}

/// The ARN of a caller.
pub fn principal(caller: &Caller) -> Arn {
    let resource = caller.key.user_name.clone().map_or(Resource::Root, Resource::User);
    Arn { account: caller.account(), resource }
}
