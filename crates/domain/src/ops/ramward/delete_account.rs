//! DeleteAccount: an account with everything in it. From the first commit on nobody can call as it; its rows go in many
//! small commits, so that other accounts' writes need not wait for a large one.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::ids::AccountId;
use crate::ops::account::no_such_account;
use crate::ops::{Cx, Operation, Prepare};
use crate::store::StoreError;
use crate::store::tables::accounts;

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
    const SLOW: bool = true;
    type Request = DeleteAccountRequest;
    type Response = Empty;

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let account = request.account_id;
        let begun: Result<bool, StoreError> = cx.store.write(move |tx| accounts::begin_delete(tx, account));
        if !begun? {
            return Err(no_such_account());
        }
        loop {
            let more: Result<bool, StoreError> = cx.store.write(move |tx| accounts::delete_part(tx, account));
            if !more? {
                return Ok(());
            }
        }
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        if accounts::delete(cx.tx, request.account_id)? { Ok(Empty {}) } else { Err(no_such_account()) }
    }
}

#[cfg(test)]
mod tests {
    use crate::ids::AccountId;
    use crate::store::StoreError;
    use crate::store::tables::accounts;
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
