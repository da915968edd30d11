//! DeleteUserInRecycleBin: a deleted RAM user goes for good.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::ids::UserId;
use crate::ops::{Cx, Operation, recycle_bin};
use crate::store::tables::recycled_users;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteUserInRecycleBin;

shape! {
    /// The parameters.
    pub struct UserInRecycleBinRequest {
        /// The id of the user.
        UserId as user_id: UserId = "207329002493921234";
    }
}

impl Operation for DeleteUserInRecycleBin {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteUserInRecycleBin",
        summary: "Deletes a RAM user in the recycle bin for good, with its AccessKeys there.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteUserInRecycleBin",
        resource: "acs:ram:*:{account}:*",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "从回收站中彻底删除 RAM 用户及其在回收站中的 AccessKey。";
    type Request = UserInRecycleBinRequest;
    type Response = Empty;

    fn handle(cx: &mut Cx<'_, '_>, request: &UserInRecycleBinRequest) -> ApiResult<Empty> {
        let found = recycle_bin::find_user(cx.tx, cx.caller.account(), request.user_id, cx.now)?;
        recycled_users::delete(cx.tx, found.account, found.user_id)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn with_its_keys_and_a_living_one_never() {
        let app = TestApp::new();
        let key = app.user_with_key("alice").access_key_id.to_string();
        let id = app.shown_id("alice");
        let named = [("UserId", id.as_str())];
        assert_eq!(app.refused("DeleteUserInRecycleBin", &named), "EntityNotExist.User");
        app.ok("DeleteUser", &named);
        let bob = app.user_with_key("bob");
        assert_eq!(app.refused_as(&bob, "DeleteUserInRecycleBin", &named), "NoPermission");
        app.ok("GetAccessKeyInfoInRecycleBin", &[("UserAccessKeyId", &key)]);
        assert_eq!(app.ok("DeleteUserInRecycleBin", &named), json!({}));
        assert_eq!(app.refused("DeleteUserInRecycleBin", &named), "EntityNotExist.User");
        let gone = app.refused("GetAccessKeyInfoInRecycleBin", &[("UserAccessKeyId", &key)]);
        assert_eq!(gone, "EntityNotExist.User.AccessKey");
        assert_eq!(app.refused("DeleteUserInRecycleBin", &[]), "MissingUserId");
        let bobs = app.shown_id("bob");
        app.ok("DeleteUser", &[("UserId", &bobs)]);
        let xml = app.xml("DeleteUserInRecycleBin", &[("UserId", &bobs)]);
        assert!(xml.contains("<DeleteUserInRecycleBinResponse><RequestId>"), "{xml}");
    }
}
