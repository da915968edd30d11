//! GetAccessKeyLastUsed: when an AccessKey pair was last used.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::user::UserPrincipalName;
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
        /// The logon name of the user; the caller itself where it is left out.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
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
    /// The last use of a pair. The vendor does not say what it answers for a pair that was never used; here both members
    /// are there and empty.
    pub struct AccessKeyLastUsed {
        /// When; empty for never.
        LastUsedDate as last_used_date: Occasion = "2020-10-16T01:37:37Z";
        /// The service that was called; empty for never, or where only the time is known.
        ServiceName as service_name: String = "Ims";
    }
}

impl Operation for GetAccessKeyLastUsed {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetAccessKeyLastUsed",
        summary: "Queries when an AccessKey pair was last used, and for which service.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::AccessKeys,
        ram_action: "ram:GetAccessKeyLastUsed",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str = "查询 AccessKey 最近一次使用的时间和所用的服务。";
    type Request = GetAccessKeyLastUsedRequest;
    type Response = GetAccessKeyLastUsedResponse;

    fn target(request: &GetAccessKeyLastUsedRequest) -> Target {
        subject::target_or_own(request.user_principal_name.as_ref())
    }

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &GetAccessKeyLastUsedRequest,
    ) -> ApiResult<GetAccessKeyLastUsedResponse> {
        let user = subject::find_identity(cx.tx, cx.caller, request.user_principal_name.as_ref())?;
        let (last_used_date, service_name) = access_key::last_used(cx, user, &request.user_access_key_id)?;
        let last_used = AccessKeyLastUsed { last_used_date, service_name };
        Ok(GetAccessKeyLastUsedResponse { access_key_last_used: Nested(last_used) })
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
        let (upn, id) = (TestApp::upn("alice"), key.access_key_id.to_string());
        let asked = [("UserPrincipalName", upn.as_str()), ("UserAccessKeyId", id.as_str())];
        let last = || app.ok("GetAccessKeyLastUsed", &asked)["AccessKeyLastUsed"].clone();
        insta::assert_json_snapshot!(app.ok("GetAccessKeyLastUsed", &asked), @r#"
        {
          "AccessKeyLastUsed": {
            "LastUsedDate": "",
            "ServiceName": ""
          }
        }
        "#);
        app.clock.advance(1);
        app.call_as(&key, "GetCallerIdentity", &[]);
        assert_eq!(last(), json!({"LastUsedDate": "2025-06-15T12:00:01Z", "ServiceName": "Sts"}));
        // The second use of a day writes no row, and is known all the same; a refused call is a use as well.
        app.clock.advance(1);
        app.refused_as(&key, "ListUsers", &[]);
        assert_eq!(last(), json!({"LastUsedDate": "2025-06-15T12:00:02Z", "ServiceName": "Ims"}));
        app.clock.advance_days(3);
        assert_eq!(last(), json!({"LastUsedDate": "2025-06-15T12:00:02Z", "ServiceName": "Ims"}));
        let own = app.ok("GetAccessKeyLastUsed", &[("UserAccessKeyId", "testid")]);
        assert_eq!(
            own["AccessKeyLastUsed"]["LastUsedDate"], "2025-06-18T12:00:02Z",
            "the very call is a use"
        );
        let xml = app.xml("GetAccessKeyLastUsed", &asked);
        let expected = "<AccessKeyLastUsed><LastUsedDate>2025-06-15T12:00:02Z</LastUsedDate><ServiceName>Ims</ServiceName></AccessKeyLastUsed>";
        assert!(xml.contains(expected), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let id = key.access_key_id.to_string();
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingUserAccessKeyId"),
            (&[("UserAccessKeyId", &id)], "EntityNotExist.User.AccessKey"),
            (&[("UserAccessKeyId", &id), ("UserPrincipalName", "x@y")], "EntityNotExist.User"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("GetAccessKeyLastUsed", params), *code, "{params:?}");
        }
        let own = [("UserAccessKeyId", id.as_str())];
        assert_eq!(app.refused_as(&key, "GetAccessKeyLastUsed", &own), "NoPermission");
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        let (status, answer) = app.call_as(&key, "GetAccessKeyLastUsed", &own);
        assert_eq!((status, &answer["AccessKeyLastUsed"]["ServiceName"]), (200, &json!("Ims")));
    }
}
