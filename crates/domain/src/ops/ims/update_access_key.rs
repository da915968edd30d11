//! UpdateAccessKey: switches an AccessKey pair on or off.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::access_key::Status;
use crate::identity::user::UserPrincipalName;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, Target, access_key, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdateAccessKey;

shape! {
    /// The parameters.
    pub struct UpdateAccessKeyRequest {
        /// The logon name of the user; the caller itself where it is left out.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the pair.
        UserAccessKeyId as user_access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// Whether the pair may sign from now on.
        Status as status: Status = "Inactive";
    }
}

impl Operation for UpdateAccessKey {
    const API: Api = Api {
        product: Product::Ims,
        action: "UpdateAccessKey",
        summary: "Switches an AccessKey pair on or off.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::AccessKeys,
        ram_action: "ram:UpdateAccessKey",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str = "启用或禁用 AccessKey。";
    type Request = UpdateAccessKeyRequest;
    type Response = Empty;

    fn target(request: &UpdateAccessKeyRequest) -> Target {
        subject::target_or_own(request.user_principal_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &UpdateAccessKeyRequest) -> ApiResult<Empty> {
        let user = subject::find_identity(cx.tx, cx.caller, request.user_principal_name.as_ref())?;
        access_key::update(cx, user, &request.user_access_key_id, request.status)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn a_key_is_switched_off_and_on_at_once() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (upn, id) = (TestApp::upn("alice"), key.access_key_id.to_string());
        let switch = |status| {
            app.clock.advance(1);
            app.ok(
                "UpdateAccessKey",
                &[("UserPrincipalName", &upn), ("UserAccessKeyId", &id), ("Status", status)],
            )
        };
        app.call_as(&key, "GetCallerIdentity", &[]);
        assert_eq!(switch("Inactive"), json!({}));
        assert_eq!(app.refused_as(&key, "GetCallerIdentity", &[]), "InvalidAccessKeyId.Inactive");
        let listed = app.ok("ListAccessKeys", &[("UserPrincipalName", &upn)]);
        let listed = &listed["AccessKeys"]["AccessKey"][0];
        assert_eq!(
            (&listed["Status"], &listed["UpdateDate"]),
            (&json!("Inactive"), &json!("2025-06-15T12:00:01Z"))
        );
        switch("Active");
        assert_eq!(app.call_as(&key, "GetCallerIdentity", &[]).0, 200);
        let xml = app.xml("UpdateAccessKey", &[("UserAccessKeyId", "testid"), ("Status", "Active")]);
        assert!(xml.contains("<UpdateAccessKeyResponse><RequestId>"), "{xml}");
    }

    #[test]
    fn the_key_that_signs_the_call_may_be_switched_off() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let off = [("UserAccessKeyId", key.access_key_id.as_str()), ("Status", "Inactive")];
        assert_eq!(app.refused_as(&key, "UpdateAccessKey", &off), "NoPermission");
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        assert_eq!(app.call_as(&key, "UpdateAccessKey", &off).0, 200);
        assert_eq!(app.refused_as(&key, "UpdateAccessKey", &off), "InvalidAccessKeyId.Inactive");
        let second = TestApp::key_of(&app.ok("CreateAccessKey", &[]));
        let off = [("UserAccessKeyId", second.access_key_id.as_str()), ("Status", "Inactive")];
        assert_eq!(app.call_as(&second, "UpdateAccessKey", &off).0, 200);
        assert_eq!(app.refused_as(&second, "GetCallerIdentity", &[]), "InvalidAccessKeyId.Inactive");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (alice, bob) = (TestApp::upn("alice"), app.user("bob"));
        let id = key.access_key_id.to_string();
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[("Status", "Active")], "MissingUserAccessKeyId"),
            (&[("UserAccessKeyId", &id)], "MissingStatus"),
            (&[("UserAccessKeyId", &id), ("Status", "inactive")], "InvalidParameter.Status.Range"),
            (&[("UserAccessKeyId", "a b"), ("Status", "Active")], "InvalidParameter.UserAccessKeyId.Format"),
            // Without a user it is about root, whose key this is not.
            (&[("UserAccessKeyId", &id), ("Status", "Active")], "EntityNotExist.User.AccessKey"),
            (
                &[("UserPrincipalName", &bob), ("UserAccessKeyId", &id), ("Status", "Active")],
                "EntityNotExist.User.AccessKey",
            ),
            (
                &[("UserPrincipalName", "x@y"), ("UserAccessKeyId", &id), ("Status", "Active")],
                "EntityNotExist.User",
            ),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("UpdateAccessKey", params), *code, "{params:?}");
        }
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        let roots = [("UserAccessKeyId", "testid"), ("Status", "Inactive")];
        assert_eq!(app.refused_as(&key, "UpdateAccessKey", &roots), "EntityNotExist.User.AccessKey");
        let bobs = [("UserPrincipalName", bob.as_str()), ("UserAccessKeyId", &id), ("Status", "Active")];
        assert_eq!(app.refused_as(&key, "UpdateAccessKey", &bobs), "NoPermission");
        let own = [("UserPrincipalName", alice.as_str()), ("UserAccessKeyId", &id), ("Status", "Active")];
        assert_eq!(app.call_as(&key, "UpdateAccessKey", &own).0, 200);
    }
}
