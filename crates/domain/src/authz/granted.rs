//! What an identity's policies say: those attached to a user and to its groups, or to a role; read from the rows and
//! compiled. Knows no operation; what it reads, others keep.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::authn::{Caller, Identity};
use crate::identity::policy::PolicyType;
use crate::ids::{AccountId, RoleId, UserId};
use crate::policy::{Compiled, Document, Source, system};
use crate::store::tables::policy_attachments::{Attachment, Principal};
use crate::store::tables::{group_members, policies, policy_attachments, policy_versions, roles, users};
use crate::store::{StoreError, Tx};

/// Whose policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A RAM user's.
    User(UserId),
    /// A role's, for its sessions.
    Role(RoleId),
}

impl Holder {
    /// Whose policies a call goes by; `None` for those that policies do not limit.
    pub fn of(caller: &Caller) -> Option<Self> {
        match caller.identity() {
            Identity::User { id, .. } => Some(Self::User(id)),
            Identity::AssumedRole(session) => Some(Self::Role(session.role_id)),
            Identity::Root | Identity::Operator | Identity::Anonymous => None,
        }
    }
}

/// What policies grant.
#[derive(Debug, Default)]
pub struct Granted {
    /// The policies, ready to be asked.
    pub policies: Compiled,
    /// How many bytes their documents have, for who keeps this.
    pub bytes: u64,
}

/// Reads and compiles the policies of `holder`; `None` if there is no such user or role.
///
/// # Errors
/// The store's; `Damaged` if a stored document is none, since what it forbids would go unheard.
pub fn read(tx: &mut Tx<'_>, account: AccountId, holder: Holder) -> Result<Option<Granted>, StoreError> {
    let mut attached = Vec::new();
    match holder {
        Holder::User(user) => {
            if users::find(tx, account, user)?.is_none() {
                return Ok(None);
            }
            attached.push(("User", policy_attachments::list(tx, account, Principal::User(user))?));
            for (group, _) in group_members::list_groups(tx, account, user)? {
                attached.push(("Group", policy_attachments::list(tx, account, Principal::Group(group))?));
            }
        }
        Holder::Role(role) => {
            if roles::find(tx, account, role)?.is_none() {
                return Ok(None);
            }
            attached.push(("Role", policy_attachments::list(tx, account, Principal::Role(role))?));
        }
    }
    let mut seen = BTreeSet::new();
    let mut documents = Vec::new();
    let mut bytes = 0;
    for (attached_to, list) in attached {
        for attachment in list {
            if !seen.insert((attachment.policy_type, attachment.policy_name.clone())) {
                continue;
            }
            let Some((version, document, length)) = read_document(tx, account, &attachment)? else {
                continue;
            };
            bytes += length as u64;
            let source = Source {
                policy_type: attachment.policy_type,
                policy_name: attachment.policy_name.to_string(),
                version,
                attached_to,
            };
            documents.push((source, document));
        }
    }
    Ok(Some(Granted { policies: Compiled::new(documents), bytes }))
}

/// The version in force of an attached policy, its document and the length of its text. A system policy that this
/// server does not know, as a mirrored account may have, grants nothing.
fn read_document(
    tx: &mut Tx<'_>,
    account: AccountId,
    attachment: &Attachment,
) -> Result<Option<(String, Arc<Document>, usize)>, StoreError> {
    let name = &attachment.policy_name;
    if attachment.policy_type == PolicyType::System {
        let Some((policy, document)) = system::find(name.as_str()).zip(system::in_force(name.as_str()))
        else {
            return Ok(None);
        };
        let version = policy.default_version();
        // Shared with everybody who has it.
        return Ok(Some((version.version.to_owned(), document, 0)));
    }
    let Some(policy) = policies::find(tx, account, name)? else { return Ok(None) };
    let Some(version) = policy_versions::find(tx, account, name, policy.default_version)? else {
        return Err(StoreError::damaged("the version of a policy that is in force is missing"));
    };
    let text = version.document.as_str();
    let document =
        Document::parse(text).map_err(|_| StoreError::damaged("the document of a policy is none"))?;
    Ok(Some((policy.default_version.to_string(), Arc::new(document), text.len())))
}
