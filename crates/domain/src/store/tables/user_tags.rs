//! The tags of RAM users: keys with values, for filters of lists.

use super::rows;
use crate::identity::user::{TagKey, TagValue};
use crate::ids::{AccountId, UserId};
use crate::store::error::StoreError;
use crate::store::tx::Tx;

/// What a user must carry to be listed: a key, and its value unless any will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagFilter<'a> {
    /// The key.
    pub tag_key: &'a TagKey,
    /// The value; absent for any.
    pub tag_value: Option<&'a TagValue>,
}

/// The tags of a user, by key.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
) -> Result<Vec<(TagKey, TagValue)>, StoreError> {
    let sql = "SELECT tag_key, tag_value FROM user_tags WHERE account = ?1 AND user_id = ?2 ORDER BY tag_key";
    tx.list(sql, &[account.into(), user.into()], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Sets a tag of a user, whether it had the key or not.
pub fn update(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    key: &TagKey,
    value: &TagValue,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO user_tags (account, user_id, tag_key, tag_value) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (account, user_id, tag_key) DO UPDATE SET tag_value = excluded.tag_value";
    tx.execute(sql, &[account.into(), user.into(), key.into(), value.into()]).map(drop)
}

/// Takes a tag from a user; whether it was there.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, user: UserId, key: &TagKey) -> Result<bool, StoreError> {
    let sql = "DELETE FROM user_tags WHERE account = ?1 AND user_id = ?2 AND tag_key = ?3";
    Ok(tx.execute(sql, &[account.into(), user.into(), key.into()])? > 0)
}

/// The next users after `after`, by id, that carry any tag.
pub fn list_tagged(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: UserId,
    limit: usize,
) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT DISTINCT user_id FROM user_tags WHERE account = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3";
    tx.list(sql, &[account.into(), after.into(), rows(limit).into()], |row| row.get(0))
}

/// The next users after `after`, by id, that carry what all the filters ask for.
pub fn list_users(
    tx: &mut Tx<'_>,
    account: AccountId,
    filters: &[TagFilter<'_>],
    after: UserId,
    limit: usize,
) -> Result<Vec<UserId>, StoreError> {
    let mut found = Vec::new();
    let Some((first, others)) = filters.split_first() else { return Ok(found) };
    let mut after = after;
    while found.len() < limit {
        let page = list_users_by_one(tx, account, *first, after, limit)?;
        let Some(last) = page.last() else { break };
        after = *last;
        for user in page {
            if found.len() < limit && carries(tx, account, user, others)? {
                found.push(user);
            }
        }
    }
    Ok(found)
}

fn list_users_by_one(
    tx: &mut Tx<'_>,
    account: AccountId,
    filter: TagFilter<'_>,
    after: UserId,
    limit: usize,
) -> Result<Vec<UserId>, StoreError> {
    let args =
        [account.into(), filter.tag_key.into(), after.into(), rows(limit).into(), filter.tag_value.into()];
    let (sql, args) = if filter.tag_value.is_some() {
        let sql = "SELECT user_id FROM user_tags WHERE account = ?1 AND tag_key = ?2 AND tag_value = ?5 \
                   AND user_id > ?3 ORDER BY user_id LIMIT ?4";
        (sql, args.as_slice())
    } else {
        let sql = "SELECT user_id FROM user_tags WHERE account = ?1 AND tag_key = ?2 AND user_id > ?3 \
                   ORDER BY user_id LIMIT ?4";
        (sql, args.get(..4).unwrap_or_default())
    };
    tx.list(sql, args, |row| row.get(0))
}

fn carries(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    filters: &[TagFilter<'_>],
) -> Result<bool, StoreError> {
    for filter in filters {
        let sql = "SELECT tag_value FROM user_tags WHERE account = ?1 AND user_id = ?2 AND tag_key = ?3";
        let value: Option<TagValue> =
            tx.find(sql, &[account.into(), user.into(), filter.tag_key.into()], |row| row.get(0))?;
        let fits = value.is_some_and(|value| filter.tag_value.is_none_or(|wanted| *wanted == value));
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}
