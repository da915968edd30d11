//! The refusal of a call for want of permission: what the caller is told, and what is sealed for those who may look
//! deeper. Form and members as the vendor's answers and the models of its SDKs show them. Must not decide anything.

use ramward_rpc::api::{Api, Product};
use ramward_rpc::error::{ApiError, Plain};
use ramward_rpc::value::Value;
use serde::{Deserialize, Serialize};

use crate::authn::Caller;
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
    /// What the caller is: `SubUser`.
    pub principal_type: String,
    /// Who the caller is: a user's id.
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
    /// What it is attached to: `User` or `Group`.
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
            principal_type: "SubUser".to_owned(),
            principal: caller.user().to_string(),
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
