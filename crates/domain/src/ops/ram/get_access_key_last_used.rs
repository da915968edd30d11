//! GetAccessKeyLastUsed in RAM's view: when an AccessKey pair was last used.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::user::UserName;
use crate::ids::AccessKeyId;
use crate::ops::occasion::Occasion;
use crate::ops::{Cx, Operation, Target, access_key, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetAccessKeyLastUsed;

shape! {
    /// The parameters.
    pub struct GetAccessKeyLastUsedRequest {
        /// The id of the pair.
        UserAccessKeyId as user_access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// The name of the user; the caller itself where it is left out.
        UserName as user_name: Option<UserName> = "zhangqiang";
    }
}

shape! {
    /// The answer.
    pub struct GetAccessKeyLastUsedResponse {
        /// The last use.
        AccessKeyLastUsed as access_key_last_used: Nested<AccessKeyLastUsed> = "";
    }
}

shape! {
    /// The last use of a pair. The vendor does not say what it answers for a pair that was never used.
    pub struct AccessKeyLastUsed {
        /// When; empty for never.
        LastUsedDate as last_used_date: Occasion = "2020-10-16T01:37:37Z";
    }
}

impl Operation for GetAccessKeyLastUsed {
    const API: Api = Api {
        product: Product::Ram,
        action: "GetAccessKeyLastUsed",
        summary: "Queries when an AccessKey pair was last used.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::AccessKeys,
        ram_action: "ram:GetAccessKeyLastUsed",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str = "查询 AccessKey 最近一次使用的时间。";
    type Request = GetAccessKeyLastUsedRequest;
    type Response = GetAccessKeyLastUsedResponse;

    fn target(request: &GetAccessKeyLastUsedRequest) -> Target {
        subject::target_named_or_own(request.user_name.as_ref())
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &GetAccessKeyLastUsedRequest,
    ) -> ApiResult<GetAccessKeyLastUsedResponse> {
        let user = subject::find_named_identity(cx.tx, cx.caller, request.user_name.as_ref())?;
        let (last_used_date, _) = access_key::last_used(cx, user, &request.user_access_key_id)?;
        Ok(GetAccessKeyLastUsedResponse {
            access_key_last_used: Nested(AccessKeyLastUsed { last_used_date }),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn never_then_to_the_second() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let id = key.access_key_id.to_string();
        let asked = [("UserName", "alice"), ("UserAccessKeyId", id.as_str())];
        let last = || app.ok("Ram:GetAccessKeyLastUsed", &asked);
        assert_eq!(last(), json!({ "AccessKeyLastUsed": { "LastUsedDate": "" } }));
        app.clock.advance(1);
        // A call that is refused is a use as well.
        app.refused_as(&key, "Ram:ListUsers", &[]);
        assert_eq!(last(), json!({ "AccessKeyLastUsed": { "LastUsedDate": "2025-06-15T12:00:01Z" } }));
        let upn = TestApp::upn("alice");
        let other =
            app.ok("GetAccessKeyLastUsed", &[("UserPrincipalName", &upn), ("UserAccessKeyId", id.as_str())]);
        assert_eq!(other["AccessKeyLastUsed"]["ServiceName"], "Ram", "IMS's view says through which product");
        let xml = app.xml("Ram:GetAccessKeyLastUsed", &asked);
        assert!(xml.contains("<LastUsedDate>2025-06-15T12:00:01Z</LastUsedDate>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let id = key.access_key_id.to_string();
        let id = ("UserAccessKeyId", id.as_str());
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingUserAccessKeyId"),
            (&[("UserAccessKeyId", "a b")], "InvalidParameter.UserAccessKeyId.Format"),
            (&[id], "EntityNotExist.User.AccessKey"),
            (&[id, ("UserName", "nobody")], "EntityNotExist.User"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:GetAccessKeyLastUsed", params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&key, "Ram:GetAccessKeyLastUsed", &[id]), "NoPermission");
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        assert_eq!(app.call_as(&key, "Ram:GetAccessKeyLastUsed", &[id]).0, 200);
    }
}
