//! LoadSnapshot: puts the whole state of this server back to what was saved.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::label::Label;
use crate::ops::{Cx, Operation, Prepare};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct LoadSnapshot;

shape! {
    /// Which snapshot.
    pub struct LoadSnapshotRequest {
        /// Its name.
        SnapshotName as snapshot_name: Label = "before-the-test";
    }
}

impl Operation for LoadSnapshot {
    const API: Api = Api {
        product: Product::Ramward,
        action: "LoadSnapshot",
        summary: "Puts all accounts and the clock of this server back to what they were when the snapshot was saved. The operator's AccessKey and the nonces that were used stay as they are.",
        access: Access::Write,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:LoadSnapshot",
        resource: "*",
        errors: &["EntityNotExist.Snapshot"],
    };
    const SUMMARY_ZH: &'static str =
        "将本服务器的所有账号和时钟恢复到保存快照时的状态；运维者的 AccessKey 和已使用的 nonce 保持不变。";
    const SLOW: bool = true;
    type Request = LoadSnapshotRequest;
    type Response = Empty;

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let is_loaded = cx.whole.load(&request.snapshot_name)?;
        if is_loaded { Ok(()) } else { Err(ApiError::new(Code::EntityNotExist("Snapshot"))) }
    }

    fn handle(_: &mut Cx<'_, '_>, _: &Self::Request) -> ApiResult<Empty> {
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    fn as_operator(app: &TestApp, action: &str, params: &[(&str, &str)]) {
        let (status, body) = app.call_as(&app.operator, action, params);
        assert_eq!(status, 200, "{action} {params:?}: {body}");
    }

    fn old_keys(app: &TestApp) -> serde_json::Value {
        let report = app.ok("GetAccountSecurityPracticeReport", &[]);
        report["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]["OldAkNum"].clone()
    }

    #[test]
    fn everything_is_as_it_was_and_no_cache_remembers_more() {
        let app = TestApp::in_a_file();
        let alice = app.user_with_key("alice");
        assert_eq!(app.call_as(&alice, "GetCallerIdentity", &[]).0, 200);
        let before = app.ok("ListUsers", &[]);
        as_operator(&app, "SaveSnapshot", &[("SnapshotName", "one")]);

        // Keys of both times are in memory, the report too.
        let bob = app.user_with_key("bob");
        assert_eq!(app.call_as(&bob, "GetCallerIdentity", &[]).0, 200);
        let key = alice.access_key_id.to_string();
        let upn = TestApp::upn("alice");
        app.ok("DeleteAccessKey", &[("UserPrincipalName", &upn), ("UserAccessKeyId", &key)]);
        as_operator(&app, "CreateAccount", &[("AccountId", "2000000000000000")]);
        as_operator(&app, "SetClock", &[("Advance", "8640000")]);
        assert_eq!(old_keys(&app), 2, "root's and bob's");
        assert_eq!(app.refused_as(&alice, "GetCallerIdentity", &[]), "InvalidAccessKeyId.NotFound");

        as_operator(&app, "LoadSnapshot", &[("SnapshotName", "one")]);
        assert_eq!(app.ok("ListUsers", &[]), before);
        assert_eq!(old_keys(&app), 0, "the clock went back too");
        assert_eq!(app.service.now(), app.wall());
        assert_eq!(app.call_as(&alice, "GetCallerIdentity", &[]).0, 200);
        assert_eq!(app.refused_as(&bob, "GetCallerIdentity", &[]), "InvalidAccessKeyId.NotFound");
        let (_, accounts) = app.call_as(&app.operator, "ListAccounts", &[]);
        assert_eq!(accounts["Accounts"]["Account"].as_array().unwrap().len(), 1);

        // What was loaded can be changed, and loaded again.
        app.user("carol");
        as_operator(&app, "LoadSnapshot", &[("SnapshotName", "one")]);
        assert_eq!(app.ok("ListUsers", &[]), before);
        app.user("carol");
    }

    #[test]
    fn a_request_from_before_is_no_new_one() {
        let app = TestApp::in_a_file();
        as_operator(&app, "SaveSnapshot", &[("SnapshotName", "one")]);
        let ahead = app.wall().plus_seconds(600).to_string();
        let request = TestApp::request("ListUsers", &[]);
        let early = app.sign(&app.root, &request);
        let late =
            request.sign(app.root.access_key_id.as_str(), &app.root.access_key_secret, &ahead, "ahead");
        for signed in [&early, &late] {
            assert_eq!(app.send(signed).status, 200);
        }
        as_operator(&app, "LoadSnapshot", &[("SnapshotName", "one")]);
        for signed in [&early, &late] {
            assert_eq!(app.send(signed).record.code.as_deref(), Some("SignatureNonceUsed"));
        }
        // The nonce ahead of the ceiling is in a row of its own, which another process would find.
        let mut rows = 0;
        let each = |tx: &mut crate::store::Tx<'_>| {
            crate::store::tables::nonces::each(tx, crate::time::Timestamp::MIN, |_, _, _| rows += 1)
        };
        app.service.store().read(each).unwrap();
        assert_eq!(rows, 1);
    }

    #[test]
    fn the_operator_goes_on_with_the_key_it_has() {
        let app = TestApp::in_a_file();
        as_operator(&app, "SaveSnapshot", &[("SnapshotName", "one")]);
        let key = |app: &TestApp| {
            let keys = app.service.store().read(|tx| {
                crate::store::tables::access_keys::list(
                    tx,
                    crate::ids::AccountId::OPERATOR,
                    crate::ids::UserId::ROOT,
                )
            });
            keys.unwrap()
        };
        app.clock.advance(86_400);
        as_operator(&app, "ListAccounts", &[]);
        let used = key(&app);
        as_operator(&app, "LoadSnapshot", &[("SnapshotName", "one")]);
        assert_eq!(key(&app), used, "its last use too");
    }

    #[test]
    fn a_use_that_waits_to_be_written_is_forgotten_with_the_rest() {
        let app = TestApp::in_a_file();
        let alice = app.user_with_key("alice");
        assert_eq!(app.call_as(&alice, "GetCallerIdentity", &[]).0, 200);
        let last_used = |app: &TestApp| {
            let (upn, id) = (TestApp::upn("alice"), alice.access_key_id.to_string());
            app.ok("GetAccessKeyLastUsed", &[("UserPrincipalName", &upn), ("UserAccessKeyId", &id)])
        };
        as_operator(&app, "SaveSnapshot", &[("SnapshotName", "one")]);
        let before = last_used(&app);
        // Later on the same day: in memory alone.
        app.clock.advance(3600);
        assert_eq!(app.call_as(&alice, "GetCallerIdentity", &[]).0, 200);
        assert_ne!(last_used(&app), before);
        as_operator(&app, "LoadSnapshot", &[("SnapshotName", "one")]);
        app.user("bob");
        assert_eq!(last_used(&app), before);
    }

    #[test]
    fn refusals() {
        let app = TestApp::in_a_file();
        let refused = |params: &[(&str, &str)]| app.refused_as(&app.operator, "LoadSnapshot", params);
        assert_eq!(refused(&[]), "MissingSnapshotName");
        assert_eq!(refused(&[("SnapshotName", "none")]), "EntityNotExist.Snapshot");
        assert_eq!(refused(&[("SnapshotName", "a b")]), "InvalidParameter.SnapshotName.InvalidChars");
        as_operator(&app, "SaveSnapshot", &[("SnapshotName", "one")]);
        app.user("alice");
        assert_eq!(app.refused("LoadSnapshot", &[("SnapshotName", "one")]), "NoPermission");
        let users = app.ok("ListUsers", &[]);
        assert_eq!(users["Users"]["User"].as_array().map(Vec::len), json!(1).as_u64().map(|n| n as usize));
    }
}
