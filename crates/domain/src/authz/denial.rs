//! The refusal of a call for want of permission: what the caller is told, and what is sealed for those who may look
//! deeper. Form and members as the vendor's answers and the models of its SDKs show them. Must not decide anything.

use ramward_rpc::api::{Api, Product};
use ramward_rpc::error::{ApiError, Code, Plain};
use ramward_rpc::value::Value;
use serde::{Deserialize, Serialize};

use crate::authn::{Caller, Identity};
use crate::entropy::Entropy;
use crate::ids::AccountId;
use crate::policy::{Context, Decision};
use crate::store::seal::{SealKey, Sealed, SecretOf};

/// Longer than any sealed diagnosis; nothing longer is opened.
const MAX_TEXT_BYTES: usize = 16 * 1024;

/// Why a call was denied by policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The account whose policies decided.
    pub account: AccountId,
    /// What was asked.
    pub action: String,
    /// Of what.
    pub resource: String,
    /// What the caller is: `SubUser`, `AssumedRoleUser`.
    pub principal_type: String,
    /// Who the caller is: a user's id, a session as `<RoleName>:<RoleSessionName>`.
    pub principal: String,
    /// The kind of policy that decided.
    pub policy_type: String,
    /// The policy that forbids it, if one does.
    pub matched: Option<Matched>,
    /// What conditions could look at.
    pub conditions: Vec<(String, Vec<String>)>,
}

/// A policy that forbids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matched {
    /// What it is attached to: `User`, `Group` or `Role`; `Session` for the policy of a session.
    pub attached_to: String,
    /// `System` or `Custom`.
    pub policy_type: String,
    /// Its name.
    pub policy_name: String,
    /// Its version.
    pub version: String,
}

impl Diagnosis {
    /// What `decision`, which is no permission, rests on.
    pub fn new(
        caller: &Caller,
        api: &Api,
        resource: &str,
        context: &Context<'_>,
        decision: Decision<'_>,
    ) -> Self {
        let matched = match decision {
            Decision::ExplicitDeny(source) => Some(Matched {
                attached_to: source.attached_to.to_owned(),
                policy_type: source.policy_type.to_string(),
                policy_name: source.policy_name.clone(),
                version: source.version.clone(),
            }),
            Decision::Allow(_) | Decision::ImplicitDeny => None,
        };
        let conditions = context.facts().iter().map(|(key, fact)| {
            ((*key).to_owned(), fact.texts().into_iter().map(std::borrow::Cow::into_owned).collect())
        });
        Self {
            account: caller.account(),
            action: api.ram_action.to_owned(),
            resource: resource.to_owned(),
            principal_type: principal_type(caller).to_owned(),
            principal: display_name(caller),
            policy_type: "AccountLevelIdentityBasedPolicy".to_owned(),
            matched,
            conditions: conditions.collect(),
        }
    }

    /// The refusal, with the diagnosis sealed in it.
    pub fn refusal(&self, product: Product, seal: &SealKey, entropy: &dyn Entropy) -> Box<ApiError> {
        let message = if product == Product::Sts {
            "You are not authorized to do this action. You should be authorized by RAM.".to_owned()
        } else {
            format!(
                "You are not authorized to do this action. Resource: {} Action: {}",
                self.resource, self.action
            )
        };
        let kind = if self.matched.is_some() { "ExplicitDeny" } else { "ImplicitDeny" };
        let text = |text: &str| Value::text(text.to_owned());
        let mut error = ApiError::with_message(Plain::NoPermission, message);
        error.access_denied = vec![
            ("AuthAction", text(&self.action)),
            ("AuthPrincipalDisplayName", text(&self.principal)),
            ("AuthPrincipalOwnerId", Value::text(self.account.to_string())),
            ("AuthPrincipalType", text(&self.principal_type)),
            ("AuthResource", text(&self.resource)),
            ("EncodedDiagnosticMessage", Value::text(self.sealed(seal, entropy))),
            ("NoPermissionType", Value::text(kind)),
            ("PolicyType", text(&self.policy_type)),
        ];
        error
    }

    fn sealed(&self, seal: &SealKey, entropy: &dyn Entropy) -> String {
        let text = serde_json::to_vec(self).expect("texts and a number are JSON");
        seal.seal(SecretOf::Diagnosis(self.account), &text, entropy).to_text()
    }

    /// Opens what a refusal of a call to `account` sealed; `None` if it is nothing of the kind.
    pub fn open(text: &str, account: AccountId, seal: &SealKey) -> Option<Self> {
        if text.len() > MAX_TEXT_BYTES {
            return None;
        }
        let opened = seal.open(SecretOf::Diagnosis(account), &Sealed::from_text(text)?).ok()?;
        serde_json::from_slice(&opened).ok()
    }
}

/// The refusal of a role whose trust document does not permit the caller; `kind` says whether it forbids outright.
pub fn untrusted(caller: &Caller, kind: &'static str) -> Box<ApiError> {
    let message = "You are not authorized to do this action. You should be authorized by RAM. \
                   The role's trust policy does not permit it.";
    let mut error = ApiError::with_message(Plain::NoPermission, message);
    error.access_denied =
        untrusted_detail(&display_name(caller), caller.account(), principal_type(caller), kind);
    error
}

/// The same where an identity provider of `account` proved who asks, which is called `name`.
pub fn federated_untrusted(account: AccountId, name: &str, kind: &'static str) -> Box<ApiError> {
    let message = "There is no permission. The role's trust policy does not permit it.";
    let mut error = ApiError::with_message(Code::AuthenticationFail("NoPermission"), message);
    error.access_denied = untrusted_detail(name, account, "Federated", kind);
    error
}

fn untrusted_detail(
    name: &str,
    owner: AccountId,
    principal: &'static str,
    kind: &'static str,
) -> Vec<(&'static str, Value)> {
    vec![
        ("AuthAction", Value::text("sts:AssumeRole")),
        ("AuthPrincipalDisplayName", Value::text(name.to_owned())),
        ("AuthPrincipalOwnerId", Value::text(owner.to_string())),
        ("AuthPrincipalType", Value::text(principal)),
        ("NoPermissionType", Value::text(kind)),
        ("PolicyType", Value::text("AssumeRolePolicy")),
    ]
}

/// A role's session by the role and its own name, a user by its id.
fn display_name(caller: &Caller) -> String {
    match caller.identity() {
        Identity::AssumedRole(session) => format!("{}:{}", session.role_name, session.session_name),
        _ => caller.user().to_string(),
    }
}

fn principal_type(caller: &Caller) -> &'static str {
    match caller.identity() {
        Identity::AssumedRole(_) => "AssumedRoleUser",
        _ => "SubUser",
    }
}
