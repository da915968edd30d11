//! GetAccessKeyInfoInRecycleBin: a deleted AccessKey pair and whose it was.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::recycled_fields;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, account, recycle_bin};
use crate::store::tables::{recycled_users, users};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetAccessKeyInfoInRecycleBin;

shape! {
    /// The parameters.
    pub struct GetAccessKeyInfoInRecycleBinRequest {
        /// The id of the pair.
        UserAccessKeyId as user_access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
    }
}

shape! {
    /// The answer.
    pub struct GetAccessKeyInfoInRecycleBinResponse {
        /// The pair.
        AccessKey as access_key: Nested<KeyInfoInRecycleBin> = "";
    }
}

shape! {
    /// An AccessKey pair in the recycle bin.
    pub struct KeyInfoInRecycleBin {
        /// The id of the pair.
        AccessKeyId as access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// The id of the user whose it was; the account's for root.
        UserId as user_id: String = "207329002493921234";
        /// The logon name of that user; absent for root.
        UserPrincipalName as user_principal_name: Option<String> = "alice@example.onaliyun.com";
        /// Whether that user lies in the bin as well.
        UserRecycled as user_recycled: bool = "false";
        /// When the pair was made.
        CreateDate as create_date: Timestamp = "2020-10-11T09:12:00Z";
        /// When the pair was deleted.
        RecycleDate as recycle_date: Timestamp = "2020-10-12T09:12:00Z";
        /// When the pair will be gone for good.
        DeleteDate as delete_date: Timestamp = "2020-11-11T09:12:00Z";
    }
}

impl Operation for GetAccessKeyInfoInRecycleBin {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetAccessKeyInfoInRecycleBin",
        summary: "Answers an AccessKey pair in the recycle bin and whose it was.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetAccessKeyInfoInRecycleBin",
        resource: "acs:ram:*:{account}:*",
        errors: &["EntityNotExist.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str = "查询回收站中的 AccessKey 及其原所有者。";
    type Request = GetAccessKeyInfoInRecycleBinRequest;
    type Response = GetAccessKeyInfoInRecycleBinResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Self::Response> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let id = account.account;
        let found = recycle_bin::find_key(cx.tx, id, None, &request.user_access_key_id, cx.now)?;
        let user = found.key.user_id;
        let recycled = recycled_users::find(cx.tx, id, user)?.map(|user| user.user_name);
        let user_recycled = recycled.is_some();
        let name = match recycled {
            Some(name) => Some(name),
            None => users::find(cx.tx, id, user)?.map(|user| user.user_name),
        };
        let (user_id, dates) = (recycled_fields::shown_id(id, user), recycled_fields::key(found));
        Ok(GetAccessKeyInfoInRecycleBinResponse {
            access_key: Nested(KeyInfoInRecycleBin {
                access_key_id: dates.access_key_id,
                user_id,
                user_principal_name: name.map(|name| account::principal_name(&account, &name)),
                user_recycled,
                create_date: dates.create_date,
                recycle_date: dates.recycle_date,
                delete_date: dates.delete_date,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn whose_it_was_and_whether_that_user_is_deleted_too() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let named = [("UserPrincipalName", upn.as_str())];
        let key = TestApp::key_of(&app.ok("CreateAccessKey", &named)).access_key_id.to_string();
        let id = app.shown_id("alice");
        let asked = [("UserAccessKeyId", key.as_str())];
        let refused = app.refused("GetAccessKeyInfoInRecycleBin", &asked);
        assert_eq!(refused, "EntityNotExist.User.AccessKey");
        app.ok("DeleteAccessKey", &[named[0], asked[0]]);
        let expected = |recycled: bool| {
            json!({"AccessKey": {
                "AccessKeyId": key,
                "UserId": id,
                "UserPrincipalName": upn,
                "UserRecycled": recycled,
                "CreateDate": "2025-06-15T12:00:00Z",
                "RecycleDate": "2025-06-15T12:00:00Z",
                "DeleteDate": "2025-07-15T12:00:00Z",
            }})
        };
        assert_eq!(app.ok("GetAccessKeyInfoInRecycleBin", &asked), expected(false));
        app.ok("DeleteUser", &named);
        assert_eq!(app.ok("GetAccessKeyInfoInRecycleBin", &asked), expected(true));
        let own = TestApp::key_of(&app.ok("CreateAccessKey", &[])).access_key_id.to_string();
        app.ok("DeleteAccessKey", &[("UserAccessKeyId", &own)]);
        let xml = app.xml("GetAccessKeyInfoInRecycleBin", &[("UserAccessKeyId", &own)]);
        let root = "<UserId>1234567890123456</UserId><UserRecycled>false</UserRecycled>";
        assert!(xml.contains(root), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        assert_eq!(app.refused("GetAccessKeyInfoInRecycleBin", &[]), "MissingUserAccessKeyId");
        let alice = app.user_with_key("alice");
        let asked = [("UserAccessKeyId", alice.access_key_id.as_str())];
        assert_eq!(app.refused_as(&alice, "GetAccessKeyInfoInRecycleBin", &asked), "NoPermission");
    }
}
