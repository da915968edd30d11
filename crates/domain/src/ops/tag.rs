//! Tags of users, policies and roles: set, taken away and listed, written once for both views. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};

use crate::identity::role::TaggedType;
use crate::identity::user::{TagKey, TagValue, UserStatusFilter};
use crate::ids::{AccountId, UserId};
use crate::ops::Cx;
use crate::ops::marker::{self, Marker};
use crate::store::Tx;
use crate::store::tables::user_tags::{self, TagFilter};
use crate::store::tables::{tags, users};

/// How many resources one call may name (vendor's tag services: 50).
pub const MAX_RESOURCES: usize = 50;
/// How many tags a list can be filtered by, and one call may set (vendor's IMS model comments, 2026).
pub const MAX_TAGS: usize = 20;

/// What carries tags: lists go by this order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tagged {
    /// A RAM user.
    User(UserId),
    /// A policy or a role, by its name.
    Named(TaggedType, String),
}

impl Tagged {
    /// Its name where a list goes on; none holds a `/`.
    fn key(&self) -> String {
        match self {
            Self::User(id) => id.to_string(),
            Self::Named(_, name) => name.clone(),
        }
    }

    const fn limit(&self) -> &'static str {
        match self {
            Self::User(_) => "User.Tag",
            Self::Named(TaggedType::Policy, _) => "Policy.Tag",
            Self::Named(TaggedType::Role, _) => "Role.Tag",
        }
    }
}

/// The tags of one, by key.
///
/// # Errors
/// A failure of the store.
pub fn list(tx: &mut Tx<'_>, account: AccountId, of: &Tagged) -> ApiResult<Vec<(TagKey, TagValue)>> {
    Ok(match of {
        Tagged::User(user) => user_tags::list(tx, account, *user)?,
        Tagged::Named(of, name) => tags::list(tx, account, *of, name)?,
    })
}

/// Refuses a list of resources or tags that is empty or too long; `parameter` is where it was given.
///
/// # Errors
/// `Missing<parameter>`, `InvalidParameter.<parameter>.Length`.
pub fn check_length(parameter: &'static str, length: usize, most: usize) -> ApiResult<()> {
    match length {
        0 => Err(ApiError::missing(parameter)),
        length if length > most => Err(ApiError::invalid(parameter, Rule::Length)),
        _ => Ok(()),
    }
}

/// Gives each of `resources` all of `wanted`; a key that it has gets the new value.
///
/// # Errors
/// `InvalidParameter.Tag.Format` for a key given twice, because which value was meant cannot be known;
/// `LimitExceeded.User.Tag`, `.Policy.Tag` or `.Role.Tag`.
pub fn set(cx: &mut Cx<'_, '_>, resources: &[Tagged], wanted: &[TagFilter<'_>]) -> ApiResult<()> {
    let account = cx.caller.account();
    let mut keys: Vec<&str> = wanted.iter().map(|tag| tag.tag_key.as_str()).collect();
    keys.sort_unstable();
    if let Some(pair) = keys.windows(2).find(|pair| pair.first() == pair.last()) {
        let key = pair.first().copied().unwrap_or_default();
        let message = format!("The parameter - \"Tag\" has the key {key:?} twice. Give each key once.");
        return Err(ApiError::with_message(Code::InvalidParameter("Tag".into(), Rule::Format), message));
    }
    for resource in resources {
        let present = list(cx.tx, account, resource)?;
        let new = wanted.iter().filter(|tag| present.iter().all(|(key, _)| key != tag.tag_key)).count();
        if present.len() + new > cx.settings.quotas.tags_per_user {
            return Err(ApiError::new(Code::LimitExceeded(resource.limit())));
        }
        for tag in wanted {
            let value = tag.tag_value.cloned().unwrap_or_default();
            match resource {
                Tagged::User(user) => user_tags::update(cx.tx, account, *user, tag.tag_key, &value)?,
                Tagged::Named(of, name) => tags::update(cx.tx, account, *of, name, tag.tag_key, &value)?,
            }
        }
    }
    Ok(())
}

/// Takes tags away from each of `resources`: those of `keys`, or all of them. A tag that is not there is no error.
///
/// # Errors
/// A failure of the store.
pub fn remove(cx: &mut Cx<'_, '_>, resources: &[Tagged], keys: Option<&[TagKey]>) -> ApiResult<()> {
    let account = cx.caller.account();
    for resource in resources {
        let present = list(cx.tx, account, resource)?;
        for (key, _) in present {
            if keys.is_some_and(|keys| !keys.contains(&key)) {
                continue;
            }
            match resource {
                Tagged::User(user) => user_tags::delete(cx.tx, account, *user, &key)?,
                Tagged::Named(of, name) => tags::delete(cx.tx, account, *of, name, &key)?,
            };
        }
    }
    Ok(())
}

/// Which resources a list is about.
#[derive(Debug)]
pub enum Among {
    /// Those that were named.
    These(Vec<Tagged>),
    /// All users.
    Users,
    /// All policies or all roles.
    All(TaggedType),
}

/// A tag in a list.
#[derive(Debug)]
pub struct Listed {
    /// What carries it.
    pub of: Tagged,
    /// Its key.
    pub tag_key: TagKey,
    /// Its value.
    pub tag_value: TagValue,
}

/// At most `most` tags of the resources that carry all that `filters` asks for, by resource and key, and where the list
/// goes on.
///
/// # Errors
/// `InvalidParameter.NextToken.Format`.
pub fn page(
    tx: &mut Tx<'_>,
    account: AccountId,
    among: &Among,
    filters: &[TagFilter<'_>],
    token: Option<&Marker>,
    most: usize,
) -> ApiResult<(Vec<Listed>, Option<Marker>)> {
    let mut rows = Vec::new();
    let mut after = None;
    if let Some(token) = token {
        let (resource, key) = parse(among, token)?;
        let found = list(tx, account, &resource)?;
        if fits(&found, filters) && among.has(&resource) {
            let rest = found.into_iter().filter(|(tag_key, _)| *tag_key > key);
            rows.extend(rest.map(|(tag_key, tag_value)| Listed { of: resource.clone(), tag_key, tag_value }));
        }
        after = Some(resource);
    }
    while rows.len() <= most {
        let next = among.next(tx, account, filters, after.as_ref(), most + 1 - rows.len())?;
        let Some(last) = next.last() else { break };
        after = Some(last.clone());
        for of in next {
            let found = list(tx, account, &of)?;
            if fits(&found, filters) {
                let listed = |(tag_key, tag_value)| Listed { of: of.clone(), tag_key, tag_value };
                rows.extend(found.into_iter().map(listed));
            }
        }
    }
    // More than one beyond the page may have been read: a resource gives all its tags at once.
    rows.truncate(most + 1);
    Ok(marker::page(rows, most, |row| format!("{}/{}", row.of.key(), row.tag_key)))
}

/// The resource and the key after which a list goes on.
fn parse(among: &Among, token: &Marker) -> ApiResult<(Tagged, TagKey)> {
    let bad = || ApiError::invalid("NextToken", Rule::Format);
    let (resource, key) = token.as_str().split_once('/').ok_or_else(bad)?;
    let key = TagKey::parse(key).map_err(|_| bad())?;
    let user = |text: &str| text.parse().map(Tagged::User).map_err(|_| bad());
    let resource = match among {
        Among::Users => user(resource)?,
        Among::All(of) => Tagged::Named(*of, resource.to_owned()),
        Among::These(resources) => match resources.first() {
            Some(Tagged::Named(of, _)) => Tagged::Named(*of, resource.to_owned()),
            _ => user(resource)?,
        },
    };
    Ok((resource, key))
}

/// Whether these tags are all that is asked for.
fn fits(tags: &[(TagKey, TagValue)], filters: &[TagFilter<'_>]) -> bool {
    filters.iter().all(|filter| {
        tags.iter().any(|(key, value)| {
            key == filter.tag_key && filter.tag_value.is_none_or(|wanted| wanted == value)
        })
    })
}

impl Among {
    /// Whether the list is about it.
    fn has(&self, resource: &Tagged) -> bool {
        match self {
            Self::These(resources) => resources.contains(resource),
            Self::Users | Self::All(_) => true,
        }
    }

    /// The next resources after `after` that may carry what is asked for; none where there are no more.
    fn next(
        &self,
        tx: &mut Tx<'_>,
        account: AccountId,
        filters: &[TagFilter<'_>],
        after: Option<&Tagged>,
        limit: usize,
    ) -> ApiResult<Vec<Tagged>> {
        match self {
            Self::These(resources) => {
                let mut rest: Vec<Tagged> = resources
                    .iter()
                    .filter(|resource| after.is_none_or(|after| *resource > after))
                    .cloned()
                    .collect();
                rest.sort();
                rest.dedup();
                rest.truncate(limit);
                Ok(rest)
            }
            Self::Users => {
                let after = match after {
                    Some(Tagged::User(user)) => *user,
                    _ => UserId::ROOT,
                };
                let found = if filters.is_empty() {
                    user_tags::list_tagged(tx, account, after, limit)?
                } else {
                    let found = users::list_by_tags(
                        tx,
                        account,
                        Some(after),
                        limit,
                        UserStatusFilter::BOTH,
                        filters,
                    )?;
                    found.into_iter().map(|user| user.user_id).collect()
                };
                Ok(found.into_iter().map(Tagged::User).collect())
            }
            Self::All(of) => {
                let after = match after {
                    Some(Tagged::Named(_, name)) => name.as_str(),
                    _ => "",
                };
                let found = match filters.first() {
                    None => tags::list_tagged(tx, account, *of, after, limit)?,
                    Some(first) => tags::list_resources(tx, account, *of, *first, after, limit)?,
                };
                Ok(found.into_iter().map(|name| Tagged::Named(*of, name)).collect())
            }
        }
    }
}
