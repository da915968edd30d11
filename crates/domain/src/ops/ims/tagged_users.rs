//! The users that a request about tags names. Must not know what is done with the tags.

use ramward_rpc::error::ApiResult;
use ramward_rpc::items::Items;

use crate::identity::user::UserPrincipalName;
use crate::ids::UserId;
use crate::ops::tag::{self, MAX_RESOURCES, Tagged};
use crate::ops::{Cx, Target, account, subject};

/// What the request is about: each of the users it names, or the account where it names none.
pub fn target(ids: &Items<UserId>, names: &Items<UserPrincipalName>) -> Target {
    let by_id = ids.0.iter().map(|id| Target::UserId(*id));
    let by_name = names.0.iter().map(|name| Target::User(name.name.clone()));
    Target::several(by_id.chain(by_name))
}

/// The users, each once.
///
/// # Errors
/// `EntityNotExist.User`; `InvalidParameter.ResourceId.Length` for more than one call may name.
pub fn find(
    cx: &mut Cx<'_, '_>,
    ids: &Items<UserId>,
    names: &Items<UserPrincipalName>,
) -> ApiResult<Vec<Tagged>> {
    let named = ids.0.len() + names.0.len();
    if named > 0 {
        tag::check_length("ResourceId", named, MAX_RESOURCES)?;
    }
    let account = account::find(cx.tx, cx.caller.account())?;
    let mut found = Vec::with_capacity(named);
    for id in &ids.0 {
        found.push(Tagged::User(subject::find(cx.tx, &account, None, Some(*id))?.user_id));
    }
    for name in &names.0 {
        found.push(Tagged::User(subject::find_by_name(cx.tx, &account, name)?.user_id));
    }
    found.sort();
    found.dedup();
    Ok(found)
}
