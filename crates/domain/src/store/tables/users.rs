//! RAM users. What a user is called in full follows from its name and the account's domain, so it is not stored.

use std::sync::LazyLock;

use super::many::{self, Statements};
use super::policy_attachments::{self, Principal};
use super::{access_keys, group_members, login_profiles, met, mfa_devices, rows, user_tags};
use crate::identity::user::{
    Comments, DisplayName, Email, MobilePhone, ProvisionType, UserName, UserStatus, UserStatusFilter,
};
use crate::ids::{AccountId, UserId};
use crate::store::connection::{Arg, Row};
use crate::store::error::StoreError;
use crate::store::tx::{Effect, Tx};
use crate::store::upkeep::Dates;
use crate::time::Timestamp;

pub use super::user_tags::TagFilter;

/// A RAM user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its id; never 0, which is root.
    pub user_id: UserId,
    /// Its name; no two users of an account have the same.
    pub user_name: UserName,
    /// What people call it.
    pub display_name: DisplayName,
    /// A note; may be empty.
    pub comments: Comments,
    /// May be empty.
    pub email: Email,
    /// May be empty.
    pub mobile_phone: MobilePhone,
    /// Whether it may do anything.
    pub status: UserStatus,
    /// Who made it.
    pub provision_type: ProvisionType,
    /// When it was made.
    pub create_date: Timestamp,
    /// When it was last changed.
    pub update_date: Timestamp,
    /// When it last logged on to the console.
    pub last_login_date: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, user_id, user_name, display_name, comments, email, mobile_phone, status, provision_type, \
             create_date, update_date, last_login_date FROM users ",
            $rest
        )
    };
}

pub(super) fn read(row: Row<'_>) -> Result<User, StoreError> {
    Ok(User {
        account: row.get(0)?,
        user_id: row.get(1)?,
        user_name: row.get(2)?,
        display_name: row.get(3)?,
        comments: row.get(4)?,
        email: row.get(5)?,
        mobile_phone: row.get(6)?,
        status: row.get(7)?,
        provision_type: row.get(8)?,
        create_date: row.get(9)?,
        update_date: row.get(10)?,
        last_login_date: row.get(11)?,
    })
}

/// A user by its id.
pub fn find(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Option<User>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND user_id = ?2"), &[account.into(), user.into()], read)
}

/// A user by its name.
pub fn find_by_name(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &UserName,
) -> Result<Option<User>, StoreError> {
    if tx.known.is_free(account, name) {
        return Ok(None);
    }
    tx.find(select!("WHERE account = ?1 AND user_name = ?2"), &[account.into(), name.into()], read)
}

/// One search for each name: of a list or a join a database may think that it is quicker to look at all users.
static BY_NAMES: LazyLock<Statements> = LazyLock::new(|| {
    many::statements(|names| {
        let places: Vec<String> = (0..names).map(|place| format!("(?{})", place + 2)).collect();
        format!(
            "SELECT column1, (SELECT user_id FROM users WHERE account = ?1 AND user_name = column1) FROM (VALUES {}) AS asked",
            places.join(", ")
        )
    })
});

/// Notes which of these names no user has, with few statements, for whoever asks later in the group.
pub(in crate::store) fn note_free(
    tx: &mut Tx<'_>,
    account: AccountId,
    names: &[UserName],
) -> Result<(), StoreError> {
    for (sql, asked) in many::parts(&BY_NAMES, names) {
        let args: Vec<Arg<'_>> =
            std::iter::once(account.into()).chain(asked.into_iter().map(Arg::from)).collect();
        let found = tx.list(sql, &args, |row| Ok((row.get(0)?, row.get::<Option<UserId>>(1)?)))?;
        for (name, _) in found.into_iter().filter(|(_, user)| user.is_none()) {
            tx.known.set_free(account, name);
        }
    }
    Ok(())
}

/// The next `limit` users after `after`, by id, of the statuses the filter shows.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<UserId>,
    limit: usize,
    filter: UserStatusFilter,
) -> Result<Vec<User>, StoreError> {
    let sql = match (filter.active, filter.freeze) {
        (true, true) => select!("WHERE account = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3"),
        (true, false) => {
            select!("WHERE account = ?1 AND user_id > ?2 AND status = 'active' ORDER BY user_id LIMIT ?3")
        }
        (false, true) => return list_frozen(tx, account, after, limit),
        (false, false) => return Ok(Vec::new()),
    };
    let after = after.unwrap_or(UserId::ROOT);
    tx.list(sql, &[account.into(), after.into(), rows(limit).into()], read)
}

/// By their ids first: only then does SQLite take the index of the few and not walk through the many. The literal is what
/// makes that index apply.
fn list_frozen(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Vec<User>, StoreError> {
    let sql = "SELECT user_id FROM users WHERE account = ?1 AND user_id > ?2 AND status = 'freeze' \
               ORDER BY user_id LIMIT ?3";
    let after = after.unwrap_or(UserId::ROOT);
    let ids: Vec<UserId> =
        tx.list(sql, &[account.into(), after.into(), rows(limit).into()], |row| row.get(0))?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(find(tx, account, id)?);
    }
    Ok(found)
}

/// The same, of those that carry what all tag filters ask for.
pub fn list_by_tags(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<UserId>,
    limit: usize,
    filter: UserStatusFilter,
    tags: &[TagFilter<'_>],
) -> Result<Vec<User>, StoreError> {
    if tags.is_empty() {
        return list(tx, account, after, limit, filter);
    }
    let mut after = after.unwrap_or(UserId::ROOT);
    let mut found = Vec::new();
    while found.len() < limit {
        let page = user_tags::list_users(tx, account, tags, after, limit)?;
        let Some(last) = page.last() else { break };
        after = *last;
        for user in page {
            let user = find(tx, account, user)?.filter(|user| filter.shows(user.status));
            found.extend(user.filter(|_| found.len() < limit));
        }
    }
    Ok(found)
}

/// The name of a user and what the report needs of its row.
pub fn find_dates(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
) -> Result<Option<(UserName, Dates)>, StoreError> {
    let sql = "SELECT create_date, last_login_date, user_name FROM users WHERE account = ?1 AND user_id = ?2";
    tx.find(sql, &[account.into(), user.into()], |row| {
        Ok((row.get(2)?, Dates { create_date: row.get(0)?, last_login_date: row.get(1)? }))
    })
}

/// The next `limit` users from the name `from` on, that one included, by name.
pub fn list_names(
    tx: &mut Tx<'_>,
    account: AccountId,
    from: &str,
    limit: usize,
) -> Result<Vec<(UserName, UserId)>, StoreError> {
    let sql = "SELECT user_name, user_id FROM users WHERE account = ?1 AND user_name >= ?2 ORDER BY user_name LIMIT ?3";
    tx.list(sql, &[account.into(), from.into(), rows(limit).into()], |row| Ok((row.get(0)?, row.get(1)?)))
}

macro_rules! insert {
    ($rest:literal) => {
        concat!(
            "INSERT INTO users (account, user_id, user_name, display_name, comments, email, mobile_phone, status, \
             provision_type, create_date, update_date, last_login_date) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            $rest
        )
    };
}
const INSERT: &str = insert!("");
const INSERT_NEW: &str = insert!(" ON CONFLICT DO NOTHING");

/// A new user. `Exists` if its id or its name is taken.
pub fn insert(tx: &mut Tx<'_>, user: &User) -> Result<(), StoreError> {
    if user.user_id.is_root() {
        return Err(StoreError::Misuse("a RAM user with root's id"));
    }
    let args = [
        user.account.into(),
        user.user_id.into(),
        (&user.user_name).into(),
        (&user.display_name).into(),
        (&user.comments).into(),
        (&user.email).into(),
        (&user.mobile_phone).into(),
        (&user.status).into(),
        (&user.provision_type).into(),
        user.create_date.into(),
        user.update_date.into(),
        user.last_login_date.into(),
    ];
    if tx.known.take_name(user.account, &user.user_name) {
        // That somebody has its id must not be taken for success.
        tx.execute_later(INSERT, &args)?;
    } else if tx.execute(INSERT_NEW, &args)? == 0 {
        return Err(tx.exists("user"));
    }
    let dates = Dates { create_date: user.create_date, last_login_date: user.last_login_date };
    tx.touch_new_subject(user.account, user.user_id, Some(dates))?;
    tx.note_name(user.account, user.user_id, &user.user_name);
    tx.effect(Effect::Account(user.account));
    Ok(())
}

/// Writes all fields of a user anew. `Exists` if its new name is taken, `Absent` if there is no such user.
pub fn update(tx: &mut Tx<'_>, user: &User) -> Result<(), StoreError> {
    let before = find(tx, user.account, user.user_id)?.ok_or(StoreError::Absent { what: "user" })?;
    if before.user_name != user.user_name && find_by_name(tx, user.account, &user.user_name)?.is_some() {
        return Err(tx.exists("user"));
    }
    if before.user_name != user.user_name {
        tx.note_name(user.account, user.user_id, &user.user_name);
    }
    tx.touch_user(user.account, user.user_id)?;
    let sql = "UPDATE users SET user_name = ?3, display_name = ?4, comments = ?5, email = ?6, mobile_phone = ?7, \
               status = ?8, provision_type = ?9, create_date = ?10, update_date = ?11, last_login_date = ?12 \
               WHERE account = ?1 AND user_id = ?2";
    let args = [
        user.account.into(),
        user.user_id.into(),
        (&user.user_name).into(),
        (&user.display_name).into(),
        (&user.comments).into(),
        (&user.email).into(),
        (&user.mobile_phone).into(),
        (&user.status).into(),
        (&user.provision_type).into(),
        user.create_date.into(),
        user.update_date.into(),
        user.last_login_date.into(),
    ];
    tx.known.take_name(user.account, &user.user_name);
    met(tx.execute(sql, &args)?, "user")?;
    if (before.status, &before.user_name) != (user.status, &user.user_name) {
        for key in access_keys::list(tx, user.account, user.user_id)? {
            tx.effect(Effect::AccessKey(key.access_key_id));
        }
    }
    tx.effect(Effect::Account(user.account));
    Ok(())
}

/// Says when a user last logged on.
pub fn update_last_login_date(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.touch_user(account, user)?;
    let sql = "UPDATE users SET last_login_date = ?3 WHERE account = ?1 AND user_id = ?2";
    met(tx.execute(sql, &[account.into(), user.into(), at.into()])?, "user")?;
    tx.effect(Effect::Account(account));
    Ok(())
}

/// Deletes a user with its keys, logon profile, memberships, attachments and tags, and frees its MFA device; whether it
/// was there. Whether it may be deleted while it has them is not decided here.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<bool, StoreError> {
    for key in access_keys::list(tx, account, user)? {
        access_keys::delete(tx, account, user, &key.access_key_id)?;
    }
    for device in mfa_devices::list_by_user(tx, account, user)? {
        mfa_devices::unbind(tx, account, &device.device_name)?;
    }
    login_profiles::delete(tx, account, user)?;
    policy_attachments::delete_by_principal(tx, account, Principal::User(user))?;
    group_members::delete_by_user(tx, account, user)?;
    if let Some(row) = find(tx, account, user)? {
        tx.note_name(account, user, &row.user_name);
    }
    tx.touch_user(account, user)?;
    let args = [account.into(), user.into()];
    tx.execute("DELETE FROM user_tags WHERE account = ?1 AND user_id = ?2", &args)?;
    tx.execute("DELETE FROM verifications WHERE account = ?1 AND user_id = ?2", &args)?;
    if tx.execute("DELETE FROM users WHERE account = ?1 AND user_id = ?2", &args)? == 0 {
        return Ok(false);
    }
    tx.effect(Effect::Account(account));
    Ok(true)
}

/// What the report needs of the row of a user.
pub(in crate::store) fn dates(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
) -> Result<Option<Dates>, StoreError> {
    if user.is_root() {
        return Ok(None);
    }
    let sql = "SELECT create_date, last_login_date FROM users WHERE account = ?1 AND user_id = ?2";
    let read = |row: Row<'_>| Ok(Dates { create_date: row.get(0)?, last_login_date: row.get(1)? });
    tx.find(sql, &[account.into(), user.into()], read)
}
