//! AccessKeys of root identities, as a first start and CreateAccount make them.

use ramward_rpc::sign::Secret;

use crate::entropy::Entropy;
use crate::identity::access_key::Status;
use crate::ids::{AccessKeyId, AccountId, UserId, generate_access_key_secret};
use crate::store::seal::{SealKey, SecretOf};
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::{StoreError, Tx};
use crate::time::Timestamp;

/// An AccessKey at the only moment when its secret may be shown.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Its id.
    pub access_key_id: AccessKeyId,
    /// Its secret.
    pub access_key_secret: Secret,
}

/// Makes root AccessKeys.
pub struct RootKeyMaker<'a> {
    /// Seals the secret.
    pub seal: &'a SealKey,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
    /// When the key is made.
    pub now: Timestamp,
}

impl RootKeyMaker<'_> {
    /// Inserts an Active key of the root identity of `account`, with a given id and secret or fresh ones.
    ///
    /// # Errors
    /// `Exists` if a key of that id is there; what the store cannot write.
    pub fn make(
        &self,
        tx: &mut Tx<'_>,
        account: AccountId,
        id: Option<AccessKeyId>,
        secret: Option<Secret>,
    ) -> Result<NewKey, StoreError> {
        let access_key_id = id.unwrap_or_else(|| AccessKeyId::generate(self.entropy));
        let access_key_secret = secret.unwrap_or_else(|| generate_access_key_secret(self.entropy));
        let of = SecretOf::AccessKey(account, &access_key_id);
        let sealed = self.seal.seal(of, access_key_secret.expose().as_bytes(), self.entropy);
        let key = AccessKey {
            account,
            user_id: UserId::ROOT,
            access_key_id: access_key_id.clone(),
            sealed_secret: Some(sealed),
            status: Status::Active,
            create_date: self.now,
            update_date: self.now,
            last_used_date: None,
            last_used_service: None,
        };
        access_keys::insert(tx, &key)?;
        Ok(NewKey { access_key_id, access_key_secret })
    }
}
