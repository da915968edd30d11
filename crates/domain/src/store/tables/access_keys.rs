//! AccessKeys, and the one map that knows the owner of a key that arrives alone.

use super::{access_key_policies, accounts, met, rows};
use crate::identity::access_key::Status;
use crate::identity::access_key_policy::AccessKeyPolicy;
use crate::identity::security_preference::{MaxIdleDays, SecurityPreference};
use crate::identity::user::{UserName, UserStatus};
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::seal::Sealed;
use crate::store::tx::{Effect, Tx};
use crate::store::upkeep::KeyFacts;
use crate::time::Timestamp;

/// An AccessKey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// The account it belongs to.
    pub account: AccountId,
    /// Whose it is; root's are of user 0.
    pub user_id: UserId,
    /// Its id; unique among all accounts.
    pub access_key_id: AccessKeyId,
    /// The sealed secret; absent where only the facts of the key are known, which can sign nothing.
    pub sealed_secret: Option<Sealed>,
    /// Whether it may sign.
    pub status: Status,
    /// When it was made.
    pub create_date: Timestamp,
    /// When its status last changed.
    pub update_date: Timestamp,
    /// When it was last used.
    pub last_used_date: Option<Timestamp>,
    /// For which service it was last used.
    pub last_used_service: Option<String>,
}

impl AccessKey {
    /// What the report needs of it.
    pub fn facts(&self) -> KeyFacts {
        KeyFacts {
            active: self.status == Status::Active,
            create_date: self.create_date,
            last_used_date: self.last_used_date,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, user_id, access_key_id, sealed_secret, status, create_date, update_date, last_used_date, \
             last_used_service FROM access_keys ",
            $rest
        )
    };
}

pub(super) fn read(row: Row<'_>) -> Result<AccessKey, StoreError> {
    Ok(AccessKey {
        account: row.get(0)?,
        user_id: row.get(1)?,
        access_key_id: row.get(2)?,
        sealed_secret: row.get(3)?,
        status: row.get(4)?,
        create_date: row.get(5)?,
        update_date: row.get(6)?,
        last_used_date: row.get(7)?,
        last_used_service: row.get(8)?,
    })
}

/// Whose key this is.
pub fn find_owner(tx: &mut Tx<'_>, key: &AccessKeyId) -> Result<Option<(AccountId, UserId)>, StoreError> {
    tx.write_owners()?;
    let sql = "SELECT account, user_id FROM access_key_owners WHERE access_key_id = ?1";
    tx.find(sql, &[key.into()], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// A key that arrives alone.
pub fn find_by_id(tx: &mut Tx<'_>, key: &AccessKeyId) -> Result<Option<AccessKey>, StoreError> {
    match find_owner(tx, key)? {
        Some((account, user)) => find(tx, account, user, key),
        None => Ok(None),
    }
}

/// What must be known of a key to admit a call that it signed.
#[derive(Debug)]
pub struct Signer {
    /// The account it belongs to.
    pub account: AccountId,
    /// Whose it is.
    pub user_id: UserId,
    /// The name of its RAM user; absent for root.
    pub user_name: Option<UserName>,
    /// Whether its RAM user may act; root always may.
    pub user_active: bool,
    /// The sealed secret, as in [`AccessKey`].
    pub sealed_secret: Option<Sealed>,
    /// Whether it may sign.
    pub status: Status,
    /// When it was last used.
    pub last_used_date: Option<Timestamp>,
    /// From where it may sign: its own network policy where that is active, else the account's where that is.
    pub network_policy: Option<AccessKeyPolicy>,
    /// When its status last changed.
    pub update_date: Timestamp,
    /// The days for which keys of RAM users may rest in its account.
    pub max_idle_days: MaxIdleDays,
}

/// The signer behind a key that arrives alone; none if its account is being deleted.
pub fn find_signer(tx: &mut Tx<'_>, key: &AccessKeyId) -> Result<Option<Signer>, StoreError> {
    let Some((account, user)) = find_owner(tx, key)? else { return Ok(None) };
    let sql = "SELECT k.sealed_secret, k.status, k.last_used_date, u.user_name, u.status, p.policy, s.value, \
               k.update_date, a.security_preference \
               FROM access_keys k \
               JOIN accounts a ON a.account = k.account \
               LEFT JOIN users u ON u.account = k.account AND u.user_id = k.user_id \
               LEFT JOIN access_key_policies p \
               ON p.account = k.account AND p.user_id = k.user_id AND p.access_key_id = k.access_key_id \
               LEFT JOIN account_settings s ON s.account = k.account AND s.name = 'AccessKeyPolicy' \
               WHERE k.account = ?1 AND k.user_id = ?2 AND k.access_key_id = ?3 AND a.deleting = 0";
    let found = tx.find(sql, &[account.into(), user.into(), key.into()], |row| {
        let user_status: Option<UserStatus> = row.get(4)?;
        let policies: [Option<AccessKeyPolicy>; 2] = [row.get(5)?, row.get(6)?];
        let preference: SecurityPreference = accounts::read_json(row.get(8)?)?;
        Ok(Signer {
            account,
            user_id: user,
            user_name: row.get(3)?,
            user_active: user.is_root() || user_status == Some(UserStatus::Active),
            sealed_secret: row.get(0)?,
            status: row.get(1)?,
            last_used_date: row.get(2)?,
            update_date: row.get(7)?,
            max_idle_days: preference.max_idle_days_for_access_keys,
            network_policy: policies.into_iter().flatten().find(AccessKeyPolicy::is_active),
        })
    })?;
    // A key whose user is gone is nobody's.
    Ok(found.filter(|signer| user.is_root() || signer.user_name.is_some()))
}

/// A key of an identity.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &AccessKeyId,
) -> Result<Option<AccessKey>, StoreError> {
    let args = [account.into(), user.into(), key.into()];
    tx.find(select!("WHERE account = ?1 AND user_id = ?2 AND access_key_id = ?3"), &args, read)
}

/// The keys of an identity, oldest first.
pub fn list(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Vec<AccessKey>, StoreError> {
    let args = [account.into(), user.into()];
    tx.list(select!("WHERE account = ?1 AND user_id = ?2 ORDER BY create_date, access_key_id"), &args, read)
}

/// What the report needs of the keys of an identity.
pub fn facts(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Vec<KeyFacts>, StoreError> {
    let sql =
        "SELECT status, create_date, last_used_date FROM access_keys WHERE account = ?1 AND user_id = ?2";
    tx.list(sql, &[account.into(), user.into()], KeyFacts::read)
}

/// The same with the ids of the keys, oldest first.
pub fn list_facts(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
) -> Result<Vec<(AccessKeyId, KeyFacts)>, StoreError> {
    let sql = "SELECT status, create_date, last_used_date, access_key_id FROM access_keys \
               WHERE account = ?1 AND user_id = ?2 ORDER BY create_date, access_key_id";
    tx.list(sql, &[account.into(), user.into()], |row| Ok((row.get(3)?, KeyFacts::read(row)?)))
}

fn facts_of(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &AccessKeyId,
) -> Result<Option<KeyFacts>, StoreError> {
    let sql = "SELECT status, create_date, last_used_date FROM access_keys \
               WHERE account = ?1 AND user_id = ?2 AND access_key_id = ?3";
    tx.find(sql, &[account.into(), user.into(), key.into()], KeyFacts::read)
}

/// The next `limit` keys of an account after `after`, by owner and id.
pub fn list_by_account(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<(UserId, &AccessKeyId)>,
    limit: usize,
) -> Result<Vec<AccessKey>, StoreError> {
    let (user, key) = after.map_or((UserId::ROOT.into(), "".into()), |(user, key)| (user.into(), key.into()));
    let sql = select!(
        "WHERE account = ?1 AND (user_id, access_key_id) > (?2, ?3) ORDER BY user_id, access_key_id LIMIT ?4"
    );
    tx.list(sql, &[account.into(), user, key, rows(limit).into()], read)
}

/// A new key. `Exists` if any account has a key of this id.
pub fn insert(tx: &mut Tx<'_>, key: &AccessKey) -> Result<(), StoreError> {
    let (id, account, user) = (&key.access_key_id, key.account, key.user_id);
    let new =
        if tx.is_bulk() { tx.gather_owner(id, account, user)? } else { insert_owner(tx, id, account, user)? };
    if !new {
        return Err(tx.exists("AccessKey"));
    }
    tx.touch_new_key(key.account, key.user_id, key.facts())?;
    tx.note_key(key.account, key.user_id, &key.access_key_id, None, Some(key.facts()));
    let sql = "INSERT INTO access_keys (account, user_id, access_key_id, sealed_secret, status, create_date, update_date, \
               last_used_date, last_used_service) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let args = [
        key.account.into(),
        key.user_id.into(),
        (&key.access_key_id).into(),
        key.sealed_secret.as_ref().into(),
        (&key.status).into(),
        key.create_date.into(),
        key.update_date.into(),
        key.last_used_date.into(),
        key.last_used_service.as_deref().into(),
    ];
    tx.execute(sql, &args)?;
    changed(tx, key.account, &key.access_key_id);
    Ok(())
}

/// `false` if there is such a key already.
pub(in crate::store) fn insert_owner(
    tx: &mut Tx<'_>,
    key: &AccessKeyId,
    account: AccountId,
    user: UserId,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO access_key_owners (access_key_id, account, user_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, &[key.into(), account.into(), user.into()])? > 0)
}

pub(in crate::store) fn delete_owner(tx: &mut Tx<'_>, key: &AccessKeyId) -> Result<(), StoreError> {
    tx.write_owners()?;
    tx.execute("DELETE FROM access_key_owners WHERE access_key_id = ?1", &[key.into()]).map(drop)
}

/// Whether the map has the key, but for what a bulk has gathered.
pub(in crate::store) fn is_owned(tx: &mut Tx<'_>, key: &AccessKeyId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM access_key_owners WHERE access_key_id = ?1";
    Ok(tx.find(sql, &[key.into()], |_| Ok(()))?.is_some())
}

/// Whether the map has any key at all.
pub(in crate::store) fn is_any(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    Ok(tx.find("SELECT 1 FROM access_key_owners LIMIT 1", &[], |_| Ok(()))?.is_some())
}

/// Switches a key on or off. `Absent` if the identity has no such key.
pub fn update_status(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &AccessKeyId,
    status: Status,
    at: Timestamp,
) -> Result<(), StoreError> {
    let before = facts_of(tx, account, user, key)?;
    let after = before.map(|before| KeyFacts { active: status == Status::Active, ..before });
    tx.note_key(account, user, key, before, after);
    tx.touch_keys(account, user)?;
    let sql = "UPDATE access_keys SET status = ?4, update_date = ?5 \
               WHERE account = ?1 AND user_id = ?2 AND access_key_id = ?3";
    let args = [account.into(), user.into(), key.into(), (&status).into(), at.into()];
    met(tx.execute(sql, &args)?, "AccessKey")?;
    changed(tx, account, key);
    Ok(())
}

/// Moves the last use of a key forward; an earlier one changes nothing. `Absent` if the identity has no such key.
pub fn mark_used(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &AccessKeyId,
    at: Timestamp,
    service: &str,
) -> Result<(), StoreError> {
    let before = facts_of(tx, account, user, key)?.ok_or(StoreError::Absent { what: "AccessKey" })?;
    if before.last_used_date.is_some_and(|used| used >= at) {
        return Ok(());
    }
    let after = KeyFacts { last_used_date: Some(at), ..before };
    // Most uses stay within the day that is known, and are then no news for the report.
    let news = before.unused_day() != after.unused_day() || before.last_used_date.is_none();
    if before.active && news {
        tx.note_key(account, user, key, Some(before), Some(after));
        tx.touch_keys(account, user)?;
        tx.effect(Effect::Account(account));
    }
    let sql = "UPDATE access_keys SET last_used_date = ?4, last_used_service = ?5 \
               WHERE account = ?1 AND user_id = ?2 AND access_key_id = ?3 \
               AND (last_used_date IS NULL OR last_used_date < ?4)";
    let args = [account.into(), user.into(), key.into(), at.into(), service.into()];
    tx.execute(sql, &args).map(drop)
}

/// The same for a key whose use on that day is written already, which is no news for the report: without reading it first.
/// If it is not, nothing changes.
pub fn mark_used_again(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &AccessKeyId,
    at: Timestamp,
    service: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE access_keys SET last_used_date = ?4, last_used_service = ?5 \
               WHERE account = ?1 AND user_id = ?2 AND access_key_id = ?3 \
               AND last_used_date >= ?6 AND last_used_date < ?4";
    let day = at.day().start();
    tx.execute_later(sql, &[account.into(), user.into(), key.into(), at.into(), service.into(), day.into()])
}

/// Deletes a key; whether it was there.
pub fn delete(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &AccessKeyId,
) -> Result<bool, StoreError> {
    let before = facts_of(tx, account, user, key)?;
    tx.note_key(account, user, key, before, None);
    tx.touch_keys(account, user)?;
    let sql = "DELETE FROM access_keys WHERE account = ?1 AND user_id = ?2 AND access_key_id = ?3";
    if tx.execute(sql, &[account.into(), user.into(), key.into()])? == 0 {
        return Ok(false);
    }
    delete_owner(tx, key)?;
    access_key_policies::delete(tx, account, user, key)?;
    changed(tx, account, key);
    Ok(true)
}

/// More keys than this are not named one by one.
const NAMED: usize = 1000;

/// Says that something changed that every signature of the account is checked against.
pub(super) fn note_all_changed(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    let sql = "SELECT access_key_id FROM access_keys WHERE account = ?1 LIMIT ?2";
    let keys: Vec<AccessKeyId> = tx.list(sql, &[account.into(), rows(NAMED + 1).into()], |row| row.get(0))?;
    if keys.len() > NAMED {
        tx.effect(Effect::All);
    } else {
        keys.into_iter().for_each(|key| tx.effect(Effect::AccessKey(key)));
    }
    Ok(())
}

fn changed(tx: &mut Tx<'_>, account: AccountId, key: &AccessKeyId) {
    tx.effect(Effect::AccessKey(key.clone()));
    tx.effect(Effect::Account(account));
}
