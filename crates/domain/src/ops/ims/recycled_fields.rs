//! What lies in the recycle bin, as answers show it.

use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;

use crate::authn::Caller;
use crate::identity::user::DisplayName;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::ops::{account, recycle_bin, subject};
use crate::store::Tx;
use crate::store::tables::accounts::Account;
use crate::store::tables::recycled_keys::RecycledKey;
use crate::store::tables::recycled_users::RecycledUser;
use crate::time::Timestamp;

shape! {
    /// A user; members in the order of the vendor's sample (help page of GetUserInRecycleBin, 2025).
    pub struct UserInRecycleBin {
        /// The user's id.
        UserId as user_id: UserId = "207329002493921234";
        /// The logon name it had.
        UserPrincipalName as user_principal_name: String = "alice@example.onaliyun.com";
        /// The name shown for the user.
        DisplayName as display_name: DisplayName = "Alice";
        /// When the user was made.
        CreateDate as create_date: Timestamp = "2020-10-11T09:12:00Z";
        /// When the user was deleted.
        RecycleDate as recycle_date: Timestamp = "2020-10-12T09:12:00Z";
        /// When the user will be gone for good.
        DeleteDate as delete_date: Timestamp = "2020-11-11T09:12:00Z";
    }
}

shape! {
    /// An AccessKey pair; members in the order of the vendor's sample (help page of ListAccessKeysInRecycleBin, 2025).
    pub struct KeyInRecycleBin {
        /// The id of the pair.
        AccessKeyId as access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// When the pair was made.
        CreateDate as create_date: Timestamp = "2020-10-11T09:12:00Z";
        /// When the pair was deleted.
        RecycleDate as recycle_date: Timestamp = "2020-10-12T09:12:00Z";
        /// When the pair will be gone for good.
        DeleteDate as delete_date: Timestamp = "2020-11-11T09:12:00Z";
    }
}

/// A user as it is shown.
pub fn user(account: &Account, row: RecycledUser) -> UserInRecycleBin {
    UserInRecycleBin {
        user_id: row.user_id,
        user_principal_name: account::principal_name(account, &row.user_name),
        display_name: row.display_name,
        create_date: row.create_date,
        recycle_date: row.recycle_date,
        delete_date: recycle_bin::delete_date(row.recycle_date),
    }
}

/// A key as it is shown.
pub fn key(row: RecycledKey) -> KeyInRecycleBin {
    KeyInRecycleBin {
        access_key_id: row.key.access_key_id,
        create_date: row.key.create_date,
        recycle_date: row.recycle_date,
        delete_date: recycle_bin::delete_date(row.recycle_date),
    }
}

/// The id under which answers show an identity: root's is that of the account, as GetCallerIdentity has it.
pub fn shown_id(account: AccountId, user: UserId) -> String {
    if user.is_root() { account.to_string() } else { user.to_string() }
}

/// The identity that a `UserId` names.
pub fn named(account: AccountId, user: UserId) -> UserId {
    if user.get() == account.get() { UserId::ROOT } else { user }
}

/// The identity that a `UserId` names, or the caller where there is none.
///
/// # Errors
/// `InvalidAccessKeyId.NotFound` for a caller that is gone.
pub fn named_or_own(tx: &mut Tx<'_>, caller: &Caller, user: Option<UserId>) -> ApiResult<UserId> {
    match user {
        Some(user) => Ok(named(caller.account(), user)),
        None => subject::find_identity(tx, caller, None),
    }
}
