//! GetAccessKeyPolicy: from where an AccessKey pair may sign, by a network policy of its own.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;

use crate::identity::access_key_policy::AccessKeyPolicy;
use crate::identity::user::UserPrincipalName;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, Target, subject};
use crate::store::tables::access_key_policies;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetAccessKeyPolicy;

shape! {
    /// The parameters.
    pub struct GetAccessKeyPolicyRequest {
        /// The logon name of the user; the caller itself where it is left out.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the pair.
        UserAccessKeyId as user_access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
    }
}

shape! {
    /// The policy of a pair; members in the order of the vendor's sample (help page of GetAccessKeyPolicy, 2026).
    pub struct AccessKeyPolicyResponse {
        /// The network policy of the pair. One that is off and has no statement is none: then the account's applies.
        AccessKeyPolicy as access_key_policy: AccessKeyPolicy = "{\"Version\":1,\"Status\":\"Active\",\"Statements\":[{\"Type\":\"ClassicWhiteList\",\"IPList\":[\"203.0.113.0/24\"]}]}";
        /// The id of the pair.
        AccessKeyId as access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
    }
}

impl Operation for GetAccessKeyPolicy {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetAccessKeyPolicy",
        summary: "Answers from where an AccessKey pair may sign, by its own network policy.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::AccessKeys,
        ram_action: "ram:GetAccessKeyPolicy",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str = "查询 AccessKey 自身的网络访问限制策略，即允许从哪些网络发起调用。";
    type Request = GetAccessKeyPolicyRequest;
    type Response = AccessKeyPolicyResponse;

    fn target(request: &GetAccessKeyPolicyRequest) -> Target {
        subject::target_or_own(request.user_principal_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<AccessKeyPolicyResponse> {
        let user = subject::find_identity(cx.tx, cx.caller, request.user_principal_name.as_ref())?;
        let key = subject::find_access_key(cx.tx, cx.caller.account(), user, &request.user_access_key_id)?;
        let policy = access_key_policies::find(cx.tx, key.account, user, &key.access_key_id)?;
        Ok(AccessKeyPolicyResponse {
            access_key_policy: policy.unwrap_or_default(),
            access_key_id: key.access_key_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    const NONE: &str = r#"{"Version":1,"Status":"Inactive","Statements":[]}"#;

    #[test]
    fn a_key_without_one_answers_what_stands_for_none() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (upn, id) = (TestApp::upn("alice"), key.access_key_id.to_string());
        let named = [("UserPrincipalName", upn.as_str()), ("UserAccessKeyId", id.as_str())];
        let answer = app.ok("GetAccessKeyPolicy", &named);
        assert_eq!(answer, json!({"AccessKeyPolicy": NONE, "AccessKeyId": id}));
        let xml = app.xml("GetAccessKeyPolicy", &[("UserAccessKeyId", "testid")]);
        assert!(xml.contains("<GetAccessKeyPolicyResponse><RequestId>"), "{xml}");
        assert!(xml.contains("<AccessKeyId>testid</AccessKeyId>"), "root's own: {xml}");
        assert_eq!(app.refused("GetAccessKeyPolicy", &named[..1]), "MissingUserAccessKeyId");
        assert_eq!(app.refused("GetAccessKeyPolicy", &named[1..]), "EntityNotExist.User.AccessKey");
        let nobody = TestApp::upn("nobody");
        let refused = app.refused("GetAccessKeyPolicy", &[("UserPrincipalName", &nobody), named[1]]);
        assert_eq!(refused, "EntityNotExist.User");
    }

    #[test]
    fn a_user_reads_its_own_where_it_may_manage_its_keys() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let own = [("UserAccessKeyId", key.access_key_id.as_str())];
        assert_eq!(app.refused_as(&key, "GetAccessKeyPolicy", &own), "NoPermission");
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        assert_eq!(app.call_as(&key, "GetAccessKeyPolicy", &own).0, 200);
        let bob = app.user("bob");
        let other = [("UserPrincipalName", bob.as_str()), own[0]];
        assert_eq!(app.refused_as(&key, "GetAccessKeyPolicy", &other), "NoPermission");
    }
}
