//! Accounts: their root identity, their settings and the counters of the report.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{
    access_key_policies, access_keys, account_settings, collect_runs, console_sessions, disappeared,
    group_members, groups, met, mirrored_devices, mirrored_users, oidc_providers, policies,
    policy_attachments, policy_uses, policy_versions, recycled_keys, recycled_users, report_history,
    report_subjects, roles, root_passwords, rows, saml_assertions, saml_providers, security_exceptions, tags,
};
use crate::identity::domain_name::DefaultDomainName;
use crate::identity::password_policy::PasswordPolicy;
use crate::identity::security_preference::SecurityPreference;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::connection::{Arg, Row};
use crate::store::error::StoreError;
use crate::store::tx::{Effect, Tx};
use crate::store::upkeep::{Total, Totals};
use crate::time::Timestamp;

/// An account. The operator (account 0) has a row too, for its AccessKeys; no list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub account: AccountId,
    /// What follows the `@` in the names of its users; no two accounts have the same.
    pub default_domain: DefaultDomainName,
    /// When it was made.
    pub create_date: Timestamp,
    /// When root last logged on to the console.
    pub last_login_date: Option<Timestamp>,
    /// The password policy; what equals the default is not stored, so it follows the default.
    pub password_policy: PasswordPolicy,
    /// The security preference; stored like the policy.
    pub security_preference: SecurityPreference,
    /// Whether its deletion has begun: nobody can call as it any more, and its rows are going.
    pub deleting: bool,
    /// The report's counters; all zero in a new one.
    pub totals: Totals,
}

impl Account {
    /// A new account: the domain that follows from its id, the vendor's default settings.
    pub fn new(account: AccountId, create_date: Timestamp) -> Self {
        Self {
            account,
            default_domain: DefaultDomainName::of_account(account),
            create_date,
            last_login_date: None,
            password_policy: PasswordPolicy::default(),
            security_preference: SecurityPreference::default(),
            deleting: false,
            totals: Totals::default(),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, default_domain, create_date, last_login_date, password_policy, security_preference, \
             deleting, users, users_mfa, root_mfa, root_keys, counted_users, counted_keys, counted_root_keys, mfa_devices, \
             mfa_devices_in_use, console_users, console_users_without_mfa, console_users_with_keys, users_with_two_keys, \
             never_used_keys, never_used_root_keys, users_with_policies FROM accounts ",
            $rest
        )
    };
}

fn read(row: Row<'_>) -> Result<Account, StoreError> {
    let mut totals = Totals::default();
    for (index, total) in Total::ALL.into_iter().enumerate() {
        totals.add(total, row.get(7 + index)?);
    }
    Ok(Account {
        account: row.get(0)?,
        default_domain: row.get(1)?,
        create_date: row.get(2)?,
        last_login_date: row.get(3)?,
        password_policy: read_json(row.get(4)?)?,
        security_preference: read_json(row.get(5)?)?,
        deleting: row.get(6)?,
        totals,
    })
}

/// An account by its id.
pub fn find(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<Account>, StoreError> {
    tx.settle()?;
    find_unsettled(tx, account)
}

/// The same with the counters as they were last settled.
fn find_unsettled(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<Account>, StoreError> {
    if let Some(known) = &tx.known.of(account).account {
        return Ok(known.clone());
    }
    let mut found = tx.find(select!("WHERE account = ?1"), &[account.into()], read)?;
    if let Some(row) = &mut found {
        row.totals.add_all(&tx.known.owed.totals(account));
    }
    tx.known.of(account).account = Some(found.clone());
    Ok(found)
}

/// Whether there is such an account and nobody is deleting it.
pub fn is_open(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, StoreError> {
    Ok(find_unsettled(tx, account)?.is_some_and(|row| !row.deleting))
}

/// The account that has this domain.
pub fn find_by_default_domain(
    tx: &mut Tx<'_>,
    domain: &DefaultDomainName,
) -> Result<Option<Account>, StoreError> {
    tx.pay()?;
    tx.find(select!("WHERE lower(default_domain) = lower(?1)"), &[domain.as_str().into()], read)
}

/// The next `limit` accounts after `after`, by id, without the operator.
pub fn list(tx: &mut Tx<'_>, after: Option<AccountId>, limit: usize) -> Result<Vec<Account>, StoreError> {
    tx.pay()?;
    let after = after.unwrap_or(AccountId::OPERATOR);
    tx.list(
        select!("WHERE account > ?1 ORDER BY account LIMIT ?2"),
        &[after.into(), rows(limit).into()],
        read,
    )
}

/// A new account with nothing in it. `Exists` if its id or its domain is taken.
pub fn insert(tx: &mut Tx<'_>, row: &Account) -> Result<(), StoreError> {
    let sql = "INSERT INTO accounts (account, default_domain, create_date, last_login_date, password_policy, \
               security_preference) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
    let policy = write_json(&row.password_policy)?;
    let preference = write_json(&row.security_preference)?;
    let args = [
        row.account.into(),
        row.default_domain.as_str().into(),
        row.create_date.into(),
        row.last_login_date.into(),
        policy.as_deref().into(),
        preference.as_deref().into(),
    ];
    if tx.execute(sql, &args)? == 0 {
        return Err(tx.exists("account"));
    }
    tx.known.forget(row.account);
    tx.touch_new_subject(row.account, UserId::ROOT, None)?;
    tx.note_moved(row.account);
    tx.effect(Effect::Account(row.account));
    Ok(())
}

/// Gives the account another domain, and with it its users other names. `Exists` if it is taken.
pub fn update_default_domain(
    tx: &mut Tx<'_>,
    account: AccountId,
    domain: &DefaultDomainName,
) -> Result<(), StoreError> {
    let sql = "SELECT account FROM accounts WHERE lower(default_domain) = lower(?1)";
    let owner: Option<AccountId> = tx.find(sql, &[domain.as_str().into()], |row| row.get(0))?;
    if owner.is_some_and(|owner| owner != account) {
        return Err(tx.exists("default domain"));
    }
    let sql = "UPDATE accounts SET default_domain = ?2 WHERE account = ?1";
    set(tx, account, sql, domain.as_str().into())
}

/// Sets the password policy.
pub fn update_password_policy(
    tx: &mut Tx<'_>,
    account: AccountId,
    policy: &PasswordPolicy,
) -> Result<(), StoreError> {
    let policy = write_json(policy)?;
    tx.note_moved(account);
    let sql = "UPDATE accounts SET password_policy = ?2 WHERE account = ?1";
    set(tx, account, sql, policy.as_deref().into())
}

/// Sets the security preference.
pub fn update_security_preference(
    tx: &mut Tx<'_>,
    account: AccountId,
    preference: &SecurityPreference,
) -> Result<(), StoreError> {
    let preference = write_json(preference)?;
    // It says how long their keys may rest.
    access_keys::note_all_changed(tx, account)?;
    let sql = "UPDATE accounts SET security_preference = ?2 WHERE account = ?1";
    set(tx, account, sql, preference.as_deref().into())
}

/// Says when root last logged on.
pub fn update_last_login_date(
    tx: &mut Tx<'_>,
    account: AccountId,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    set(tx, account, "UPDATE accounts SET last_login_date = ?2 WHERE account = ?1", at.into())
}

/// Says when the account was made, where that is learned later.
pub fn update_create_date(tx: &mut Tx<'_>, account: AccountId, at: Timestamp) -> Result<(), StoreError> {
    set(tx, account, "UPDATE accounts SET create_date = ?2 WHERE account = ?1", at.into())
}

fn set(tx: &mut Tx<'_>, account: AccountId, sql: &'static str, value: Arg<'_>) -> Result<(), StoreError> {
    tx.known.of(account).account = None;
    met(tx.execute(sql, &[account.into(), value])?, "account")?;
    tx.effect(Effect::Account(account));
    Ok(())
}

/// Settings that equal their default are absent.
fn write_json<T: Serialize + Default + PartialEq>(settings: &T) -> Result<Option<String>, StoreError> {
    if *settings == T::default() {
        return Ok(None);
    }
    serde_json::to_string(settings).map(Some).map_err(StoreError::other)
}

pub(super) fn read_json<T: DeserializeOwned + Default>(text: Option<String>) -> Result<T, StoreError> {
    let Some(text) = text else { return Ok(T::default()) };
    serde_json::from_str(&text)
        .map_err(|error| StoreError::damaged(format!("settings of an account: {error}")))
}

/// Begins to delete an account: from here on nobody can call as it, and its numbers are no longer kept. Whether it was
/// there.
pub fn begin_delete(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, StoreError> {
    tx.forget(account)?;
    tx.known.forget(account);
    tx.known.owed.forgive(account);
    let sql = "UPDATE accounts SET deleting = 1, users = 0, users_mfa = 0, root_mfa = 0, root_keys = 0, \
               counted_users = 0, counted_keys = 0, counted_root_keys = 0, mfa_devices = 0, mfa_devices_in_use = 0, \
               console_users = 0, console_users_without_mfa = 0, console_users_with_keys = 0, users_with_two_keys = 0, \
               never_used_keys = 0, never_used_root_keys = 0, users_with_policies = 0 WHERE account = ?1";
    if tx.execute(sql, &[account.into()])? == 0 {
        return Ok(false);
    }
    tx.execute("DELETE FROM report_days WHERE account = ?1", &[account.into()])?;
    // All its keys at once.
    tx.effect(Effect::All);
    Ok(true)
}

/// Deletes some thousand rows of an account whose deletion has begun; whether there may be more. An account of this id that
/// nobody is deleting, or none, is left alone: another store may have taken the place of this one since it began.
pub fn delete_part(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, StoreError> {
    const PAGE: usize = 1000;
    let sql = "SELECT 1 FROM accounts WHERE account = ?1 AND deleting = 1";
    if tx.find(sql, &[account.into()], |_| Ok(()))?.is_none() {
        return Ok(false);
    }
    if report_subjects::delete_part(tx, account)? || recycled_keys::delete_part(tx, account)? {
        return Ok(true);
    }
    if policy_attachments::delete_part(tx, account, PAGE)? || group_members::delete_part(tx, account, PAGE)? {
        return Ok(true);
    }
    let page = [account.into(), rows(PAGE).into()];
    let sql = "SELECT user_id, access_key_id FROM access_keys WHERE account = ?1 \
               ORDER BY user_id, access_key_id LIMIT ?2";
    let keys: Vec<(UserId, AccessKeyId)> = tx.list(sql, &page, |row| Ok((row.get(0)?, row.get(1)?)))?;
    if let Some((last_user, last_key)) = keys.last() {
        for (_, key) in &keys {
            access_keys::delete_owner(tx, key)?;
        }
        let sql = "DELETE FROM access_keys WHERE account = ?1 AND (user_id, access_key_id) <= (?2, ?3)";
        tx.execute(sql, &[account.into(), (*last_user).into(), last_key.into()])?;
        access_key_policies::delete_up_to(tx, account, (*last_user, last_key))?;
        return Ok(true);
    }
    let sql = "SELECT user_id FROM users WHERE account = ?1 ORDER BY user_id LIMIT ?2";
    let users: Vec<UserId> = tx.list(sql, &page, |row| row.get(0))?;
    if let Some(last) = users.last() {
        for sql in [
            "DELETE FROM user_tags WHERE account = ?1 AND user_id <= ?2",
            "DELETE FROM login_profiles WHERE account = ?1 AND user_id <= ?2",
            "DELETE FROM password_history WHERE account = ?1 AND user_id <= ?2",
            "DELETE FROM verifications WHERE account = ?1 AND user_id <= ?2",
            "DELETE FROM users WHERE account = ?1 AND user_id <= ?2",
        ] {
            tx.execute(sql, &[account.into(), (*last).into()])?;
        }
        mirrored_users::delete_up_to(tx, account, *last)?;
        return Ok(true);
    }
    let sql = "SELECT device_name FROM mfa_devices WHERE account = ?1 ORDER BY device_name LIMIT ?2";
    let devices: Vec<String> = tx.list(sql, &page, |row| row.get(0))?;
    let Some(last) = devices.last() else { return report_history::delete_part(tx, account, PAGE) };
    let sql = "DELETE FROM mfa_devices WHERE account = ?1 AND device_name <= ?2";
    tx.execute(sql, &[account.into(), last.into()])?;
    mirrored_devices::delete_up_to(tx, account, last)?;
    Ok(true)
}

/// Deletes an account with everything that is left in it; whether it was there. In one go this takes as long as the
/// account is big; whoever does not want other writes to wait for that calls `begin_delete` and `delete_part` in
/// transactions of their own before.
pub fn delete(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, StoreError> {
    if !begin_delete(tx, account)? {
        return Ok(false);
    }
    while delete_part(tx, account)? {}
    tx.execute("DELETE FROM nonces WHERE account = ?1", &[account.into()])?;
    // Root's row, and what the users' and devices' parts left.
    mirrored_users::delete_up_to(tx, account, UserId::LAST)?;
    mirrored_devices::delete_all(tx, account)?;
    collect_runs::delete_all(tx, account)?;
    disappeared::delete_all(tx, account)?;
    security_exceptions::delete_all(tx, account)?;
    groups::delete_all(tx, account)?;
    policies::delete_all(tx, account)?;
    policy_versions::delete_all(tx, account)?;
    policy_uses::delete_all(tx, account)?;
    roles::delete_all(tx, account)?;
    tags::delete_all(tx, account)?;
    oidc_providers::delete_all(tx, account)?;
    saml_providers::delete_all(tx, account)?;
    saml_assertions::delete_all(tx, account)?;
    console_sessions::delete_all(tx, account)?;
    root_passwords::delete(tx, account)?;
    account_settings::delete_all(tx, account)?;
    recycled_users::delete_all(tx, account)?;
    tx.effect(Effect::Account(account));
    tx.known.forget(account);
    Ok(tx.execute("DELETE FROM accounts WHERE account = ?1", &[account.into()])? > 0)
}

/// Adds to the counters of an account: at the end of the group where its row is known to be there and they only grow, else
/// now.
pub(in crate::store) fn add_totals(
    tx: &mut Tx<'_>,
    account: AccountId,
    changes: &Totals,
) -> Result<(), StoreError> {
    let is_there = match &mut tx.known.of(account).account {
        Some(Some(row)) => {
            row.totals.add_all(changes);
            true
        }
        _ => false,
    };
    let can_wait = is_there && !tx.is_bulk();
    let due = tx.known.owed.add_totals(account, changes, can_wait);
    due.map_or(Ok(()), |due| write_totals(tx, account, &due, is_there))
}

pub(in crate::store) fn write_totals(
    tx: &mut Tx<'_>,
    account: AccountId,
    changes: &Totals,
    is_there: bool,
) -> Result<(), StoreError> {
    let sql = "UPDATE accounts SET users = users + ?2, users_mfa = users_mfa + ?3, root_mfa = root_mfa + ?4, \
               root_keys = root_keys + ?5, counted_users = counted_users + ?6, counted_keys = counted_keys + ?7, \
               counted_root_keys = counted_root_keys + ?8, mfa_devices = mfa_devices + ?9, \
               mfa_devices_in_use = mfa_devices_in_use + ?10, console_users = console_users + ?11, \
               console_users_without_mfa = console_users_without_mfa + ?12, \
               console_users_with_keys = console_users_with_keys + ?13, users_with_two_keys = users_with_two_keys + ?14, \
               never_used_keys = never_used_keys + ?15, never_used_root_keys = never_used_root_keys + ?16, \
               users_with_policies = users_with_policies + ?17 \
               WHERE account = ?1";
    let mut args = vec![account.into()];
    args.extend(Total::ALL.into_iter().map(|total| Arg::Int(changes.get(total))));
    if is_there { tx.execute_later(sql, &args) } else { met(tx.execute(sql, &args)?, "account") }
}
