//! CreateAccessKey in RAM's view: makes an AccessKey pair for a RAM user, or for the caller itself, root included.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::access_key::Status;
use crate::identity::user::UserName;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, Target, access_key, subject};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateAccessKey;

shape! {
    /// The parameters.
    pub struct CreateAccessKeyRequest {
        /// The name of the user; the caller itself where it is left out.
        UserName as user_name: Option<UserName> = "zhangqiang";
    }
}

shape! {
    /// The answer.
    pub struct CreateAccessKeyResponse {
        /// The AccessKey pair.
        AccessKey as access_key: Nested<CreatedAccessKey> = "";
    }
}

shape! {
    /// The AccessKey pair; members in the order of the vendor's table (help page of CreateAccessKey, 2021).
    pub struct CreatedAccessKey {
        /// The id of the pair.
        AccessKeyId as access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// The secret; no later call shows it again.
        AccessKeySecret as access_key_secret: String = "Y3MSLE6OgizS4qrz5LVFDoyZELabcd";
        /// Whether the pair may sign; a new one may.
        Status as status: Status = "Active";
        /// When the pair was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
    }
}

impl Operation for CreateAccessKey {
    const API: Api = Api {
        product: Product::Ram,
        action: "CreateAccessKey",
        summary: "Makes an AccessKey pair for a RAM user, or for the caller itself.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::AccessKeys,
        ram_action: "ram:CreateAccessKey",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "LimitExceeded.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str = "为 RAM 用户或调用者自己创建访问密钥（AccessKey）。";
    type Request = CreateAccessKeyRequest;
    type Response = CreateAccessKeyResponse;

    fn target(request: &CreateAccessKeyRequest) -> Target {
        subject::target_named_or_own(request.user_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &CreateAccessKeyRequest) -> ApiResult<CreateAccessKeyResponse> {
        let user = subject::find_named_identity(cx.tx, cx.caller, request.user_name.as_ref())?;
        let (key, secret) = access_key::create(cx, user)?;
        let created = CreatedAccessKey {
            access_key_id: key.access_key_id,
            access_key_secret: secret.expose().to_owned(),
            status: key.status,
            create_date: key.create_date,
        };
        Ok(CreateAccessKeyResponse { access_key: Nested(created) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{TestApp, masked};

    #[test]
    fn it_signs_and_the_other_view_lists_it() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let made = app.ok("Ram:CreateAccessKey", &[("UserName", "alice")]);
        insta::assert_json_snapshot!(masked(made.clone(), &["AccessKeyId", "AccessKeySecret"]), @r#"
        {
          "AccessKey": {
            "AccessKeyId": "…",
            "AccessKeySecret": "…",
            "Status": "Active",
            "CreateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let key = TestApp::key_of(&made);
        assert_eq!(
            app.call_as(&key, "GetCallerIdentity", &[]).1["Arn"],
            "acs:ram::1234567890123456:user/alice"
        );
        let listed = app.ok("ListAccessKeys", &[("UserPrincipalName", &upn)]);
        assert_eq!(listed["AccessKeys"]["AccessKey"][0]["AccessKeyId"], key.access_key_id.as_str());
        let xml = app.xml("Ram:CreateAccessKey", &[("UserName", "alice")]);
        assert!(xml.contains("<Status>Active</Status><CreateDate>"), "{xml}");
    }

    #[test]
    fn without_a_name_it_is_the_callers() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let count = |name: &str| {
            app.ok("Ram:ListAccessKeys", &[("UserName", name)])["AccessKeys"]["AccessKey"]
                .as_array()
                .unwrap()
                .len()
        };
        assert_eq!(app.refused_as(&key, "Ram:CreateAccessKey", &[]), "NoPermission");
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        assert_eq!(app.call_as(&key, "Ram:CreateAccessKey", &[]).0, 200);
        assert_eq!(count("alice"), 2);
        app.user("bob");
        assert_eq!(app.refused_as(&key, "Ram:CreateAccessKey", &[("UserName", "bob")]), "NoPermission");
        app.ok("Ram:CreateAccessKey", &[]);
        let own = app.ok("Ram:ListAccessKeys", &[]);
        assert_eq!(own["AccessKeys"]["AccessKey"].as_array().map(Vec::len), Some(2), "root's");
        assert_eq!(app.refused("Ram:CreateAccessKey", &[]), "LimitExceeded.User.AccessKey");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        app.user_with_key("alice");
        let named = [("UserName", "alice")];
        assert_eq!(app.refused("Ram:CreateAccessKey", &[("UserName", "nobody")]), "EntityNotExist.User");
        let code = app.refused("Ram:CreateAccessKey", &[("UserName", "a b")]);
        assert_eq!(code, "InvalidParameter.UserName.InvalidChars");
        app.ok("Ram:CreateAccessKey", &named);
        let (status, body) = app.call("Ram:CreateAccessKey", &named);
        assert_eq!((status, &body["Code"]), (409, &json!("LimitExceeded.User.AccessKey")));
    }
}
