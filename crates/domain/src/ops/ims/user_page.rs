//! A page of RAM users, as both lists of users give it.

use ramward_rpc::error::ApiResult;

use super::user_fields::{self, RequestTag};
use crate::identity::user::UserStatusFilter;
use crate::ids::{AccountId, UserId};
use crate::ops::marker::{self, Marker};
use crate::store::Tx;
use crate::store::tables::users::{self, User};

/// At most `most` users after `marker`, by id, and where the list goes on. Users are listed by id and not by name: a
/// user that is renamed between two pages is then neither missed nor given twice.
///
/// # Errors
/// Refusals of the tags and of the marker.
pub fn user_page(
    tx: &mut Tx<'_>,
    account: AccountId,
    tags: &[RequestTag],
    status: Option<UserStatusFilter>,
    marker: Option<&Marker>,
    most: i64,
) -> ApiResult<(Vec<User>, Option<Marker>)> {
    let after = marker.map(Marker::key::<UserId>).transpose()?;
    let filters = user_fields::filters(tags)?;
    // With tags the vendor gives users of both states, whatever Status says (help page of ListUsers, 2026).
    let status = if filters.is_empty() { status.unwrap_or_default() } else { UserStatusFilter::BOTH };
    let most = usize::try_from(most).unwrap_or_default();
    let rows = users::list_by_tags(tx, account, after, most + 1, status, &filters)?;
    Ok(marker::page(rows, most, |user| user.user_id))
}
