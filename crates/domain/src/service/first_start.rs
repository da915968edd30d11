//! The first start on an empty store: one account, its root AccessKey, the operator's AccessKey.

use std::sync::Arc;

use ramward_rpc::sign::Secret;

use super::Service;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::ops::root_key::RootKeyMaker;
use crate::report::history::{self, Cause, CauseType};
use crate::store::StoreError;
use crate::store::tables::access_keys;
use crate::store::tables::accounts::{self, Account};
use crate::store::tables::collect_runs;
use crate::time::Clock;

pub use crate::ops::root_key::NewKey;

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
    /// there); a root key where the account has none with a secret and is no mirror.
    ///
    /// # Errors
    /// What the store cannot write.
    pub fn first_start(&self, wishes: &Wishes) -> Result<FirstStart, StoreError> {
        let core = Arc::clone(&self.core);
        let wishes = wishes.clone();
        self.core.store.write(move |tx| {
            let now = core.clock.now();
            let maker = RootKeyMaker { seal: &core.seal, entropy: &*core.entropy, now };
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
            // A mirror has what the account it mirrors has, and nobody signs as it.
            let is_mirror = collect_runs::find_latest(tx, account_id)?.is_some();
            let root_key = if is_mirror || keys.iter().any(|key| key.sealed_secret.is_some()) {
                None
            } else {
                let (id, secret) = (wishes.access_key_id.clone(), wishes.access_key_secret.clone());
                Some(maker.make(tx, account_id, id, secret)?)
            };
            // The first entry of the account's history.
            history::record(tx, &Cause::plain(CauseType::Settings), now, core.settings.measures())?;
            Ok(FirstStart { account_id: Some(account_id), root_key, operator_key })
        })
    }
}
