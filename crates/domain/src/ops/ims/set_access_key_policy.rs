//! SetAccessKeyPolicy: says from where an AccessKey pair may sign. It holds for the very next call.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;

use super::get_access_key_policy::AccessKeyPolicyResponse;
use crate::identity::access_key_policy::AccessKeyPolicy;
use crate::identity::user::UserPrincipalName;
use crate::ids::AccessKeyId;
use crate::ops::{Cx, Operation, Target, subject};
use crate::store::tables::access_key_policies;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetAccessKeyPolicy;

shape! {
    /// The parameters.
    pub struct SetAccessKeyPolicyRequest {
        /// The logon name of the user; the caller itself where it is left out.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the pair.
        UserAccessKeyId as user_access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// The network policy. An active one is the only one for the pair: the account's does not apply to it.
        AccessKeyPolicy as access_key_policy: AccessKeyPolicy = "{\"Version\":1,\"Status\":\"Active\",\"Statements\":[{\"Type\":\"ClassicWhiteList\",\"IPList\":[\"203.0.113.0/24\"]}]}";
    }
}

impl Operation for SetAccessKeyPolicy {
    const API: Api = Api {
        product: Product::Ims,
        action: "SetAccessKeyPolicy",
        summary: "Says from where an AccessKey pair may sign; calls from elsewhere are refused from then on.",
        access: Access::Write,
        audience: Audience::Account,
        // What restricts a user's keys is not the user's to lift.
        self_service: SelfService::No,
        ram_action: "ram:SetAccessKeyPolicy",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str =
        "设置 AccessKey 允许从哪些网络发起调用；此后来自其他网络的调用将被拒绝。";
    type Request = SetAccessKeyPolicyRequest;
    type Response = AccessKeyPolicyResponse;

    fn target(request: &SetAccessKeyPolicyRequest) -> Target {
        subject::target_or_own(request.user_principal_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<AccessKeyPolicyResponse> {
        let user = subject::find_identity(cx.tx, cx.caller, request.user_principal_name.as_ref())?;
        let key = subject::find_access_key(cx.tx, cx.caller.account(), user, &request.user_access_key_id)?;
        let policy = &request.access_key_policy;
        access_key_policies::update(cx.tx, key.account, user, &key.access_key_id, policy)?;
        Ok(AccessKeyPolicyResponse { access_key_policy: policy.clone(), access_key_id: key.access_key_id })
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::{Value, json};

    use crate::testing::{NewKey, TestApp};

    fn policy(status: &str, address: &str) -> String {
        let statement = json!({"Type": "ClassicWhiteList", "IPList": [address]});
        json!({"Version": 1, "Status": status, "Statements": [statement]}).to_string()
    }

    /// What GetCallerIdentity says to `key` when it calls from `address`.
    fn code_from(app: &TestApp, key: &NewKey, address: &str) -> String {
        let request = TestApp::request("GetCallerIdentity", &[]).method(Method::POST);
        let answer = app.send_from(address.parse().unwrap(), &app.sign(key, &request));
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        body["Code"].as_str().unwrap_or("ok").to_owned()
    }

    const REFUSED: &str = "InvalidAccessKeyId.Inactive";

    #[test]
    fn calls_from_elsewhere_are_refused_from_the_next_on() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (upn, id) = (TestApp::upn("alice"), key.access_key_id.to_string());
        let set = |policy: &str| {
            let named = [("UserPrincipalName", upn.as_str()), ("UserAccessKeyId", &id)];
            let answer = app.ok("SetAccessKeyPolicy", &[named[0], named[1], ("AccessKeyPolicy", policy)]);
            assert_eq!(answer, app.ok("GetAccessKeyPolicy", &named));
            assert_eq!(answer, json!({"AccessKeyPolicy": policy, "AccessKeyId": id}));
        };
        assert_eq!(code_from(&app, &key, "198.51.100.7"), "ok");
        set(&policy("Active", "203.0.113.0/24"));
        assert_eq!(code_from(&app, &key, "198.51.100.7"), REFUSED);
        assert_eq!(code_from(&app, &key, "203.0.113.9"), "ok");
        assert_eq!(code_from(&app, &key, "::ffff:203.0.113.9"), "ok");
        assert_eq!(code_from(&app, &app.root, "198.51.100.7"), "ok", "other keys are not concerned");
        set(&policy("Inactive", "203.0.113.0/24"));
        assert_eq!(code_from(&app, &key, "198.51.100.7"), "ok");
        set(&policy("Active", "203.0.113.0/24"));
        set(r#"{"Version":1,"Status":"Inactive","Statements":[]}"#);
        assert_eq!(code_from(&app, &key, "198.51.100.7"), "ok");
    }

    /// A refused call is no use of the key: what has not come in has not happened.
    #[test]
    fn a_wrong_signature_is_answered_first_and_a_refused_call_leaves_no_trace() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (upn, id) = (TestApp::upn("alice"), key.access_key_id.to_string());
        let named = [("UserPrincipalName", upn.as_str()), ("UserAccessKeyId", id.as_str())];
        let active = policy("Active", "203.0.113.0/24");
        app.ok("SetAccessKeyPolicy", &[named[0], named[1], ("AccessKeyPolicy", &active)]);
        let forged = NewKey { access_key_secret: "wrong".into(), ..key.clone() };
        assert_eq!(code_from(&app, &forged, "198.51.100.7"), "SignatureDoesNotMatch");
        let request = TestApp::request("GetCallerIdentity", &[]).method(Method::POST);
        let answer = app.send_from("198.51.100.7".parse().unwrap(), &app.sign(&key, &request));
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(body["Message"].as_str().unwrap().contains("198.51.100.7"), "{body}");
        let used = app.ok("GetAccessKeyLastUsed", &named);
        assert_eq!(used["AccessKeyLastUsed"]["LastUsedDate"], "", "{used}");
    }

    #[test]
    fn it_goes_with_the_key() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let named = [("UserPrincipalName", upn.as_str())];
        let first = TestApp::key_of(&app.ok("CreateAccessKey", &named)).access_key_id.to_string();
        let active = policy("Active", "203.0.113.0/24");
        let key = ("UserAccessKeyId", first.as_str());
        app.ok("SetAccessKeyPolicy", &[named[0], key, ("AccessKeyPolicy", &active)]);
        app.ok("DeleteAccessKey", &[named[0], key]);
        assert_eq!(app.refused("GetAccessKeyPolicy", &[named[0], key]), "EntityNotExist.User.AccessKey");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (alice, bob) = (TestApp::upn("alice"), app.user("bob"));
        let id = ("UserAccessKeyId", key.access_key_id.as_str());
        let given = policy("Active", "10.0.0.1");
        let policy_of = ("AccessKeyPolicy", given.as_str());
        let nobody = TestApp::upn("nobody");
        let many = format!(r#"{{"Status":"Active","Statements":[{}]}}"#, ["{}"; 9].join(","));
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[("UserPrincipalName", &alice), policy_of], "MissingUserAccessKeyId"),
            (&[("UserPrincipalName", &alice), id], "MissingAccessKeyPolicy"),
            (
                &[("UserPrincipalName", &alice), id, ("AccessKeyPolicy", "{}")],
                "InvalidParameter.AccessKeyPolicy.Format",
            ),
            (
                &[("UserPrincipalName", &alice), id, ("AccessKeyPolicy", &many)],
                "InvalidParameter.AccessKeyPolicy.Format",
            ),
            (&[("UserPrincipalName", &bob), id, policy_of], "EntityNotExist.User.AccessKey"),
            (&[("UserPrincipalName", &nobody), id, policy_of], "EntityNotExist.User"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("SetAccessKeyPolicy", params), *code, "{params:?}");
        }
        app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
        assert_eq!(app.refused_as(&key, "SetAccessKeyPolicy", &[id, policy_of]), "NoPermission");
        let xml = app.xml("SetAccessKeyPolicy", &[("UserPrincipalName", &alice), id, policy_of]);
        assert!(xml.contains("<SetAccessKeyPolicyResponse><RequestId>"), "{xml}");
    }
}
