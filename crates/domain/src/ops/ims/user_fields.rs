//! What answers say of a RAM user, and tags: shared by the operations on users. Must not find or change anything but tags.

use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::user::{TagKey, TagValue};
use crate::ops::request_tag;
pub use crate::ops::request_tag::RequestTag;
use crate::store::Tx;
use crate::store::tables::user_tags::{self, TagFilter};
use crate::store::tables::users::User;

shape! {
    /// The tags of a user.
    pub struct Tags {
        /// The tags, by key.
        Tag as tag: Vec<Tag> = "";
    }
}

shape! {
    /// A tag of a user.
    pub struct Tag {
        /// The key.
        TagKey as tag_key: TagKey = "team";
        /// The value; may be empty.
        TagValue as tag_value: TagValue = "platform";
    }
}

/// The tags of a user as answers show them.
///
/// # Errors
/// What the store cannot read.
pub fn tags_of(tx: &mut Tx<'_>, user: &User) -> ApiResult<Nested<Tags>> {
    let rows = user_tags::list(tx, user.account, user.user_id)?;
    let tag = rows.into_iter().map(|(tag_key, tag_value)| Tag { tag_key, tag_value }).collect();
    Ok(Nested(Tags { tag }))
}

/// How many tags a list can be filtered by (vendor help page, ListUsers, 2026).
pub const MAX_FILTER_TAGS: usize = 20;

/// The tags of a request as a filter.
///
/// # Errors
/// `InvalidParameter.Tag.Length` for more than the vendor takes.
pub fn filters(tags: &[RequestTag]) -> ApiResult<Vec<TagFilter<'_>>> {
    if tags.len() > MAX_FILTER_TAGS {
        return Err(ApiError::invalid("Tag", Rule::Length));
    }
    Ok(request_tag::filters(tags))
}

/// Refuses tags that a user cannot have together.
///
/// # Errors
/// `LimitExceeded.User.Tag` beyond `quota`; `InvalidParameter.Tag.Format` for a key given twice, because which value was
/// meant cannot be known.
pub fn check_tags(tags: &[RequestTag], quota: usize) -> ApiResult<()> {
    if tags.len() > quota {
        return Err(ApiError::new(Code::LimitExceeded("User.Tag")));
    }
    let mut keys: Vec<_> = tags.iter().map(|tag| tag.key.as_str()).collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair.first() == pair.last()) {
        None => Ok(()),
        Some(pair) => {
            let message = format!(
                "The parameter - \"Tag\" has the key {:?} twice. Give each key once.",
                pair.first().copied().unwrap_or_default()
            );
            Err(ApiError::with_message(Code::InvalidParameter("Tag".into(), Rule::Format), message))
        }
    }
}

/// Declares what an answer says of one user: the members that all such answers share, in the order of the vendor's sample
/// (help pages of CreateUser, GetUser and UpdateUser, 2020), then those of this answer.
macro_rules! user_shape {
    ($(#[doc = $about:literal])* pub struct $name:ident { $($own:tt)* }) => {
        ramward_rpc::shape! {
            $(#[doc = $about])*
            pub struct $name {
                /// When the user was last changed.
                UpdateDate as update_date: crate::time::Timestamp = "2020-10-12T09:12:00Z";
                /// The e-mail address; empty if there is none.
                Email as email: crate::identity::user::Email = "alice@example.com";
                /// The note; empty if there is none.
                Comments as comments: crate::identity::user::Comments = "This is a cloud computing engineer.";
                /// The user's id.
                UserId as user_id: crate::ids::UserId = "207329002493921234";
                /// When the user last logged on to the console; empty for never.
                LastLoginDate as last_login_date: crate::ops::occasion::Occasion = "2020-10-12T09:12:00Z";
                /// The name shown for the user.
                DisplayName as display_name: crate::identity::user::DisplayName = "Alice";
                /// The logon name.
                UserPrincipalName as user_principal_name: String = "alice@example.onaliyun.com";
                /// When the user was made.
                CreateDate as create_date: crate::time::Timestamp = "2020-10-12T09:12:00Z";
                /// The mobile phone number; empty if there is none.
                MobilePhone as mobile_phone: crate::identity::user::MobilePhone = "86-18688888888";
                /// How the user came to be: `Manual`, `SCIM` or `CloudSSO`.
                ProvisionType as provision_type: crate::identity::user::ProvisionType = "Manual";
                $($own)*
            }
        }
    };
}

/// Fills a shape of `user_shape!` (or one with the same members) from a user's row.
macro_rules! user_members {
    ($name:ident, $account:expr, $user:expr $(, $own:ident: $value:expr)* $(,)?) => {{
        let user: &crate::store::tables::users::User = $user;
        $name {
            update_date: user.update_date,
            email: user.email.clone(),
            comments: user.comments.clone(),
            user_id: user.user_id,
            last_login_date: crate::ops::occasion::Occasion(user.last_login_date),
            display_name: user.display_name.clone(),
            user_principal_name: crate::ops::account::principal_name($account, &user.user_name),
            create_date: user.create_date,
            mobile_phone: user.mobile_phone.clone(),
            provision_type: user.provision_type,
            $($own: $value,)*
        }
    }};
}

pub(super) use {user_members, user_shape};
