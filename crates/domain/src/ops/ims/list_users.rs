//! ListUsers: the RAM users of the account with all that is known of each, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use super::user_fields::{self, Occasion, RequestTag, Tags, user_members};
use super::user_page::user_page;
use crate::identity::user::{
    Comments, DisplayName, Email, MobilePhone, ProvisionType, UserStatus, UserStatusFilter,
};
use crate::ids::UserId;
use crate::ops::marker::Marker;
use crate::ops::{Cx, Operation, account};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListUsers;

shape! {
    /// The parameters.
    pub struct ListUsersRequest {
        /// Where the list goes on: the `Marker` of the answer that was cut.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// How many users an answer has at most, 1 to 1000; 1000 unless said.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
        /// Which users by status; the active ones unless said. With tags, users of both states are given.
        Status as status: Option<UserStatusFilter> = "active";
        /// Only users that carry all these tags; at most 20.
        Tag as tag: Vec<RequestTag> = "";
    }
}

shape! {
    /// The answer.
    pub struct ListUsersResponse {
        /// Whether more users follow.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; present only if it does.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// The users.
        Users as users: Nested<Users> = "";
    }
}

shape! {
    /// The users.
    pub struct Users {
        /// The users, by id.
        User as user: Vec<ListedUser> = "";
    }
}

shape! {
    /// A user; members in the order of the vendor's sample (help page of ListUsers, 2026).
    pub struct ListedUser {
        /// The name shown for the user.
        DisplayName as display_name: DisplayName = "Alice";
        /// The logon name.
        UserPrincipalName as user_principal_name: String = "alice@example.onaliyun.com";
        /// The e-mail address; empty if there is none.
        Email as email: Email = "alice@example.com";
        /// When the user was last changed.
        UpdateDate as update_date: Timestamp = "2020-10-12T09:12:00Z";
        /// The mobile phone number; empty if there is none.
        MobilePhone as mobile_phone: MobilePhone = "86-18688888888";
        /// The user's id.
        UserId as user_id: UserId = "207329002493921234";
        /// The note; empty if there is none.
        Comments as comments: Comments = "This is a cloud computing engineer.";
        /// When the user last logged on to the console; empty for never.
        LastLoginDate as last_login_date: Occasion = "2020-10-12T09:12:00Z";
        /// When the user was made.
        CreateDate as create_date: Timestamp = "2020-10-12T09:12:00Z";
        /// How the user came to be: `Manual`, `SCIM` or `CloudSSO`.
        ProvisionType as provision_type: ProvisionType = "Manual";
        /// Whether the user may act: `active` or `freeze`.
        Status as status: UserStatus = "active";
        /// The tags of the user.
        Tags as tags: Nested<Tags> = "";
    }
}

impl Operation for ListUsers {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListUsers",
        summary: "Lists the RAM users of the account with all that is known of each.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListUsers",
        resource: "acs:ram:*:{account}:user/*",
        errors: &[],
    };
    type Request = ListUsersRequest;
    type Response = ListUsersResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &ListUsersRequest) -> ApiResult<ListUsersResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let most = request.max_items.map_or(1000, Bounded::get);
        let (rows, marker) =
            user_page(cx.tx, account.account, &request.tag, request.status, request.marker.as_ref(), most)?;
        let mut user = Vec::with_capacity(rows.len());
        for row in &rows {
            let tags = user_fields::tags_of(cx.tx, row)?;
            user.push(user_members!(ListedUser, &account, row, status: row.status, tags: tags));
        }
        Ok(ListUsersResponse { is_truncated: marker.is_some(), marker, users: Nested(Users { user }) })
    }
}
