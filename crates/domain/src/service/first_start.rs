//! The first start on an empty store: one account, its root AccessKey, the operator's AccessKey. A reset begins in the same
//! way, with the AccessKey that the first start made, so that whoever has it goes on with it.

use std::sync::Arc;

use ramward_rpc::sign::Secret;

use super::{Core, Service, open_secret};
use crate::identity::login_profile::Password;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::ops::FirstAccount;
use crate::ops::root_key::RootKeyMaker;
use crate::report::history::{self, Cause, CauseType};
use crate::store::seal::Sealed;
use crate::store::tables::accounts::{self, Account};
use crate::store::tables::root_passwords::{self, RootPassword};
use crate::store::tables::{access_keys, collect_runs, server};
use crate::store::{StoreError, Tx};
use crate::time::{Clock, Timestamp};

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
    /// The root identity's password for the console.
    pub root_password: Option<Password>,
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
            let operator_key = if access_keys::list(tx, AccountId::OPERATOR, UserId::ROOT)?.is_empty() {
                Some(core.key_maker(now).make(tx, AccountId::OPERATOR, None, None)?)
            } else {
                None
            };
            let FirstAccount { account_id, root_key } = core.make_first_account(tx, now, &wishes)?;
            if let (Some(account), Some(key)) = (account_id, &root_key) {
                remember_first_key(tx, account, key)?;
            }
            Ok(FirstStart { account_id, root_key, operator_key })
        })
    }
}

impl Core {
    fn key_maker(&self, now: Timestamp) -> RootKeyMaker<'_> {
        RootKeyMaker { seal: &self.seal, entropy: &*self.entropy, now }
    }

    /// Makes an account where there is none, or where `wishes` name one that is not there, and its root key where it has
    /// none with a secret and is no mirror.
    pub(super) fn make_first_account(
        &self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        wishes: &Wishes,
    ) -> Result<FirstAccount, StoreError> {
        let known = accounts::list(tx, None, 2)?;
        let account_id = match (wishes.account_id, known.as_slice()) {
            (Some(wished), _) => wished,
            (None, []) => AccountId::generate(&*self.entropy),
            (None, [only]) => only.account,
            (None, _) => return Ok(FirstAccount::default()),
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
            Some(self.key_maker(now).make(tx, account_id, id, secret)?)
        };
        if let Some(password) = &wishes.root_password
            && root_passwords::find(tx, account_id)?.is_none()
            && !is_mirror
        {
            // Slow, but nobody waits for the writer yet.
            let password_hash = password.hash(self.settings.hash_cost, &*self.entropy);
            let password = RootPassword { account: account_id, password_hash, password_date: now };
            root_passwords::update(tx, &password)?;
        }
        // The first entry of the account's history.
        history::record(tx, &Cause::plain(CauseType::Settings), now, self.settings.measures())?;
        Ok(FirstAccount { account_id: Some(account_id), root_key })
    }

    /// The account and the root key that the first start made, if it made one.
    pub(super) fn first_key(&self) -> Result<Option<Wishes>, StoreError> {
        let remembered = self.store.read(|tx| server::find(tx, server::FIRST_KEY))?;
        let Some(remembered) = remembered else { return Ok(None) };
        let damaged = || StoreError::Damaged { what: format!("server fact {}", server::FIRST_KEY) };
        let mut parts = remembered.split(' ');
        let mut part = || parts.next().ok_or_else(damaged);
        let account = part()?.parse().map_err(|_| damaged())?;
        let id: AccessKeyId = part()?.parse().map_err(|_| damaged())?;
        let sealed = Sealed::from_text(part()?).ok_or_else(damaged)?;
        let secret = open_secret(&self.seal, account, &id, &sealed)?;
        Ok(Some(Wishes {
            account_id: Some(account),
            access_key_id: Some(id),
            access_key_secret: Some(secret),
            root_password: None,
        }))
    }
}

/// Keeps the key as it was sealed, whatever becomes of its row.
fn remember_first_key(tx: &mut Tx<'_>, account: AccountId, key: &NewKey) -> Result<(), StoreError> {
    let id = &key.access_key_id;
    let Some(row) = access_keys::find(tx, account, UserId::ROOT, id)? else { return Ok(()) };
    match row.sealed_secret {
        Some(sealed) => {
            server::update(tx, server::FIRST_KEY, &format!("{account} {id} {}", sealed.to_text()))
        }
        None => Ok(()),
    }
}
