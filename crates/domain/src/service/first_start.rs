//! The first start on an empty store: one account, its root AccessKey, the operator's AccessKey.

use std::sync::Arc;

use ramward_rpc::sign::Secret;

use super::Service;
use crate::entropy::Entropy;
use crate::identity::access_key::Status;
use crate::ids::{AccessKeyId, AccountId, UserId, generate_access_key_secret};
use crate::store::seal::{SealKey, SecretOf};
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::tables::accounts::{self, Account};
use crate::store::{StoreError, Tx};
use crate::time::{Clock, Timestamp};

/// What an operator fixes in advance instead of having it made.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// The account's id.
    pub account_id: Option<AccountId>,
    /// The root AccessKey's id.
    pub access_key_id: Option<AccessKeyId>,
    /// The root AccessKey's secret.
    pub access_key_secret: Option<Secret>,
}

/// An AccessKey at the only moment when its secret may be shown.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Its id.
    pub access_key_id: AccessKeyId,
    /// Its secret.
    pub access_key_secret: Secret,
}

/// What a start found or made.
#[derive(Debug)]
pub struct FirstStart {
    /// The account whose root key is meant by `root_key`, or the only account there is.
    pub account_id: Option<AccountId>,
    /// The root AccessKey, if it was made now.
    pub root_key: Option<NewKey>,
    /// The operator's AccessKey, if it was made now.
    pub operator_key: Option<NewKey>,
}

impl Service {
    /// Makes what is missing: the operator's key; an account where there is none (or where `wishes` name one that is not
    /// there); a root key where the account has none with a secret.
    ///
    /// # Errors
    /// What the store cannot write.
    pub fn first_start(&self, wishes: &Wishes) -> Result<FirstStart, StoreError> {
        let core = Arc::clone(&self.core);
        let wishes = wishes.clone();
        self.core.store.write(move |tx| {
            let now = core.clock.now();
            let maker = KeyMaker { seal: &core.seal, entropy: &*core.entropy, now };
            let operator_key = if access_keys::list(tx, AccountId::OPERATOR, UserId::ROOT)?.is_empty() {
                Some(maker.make(tx, AccountId::OPERATOR, None, None)?)
            } else {
                None
            };
            let known = accounts::list(tx, None, 2)?;
            let account_id = match (wishes.account_id, known.as_slice()) {
                (Some(wished), _) => wished,
                (None, []) => AccountId::generate(&*core.entropy),
                (None, [only]) => only.account,
                (None, _) => return Ok(FirstStart { account_id: None, root_key: None, operator_key }),
            };
            if accounts::find(tx, account_id)?.is_none() {
                accounts::insert(tx, &Account::new(account_id, now))?;
            }
            let keys = access_keys::list(tx, account_id, UserId::ROOT)?;
            let root_key = if keys.iter().any(|key| key.sealed_secret.is_some()) {
                None
            } else {
                let (id, secret) = (wishes.access_key_id.clone(), wishes.access_key_secret.clone());
                Some(maker.make(tx, account_id, id, secret)?)
            };
            Ok(FirstStart { account_id: Some(account_id), root_key, operator_key })
        })
    }
}

/// Makes root AccessKeys.
pub struct KeyMaker<'a> {
    /// Seals the secret.
    pub seal: &'a SealKey,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
    /// When the key is made.
    pub now: Timestamp,
}

impl KeyMaker<'_> {
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
