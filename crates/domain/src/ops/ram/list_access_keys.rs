//! ListAccessKeys in RAM's view: the AccessKey pairs of a RAM user, or of the caller itself, root included.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::access_key::Status;
use crate::identity::user::UserName;
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
        /// The name of the user; the caller itself where it is left out.
        UserName as user_name: Option<UserName> = "zhangqiang";
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
    /// An AccessKey pair; members in the order of the vendor's table (help page of ListAccessKeys, 2021).
    pub struct ListedAccessKey {
        /// The id of the pair.
        AccessKeyId as access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// Whether the pair may sign.
        Status as status: Status = "Active";
        /// When the pair was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
    }
}

impl Operation for ListAccessKeys {
    const API: Api = Api {
        product: Product::Ram,
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
        subject::target_named_or_own(request.user_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &ListAccessKeysRequest) -> ApiResult<ListAccessKeysResponse> {
        let user = subject::find_named_identity(cx.tx, cx.caller, request.user_name.as_ref())?;
        let listed = |key: access_keys::AccessKey| ListedAccessKey {
            access_key_id: key.access_key_id,
            status: key.status,
            create_date: key.create_date,
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
    fn oldest_first_and_roots_own() {
        let app = TestApp::new();
        app.user("alice");
        let named = [("UserName", "alice")];
        assert_eq!(app.ok("Ram:ListAccessKeys", &named), json!({ "AccessKeys": { "AccessKey": [] } }));
        app.ok("Ram:CreateAccessKey", &named);
        app.clock.advance(60);
        app.ok("Ram:CreateAccessKey", &named);
        insta::assert_json_snapshot!(masked(app.ok("Ram:ListAccessKeys", &named), &["AccessKeyId"]), @r#"
        {
          "AccessKeys": {
            "AccessKey": [
              {
                "AccessKeyId": "…",
                "Status": "Active",
                "CreateDate": "2025-06-15T12:00:00Z"
              },
              {
                "AccessKeyId": "…",
                "Status": "Active",
                "CreateDate": "2025-06-15T12:01:00Z"
              }
            ]
          }
        }
        "#);
        let xml = app.xml("Ram:ListAccessKeys", &[]);
        assert!(xml.contains("<AccessKeys><AccessKey><AccessKeyId>testid</AccessKeyId>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        assert_eq!(app.refused("Ram:ListAccessKeys", &[("UserName", "nobody")]), "EntityNotExist.User");
        let long = "x".repeat(65);
        let code = app.refused("Ram:ListAccessKeys", &[("UserName", &long)]);
        assert_eq!(code, "InvalidParameter.UserName.Length");
        assert_eq!(app.refused_as(&key, "Ram:ListAccessKeys", &[]), "NoPermission");
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        let (status, own) = app.call_as(&key, "Ram:ListAccessKeys", &[]);
        assert_eq!((status, own["AccessKeys"]["AccessKey"].as_array().map(Vec::len)), (200, Some(1)));
    }
}
