//! DeleteAccount: an account with everything in it. From the first commit on nobody can call as it; its rows go in many
//! small commits, so that other accounts' writes need not wait for a large one.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::ids::AccountId;
use crate::ops::account::no_such_account;
use crate::ops::{Cx, Operation, Prepare};
use crate::store::tables::accounts;
use crate::store::{Store, StoreError, Tx};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteAccount;

shape! {
    /// Which account to delete.
    pub struct DeleteAccountRequest {
        /// The id of the account.
        AccountId as account_id: AccountId = "6543210987654321";
    }
}

impl Operation for DeleteAccount {
    const API: Api = Api {
        product: Product::Ramward,
        action: "DeleteAccount",
        summary: "Deletes an account with everything in it. If it is interrupted, the account stays closed and another call goes on.",
        access: Access::Write,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:DeleteAccount",
        resource: "*",
        errors: &["EntityNotExist.Account"],
    };
    const SUMMARY_ZH: &'static str =
        "删除账号及其中的所有内容；若中途中断，账号保持关闭，再次调用可继续删除。";
    const SLOW: bool = true;
    type Request = DeleteAccountRequest;
    type Response = Empty;

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let account = request.account_id;
        let begun: Result<bool, StoreError> = cx.store.write(move |tx| accounts::begin_delete(tx, account));
        if !begun? {
            return Err(no_such_account());
        }
        delete_parts(cx.store, account)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        finish(cx.tx, request.account_id)?;
        Ok(Empty {})
    }
}

/// Deletes an account whose deletion has begun but for what is few in every account, in many commits.
fn delete_parts(store: &Store, account: AccountId) -> ApiResult<()> {
    loop {
        let more: Result<bool, StoreError> = store.write(move |tx| accounts::delete_part(tx, account));
        if !more? {
            return Ok(());
        }
    }
}

/// Deletes what is left. An account of this id that nobody is deleting is another: a reset or a snapshot took the place of
/// the store between two parts and brought it. The one this call is about went then.
fn finish(tx: &mut Tx<'_>, account: AccountId) -> ApiResult<()> {
    let row = accounts::find(tx, account)?.ok_or_else(no_such_account)?;
    if row.deleting {
        accounts::delete(tx, account)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{delete_parts, finish};
    use crate::identity::user::UserStatusFilter;
    use crate::ids::AccountId;
    use crate::store::tables::{accounts, users};
    use crate::store::verify::verify;
    use crate::store::{StoreError, Tx};
    use crate::testing::{NewKey, TestApp};

    const OTHER: &str = "6543210987654321";

    fn other() -> AccountId {
        OTHER.parse().unwrap()
    }

    /// Another account with something of everything; its root key.
    fn populated(app: &TestApp) -> NewKey {
        let (_, made) =
            app.call_as(&app.operator, "CreateAccount", &[("AccountId", OTHER), ("AccountAlias", "other")]);
        let root = TestApp::key_of(&made);
        let call = |action: &str, params: &[(&str, &str)]| {
            let (status, body) = app.call_as(&root, action, params);
            assert_eq!(status, 200, "{action}: {body}");
        };
        for name in ["alice@other.onaliyun.com", "bob@other.onaliyun.com"] {
            call(
                "CreateUser",
                &[
                    ("UserPrincipalName", name),
                    ("DisplayName", "x"),
                    ("Tag.1.Key", "k"),
                    ("Tag.1.Value", "v"),
                ],
            );
            call("CreateAccessKey", &[("UserPrincipalName", name)]);
            call("CreateLoginProfile", &[("UserPrincipalName", name), ("Password", "correct horse 1")]);
        }
        call("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]);
        root
    }

    #[test]
    fn nothing_of_it_is_left_and_nothing_else_goes() {
        let app = TestApp::new();
        let root = populated(&app);
        app.user_with_key("alice");
        let delete = [("AccountId", OTHER)];
        assert_eq!(app.call_as(&app.operator, "DeleteAccount", &delete), (200, serde_json::json!({})));
        assert_eq!(app.refused_as(&root, "GetCallerIdentity", &[]), "InvalidAccessKeyId.NotFound");
        let (_, listed) = app.call_as(&app.operator, "ListAccounts", &[]);
        assert_eq!(listed["Accounts"]["Account"].as_array().unwrap().len(), 1);
        assert_eq!(app.refused_as(&app.operator, "DeleteAccount", &delete), "EntityNotExist.Account");
        let users = app.ok("ListUsers", &[]);
        assert_eq!(users["Users"]["User"].as_array().unwrap().len(), 1);
        // Id and alias are free again, and the new account is empty.
        let root = {
            let (_, made) = app.call_as(
                &app.operator,
                "CreateAccount",
                &[("AccountId", OTHER), ("AccountAlias", "other")],
            );
            TestApp::key_of(&made)
        };
        let (_, summary) = app.call_as(&root, "GetAccountSummary", &[]);
        assert_eq!(
            (&summary["SummaryMap"]["Users"], &summary["SummaryMap"]["MFADevices"]),
            (&0.into(), &0.into())
        );
        let (_, users) = app.call_as(&root, "ListUsers", &[]);
        assert_eq!(users["Users"]["User"], serde_json::json!([]));
        let (_, devices) = app.call_as(&root, "ListVirtualMFADevices", &[]);
        assert_eq!(devices["VirtualMFADevices"]["VirtualMFADevice"], serde_json::json!([]));
    }

    #[test]
    fn an_account_whose_deletion_was_interrupted_is_closed_and_can_be_finished() {
        let app = TestApp::new();
        let root = populated(&app);
        // In memory, so that the commit must reach the cache.
        assert_eq!(app.call_as(&root, "GetAccountSecurityPracticeReport", &[]).0, 200);
        let begin: Result<bool, StoreError> =
            app.service.store().write(|tx| accounts::begin_delete(tx, other()));
        assert!(begin.unwrap());
        for action in ["GetAccountSecurityPracticeReport", "GetCallerIdentity", "ListUsers"] {
            assert_eq!(app.refused_as(&root, action, &[]), "InvalidAccessKeyId.NotFound", "{action}");
        }
        let part: Result<bool, StoreError> =
            app.service.store().write(|tx| accounts::delete_part(tx, other()));
        assert!(part.unwrap(), "there was more than one part");
        let (_, listed) = app.call_as(&app.operator, "ListAccounts", &[]);
        assert_eq!(listed["Accounts"]["Account"][1]["Status"], "Deleting");
        let again = app.refused_as(&app.operator, "CreateAccount", &[("AccountId", OTHER)]);
        assert_eq!(again, "EntityAlreadyExists.Account");
        assert_eq!(app.call_as(&app.operator, "DeleteAccount", &[("AccountId", OTHER)]).0, 200);
        let (_, listed) = app.call_as(&app.operator, "ListAccounts", &[]);
        assert_eq!(listed["Accounts"]["Account"].as_array().unwrap().len(), 1);
    }

    /// A state with the other account and two users.
    const STATE: &str = r#"{"Accounts":[{"AccountId":"1234567890123456"},
        {"AccountId":"6543210987654321","Users":[{"UserName":"carol"},{"UserName":"dave"}]}]}"#;

    fn users(app: &TestApp) -> usize {
        let list = |tx: &mut Tx<'_>| users::list(tx, other(), None, 100, UserStatusFilter::BOTH);
        app.service.store().read(list).unwrap().len()
    }

    fn reset(app: &TestApp) {
        assert_eq!(app.call_as(&app.operator, "ResetServer", &[("State", STATE)]).0, 200);
    }

    /// The calls of one thread, in every order in which a reset can fall between the commits of a deletion.
    #[test]
    fn what_a_reset_brought_between_two_parts_stays() {
        for parts in 0..4 {
            let app = TestApp::in_a_file();
            populated(&app);
            let store = app.service.store();
            assert!(store.write(|tx| accounts::begin_delete(tx, other())).unwrap());
            for _ in 0..parts {
                assert!(store.write(|tx| accounts::delete_part(tx, other())).unwrap(), "part {parts}");
            }
            reset(&app);
            delete_parts(store, other()).unwrap();
            store.write(|tx| finish(tx, other())).unwrap();
            assert_eq!(users(&app), 2, "after {parts} parts");
            let differences = store.read(|tx| verify(tx, other())).unwrap();
            assert!(differences.is_empty(), "{differences:?}");
            // What the reset brought can be deleted like any other account.
            assert_eq!(app.call_as(&app.operator, "DeleteAccount", &[("AccountId", OTHER)]).0, 200);
            assert_eq!(users(&app), 0);
        }
    }

    #[test]
    fn a_reset_takes_an_account_away_whose_deletion_was_interrupted() {
        let app = TestApp::in_a_file();
        populated(&app);
        assert!(app.service.store().write(|tx| accounts::begin_delete(tx, other())).unwrap());
        assert_eq!(app.call_as(&app.operator, "ResetServer", &[("Empty", "true")]).0, 200);
        let delete = [("AccountId", OTHER)];
        assert_eq!(app.refused_as(&app.operator, "DeleteAccount", &delete), "EntityNotExist.Account");
        assert_eq!(app.call_as(&app.operator, "CreateAccount", &delete).0, 200, "its id is free");
        assert_eq!(users(&app), 0);
    }

    /// Whatever order the two come in: the account is whole or gone, and its numbers are right.
    #[test]
    fn a_reset_while_an_account_is_deleted() {
        let app = TestApp::in_a_file();
        for _ in 0..8 {
            reset(&app);
            let deleted = std::thread::scope(|scope| {
                let delete = || app.call_as(&app.operator, "DeleteAccount", &[("AccountId", OTHER)]);
                let deleting = scope.spawn(delete);
                reset(&app);
                deleting.join().unwrap()
            });
            assert_eq!(deleted.0, 200, "{deleted:?}");
            let store = app.service.store();
            let row = store.read(|tx| accounts::find(tx, other())).unwrap();
            assert!(row.as_ref().is_none_or(|row| !row.deleting), "{row:?}");
            assert_eq!(users(&app), if row.is_some() { 2 } else { 0 });
            assert_eq!(store.read(|tx| verify(tx, other())).unwrap(), Vec::new());
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let refused = |params: &[(&str, &str)]| app.refused_as(&app.operator, "DeleteAccount", params);
        assert_eq!(refused(&[]), "MissingAccountId");
        assert_eq!(refused(&[("AccountId", "0000000000000000")]), "InvalidParameter.AccountId.Format");
        assert_eq!(refused(&[("AccountId", "9999999999999999")]), "EntityNotExist.Account");
        assert_eq!(app.refused("DeleteAccount", &[("AccountId", "1234567890123456")]), "NoPermission");
    }
}
