//! CreateAccessKey: makes an AccessKey pair for a RAM user, or for the caller itself, root included.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::access_key::Status;
use crate::identity::user::UserPrincipalName;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, Target, access_key, subject};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateAccessKey;

shape! {
    /// The parameters.
    pub struct CreateAccessKeyRequest {
        /// The logon name of the user; the caller itself where it is left out.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
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
    /// The AccessKey pair; members in the order of the vendor's sample (help page of CreateAccessKey, 2020).
    pub struct CreatedAccessKey {
        /// Whether the pair may sign; a new one may.
        Status as status: Status = "Active";
        /// The id of the pair.
        AccessKeyId as access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// The secret; no later call shows it again.
        AccessKeySecret as access_key_secret: String = "Y3MSLE6OgizS4qrz5LVFDoyZELabcd";
        /// When the pair was made.
        CreateDate as create_date: Timestamp = "2020-10-15T08:08:54Z";
    }
}

impl Operation for CreateAccessKey {
    const API: Api = Api {
        product: Product::Ims,
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
        subject::target_or_own(request.user_principal_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &CreateAccessKeyRequest) -> ApiResult<CreateAccessKeyResponse> {
        let user = subject::find_identity(cx.tx, cx.caller, request.user_principal_name.as_ref())?;
        let (key, secret) = access_key::create(cx, user)?;
        let created = CreatedAccessKey {
            status: key.status,
            access_key_id: key.access_key_id,
            access_key_secret: secret.expose().to_owned(),
            create_date: key.create_date,
        };
        Ok(CreateAccessKeyResponse { access_key: Nested(created) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn for_a_user_and_for_root_and_it_signs_at_once() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let made = app.ok("CreateAccessKey", &[("UserPrincipalName", &upn)]);
        insta::assert_json_snapshot!(masked(made.clone(), &["AccessKeyId", "AccessKeySecret"]), @r#"
        {
          "AccessKey": {
            "Status": "Active",
            "AccessKeyId": "…",
            "AccessKeySecret": "…",
            "CreateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let id = made["AccessKey"]["AccessKeyId"].as_str().unwrap();
        assert!(id.len() == 24 && id.starts_with("LTAI"), "{id}");
        assert_eq!(made["AccessKey"]["AccessKeySecret"].as_str().unwrap().len(), 30);
        let identity = app.call_as(&TestApp::key_of(&made), "GetCallerIdentity", &[]).1;
        assert_eq!(identity["Arn"], "acs:ram::1234567890123456:user/alice");
        let own = TestApp::key_of(&app.ok("CreateAccessKey", &[]));
        assert_eq!(app.call_as(&own, "GetCallerIdentity", &[]).1["IdentityType"], "Account");
        let xml = app.xml("CreateAccessKey", &[("UserPrincipalName", &upn)]);
        assert!(xml.contains("<AccessKey><Status>Active</Status><AccessKeyId>LTAI"), "{xml}");
    }

    #[test]
    fn two_for_each_identity_whatever_their_status() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let named = [("UserPrincipalName", upn.as_str())];
        let first = TestApp::key_of(&app.ok("CreateAccessKey", &named));
        app.ok("CreateAccessKey", &named);
        assert_eq!(app.refused("CreateAccessKey", &named), "LimitExceeded.User.AccessKey");
        let first = first.access_key_id.to_string();
        app.ok("UpdateAccessKey", &[named[0], ("UserAccessKeyId", &first), ("Status", "Inactive")]);
        assert_eq!(app.refused("CreateAccessKey", &named), "LimitExceeded.User.AccessKey");
        app.ok("DeleteAccessKey", &[named[0], ("UserAccessKeyId", &first)]);
        app.ok("CreateAccessKey", &named);
        app.ok("CreateAccessKey", &[]);
        assert_eq!(
            app.refused("CreateAccessKey", &[]),
            "LimitExceeded.User.AccessKey",
            "root has testid too"
        );
        let app = TestApp::with(|settings| settings.quotas.access_keys_per_user = 0);
        let upn = app.user("alice");
        assert_eq!(
            app.refused("CreateAccessKey", &[("UserPrincipalName", &upn)]),
            "LimitExceeded.User.AccessKey"
        );
    }

    #[test]
    fn refusals_and_what_a_user_may_do_for_itself() {
        let app = TestApp::new();
        let nobody = TestApp::upn("nobody");
        assert_eq!(app.refused("CreateAccessKey", &[("UserPrincipalName", &nobody)]), "EntityNotExist.User");
        assert_eq!(
            app.refused("CreateAccessKey", &[("UserPrincipalName", "alice")]),
            "InvalidParameter.UserPrincipalName.Format"
        );
        assert_eq!(app.refused_as(&app.operator, "CreateAccessKey", &[]), "NoPermission");
        let (key, bob) = (app.user_with_key("alice"), app.user("bob"));
        assert_eq!(app.refused_as(&key, "CreateAccessKey", &[]), "NoPermission");
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        assert_eq!(app.refused_as(&key, "CreateAccessKey", &[("UserPrincipalName", &bob)]), "NoPermission");
        let alice = TestApp::upn("alice");
        let (status, made) = app.call_as(&key, "CreateAccessKey", &[("UserPrincipalName", &alice)]);
        assert_eq!(status, 200, "{made}");
        let second = TestApp::key_of(&made);
        assert_eq!(app.refused_as(&second, "CreateAccessKey", &[]), "LimitExceeded.User.AccessKey");
    }
}
