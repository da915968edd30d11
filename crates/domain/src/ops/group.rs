//! Groups of RAM users as operations make, change and fill them, whichever of the two views was called. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code};

use crate::identity::group::{GroupDisplayName, GroupName};
use crate::identity::user::{Comments, UserName};
use crate::ids::{AccountId, GroupId, UserId};
use crate::ops::marker::{self, Marker};
use crate::ops::{Cx, Target};
use crate::store::Tx;
use crate::store::tables::group_members;
use crate::store::tables::groups::{self, Group};
use crate::store::tables::policy_attachments::{self, Principal};
use crate::store::tables::users::{self, User};
use crate::time::Timestamp;

/// What a request about a group is about.
pub fn target(name: &GroupName) -> Target {
    Target::Named { kind: "group", name: name.to_string() }
}

/// What a request about a membership is about: the vendor asks for permission on the user and on the group.
pub fn membership(user: &UserName, group: &GroupName) -> Target {
    let user = Target::Named { kind: "user", name: user.to_string() };
    Target::several([user, target(group)])
}

/// A group of the account by its name.
///
/// # Errors
/// `EntityNotExist.Group`.
pub fn find(tx: &mut Tx<'_>, account: AccountId, name: &GroupName) -> ApiResult<Group> {
    groups::find_by_name(tx, account, name)?.ok_or_else(|| ApiError::new(Code::EntityNotExist("Group")))
}

/// Makes a group. RAM's view knows no display name; a group that is made there has an empty one.
///
/// # Errors
/// `EntityAlreadyExists.Group`, `LimitExceeded.Group`.
pub fn create(
    cx: &mut Cx<'_, '_>,
    name: &GroupName,
    display_name: Option<&GroupDisplayName>,
    comments: Option<&Comments>,
) -> ApiResult<Group> {
    let account = cx.caller.account();
    if groups::find_by_name(cx.tx, account, name)?.is_some() {
        return Err(exists());
    }
    if groups::count(cx.tx, account)? >= cx.settings.quotas.groups {
        return Err(ApiError::new(Code::LimitExceeded("Group")));
    }
    let group = Group {
        account,
        group_id: GroupId::generate(cx.entropy),
        group_name: name.clone(),
        display_name: display_name.cloned().unwrap_or_default(),
        comments: comments.cloned().unwrap_or_default(),
        create_date: cx.now,
        update_date: cx.now,
    };
    groups::insert(cx.tx, &group)?;
    Ok(group)
}

fn exists() -> Box<ApiError> {
    ApiError::new(Code::EntityAlreadyExists("Group"))
}

/// Renames a group and changes what is noted about it; the group as it is then.
///
/// # Errors
/// `EntityNotExist.Group`, `EntityAlreadyExists.Group` if the new name is another's.
pub fn update(
    cx: &mut Cx<'_, '_>,
    name: &GroupName,
    new_name: Option<&GroupName>,
    new_display_name: Option<&GroupDisplayName>,
    new_comments: Option<&Comments>,
) -> ApiResult<Group> {
    let before = find(cx.tx, cx.caller.account(), name)?;
    let mut group = before.clone();
    if let Some(new) = new_name {
        let holder = groups::find_by_name(cx.tx, group.account, new)?;
        if holder.is_some_and(|holder| holder.group_id != group.group_id) {
            return Err(exists());
        }
        group.group_name = new.clone();
    }
    if let Some(new) = new_display_name {
        group.display_name = new.clone();
    }
    if let Some(new) = new_comments {
        group.comments = new.clone();
    }
    // The date says when something changed, so a call that changes nothing leaves it alone.
    if group != before {
        group.update_date = cx.now;
        groups::update(cx.tx, &group)?;
    }
    Ok(group)
}

/// Deletes a group that has neither members nor policies.
///
/// # Errors
/// `EntityNotExist.Group`, `DeleteConflict.Group.User`, `DeleteConflict.Group.Policy`.
pub fn delete(cx: &mut Cx<'_, '_>, name: &GroupName) -> ApiResult<()> {
    let group = find(cx.tx, cx.caller.account(), name)?;
    let (account, id) = (group.account, group.group_id);
    if !group_members::list_users(cx.tx, account, id, None, 1)?.is_empty() {
        return Err(ApiError::new(Code::DeleteConflict("Group.User")));
    }
    if !policy_attachments::list(cx.tx, account, Principal::Group(id))?.is_empty() {
        return Err(ApiError::new(Code::DeleteConflict("Group.Policy")));
    }
    groups::delete(cx.tx, account, id)?;
    Ok(())
}

/// A page of the account's groups, by id, and where the list goes on.
///
/// # Errors
/// `InvalidParameter.Marker.Format`.
pub fn page(
    tx: &mut Tx<'_>,
    account: AccountId,
    marker: Option<&Marker>,
    most: i64,
) -> ApiResult<(Vec<Group>, Option<Marker>)> {
    let after = marker.map(Marker::key::<GroupId>).transpose()?;
    let most = usize::try_from(most).unwrap_or_default();
    let rows = groups::list(tx, account, after, most + 1)?;
    Ok(marker::page(rows, most, |group| group.group_id))
}

/// Puts a user into a group.
///
/// # Errors
/// `EntityNotExist.Group`, `EntityAlreadyExists.User.Group`, `LimitExceeded.User.Group`.
pub fn add(cx: &mut Cx<'_, '_>, user: &User, name: &GroupName) -> ApiResult<()> {
    let group = find(cx.tx, user.account, name)?;
    if group_members::is_member(cx.tx, user.account, group.group_id, user.user_id)? {
        return Err(ApiError::new(Code::EntityAlreadyExists("User.Group")));
    }
    if group_members::count_groups(cx.tx, user.account, user.user_id)? >= cx.settings.quotas.groups_per_user {
        return Err(ApiError::new(Code::LimitExceeded("User.Group")));
    }
    group_members::insert(cx.tx, user.account, group.group_id, user.user_id, cx.now)?;
    Ok(())
}

/// Takes a user out of a group.
///
/// # Errors
/// `EntityNotExist.Group`, `EntityNotExist.User.Group` if it is not in it.
pub fn remove(cx: &mut Cx<'_, '_>, user: &User, name: &GroupName) -> ApiResult<()> {
    let group = find(cx.tx, user.account, name)?;
    if group_members::delete(cx.tx, user.account, group.group_id, user.user_id)? {
        Ok(())
    } else {
        Err(ApiError::new(Code::EntityNotExist("User.Group")))
    }
}

/// The groups of a user, and since when it is in each.
///
/// # Errors
/// A failure of the store.
pub fn list_of(tx: &mut Tx<'_>, user: &User) -> ApiResult<Vec<(Group, Timestamp)>> {
    let mut found = Vec::new();
    for (group, joined) in group_members::list_groups(tx, user.account, user.user_id)? {
        found.extend(groups::find(tx, user.account, group)?.map(|group| (group, joined)));
    }
    Ok(found)
}

/// A member of a group, and since when it is in it.
pub type Member = (User, Timestamp);

/// A page of the members of a group, by id, and since when each is in it.
///
/// # Errors
/// `EntityNotExist.Group`, `InvalidParameter.Marker.Format`.
pub fn members(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &GroupName,
    marker: Option<&Marker>,
    most: i64,
) -> ApiResult<(Vec<Member>, Option<Marker>)> {
    let group = find(tx, account, name)?;
    let after = marker.map(Marker::key::<UserId>).transpose()?;
    let most = usize::try_from(most).unwrap_or_default();
    let rows = group_members::list_users(tx, account, group.group_id, after, most + 1)?;
    let (rows, marker) = marker::page(rows, most, |(user, _)| *user);
    let mut found = Vec::with_capacity(rows.len());
    for (user, joined) in rows {
        found.extend(users::find(tx, account, user)?.map(|user| (user, joined)));
    }
    Ok((found, marker))
}
