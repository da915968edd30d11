//! DeleteAccessKey in RAM's view: moves an AccessKey pair into the recycle bin (decision record 0013).

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::user::UserName;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, Target, access_key, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteAccessKey;

shape! {
    /// The parameters.
    pub struct DeleteAccessKeyRequest {
        /// The name of the user; the caller itself where it is left out.
        UserName as user_name: Option<UserName> = "zhangqiang";
        /// The id of the pair.
        UserAccessKeyId as user_access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
    }
}

impl Operation for DeleteAccessKey {
    const API: Api = Api {
        product: Product::Ram,
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
        subject::target_named_or_own(request.user_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeleteAccessKeyRequest) -> ApiResult<Empty> {
        let user = subject::find_named_identity(cx.tx, cx.caller, request.user_name.as_ref())?;
        access_key::delete(cx, user, &request.user_access_key_id)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn it_signs_no_more_and_neither_view_lists_it() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let other = TestApp::key_of(&app.ok("CreateAccessKey", &[("UserPrincipalName", &upn)]));
        let id = key.access_key_id.to_string();
        let named = [("UserName", "alice"), ("UserAccessKeyId", id.as_str())];
        assert_eq!(app.ok("Ram:DeleteAccessKey", &named), json!({}));
        assert_eq!(app.refused_as(&key, "GetCallerIdentity", &[]), "InvalidAccessKeyId.NotFound");
        assert_eq!(app.refused("Ram:DeleteAccessKey", &named), "EntityNotExist.User.AccessKey");
        let listed = app.ok("ListAccessKeys", &[("UserPrincipalName", &upn)]);
        assert_eq!(listed["AccessKeys"]["AccessKey"].as_array().unwrap().len(), 1);
        let xml = app.xml(
            "Ram:DeleteAccessKey",
            &[("UserName", "alice"), ("UserAccessKeyId", other.access_key_id.as_str())],
        );
        assert!(xml.contains("<DeleteAccessKeyResponse><RequestId>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let id = key.access_key_id.to_string();
        let id = ("UserAccessKeyId", id.as_str());
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[("UserName", "alice")], "MissingUserAccessKeyId"),
            (&[("UserName", "alice"), ("UserAccessKeyId", "a b")], "InvalidParameter.UserAccessKeyId.Format"),
            (&[("UserName", "nobody"), id], "EntityNotExist.User"),
            (&[id], "EntityNotExist.User.AccessKey"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:DeleteAccessKey", params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&key, "Ram:DeleteAccessKey", &[id]), "NoPermission");
    }
}
