//! RestoreAccessKeyFromRecycleBin: a deleted AccessKey pair comes back, switched off.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape::Empty;

use super::delete_access_key_in_recycle_bin::KeyInRecycleBinRequest;
use super::recycled_fields;
use crate::ops::{Cx, Operation, recycle_bin};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct RestoreAccessKeyFromRecycleBin;

impl Operation for RestoreAccessKeyFromRecycleBin {
    const API: Api = Api {
        product: Product::Ims,
        action: "RestoreAccessKeyFromRecycleBin",
        summary: "Brings a deleted AccessKey pair back; it is Inactive until UpdateAccessKey switches it on.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:RestoreAccessKeyFromRecycleBin",
        resource: "acs:ram:*:{account}:*",
        errors: &[
            "EntityNotExist.User.AccessKey",
            "EntityNotExist.User",
            "EntityAlreadyExists.User.AccessKey",
            "LimitExceeded.User.AccessKey",
        ],
    };
    const SUMMARY_ZH: &'static str =
        "从回收站恢复已删除的 AccessKey；恢复后为禁用状态，需用 UpdateAccessKey 启用。";
    type Request = KeyInRecycleBinRequest;
    type Response = Empty;

    fn handle(cx: &mut Cx<'_, '_>, request: &KeyInRecycleBinRequest) -> ApiResult<Empty> {
        let account = cx.caller.account();
        let user = request.user_id.map(|user| recycled_fields::named(account, user));
        let found = recycle_bin::find_key(cx.tx, account, user, &request.user_access_key_id, cx.now)?;
        recycle_bin::restore_key(cx.tx, &found, &cx.settings.quotas)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::store::tables::access_keys;
    use crate::testing::TestApp;

    #[test]
    fn it_comes_back_inactive_and_signs_once_it_is_switched_on() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let (upn, id) = (TestApp::upn("alice"), alice.access_key_id.to_string());
        let named = [("UserPrincipalName", upn.as_str()), ("UserAccessKeyId", id.as_str())];
        app.call_as(&alice, "GetCallerIdentity", &[]);
        let used = app.ok("GetAccessKeyLastUsed", &named);
        app.ok("DeleteAccessKey", &named);
        assert_eq!(app.refused_as(&alice, "GetCallerIdentity", &[]), "InvalidAccessKeyId.NotFound");
        app.clock.advance(86_400);
        assert_eq!(app.ok("RestoreAccessKeyFromRecycleBin", &named[1..]), json!({}));
        let listed = app.ok("ListAccessKeys", &named[..1]);
        assert_eq!(listed["AccessKeys"]["AccessKey"][0]["Status"], "Inactive", "{listed}");
        assert_eq!(app.ok("GetAccessKeyLastUsed", &named), used);
        assert_eq!(app.refused_as(&alice, "GetCallerIdentity", &[]), "InvalidAccessKeyId.Inactive");
        app.ok("UpdateAccessKey", &[named[0], named[1], ("Status", "Active")]);
        assert_eq!(app.call_as(&alice, "GetCallerIdentity", &[]).0, 200);
        let again = app.refused("RestoreAccessKeyFromRecycleBin", &named[1..]);
        assert_eq!(again, "EntityNotExist.User.AccessKey");
    }

    #[test]
    fn not_beyond_the_quota_nor_without_its_user() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let (upn, id) = (TestApp::upn("alice"), alice.access_key_id.to_string());
        let named = [("UserPrincipalName", upn.as_str()), ("UserAccessKeyId", id.as_str())];
        app.ok("DeleteAccessKey", &named);
        app.ok("CreateAccessKey", &named[..1]);
        app.ok("CreateAccessKey", &named[..1]);
        let refused = || app.refused("RestoreAccessKeyFromRecycleBin", &named[1..]);
        assert_eq!(refused(), "LimitExceeded.User.AccessKey");
        let user = app.shown_id("alice");
        app.ok("DeleteUser", &[("UserId", &user)]);
        assert_eq!(refused(), "EntityNotExist.User");
        app.ok("RestoreUserFromRecycleBin", &[("UserId", &user)]);
        assert_eq!(refused(), "LimitExceeded.User.AccessKey", "it did not come back with its user");
        let listed = app.ok("ListAccessKeys", &named[..1]);
        assert_eq!(listed["AccessKeys"]["AccessKey"].as_array().unwrap().len(), 2);
    }

    /// As a state file may bring it back: the same id again, by another way.
    #[test]
    fn not_where_its_id_is_taken() {
        let app = TestApp::with(|settings| settings.quotas.access_keys_per_account = 3);
        let key = TestApp::key_of(&app.ok("CreateAccessKey", &[])).access_key_id;
        let asked = [("UserAccessKeyId", key.as_str())];
        let row = app.service.store().read(|tx| access_keys::find_by_id(tx, &key)).unwrap().unwrap();
        app.ok("DeleteAccessKey", &asked);
        app.write(move |tx| access_keys::insert(tx, &row));
        let refused = app.refused("RestoreAccessKeyFromRecycleBin", &asked);
        assert_eq!(refused, "EntityAlreadyExists.User.AccessKey");
        app.ok("DeleteAccessKey", &asked);
        let listed = app.ok("ListAccessKeysInRecycleBin", &[]);
        assert_eq!(listed["AccessKeys"]["AccessKey"].as_array().unwrap().len(), 1, "the later one alone");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        assert_eq!(app.refused("RestoreAccessKeyFromRecycleBin", &[]), "MissingUserAccessKeyId");
        let alice = app.user_with_key("alice");
        let asked = [("UserAccessKeyId", alice.access_key_id.as_str())];
        assert_eq!(app.refused_as(&alice, "RestoreAccessKeyFromRecycleBin", &asked), "NoPermission");
        let gone = app.refused("RestoreAccessKeyFromRecycleBin", &asked);
        assert_eq!(gone, "EntityNotExist.User.AccessKey");
        let upn = TestApp::upn("alice");
        app.ok("DeleteAccessKey", &[("UserPrincipalName", &upn), asked[0]]);
        let xml = app.xml("RestoreAccessKeyFromRecycleBin", &asked);
        assert!(xml.contains("<RestoreAccessKeyFromRecycleBinResponse><RequestId>"), "{xml}");
    }
}
