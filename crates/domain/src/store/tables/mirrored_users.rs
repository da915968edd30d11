//! What a mirror knows about its knowledge of each user: when it last saw the user, what it could not learn, and what is
//! still to be asked. Root is user 0.

use super::rows;
use crate::ids::{AccountId, UserId};
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tx::Tx;

/// The row of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredUser {
    /// The account.
    pub account: AccountId,
    /// The user.
    pub user_id: UserId,
    /// The last run that saw it.
    pub run: i64,
    /// What could not be known, as bits.
    pub unknown: i64,
    /// What is still to be asked, as bits.
    pub todo: i64,
    /// What spares a call, as JSON; of a user whose name another has taken and who was not seen since, that name.
    pub hint: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT account, user_id, run, unknown, todo, hint FROM mirrored_users ", $rest)
    };
}

fn read(row: Row<'_>) -> Result<MirroredUser, StoreError> {
    Ok(MirroredUser {
        account: row.get(0)?,
        user_id: row.get(1)?,
        run: row.get(2)?,
        unknown: row.get(3)?,
        todo: row.get(4)?,
        hint: row.get(5)?,
    })
}

/// The row of a user.
pub fn find(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Option<MirroredUser>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND user_id = ?2"), &[account.into(), user.into()], read)
}

/// The next `limit` rows after `after`, by id; root is the first where `after` is absent.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Vec<MirroredUser>, StoreError> {
    let after = after.map_or(-1, UserId::get);
    let sql = select!("WHERE account = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3");
    tx.list(sql, &[account.into(), after.into(), rows(limit).into()], read)
}

/// The same of those of whom something is still to be asked.
pub fn list_todo(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Vec<MirroredUser>, StoreError> {
    let after = after.map_or(-1, UserId::get);
    let sql = select!("WHERE account = ?1 AND user_id > ?2 AND todo <> 0 ORDER BY user_id LIMIT ?3");
    tx.list(sql, &[account.into(), after.into(), rows(limit).into()], read)
}

/// Writes a row, whether it was there or not.
pub fn update(tx: &mut Tx<'_>, row: &MirroredUser) -> Result<(), StoreError> {
    let sql = "INSERT INTO mirrored_users (account, user_id, run, unknown, todo, hint) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
               ON CONFLICT (account, user_id) DO UPDATE SET run = excluded.run, unknown = excluded.unknown, \
               todo = excluded.todo, hint = excluded.hint";
    let args = [
        row.account.into(),
        row.user_id.into(),
        row.run.into(),
        row.unknown.into(),
        row.todo.into(),
        row.hint.as_deref().into(),
    ];
    tx.execute(sql, &args).map(drop)
}

/// Forgets a user.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM mirrored_users WHERE account = ?1 AND user_id = ?2";
    tx.execute(sql, &[account.into(), user.into()]).map(drop)
}

pub(in crate::store) fn delete_up_to(
    tx: &mut Tx<'_>,
    account: AccountId,
    last: UserId,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM mirrored_users WHERE account = ?1 AND user_id <= ?2";
    tx.execute(sql, &[account.into(), last.into()]).map(drop)
}
