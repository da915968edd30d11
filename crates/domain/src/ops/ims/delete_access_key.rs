//! DeleteAccessKey: moves an AccessKey pair into the recycle bin (decision record 0013).

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::user::UserPrincipalName;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, Target, access_key, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteAccessKey;

shape! {
    /// The parameters.
    pub struct DeleteAccessKeyRequest {
        /// The logon name of the user; the caller itself where it is left out.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the pair.
        UserAccessKeyId as user_access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
    }
}

impl Operation for DeleteAccessKey {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteAccessKey",
        summary: "Deletes an AccessKey pair: it signs nothing any more and lies in the recycle bin for 30 days.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::AccessKeys,
        ram_action: "ram:DeleteAccessKey",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str = "删除 AccessKey：它随即不能再用于签名，并在回收站中保留 30 天。";
    type Request = DeleteAccessKeyRequest;
    type Response = Empty;

    fn target(request: &DeleteAccessKeyRequest) -> Target {
        subject::target_or_own(request.user_principal_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeleteAccessKeyRequest) -> ApiResult<Empty> {
        let user = subject::find_identity(cx.tx, cx.caller, request.user_principal_name.as_ref())?;
        access_key::delete(cx, user, &request.user_access_key_id)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn active_ones_too_and_the_one_that_signs_the_call() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let id = key.access_key_id.to_string();
        app.call_as(&key, "GetCallerIdentity", &[]);
        let own = [("UserAccessKeyId", id.as_str())];
        assert_eq!(app.refused_as(&key, "DeleteAccessKey", &own), "NoPermission");
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        assert_eq!(app.call_as(&key, "DeleteAccessKey", &own), (200, json!({})));
        assert_eq!(app.refused_as(&key, "DeleteAccessKey", &own), "InvalidAccessKeyId.NotFound");
        let upn = TestApp::upn("alice");
        let listed = app.ok("ListAccessKeys", &[("UserPrincipalName", &upn)]);
        assert_eq!(listed, json!({"AccessKeys": {"AccessKey": []}}));
        let second = TestApp::key_of(&app.ok("CreateAccessKey", &[]));
        let xml = app.xml("DeleteAccessKey", &[("UserAccessKeyId", second.access_key_id.as_str())]);
        assert!(xml.contains("<DeleteAccessKeyResponse><RequestId>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let bob = app.user("bob");
        let id = key.access_key_id.to_string();
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingUserAccessKeyId"),
            (&[("UserAccessKeyId", "a/b")], "InvalidParameter.UserAccessKeyId.Format"),
            (&[("UserAccessKeyId", &id)], "EntityNotExist.User.AccessKey"),
            (&[("UserAccessKeyId", &id), ("UserPrincipalName", &bob)], "EntityNotExist.User.AccessKey"),
            (&[("UserAccessKeyId", &id), ("UserPrincipalName", "x@y")], "EntityNotExist.User"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("DeleteAccessKey", params), *code, "{params:?}");
        }
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        let roots = [("UserAccessKeyId", "testid")];
        assert_eq!(app.refused_as(&key, "DeleteAccessKey", &roots), "EntityNotExist.User.AccessKey");
        assert_eq!(app.call("GetCallerIdentity", &[]).0, 200);
    }
}
