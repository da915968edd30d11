//! UpdateAccessKey in RAM's view: switches an AccessKey pair on or off.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::access_key::Status;
use crate::identity::user::UserName;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, Target, access_key, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdateAccessKey;

shape! {
    /// The parameters.
    pub struct UpdateAccessKeyRequest {
        /// The name of the user; the caller itself where it is left out.
        UserName as user_name: Option<UserName> = "zhangqiang";
        /// The id of the pair.
        UserAccessKeyId as user_access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// Whether the pair may sign from now on.
        Status as status: Status = "Inactive";
    }
}

impl Operation for UpdateAccessKey {
    const API: Api = Api {
        product: Product::Ram,
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
        subject::target_named_or_own(request.user_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &UpdateAccessKeyRequest) -> ApiResult<Empty> {
        let user = subject::find_named_identity(cx.tx, cx.caller, request.user_name.as_ref())?;
        access_key::update(cx, user, &request.user_access_key_id, request.status)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn off_and_on_again() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let id = key.access_key_id.to_string();
        let set = |status| [("UserName", "alice"), ("UserAccessKeyId", id.as_str()), ("Status", status)];
        assert_eq!(app.ok("Ram:UpdateAccessKey", &set("Inactive")), json!({}));
        assert_eq!(app.refused_as(&key, "GetCallerIdentity", &[]), "InvalidAccessKeyId.Inactive");
        let xml = app.xml("Ram:UpdateAccessKey", &set("Active"));
        assert!(xml.contains("<UpdateAccessKeyResponse><RequestId>"), "{xml}");
        assert_eq!(app.call_as(&key, "GetCallerIdentity", &[]).0, 200);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        app.user("bob");
        let id = key.access_key_id.to_string();
        let id = ("UserAccessKeyId", id.as_str());
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[id], "MissingStatus"),
            (&[("Status", "Active")], "MissingUserAccessKeyId"),
            (&[id, ("Status", "active")], "InvalidParameter.Status.Range"),
            (&[id, ("Status", "Active"), ("UserName", "nobody")], "EntityNotExist.User"),
            (&[id, ("Status", "Active"), ("UserName", "bob")], "EntityNotExist.User.AccessKey"),
            (&[id, ("Status", "Active")], "EntityNotExist.User.AccessKey"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:UpdateAccessKey", params), *code, "{params:?}");
        }
        let own = [id, ("Status", "Inactive")];
        assert_eq!(app.refused_as(&key, "Ram:UpdateAccessKey", &own), "NoPermission");
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        assert_eq!(app.call_as(&key, "Ram:UpdateAccessKey", &own).0, 200, "its own, and its last call");
    }
}
