//! DeleteAccessKeyInRecycleBin: a deleted AccessKey pair goes for good.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use super::recycled_fields;
use crate::ids::{AccessKeyId, UserId};
use crate::ops::{Cx, Operation, recycle_bin};
use crate::store::tables::recycled_keys;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteAccessKeyInRecycleBin;

shape! {
    /// The parameters.
    pub struct KeyInRecycleBinRequest {
        /// The id of the user whose it was; it is found without.
        UserId as user_id: Option<UserId> = "207329002493921234";
        /// The id of the pair.
        UserAccessKeyId as user_access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
    }
}

impl Operation for DeleteAccessKeyInRecycleBin {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteAccessKeyInRecycleBin",
        summary: "Deletes an AccessKey pair in the recycle bin for good.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteAccessKeyInRecycleBin",
        resource: "acs:ram:*:{account}:*",
        errors: &["EntityNotExist.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str = "从回收站中彻底删除 AccessKey。";
    type Request = KeyInRecycleBinRequest;
    type Response = Empty;

    fn handle(cx: &mut Cx<'_, '_>, request: &KeyInRecycleBinRequest) -> ApiResult<Empty> {
        let account = cx.caller.account();
        let user = request.user_id.map(|user| recycled_fields::named(account, user));
        let found = recycle_bin::find_key(cx.tx, account, user, &request.user_access_key_id, cx.now)?;
        recycled_keys::delete(cx.tx, account, found.key.user_id, &found.key.access_key_id)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn for_good_and_only_from_the_bin() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let (upn, id) = (TestApp::upn("alice"), alice.access_key_id.to_string());
        let asked = ("UserAccessKeyId", id.as_str());
        let user = app.shown_id("alice");
        let refused = |params: &[(&str, &str)]| app.refused("DeleteAccessKeyInRecycleBin", params);
        assert_eq!(refused(&[asked]), "EntityNotExist.User.AccessKey");
        assert_eq!(app.refused_as(&alice, "DeleteAccessKeyInRecycleBin", &[asked]), "NoPermission");
        app.ok("DeleteAccessKey", &[("UserPrincipalName", &upn), asked]);
        app.user("bob");
        let bob = app.shown_id("bob");
        assert_eq!(refused(&[("UserId", &bob), asked]), "EntityNotExist.User.AccessKey");
        assert_eq!(refused(&[("UserId", &user)]), "MissingUserAccessKeyId");
        let answer = app.ok("DeleteAccessKeyInRecycleBin", &[("UserId", &user), asked]);
        assert_eq!(answer, json!({}));
        assert_eq!(refused(&[asked]), "EntityNotExist.User.AccessKey");
        let own = TestApp::key_of(&app.ok("CreateAccessKey", &[])).access_key_id.to_string();
        app.ok("DeleteAccessKey", &[("UserAccessKeyId", &own)]);
        let root = [("UserId", "1234567890123456"), ("UserAccessKeyId", own.as_str())];
        let xml = app.xml("DeleteAccessKeyInRecycleBin", &root);
        assert!(xml.contains("<DeleteAccessKeyInRecycleBinResponse><RequestId>"), "{xml}");
    }
}
