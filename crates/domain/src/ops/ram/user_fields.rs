//! What RAM's answers say of a RAM user. Must not find or change anything.

use ramward_rpc::shape;

use crate::identity::user::{Comments, DisplayName, Email, MobilePhone, UserName};
use crate::ids::UserId;
use crate::store::tables::users::User;
use crate::time::Timestamp;

shape! {
    /// A RAM user, as lists and UpdateUser answer it; members in the order of the vendor's table (help page of ListUsers,
    /// 2021).
    pub struct NotedUser {
        /// The user's id.
        UserId as user_id: UserId = "122748924538072100";
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
        /// The name shown for the user.
        DisplayName as display_name: DisplayName = "zhangqiang";
        /// The mobile phone number; empty if there is none.
        MobilePhone as mobile_phone: MobilePhone = "86-18600008888";
        /// The e-mail address; empty if there is none.
        Email as email: Email = "zhangqiang@example.com";
        /// The note; empty if there is none.
        Comments as comments: Comments = "This is a cloud computing engineer.";
        /// When the user was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
        /// When the user was last changed.
        UpdateDate as update_date: Timestamp = "2015-02-18T17:22:08Z";
    }
}

impl From<User> for NotedUser {
    fn from(user: User) -> Self {
        Self {
            user_id: user.user_id,
            user_name: user.user_name,
            display_name: user.display_name,
            mobile_phone: user.mobile_phone,
            email: user.email,
            comments: user.comments,
            create_date: user.create_date,
            update_date: user.update_date,
        }
    }
}
