//! RestoreUserFromRecycleBin: a deleted RAM user comes back as it was.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape::Empty;

use super::delete_user_in_recycle_bin::UserInRecycleBinRequest;
use crate::ops::{Cx, Operation, recycle_bin};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct RestoreUserFromRecycleBin;

impl Operation for RestoreUserFromRecycleBin {
    const API: Api = Api {
        product: Product::Ims,
        action: "RestoreUserFromRecycleBin",
        summary: "Brings a deleted RAM user back as it was, with AccessKeys, console logon, MFA device and tags.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:RestoreUserFromRecycleBin",
        resource: "acs:ram:*:{account}:*",
        errors: &[
            "EntityNotExist.User",
            "EntityAlreadyExists.User",
            "EntityAlreadyExists.User.AccessKey",
            "EntityAlreadyExists.VirtualMFADevice",
            "LimitExceeded.User",
        ],
    };
    const SUMMARY_ZH: &'static str =
        "从回收站恢复已删除的 RAM 用户，包括其 AccessKey、控制台登录、MFA 设备和标签。";
    type Request = UserInRecycleBinRequest;
    type Response = Empty;

    fn handle(cx: &mut Cx<'_, '_>, request: &UserInRecycleBinRequest) -> ApiResult<Empty> {
        let account = cx.caller.account();
        recycle_bin::restore_user(cx.tx, account, request.user_id, cx.now, &cx.settings.quotas)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ids::UserId;
    use crate::store::tables::access_keys::{self, AccessKey};
    use crate::store::tables::{mfa_devices, password_history};
    use crate::testing::TestApp;

    /// Everything about alice that an operation shows.
    fn all_of(app: &TestApp, id: &str) -> Vec<Value> {
        let upn = TestApp::upn("alice");
        let named = [("UserPrincipalName", upn.as_str())];
        let mut found: Vec<Value> =
            ["GetUser", "ListAccessKeys", "GetLoginProfile", "GetUserMFAInfo", "GetVerificationInfo"]
                .into_iter()
                .map(|action| app.ok(action, &named))
                .collect();
        found.push(app.ok("ListVirtualMFADevices", &[]));
        found.push(app.ok("GetAccountSecurityPracticeReport", &[]));
        found.push(app.ok("GetAccountSummary", &[]));
        let tagged = app.ok("ListUsers", &[("Tag.1.Key", "team"), ("Tag.1.Value", "red")]);
        assert_eq!(tagged["Users"]["User"][0]["UserId"], id, "{tagged}");
        found.push(tagged);
        found
    }

    #[test]
    fn it_comes_back_with_all_it_had_and_counted_nowhere_meanwhile() {
        let app = TestApp::new();
        let empty = app.ok("GetAccountSecurityPracticeReport", &[]);
        let upn = TestApp::upn("alice");
        let named = ("UserPrincipalName", upn.as_str());
        app.ok(
            "CreateUser",
            &[
                named,
                ("DisplayName", "Alice"),
                ("Tag.1.Key", "team"),
                ("Tag.1.Value", "red"),
                ("Comments", "a note"),
            ],
        );
        let key = TestApp::key_of(&app.ok("CreateAccessKey", &[named]));
        app.ok("CreateLoginProfile", &[named, ("Password", "correct horse")]);
        app.bind(&upn, &app.device("phone"));
        app.ok("SetVerificationInfo", &[named, ("VerifyType", "email"), ("Email", "alice@example.com")]);
        app.call_as(&key, "GetCallerIdentity", &[]);
        let policy = r#"{"Version":1,"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["127.0.0.1"]}]}"#;
        let id = key.access_key_id.to_string();
        app.ok("SetAccessKeyPolicy", &[named, ("UserAccessKeyId", &id), ("AccessKeyPolicy", policy)]);
        let user = app.shown_id("alice");
        let (account, user_id) = (app.account(), user.parse::<UserId>().unwrap());
        let rows = || {
            app.service.store().read(|tx| {
                let passwords = password_history::list(tx, account, user_id, 100)?;
                Ok::<_, crate::store::StoreError>((
                    passwords,
                    mfa_devices::list_by_user(tx, account, user_id)?,
                ))
            })
        };
        let (before, rows_before) = (all_of(&app, &user), rows().unwrap());
        assert!(!rows_before.1.is_empty());
        app.ok("DeleteUser", &[("UserId", &user)]);
        assert_eq!(app.ok("GetAccountSecurityPracticeReport", &[]), empty);
        assert_eq!(app.ok("GetAccountSummary", &[])["SummaryMap"]["MFADevices"], 0);
        assert_eq!(app.refused_as(&key, "GetCallerIdentity", &[]), "InvalidAccessKeyId.NotFound");
        app.clock.advance(5 * 86_400);
        assert_eq!(app.ok("RestoreUserFromRecycleBin", &[("UserId", &user)]), json!({}));
        // The same facts give the same report on another day of the same limits.
        assert_eq!(all_of(&app, &user), before);
        assert_eq!(rows().unwrap(), rows_before);
        assert_eq!(app.call_as(&key, "GetCallerIdentity", &[]).0, 200);
        let kept = app.ok("GetAccessKeyPolicy", &[named, ("UserAccessKeyId", &id)]);
        assert_eq!(kept["AccessKeyPolicy"], policy);
        assert_eq!(app.refused("RestoreUserFromRecycleBin", &[("UserId", &user)]), "EntityNotExist.User");
        assert_eq!(app.ok("ListUsersInRecycleBin", &[])["Users"], json!({"User": []}));
    }

    #[test]
    fn not_where_another_took_its_place() {
        let app = TestApp::with(|settings| settings.quotas.users = 2);
        let upn = app.user("alice");
        app.bind(&upn, &app.device("phone"));
        let id = app.shown_id("alice");
        let named = [("UserId", id.as_str())];
        app.ok("DeleteUser", &named);
        app.user("alice");
        assert_eq!(app.refused("RestoreUserFromRecycleBin", &named), "EntityAlreadyExists.User");
        app.user("bob");
        assert_eq!(app.refused("RestoreUserFromRecycleBin", &named), "LimitExceeded.User");
        app.ok("DeleteUser", &[("UserPrincipalName", &upn)]);
        let phone = app.device("phone");
        let refused = app.refused("RestoreUserFromRecycleBin", &named);
        assert_eq!(refused, "EntityAlreadyExists.VirtualMFADevice");
        let listed = app.ok("ListUsers", &[]);
        assert_eq!(listed["Users"]["User"].as_array().unwrap().len(), 1, "nothing of it stays: {listed}");
        app.ok("DeleteVirtualMFADevice", &[("SerialNumber", &phone.serial_number)]);
        let xml = app.xml("RestoreUserFromRecycleBin", &named);
        assert!(xml.contains("<RestoreUserFromRecycleBinResponse><RequestId>"), "{xml}");
        assert_eq!(app.shown_id("alice"), id);
    }

    /// An id that another account's key has by now: a state file can bring one that is in the bin here.
    #[test]
    fn not_where_another_has_its_key() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let id = app.shown_id("alice");
        let named = [("UserId", id.as_str())];
        let (account, access_key_id) = (app.account(), key.access_key_id.clone());
        let rows = app.service.store().read(|tx| access_keys::list(tx, account, id.parse().unwrap()));
        let taken = AccessKey { user_id: UserId::ROOT, ..rows.unwrap().remove(0) };
        app.ok("DeleteUser", &named);
        app.write(move |tx| access_keys::insert(tx, &taken));
        let code = app.refused("RestoreUserFromRecycleBin", &named);
        assert_eq!(code, "EntityAlreadyExists.User.AccessKey");
        assert_eq!(app.ok("ListUsers", &[])["Users"], json!({"User": []}), "nothing of it stays");
        app.ok("DeleteAccessKey", &[("UserAccessKeyId", access_key_id.as_str())]);
        app.ok("RestoreUserFromRecycleBin", &named);
        assert_eq!(app.call_as(&key, "GetCallerIdentity", &[]).0, 200);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        assert_eq!(app.refused("RestoreUserFromRecycleBin", &[]), "MissingUserId");
        let alice = app.user_with_key("alice");
        let id = app.shown_id("alice");
        assert_eq!(app.refused("RestoreUserFromRecycleBin", &[("UserId", &id)]), "EntityNotExist.User");
        assert_eq!(app.refused_as(&alice, "RestoreUserFromRecycleBin", &[("UserId", &id)]), "NoPermission");
    }
}
