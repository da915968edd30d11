//! DeleteUser: moves a RAM user with all it has into the recycle bin (decision record 0013).

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::user::UserPrincipalName;
use crate::ids::UserId;
use crate::ops::{Cx, Operation, Target, account, recycle_bin, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteUser;

shape! {
    /// The parameters: `UserPrincipalName` or `UserId` names the user.
    pub struct DeleteUserRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the user.
        UserId as user_id: Option<UserId> = "207329002493921234";
    }
}

impl Operation for DeleteUser {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteUser",
        summary: "Deletes a RAM user with all it has: it lies in the recycle bin for 30 days.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "删除 RAM 用户及其全部附属内容，并在回收站中保留 30 天。";
    type Request = DeleteUserRequest;
    type Response = Empty;

    fn target(request: &DeleteUserRequest) -> Target {
        subject::target(request.user_principal_name.as_ref(), request.user_id)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeleteUserRequest) -> ApiResult<Empty> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find(cx.tx, &account, request.user_principal_name.as_ref(), request.user_id)?;
        recycle_bin::recycle_user(cx.tx, &user, cx.now)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::store::tables::{recycled_keys, recycled_users};
    use crate::testing::TestApp;

    #[test]
    fn with_all_it_has_and_its_name_is_free() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let named = [("UserPrincipalName", upn.as_str())];
        app.ok("CreateLoginProfile", &[named[0], ("Password", "correct horse")]);
        app.bind(&upn, &app.device("phone"));
        assert_eq!(app.refused_as(&key, "DeleteUser", &named), "NoPermission");
        assert_eq!(app.ok("DeleteUser", &named), json!({}));
        assert_eq!(app.refused_as(&key, "GetCallerIdentity", &[]), "InvalidAccessKeyId.NotFound");
        assert_eq!(app.refused("DeleteUser", &named), "EntityNotExist.User");
        assert_eq!(app.ok("ListUsers", &[])["Users"], json!({"User": []}));
        let devices = app.ok("ListVirtualMFADevices", &[]);
        assert_eq!(devices["VirtualMFADevices"]["VirtualMFADevice"], json!([]));
        app.user("alice");
        assert_eq!(app.refused("GetLoginProfile", &named), "EntityNotExist.User.LoginProfile");
        app.user("bob");
        let xml = app.xml("DeleteUser", &[("UserId", &app.shown_id("bob"))]);
        assert!(xml.contains("<DeleteUserResponse><RequestId>"), "{xml}");
        assert_eq!(app.refused("DeleteUser", &[]), "MissingUserPrincipalName");
    }

    /// What is past its time leaves with the next deletion; what waits in the bin is bounded.
    #[test]
    fn the_bin_does_not_grow_for_ever() {
        let app = TestApp::new();
        let account = app.account();
        app.user_with_key("alice");
        app.ok("DeleteUser", &[("UserPrincipalName", &TestApp::upn("alice"))]);
        app.clock.advance(30 * 86_400);
        app.user("bob");
        app.ok("DeleteUser", &[("UserPrincipalName", &TestApp::upn("bob"))]);
        let read = || {
            app.service.store().read(|tx| {
                let users = recycled_users::list(tx, account, None, 10)?;
                let keys = recycled_keys::list_oldest(tx, account, app.service.now(), 10)?;
                Ok::<_, crate::store::StoreError>((users, keys))
            })
        };
        let (users, keys) = read().unwrap();
        let names: Vec<String> = users.iter().map(|user| user.user_name.to_string()).collect();
        assert_eq!((names, keys), (vec!["bob".to_owned()], Vec::new()));
    }

    #[test]
    fn the_bin_holds_a_thousand_and_lets_the_oldest_go() {
        let app = TestApp::new();
        let account = app.account();
        let upn = app.user("first");
        app.ok("DeleteUser", &[("UserPrincipalName", &upn)]);
        let first = app.service.store().read(|tx| recycled_users::list(tx, account, None, 1)).unwrap();
        let first = first[0].user_id.to_string();
        app.clock.advance(60);
        let (upn, at) = (app.user("model"), app.service.now());
        let model = app.shown_id("model").parse().unwrap();
        app.write(move |tx| {
            let row = crate::store::tables::users::find(tx, account, model)?.unwrap();
            for number in 1..=999_i64 {
                let mut row = row.clone();
                row.user_id = crate::ids::UserId::new(number).unwrap();
                row.user_name = format!("user-{number}").parse().unwrap();
                crate::store::tables::users::insert(tx, &row)?;
                recycled_users::insert(tx, &row, at)?;
            }
            Ok(())
        });
        let count = || app.service.store().read(|tx| recycled_users::count(tx, account)).unwrap();
        assert_eq!(count(), 1000);
        app.ok("GetUserInRecycleBin", &[("UserId", &first)]);
        app.ok("DeleteUser", &[("UserPrincipalName", &upn)]);
        assert_eq!(count(), 1000);
        assert_eq!(app.refused("GetUserInRecycleBin", &[("UserId", &first)]), "EntityNotExist.User");
    }
}
