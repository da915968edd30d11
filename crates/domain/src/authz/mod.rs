//! Whether a caller may do what it asks. Root does everything in its account, the operator does the operator's
//! operations; a RAM user does what the policies of its account permit and to itself what the security preference
//! allows, unless a policy forbids it; the session of a role does what its role's policies and its own permit.

pub mod denial;
pub mod granted;

use ramward_rpc::api::{Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Plain};

pub use self::denial::{Diagnosis, federated_untrusted, untrusted};
pub use self::granted::{Granted, Holder};
use crate::arn::{Arn, Resource};
use crate::authn::{Caller, Identity};
use crate::identity::mfa::VirtualMFADeviceName;
use crate::identity::policy::PolicyName;
use crate::identity::role::ServiceName;
use crate::identity::role_session::RoleArn;
use crate::identity::security_preference::SecurityPreference;
use crate::identity::user::UserName;
use crate::ids::{AccountId, UserId};
use crate::policy::{Ask, Compiled, Context, Decision, Fact};

/// The key by which policies ask for the service whose role is made or deleted (the vendor's page of
/// CreateServiceLinkedRole).
const SERVICE_NAME: &str = "ram:ServiceName";

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
    /// One of the vendor's policies, which every account shares: `acs:ram:*:system:policy/<name>`.
    SystemPolicy(PolicyName),
    /// A role of the account that is a service's: one of that name, `*` where only the service is known. The service is
    /// what policies ask for with `ram:ServiceName`.
    ServiceLinkedRole {
        /// The role's name.
        name: String,
        /// The service, where it is known.
        service: Option<ServiceName>,
    },
    /// A role, of whatever account.
    Role(RoleArn),
    /// Several things, none of them several itself: the call is permitted only where it is for each of them.
    Several(Vec<Target>),
}

impl Target {
    /// What a call about all of these is about; the account as a whole where there are none.
    pub fn several(targets: impl IntoIterator<Item = Self>) -> Self {
        let mut targets: Vec<Self> = targets.into_iter().collect();
        match (targets.pop(), targets.is_empty()) {
            (None, _) => Self::Account,
            (Some(one), true) => one,
            (Some(last), false) => {
                targets.push(last);
                Self::Several(targets)
            }
        }
    }
}

/// What a decision may have to ask of the account's rows.
pub trait Records {
    /// What the policies of the caller say; `None` where its user or role is there no more.
    ///
    /// # Errors
    /// The store's.
    fn granted(&mut self) -> ApiResult<Option<std::sync::Arc<Granted>>>;

    /// The security preference of the caller's account.
    ///
    /// # Errors
    /// The store's.
    fn preference(&mut self) -> ApiResult<SecurityPreference>;

    /// The name of a RAM user of the caller's account.
    ///
    /// # Errors
    /// The store's.
    fn user_name(&mut self, user: UserId) -> ApiResult<Option<UserName>>;
}

/// Why a caller may not.
#[derive(Debug)]
pub enum Denied {
    /// For a reason that is no policy's.
    Otherwise(Box<ApiError>),
    /// Its policies forbid it, or do not permit it.
    ByPolicy(Box<Diagnosis>),
}

impl From<Box<ApiError>> for Denied {
    fn from(error: Box<ApiError>) -> Self {
        Self::Otherwise(error)
    }
}

/// Decides. `records` is asked only where the decision depends on it.
///
/// # Errors
/// Why not.
pub fn authorise(
    caller: &Caller,
    api: &Api,
    target: &Target,
    context: &Context<'_>,
    records: &mut impl Records,
) -> Result<(), Denied> {
    if caller.role_session().is_some() && records.granted()?.is_none() {
        return Err(role_is_gone().into());
    }
    match api.audience {
        Audience::Anyone | Audience::Unsigned => return Ok(()),
        Audience::Operator if caller.is_operator() => return Ok(()),
        Audience::Operator => return Err(operators_only(api).into()),
        Audience::AccountOrOperator if caller.is_operator() => return Ok(()),
        Audience::Account | Audience::Root if caller.is_operator() => return Err(accounts_only(api).into()),
        Audience::Account | Audience::AccountOrOperator | Audience::Root if caller.is_root() => return Ok(()),
        Audience::Root => return Err(root_only(api).into()),
        Audience::Account | Audience::AccountOrOperator => {}
    }
    if let Target::Several(targets) = target {
        return targets.iter().try_for_each(|one| authorise(caller, api, one, context, records));
    }
    let of_service;
    let context = match target {
        Target::ServiceLinkedRole { service: Some(service), .. } => {
            of_service = context.clone().with(SERVICE_NAME, Fact::Text(service.as_str()));
            &of_service
        }
        _ => context,
    };
    let granted = records.granted()?.unwrap_or_default();
    let resource = resource(caller, api, target, records)?;
    let ask = ask(api, &resource, context);
    let decision = granted.policies.decide(&ask);
    let session_policy = session_policy(caller)?;
    let by_session = session_policy.map(|policy| policy.decide(&ask));
    // A session's policy only takes away from what the role has.
    let (decision, of_session) = match (decision, by_session) {
        (Decision::ExplicitDeny(_), _) | (_, None) => (decision, false),
        (_, Some(session @ Decision::ExplicitDeny(_))) | (Decision::Allow(_), Some(session)) => {
            (session, true)
        }
        (Decision::ImplicitDeny, Some(_)) => (decision, false),
    };
    let denied = |decision| {
        let mut diagnosis = Diagnosis::new(caller, api, &resource.arn, context, decision);
        if of_session {
            "SessionPolicy".clone_into(&mut diagnosis.policy_type);
        }
        Denied::ByPolicy(Box::new(diagnosis))
    };
    match decision {
        Decision::Allow(_) => Ok(()),
        Decision::ExplicitDeny(_) => Err(denied(decision)),
        Decision::ImplicitDeny if serves_itself(caller, api, target, records)? => Ok(()),
        Decision::ImplicitDeny => Err(denied(decision)),
    }
}

/// The policy of the session that calls, if one does and has one.
fn session_policy(caller: &Caller) -> ApiResult<Option<&Compiled>> {
    let policy = caller.key.session_policy();
    policy.map_err(|bad| ApiError::internal(format!("the policy of a session is malformed: {bad}")))
}

/// Whether the policies in hand permit an operation on the account as a whole, without asking anything else: for answers
/// that are in memory already. Where it says no, [`authorise`] may still say yes.
pub fn permits_at_once(caller: &Caller, api: &Api, context: &Context<'_>, granted: &Granted) -> bool {
    let open = matches!(api.audience, Audience::Account | Audience::AccountOrOperator);
    open && !api.resource.contains("{user}") && {
        let resource = of_account(caller.account(), api, "*");
        let ask = ask(api, &resource, context);
        let session_permits = match session_policy(caller) {
            Ok(policy) => policy.is_none_or(|policy| policy.decide(&ask).is_allow()),
            Err(_) => false,
        };
        session_permits && granted.policies.decide(&ask).is_allow()
    }
}

/// What a policy may call an operation. Ramward's own are asked about under their own name and under the same name in
/// RAM, so that `ram:List*` and `ram:*` mean them too. Who may read the report may have it explained, and who may see the
/// findings may see what their repair would bring; who may list the users may look for one.
fn actions(api: &Api) -> Vec<String> {
    let mut actions = vec![api.ram_action.to_owned()];
    if api.product == Product::Ramward {
        actions.push(format!("ram:{}", api.action));
        let covering = match api.action {
            "ExplainAccountSecurityPracticeReport" => Some("ram:GetAccountSecurityPracticeReport"),
            "SearchUsers" => Some("ram:ListUsers"),
            "SimulateAccountSecurityPracticeReport" => Some("ram:ListSecurityFindings"),
            _ => None,
        };
        actions.extend(covering.map(str::to_owned));
    }
    actions
}

fn ask<'a>(api: &Api, resource: &'a Asked, context: &'a Context<'a>) -> Ask<'a> {
    let actions = actions(api);
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let mut resources = vec![resource.arn.as_str()];
    resources.extend(resource.all.as_deref());
    Ask::new(&actions, &resources, context)
}

/// The resource that policies are asked about. The account as a whole has two names: `*`, and that of all its RAM.
#[derive(Debug)]
struct Asked {
    arn: String,
    all: Option<String>,
}

fn resource(caller: &Caller, api: &Api, target: &Target, records: &mut impl Records) -> ApiResult<Asked> {
    let account = caller.account();
    let one = |arn: String| Asked { arn, all: None };
    Ok(match target {
        Target::Account | Target::Several(_) => of_account(account, api, "*"),
        Target::Own => {
            let own = caller.key.user_name.as_ref().map(ToString::to_string).unwrap_or_default();
            of_account(account, api, &own)
        }
        Target::User(name) => of_account(account, api, name.as_str()),
        // Policies name users by name; a user must not escape one by being called by its id.
        Target::UserId(user) => match records.user_name(*user)? {
            Some(name) => of_account(account, api, name.as_str()),
            None => of_account(account, api, &user.to_string()),
        },
        Target::Device(name) => one(format!("acs:ram:*:{account}:mfa/{name}")),
        Target::Named { kind, name } => one(format!("acs:ram:*:{account}:{kind}/{name}")),
        Target::SystemPolicy(name) => one(format!("acs:ram:*:system:policy/{name}")),
        Target::ServiceLinkedRole { name, .. } => one(format!("acs:ram:*:{account}:role/{name}")),
        Target::Role(arn) => one(format!("acs:ram:*:{}:role/{}", arn.account, arn.name)),
    })
}

fn of_account(account: AccountId, api: &Api, subject: &str) -> Asked {
    let arn = api.resource.replace("{account}", &account.to_string()).replace("{user}", subject);
    let all = (arn == "*").then(|| format!("acs:ram:*:{account}:*"));
    Asked { arn, all }
}

/// Whether a RAM user is about to do to itself what the security preference allows.
fn serves_itself(caller: &Caller, api: &Api, target: &Target, records: &mut impl Records) -> ApiResult<bool> {
    let Some(name) = &caller.key.user_name else { return Ok(false) };
    let about_itself = match target {
        Target::Own => true,
        Target::User(other) => name == other,
        Target::UserId(user) => *user == caller.user(),
        // Whose a device is, only the store knows, and an unbound one is nobody's: one's own is named like oneself.
        Target::Device(device) => name.as_str() == device.as_str(),
        Target::Account => matches!(api.self_service, SelfService::Password | SelfService::Always),
        Target::Named { .. }
        | Target::SystemPolicy(_)
        | Target::ServiceLinkedRole { .. }
        | Target::Role(_)
        | Target::Several(_) => false,
    };
    Ok(about_itself
        && match api.self_service {
            SelfService::No => false,
            SelfService::Always => true,
            SelfService::AccessKeys => records.preference()?.allow_user_to_manage_access_keys,
            SelfService::MfaDevice => records.preference()?.allow_user_to_manage_mfa_devices,
            SelfService::Password => records.preference()?.allow_user_to_change_password,
        })
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

fn root_only(api: &Api) -> Box<ApiError> {
    let message = format!(
        "You are not authorized to do this action. {} is about the root identity; no policy permits it, call it with an AccessKey of the root identity.",
        api.action
    );
    ApiError::with_message(Plain::NoPermission, message)
}

fn role_is_gone() -> Box<ApiError> {
    let message = "You are not authorized to do this action. The role of this session was deleted.";
    ApiError::with_message(Plain::NoPermission, message)
}

/// The ARN of a caller.
pub fn principal(caller: &Caller) -> Arn {
    let resource = match caller.identity() {
        Identity::User { name, .. } => Resource::User(name.clone()),
        Identity::AssumedRole(session) => {
            Resource::AssumedRole(session.role_name.clone(), session.session_name.clone())
        }
        Identity::Root | Identity::Operator | Identity::Anonymous => Resource::Root,
    };
    Arn { account: caller.account(), resource }
}
