//! ListAccessKeysInRecycleBin: the deleted AccessKey pairs of an identity.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::recycled_fields::{self, KeyInRecycleBin};
use crate::ids::UserId;
use crate::ops::{Cx, Operation, recycle_bin};
use crate::store::tables::{recycled_users, users};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListAccessKeysInRecycleBin;

shape! {
    /// The parameters.
    pub struct ListAccessKeysInRecycleBinRequest {
        /// The id of the user, deleted or not; the caller itself where it is left out.
        UserId as user_id: Option<UserId> = "207329002493921234";
    }
}

shape! {
    /// The answer.
    pub struct ListAccessKeysInRecycleBinResponse {
        /// The pairs.
        AccessKeys as access_keys: Nested<KeysInRecycleBin> = "";
    }
}

shape! {
    /// The pairs.
    pub struct KeysInRecycleBin {
        /// The pairs, longest in the bin first.
        AccessKey as access_key: Vec<KeyInRecycleBin> = "";
    }
}

impl Operation for ListAccessKeysInRecycleBin {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListAccessKeysInRecycleBin",
        summary: "Lists the AccessKey pairs of an identity that lie in the recycle bin.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListAccessKeysInRecycleBin",
        resource: "acs:ram:*:{account}:*",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "列出某个身份在回收站中的 AccessKey。";
    type Request = ListAccessKeysInRecycleBinRequest;
    type Response = ListAccessKeysInRecycleBinResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Self::Response> {
        let account = cx.caller.account();
        let user = recycled_fields::named_or_own(cx.tx, cx.caller, request.user_id)?;
        let exists = user.is_root()
            || users::find(cx.tx, account, user)?.is_some()
            || recycled_users::find(cx.tx, account, user)?.is_some();
        if !exists {
            return Err(ApiError::new(Code::EntityNotExist("User")));
        }
        let rows = recycle_bin::list_keys(cx.tx, account, user, cx.now)?;
        let access_key = rows.into_iter().map(recycled_fields::key).collect();
        Ok(ListAccessKeysInRecycleBinResponse { access_keys: Nested(KeysInRecycleBin { access_key }) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    fn listed(app: &TestApp, user: &str) -> Vec<String> {
        let answer = app.ok("ListAccessKeysInRecycleBin", &[("UserId", user)]);
        let keys = answer["AccessKeys"]["AccessKey"].as_array().unwrap();
        keys.iter().map(|key| key["AccessKeyId"].as_str().unwrap().to_owned()).collect()
    }

    /// Makes and deletes a key; its id.
    fn deleted(app: &TestApp, upn: &str) -> String {
        app.clock.advance(1);
        let made = TestApp::key_of(&app.ok("CreateAccessKey", &[("UserPrincipalName", upn)]));
        let id = made.access_key_id.to_string();
        app.ok("DeleteAccessKey", &[("UserPrincipalName", upn), ("UserAccessKeyId", &id)]);
        id
    }

    /// Three of those deleted alone; those that go with their user are as many as it has.
    #[test]
    fn the_newest_three_and_those_that_went_with_the_user() {
        let app = TestApp::new();
        let (alice, bob) = (app.user("alice"), app.user("bob"));
        let id = app.shown_id("alice");
        assert!(listed(&app, &id).is_empty());
        let all: Vec<String> = (0..4).map(|_| deleted(&app, &alice)).collect();
        deleted(&app, &bob);
        assert_eq!(listed(&app, &id), all[1..]);
        let first = app.refused("GetAccessKeyInfoInRecycleBin", &[("UserAccessKeyId", &all[0])]);
        assert_eq!(first, "EntityNotExist.User.AccessKey");
        let kept = TestApp::key_of(&app.ok("CreateAccessKey", &[("UserPrincipalName", &alice)]));
        app.clock.advance(86_400);
        app.ok("DeleteUser", &[("UserPrincipalName", &alice)]);
        assert_eq!(listed(&app, &id).len(), 4);
        app.clock.advance(29 * 86_400);
        assert_eq!(listed(&app, &id), [kept.access_key_id.to_string()]);
    }

    #[test]
    fn ones_own_and_refusals() {
        let app = TestApp::new();
        let own = TestApp::key_of(&app.ok("CreateAccessKey", &[])).access_key_id.to_string();
        app.ok("DeleteAccessKey", &[("UserAccessKeyId", &own)]);
        let answer = app.ok("ListAccessKeysInRecycleBin", &[]);
        let expected = json!({"AccessKeys": {"AccessKey": [{
            "AccessKeyId": own,
            "CreateDate": "2025-06-15T12:00:00Z",
            "RecycleDate": "2025-06-15T12:00:00Z",
            "DeleteDate": "2025-07-15T12:00:00Z",
        }]}});
        assert_eq!(answer, expected);
        assert_eq!(app.ok("ListAccessKeysInRecycleBin", &[("UserId", "1234567890123456")]), expected);
        let xml = app.xml("ListAccessKeysInRecycleBin", &[]);
        assert!(xml.contains(&format!("<AccessKeys><AccessKey><AccessKeyId>{own}</AccessKeyId>")), "{xml}");
        let nobody = [("UserId", "207329002493921234")];
        assert_eq!(app.refused("ListAccessKeysInRecycleBin", &nobody), "EntityNotExist.User");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "ListAccessKeysInRecycleBin", &[]), "NoPermission");
    }
}
