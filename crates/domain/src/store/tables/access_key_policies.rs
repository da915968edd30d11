//! The network policies of AccessKeys: of each that has one of its own, and the one of a whole account. A change says
//! which keys it is about, because what a signature is checked against holds the policy too.

use super::access_keys;
use super::account_settings::{self, Name};
use crate::identity::access_key_policy::AccessKeyPolicy;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::connection::{Arg, FromColumn};
use crate::store::error::StoreError;
use crate::store::tx::{Effect, Tx};

impl FromColumn for AccessKeyPolicy {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        if let Arg::Text(text) = value { Self::parse(text).ok() } else { None }
    }
}

/// The policy of a key, if it has one of its own.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &AccessKeyId,
) -> Result<Option<AccessKeyPolicy>, StoreError> {
    let sql =
        "SELECT policy FROM access_key_policies WHERE account = ?1 AND user_id = ?2 AND access_key_id = ?3";
    tx.find(sql, &[account.into(), user.into(), key.into()], |row| row.get(0))
}

/// Gives a key a policy of its own; the policy that stands for none takes it back.
pub fn update(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &AccessKeyId,
    policy: &AccessKeyPolicy,
) -> Result<(), StoreError> {
    tx.effect(Effect::AccessKey(key.clone()));
    if policy.is_none() {
        return delete(tx, account, user, key);
    }
    let sql = "INSERT INTO access_key_policies (account, user_id, access_key_id, policy) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (account, user_id, access_key_id) DO UPDATE SET policy = excluded.policy";
    let text = policy.to_string();
    tx.execute(sql, &[account.into(), user.into(), key.into(), (&text).into()]).map(drop)
}

/// Deletes the policy of a key that goes.
pub(super) fn delete(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &AccessKeyId,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM access_key_policies WHERE account = ?1 AND user_id = ?2 AND access_key_id = ?3";
    tx.execute(sql, &[account.into(), user.into(), key.into()]).map(drop)
}

/// Deletes the policies of the keys of an account up to a key.
pub(super) fn delete_up_to(
    tx: &mut Tx<'_>,
    account: AccountId,
    (user, key): (UserId, &AccessKeyId),
) -> Result<(), StoreError> {
    let sql = "DELETE FROM access_key_policies WHERE account = ?1 AND (user_id, access_key_id) <= (?2, ?3)";
    tx.execute(sql, &[account.into(), user.into(), key.into()]).map(drop)
}

/// The policy of all keys of an account that have none of their own.
pub fn find_of_account(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<AccessKeyPolicy>, StoreError> {
    let Some(text) = account_settings::find(tx, account, Name::AccessKeyPolicy)? else { return Ok(None) };
    let policy = AccessKeyPolicy::parse(&text);
    policy.map(Some).map_err(|_| StoreError::damaged("the network policy of an account cannot be read"))
}

/// Sets it; the policy that stands for none takes it back.
pub fn update_of_account(
    tx: &mut Tx<'_>,
    account: AccountId,
    policy: &AccessKeyPolicy,
) -> Result<(), StoreError> {
    access_keys::note_all_changed(tx, account)?;
    if policy.is_none() {
        account_settings::delete(tx, account, Name::AccessKeyPolicy)
    } else {
        account_settings::update(tx, account, Name::AccessKeyPolicy, &policy.to_string())
    }
}
