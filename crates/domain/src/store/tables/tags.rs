//! The tags of policies and roles: keys with values, for filters of lists. Users have `user_tags`, because there are many
//! more of them.

use super::rows;
use super::user_tags::TagFilter;
use crate::identity::role::TaggedType;
use crate::identity::user::{TagKey, TagValue};
use crate::ids::AccountId;
use crate::store::error::StoreError;
use crate::store::tx::Tx;

/// The tags of a resource, by key. A resource is named by the name of the policy or role.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    of: TaggedType,
    resource: &str,
) -> Result<Vec<(TagKey, TagValue)>, StoreError> {
    let sql = "SELECT tag_key, tag_value FROM tags WHERE account = ?1 AND resource_type = ?2 AND resource_id = ?3 \
               ORDER BY tag_key";
    tx.list(sql, &[account.into(), (&of).into(), resource.into()], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The value of a tag.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    of: TaggedType,
    resource: &str,
    key: &TagKey,
) -> Result<Option<TagValue>, StoreError> {
    let sql = "SELECT tag_value FROM tags WHERE account = ?1 AND resource_type = ?2 AND resource_id = ?3 \
               AND tag_key = ?4";
    tx.find(sql, &[account.into(), (&of).into(), resource.into(), key.into()], |row| row.get(0))
}

/// The next `limit` resources after the name `after`, by name, that have what `filter` asks for.
pub fn list_resources(
    tx: &mut Tx<'_>,
    account: AccountId,
    of: TaggedType,
    filter: TagFilter<'_>,
    after: &str,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let args = [
        account.into(),
        (&of).into(),
        filter.tag_key.into(),
        after.into(),
        rows(limit).into(),
        filter.tag_value.into(),
    ];
    let (sql, args) = if filter.tag_value.is_some() {
        let sql = "SELECT resource_id FROM tags WHERE account = ?1 AND resource_type = ?2 AND tag_key = ?3 \
                   AND tag_value = ?6 AND resource_id > ?4 ORDER BY resource_id LIMIT ?5";
        (sql, args.as_slice())
    } else {
        let sql = "SELECT resource_id FROM tags WHERE account = ?1 AND resource_type = ?2 AND tag_key = ?3 \
                   AND resource_id > ?4 ORDER BY resource_id LIMIT ?5";
        (sql, args.get(..5).unwrap_or_default())
    };
    tx.list(sql, args, |row| row.get(0))
}

/// The next `limit` resources after the name `after`, by name, that carry any tag.
pub fn list_tagged(
    tx: &mut Tx<'_>,
    account: AccountId,
    of: TaggedType,
    after: &str,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT DISTINCT resource_id FROM tags WHERE account = ?1 AND resource_type = ?2 AND resource_id > ?3 \
               ORDER BY resource_id LIMIT ?4";
    tx.list(sql, &[account.into(), (&of).into(), after.into(), rows(limit).into()], |row| row.get(0))
}

/// Sets a tag, whether the resource had the key or not.
pub fn update(
    tx: &mut Tx<'_>,
    account: AccountId,
    of: TaggedType,
    resource: &str,
    key: &TagKey,
    value: &TagValue,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO tags (account, resource_type, resource_id, tag_key, tag_value) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (account, resource_type, resource_id, tag_key) DO UPDATE SET tag_value = excluded.tag_value";
    tx.execute(sql, &[account.into(), (&of).into(), resource.into(), key.into(), value.into()]).map(drop)
}

/// Takes a tag away; whether it was there.
pub fn delete(
    tx: &mut Tx<'_>,
    account: AccountId,
    of: TaggedType,
    resource: &str,
    key: &TagKey,
) -> Result<bool, StoreError> {
    let sql =
        "DELETE FROM tags WHERE account = ?1 AND resource_type = ?2 AND resource_id = ?3 AND tag_key = ?4";
    Ok(tx.execute(sql, &[account.into(), (&of).into(), resource.into(), key.into()])? > 0)
}

/// Takes all tags from a resource.
pub(in crate::store) fn delete_by_resource(
    tx: &mut Tx<'_>,
    account: AccountId,
    of: TaggedType,
    resource: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM tags WHERE account = ?1 AND resource_type = ?2 AND resource_id = ?3";
    tx.execute(sql, &[account.into(), (&of).into(), resource.into()]).map(drop)
}

/// Deletes all of an account that is being deleted, which are few.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM tags WHERE account = ?1", &[account.into()]).map(drop)
}
