//! Whose signature a call carries: the key by its id, out of memory or the store, and a session's key out of its token.
//! Must not check a signature.

use std::str::FromStr;
use std::sync::Arc;

use ramward_rpc::error::{ApiError, ApiResult, Plain};
use ramward_rpc::sign::Secret;
use sha2::{Digest, Sha256};

use super::Core;
use super::call::Signed;
use crate::authn::{IdleLimit, KeyEntry, session};
use crate::identity::access_key::Status;
use crate::ids::{AccessKeyId, AccountId};
use crate::store::seal::{SealKey, Sealed, SecretOf};
use crate::store::tables::access_keys;
use crate::store::{StoreError, Tx, refusal};

impl Core {
    /// The key that signed: of a session out of its token, else out of the store.
    pub(super) fn signer(&self, signed: &Signed<'_>, may_read: bool) -> ApiResult<Option<Arc<KeyEntry>>> {
        let claim = &signed.claim;
        if !AccessKeyId::is_temporary(claim.access_key_id) {
            return self.key(claim.access_key_id, may_read);
        }
        let token = claim.security_token.filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| ApiError::missing("SecurityToken"))?;
        let key =
            self.session_key(token).ok_or_else(|| ApiError::new(Plain::InvalidSecurityTokenMalformed))?;
        if key.access_key_id.as_str() != claim.access_key_id {
            return Err(ApiError::new(Plain::InvalidSecurityTokenMismatch));
        }
        Ok(Some(key))
    }

    /// The key of the session whose token this is. What is sealed in a token never changes, so nothing empties this cache.
    fn session_key(&self, token: &str) -> Option<Arc<KeyEntry>> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some(key) = self.caches.sessions.get(&digest) {
            return Some(key);
        }
        let key = Arc::new(session::open(token, &self.seal)?);
        self.caches.sessions.insert(digest, Arc::clone(&key));
        Some(key)
    }

    /// A permanent key goes without a token.
    pub(super) fn refuse_token(&self, signed: &Signed<'_>) -> ApiResult<()> {
        let Some(token) = signed.claim.security_token.filter(|token| !token.is_empty()) else {
            return Ok(());
        };
        let (code, text) = match session::open(token, &self.seal) {
            Some(_) => {
                (Plain::InvalidSecurityTokenMismatch, "Specified SecurityToken mismatch with the AccessKey.")
            }
            None => (Plain::InvalidSecurityTokenMalformed, "Specified SecurityToken is malformed."),
        };
        let message = format!("{text} This AccessKey is permanent and goes without one.");
        Err(ApiError::with_message(code, message))
    }

    pub(super) fn key(&self, access_key_id: &str, may_read: bool) -> ApiResult<Option<Arc<KeyEntry>>> {
        if let Some(key) = self.caches.keys.get(access_key_id) {
            return Ok(Some(key));
        }
        let Ok(id) = AccessKeyId::from_str(access_key_id) else { return Ok(None) };
        if !may_read {
            return Ok(None);
        }
        let ticket = self.caches.keys.ticket(access_key_id);
        let Some(key) = self.store.read(|tx| read_key(tx, &self.seal, &id)).map_err(refusal)? else {
            return Ok(None);
        };
        let key = Arc::new(key);
        self.caches.keys.insert(ticket, id, Arc::clone(&key));
        Ok(Some(key))
    }
}

fn read_key(tx: &mut Tx<'_>, seal: &SealKey, id: &AccessKeyId) -> Result<Option<KeyEntry>, StoreError> {
    let Some(found) = access_keys::find_signer(tx, id)? else { return Ok(None) };
    let secret = match &found.sealed_secret {
        Some(sealed) => Some(open_secret(seal, found.account, id, sealed)?),
        None => None,
    };
    let idle_limit = IdleLimit { since: found.update_date.day(), days: found.max_idle_days.get() };
    Ok(Some(
        KeyEntry::new(
            (id.clone(), found.account, found.user_id),
            found.user_name,
            secret,
            (found.status == Status::Active, found.user_active),
            found.last_used_date,
        )
        .with_network_policy(found.network_policy)
        // Root's keys may rest for as long as they like, as the vendor's page has it; so may the operator's.
        .with_idle_limit((!found.user_id.is_root()).then_some(idle_limit)),
    ))
}

/// The secret of an AccessKey.
///
/// # Errors
/// `SealBroken` if it was sealed for another key or with another seal key.
pub fn open_secret(
    seal: &SealKey,
    account: AccountId,
    id: &AccessKeyId,
    sealed: &Sealed,
) -> Result<Secret, StoreError> {
    let bytes = seal.open(SecretOf::AccessKey(account, id), sealed)?;
    std::str::from_utf8(&bytes).map(Secret::from).map_err(|_| StoreError::SealBroken)
}
