//! RAM users as operations make, change and delete them, whichever of the two views was called. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code};

use crate::identity::user::{Comments, DisplayName, Email, MobilePhone, ProvisionType, UserName, UserStatus};
use crate::ids::UserId;
use crate::ops::{Cx, recycle_bin};
use crate::store::tables::accounts::Account;
use crate::store::tables::policy_attachments::{self, Principal};
use crate::store::tables::users::{self, User};
use crate::store::tables::{access_keys, group_members, login_profiles, mfa_devices};
use crate::store::{StoreError, Total};

/// What is noted about a user; what is left out stays empty in a new one and as it is in one that is there.
#[derive(Debug, Default)]
pub struct Notes<'a> {
    /// The name shown for it.
    pub display_name: Option<&'a DisplayName>,
    /// A note.
    pub comments: Option<&'a Comments>,
    /// The e-mail address.
    pub email: Option<&'a Email>,
    /// The mobile phone number.
    pub mobile_phone: Option<&'a MobilePhone>,
}

/// Makes a user. Without a display name it is shown under its own name.
///
/// # Errors
/// `EntityAlreadyExists.User`, `LimitExceeded.User`.
pub fn create(cx: &mut Cx<'_, '_>, account: &Account, name: &UserName, notes: &Notes<'_>) -> ApiResult<User> {
    let taken = || ApiError::new(Code::EntityAlreadyExists("User"));
    if account.totals.get(Total::Users) >= cx.settings.quotas.users {
        let is_taken = users::find_by_name(cx.tx, account.account, name)?.is_some();
        return Err(if is_taken { taken() } else { ApiError::new(Code::LimitExceeded("User")) });
    }
    let display_name = match notes.display_name {
        Some(display_name) => display_name.clone(),
        None => DisplayName::parse(name.as_str())
            .map_err(|_| ApiError::internal("a name that cannot be shown"))?,
    };
    let user = User {
        account: account.account,
        user_id: UserId::generate(cx.entropy),
        user_name: name.clone(),
        display_name,
        comments: notes.comments.cloned().unwrap_or_default(),
        email: notes.email.cloned().unwrap_or_default(),
        mobile_phone: notes.mobile_phone.cloned().unwrap_or_default(),
        status: UserStatus::Active,
        provision_type: ProvisionType::Manual,
        create_date: cx.now,
        update_date: cx.now,
        last_login_date: None,
    };
    // Its id is new, so what is there already has its name.
    match users::insert(cx.tx, &user) {
        Ok(()) => Ok(user),
        Err(StoreError::Exists { .. }) => Err(taken()),
        Err(error) => Err(error.into()),
    }
}

/// Renames a user and changes what is noted about it; the user as it is then.
///
/// # Errors
/// `EntityAlreadyExists.User` if the new name is another's.
pub fn update(
    cx: &mut Cx<'_, '_>,
    before: &User,
    new_name: Option<&UserName>,
    notes: &Notes<'_>,
) -> ApiResult<User> {
    let mut user = before.clone();
    if let Some(name) = new_name {
        let holder = users::find_by_name(cx.tx, user.account, name)?;
        if holder.is_some_and(|holder| holder.user_id != user.user_id) {
            return Err(ApiError::new(Code::EntityAlreadyExists("User")));
        }
        user.user_name = name.clone();
    }
    change(&mut user.display_name, notes.display_name);
    change(&mut user.mobile_phone, notes.mobile_phone);
    change(&mut user.email, notes.email);
    change(&mut user.comments, notes.comments);
    // The date says when something changed, so a call that changes nothing leaves it alone.
    if user != *before {
        user.update_date = cx.now;
        users::update(cx.tx, &user)?;
    }
    Ok(user)
}

fn change<T: Clone>(present: &mut T, new: Option<&T>) {
    if let Some(new) = new {
        present.clone_from(new);
    }
}

/// Refuses to delete a user that still has something (decision record 0013).
///
/// # Errors
/// `DeleteConflict.User.AccessKey`, `.LoginProfile`, `.MFADevice`, `.Group`, `.Policy`.
pub fn must_have_nothing(cx: &mut Cx<'_, '_>, user: &User) -> ApiResult<()> {
    let (account, user) = (user.account, user.user_id);
    let conflict = |what| Err(ApiError::new(Code::DeleteConflict(what)));
    if !access_keys::list(cx.tx, account, user)?.is_empty() {
        return conflict("User.AccessKey");
    }
    if login_profiles::find(cx.tx, account, user)?.is_some() {
        return conflict("User.LoginProfile");
    }
    if mfa_devices::find_by_user(cx.tx, account, user)?.is_some() {
        return conflict("User.MFADevice");
    }
    if group_members::count_groups(cx.tx, account, user)? > 0 {
        return conflict("User.Group");
    }
    if !policy_attachments::list(cx.tx, account, Principal::User(user))?.is_empty() {
        return conflict("User.Policy");
    }
    Ok(())
}

/// Moves a user that has nothing left into the recycle bin.
///
/// # Errors
/// As [`must_have_nothing`].
pub fn delete(cx: &mut Cx<'_, '_>, user: &User) -> ApiResult<()> {
    must_have_nothing(cx, user)?;
    recycle_bin::recycle_user(cx.tx, user, cx.now)?;
    Ok(())
}
