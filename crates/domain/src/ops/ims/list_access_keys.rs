//! ListAccessKeys: the AccessKey pairs of a RAM user, or of the caller itself, root included.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::access_key::Status;
use crate::identity::user::UserPrincipalName;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, Target, subject};
use crate::store::tables::access_keys;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListAccessKeys;

shape! {
    /// The parameters.
    pub struct ListAccessKeysRequest {
        /// The logon name of the user; the caller itself where it is left out.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
    }
}

shape! {
    /// The answer.
    pub struct ListAccessKeysResponse {
        /// The pairs.
        AccessKeys as access_keys: Nested<AccessKeys> = "";
    }
}

shape! {
    /// The pairs.
    pub struct AccessKeys {
        /// The pairs, oldest first.
        AccessKey as access_key: Vec<ListedAccessKey> = "";
    }
}

shape! {
    /// An AccessKey pair; members in the order of the vendor's sample (help page of ListAccessKeys, 2020).
    pub struct ListedAccessKey {
        /// The id of the pair.
        AccessKeyId as access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// Whether the pair may sign.
        Status as status: Status = "Active";
        /// When the pair was made.
        CreateDate as create_date: Timestamp = "2020-10-13T12:33:18Z";
        /// When the pair was last switched on or off; until then, when it was made.
        UpdateDate as update_date: Timestamp = "2020-10-13T12:33:18Z";
    }
}

impl Operation for ListAccessKeys {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListAccessKeys",
        summary: "Lists the AccessKey pairs of a RAM user, or of the caller itself.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::AccessKeys,
        ram_action: "ram:ListAccessKeys",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "列出 RAM 用户或调用者自己的 AccessKey。";
    type Request = ListAccessKeysRequest;
    type Response = ListAccessKeysResponse;

    fn target(request: &ListAccessKeysRequest) -> Target {
        subject::target_or_own(request.user_principal_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &ListAccessKeysRequest) -> ApiResult<ListAccessKeysResponse> {
        let user = subject::find_identity(cx.tx, cx.caller, request.user_principal_name.as_ref())?;
        let listed = |key: access_keys::AccessKey| ListedAccessKey {
            access_key_id: key.access_key_id,
            status: key.status,
            create_date: key.create_date,
            update_date: key.update_date,
        };
        let keys = access_keys::list(cx.tx, cx.caller.account(), user)?;
        let access_key = keys.into_iter().map(listed).collect();
        Ok(ListAccessKeysResponse { access_keys: Nested(AccessKeys { access_key }) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{TestApp, masked};

    #[test]
    fn oldest_first_and_never_a_secret() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let named = [("UserPrincipalName", upn.as_str())];
        assert_eq!(app.ok("ListAccessKeys", &named), json!({"AccessKeys": {"AccessKey": []}}));
        app.ok("CreateAccessKey", &named);
        app.clock.advance(60);
        let second = app.ok("CreateAccessKey", &named);
        let second = second["AccessKey"]["AccessKeyId"].as_str().unwrap();
        app.ok("UpdateAccessKey", &[named[0], ("UserAccessKeyId", second), ("Status", "Inactive")]);
        insta::assert_json_snapshot!(masked(app.ok("ListAccessKeys", &named), &["AccessKeyId"]), @r#"
        {
          "AccessKeys": {
            "AccessKey": [
              {
                "AccessKeyId": "…",
                "Status": "Active",
                "CreateDate": "2025-06-15T12:00:00Z",
                "UpdateDate": "2025-06-15T12:00:00Z"
              },
              {
                "AccessKeyId": "…",
                "Status": "Inactive",
                "CreateDate": "2025-06-15T12:01:00Z",
                "UpdateDate": "2025-06-15T12:01:00Z"
              }
            ]
          }
        }
        "#);
        let roots = app.ok("ListAccessKeys", &[]);
        assert_eq!(roots["AccessKeys"]["AccessKey"][0]["AccessKeyId"], "testid");
        let xml = app.xml("ListAccessKeys", &[]);
        assert!(xml.contains("<AccessKeys><AccessKey><AccessKeyId>testid</AccessKeyId>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (alice, bob) = (TestApp::upn("alice"), app.user("bob"));
        assert_eq!(app.refused("ListAccessKeys", &[("UserPrincipalName", "x@y")]), "EntityNotExist.User");
        assert_eq!(app.refused_as(&key, "ListAccessKeys", &[]), "NoPermission");
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        assert_eq!(app.refused_as(&key, "ListAccessKeys", &[("UserPrincipalName", &bob)]), "NoPermission");
        let own = app.call_as(&key, "ListAccessKeys", &[]);
        assert_eq!(own, app.call_as(&key, "ListAccessKeys", &[("UserPrincipalName", &alice)]));
        assert_eq!(own.1["AccessKeys"]["AccessKey"].as_array().unwrap().len(), 1);
    }
}
