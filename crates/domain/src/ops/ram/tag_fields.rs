//! Tags of policies and roles in requests and answers. Must not know what else those are.

use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::role::TaggedType;
use crate::identity::user::{TagKey, TagValue};
use crate::ids::AccountId;
use crate::ops::Cx;
pub use crate::ops::request_tag::RequestTag;
use crate::store::Tx;
use crate::store::tables::tags;
use crate::store::tables::user_tags::TagFilter;

/// The most tags that a list can be filtered by (vendor's IMS model comments, 2026).
const MAX_FILTER_TAGS: usize = 20;

shape! {
    /// The tags of a policy or a role.
    pub struct Tags {
        /// The tags, by key.
        Tag as tag: Vec<Tag> = "";
    }
}

shape! {
    /// A tag of a policy or a role.
    pub struct Tag {
        /// The key.
        TagKey as tag_key: TagKey = "team";
        /// The value; may be empty.
        TagValue as tag_value: TagValue = "platform";
    }
}

/// The tags of a policy or a role as answers show them.
///
/// # Errors
/// A failure of the store.
pub fn tags_of(
    tx: &mut Tx<'_>,
    account: AccountId,
    of: TaggedType,
    resource: &str,
) -> ApiResult<Nested<Tags>> {
    let rows = tags::list(tx, account, of, resource)?;
    let tag = rows.into_iter().map(|(tag_key, tag_value)| Tag { tag_key, tag_value }).collect();
    Ok(Nested(Tags { tag }))
}

/// Gives a new policy or role its tags.
///
/// # Errors
/// `LimitExceeded.Policy.Tag` or `LimitExceeded.Role.Tag`; `InvalidParameter.Tag.Format` for a key given twice, because
/// which value was meant cannot be known.
pub fn set_tags(
    cx: &mut Cx<'_, '_>,
    of: TaggedType,
    resource: &str,
    requested: &[RequestTag],
) -> ApiResult<()> {
    if requested.len() > cx.settings.quotas.tags_per_user {
        return Err(ApiError::new(Code::LimitExceeded(match of {
            TaggedType::Policy => "Policy.Tag",
            TaggedType::Role => "Role.Tag",
        })));
    }
    let account = cx.caller.account();
    for tag in requested {
        if tags::find(cx.tx, account, of, resource, &tag.key)?.is_some() {
            let message = format!(
                "The parameter - \"Tag\" has the key {:?} twice. Give each key once.",
                tag.key.as_str()
            );
            return Err(ApiError::with_message(Code::InvalidParameter("Tag".into(), Rule::Format), message));
        }
        let value = tag.value.clone().unwrap_or_default();
        tags::update(cx.tx, account, of, resource, &tag.key, &value)?;
    }
    Ok(())
}

/// The next `limit` names after `after` of the policies or roles that carry all of `requested`, which is not empty.
///
/// # Errors
/// `InvalidParameter.Tag.Length` for more than the vendor takes.
pub fn list_tagged(
    tx: &mut Tx<'_>,
    account: AccountId,
    of: TaggedType,
    requested: &[RequestTag],
    after: &str,
    limit: usize,
) -> ApiResult<Vec<String>> {
    if requested.len() > MAX_FILTER_TAGS {
        return Err(ApiError::invalid("Tag", Rule::Length));
    }
    let mut found = Vec::new();
    let Some((first, others)) = requested.split_first() else { return Ok(found) };
    let mut after = after.to_owned();
    while found.len() < limit {
        let filter = TagFilter { tag_key: &first.key, tag_value: first.value.as_ref() };
        let page = tags::list_resources(tx, account, of, filter, &after, limit)?;
        let Some(last) = page.last() else { break };
        after.clone_from(last);
        for name in page {
            if found.len() < limit && carries(tx, account, of, &name, others)? {
                found.push(name);
            }
        }
    }
    Ok(found)
}

fn carries(
    tx: &mut Tx<'_>,
    account: AccountId,
    of: TaggedType,
    resource: &str,
    requested: &[RequestTag],
) -> ApiResult<bool> {
    for wanted in requested {
        let value = tags::find(tx, account, of, resource, &wanted.key)?;
        let fits = value.is_some_and(|value| wanted.value.as_ref().is_none_or(|wanted| *wanted == value));
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}
