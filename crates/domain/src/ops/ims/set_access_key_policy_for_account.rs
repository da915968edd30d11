//! SetAccessKeyPolicyForAccount: says from where the AccessKeys of the account may sign that have no network policy of
//! their own. It holds for the very next call, also for the key that made it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;

use super::get_access_key_policy_for_account::AccountAccessKeyPolicyResponse;
use crate::identity::access_key_policy::AccessKeyPolicy;
use crate::ops::{Cx, Operation};
use crate::store::tables::access_key_policies;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetAccessKeyPolicyForAccount;

shape! {
    /// The parameters.
    pub struct SetAccessKeyPolicyForAccountRequest {
        /// The network policy. An active one holds for every key of the account, root's included, that has no active one of its own.
        AccessKeyPolicy as access_key_policy: AccessKeyPolicy = "{\"Version\":1,\"Status\":\"Active\",\"Statements\":[{\"Type\":\"ClassicWhiteList\",\"IPList\":[\"203.0.113.0/24\"]}]}";
    }
}

impl Operation for SetAccessKeyPolicyForAccount {
    const API: Api = Api {
        product: Product::Ims,
        action: "SetAccessKeyPolicyForAccount",
        summary: "Says from where the AccessKeys of the account may sign, root's included; calls from elsewhere are refused from then on.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:SetAccessKeyPolicyForAccount",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str =
        "设置账号的所有 AccessKey（包括主账号的）允许从哪些网络发起调用；此后来自其他网络的调用将被拒绝。";
    type Request = SetAccessKeyPolicyForAccountRequest;
    type Response = AccountAccessKeyPolicyResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<AccountAccessKeyPolicyResponse> {
        access_key_policies::update_of_account(cx.tx, cx.caller.account(), &request.access_key_policy)?;
        Ok(AccountAccessKeyPolicyResponse { access_key_policy: request.access_key_policy.clone() })
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use http::Method;
    use serde_json::{Value, json};

    use crate::ids::AccessKeyId;
    use crate::testing::{NewKey, TestApp};

    fn policy(status: &str, address: &str) -> String {
        let statement = json!({"Type": "ClassicWhiteList", "IPList": [address]});
        json!({"Version": 1, "Status": status, "Statements": [statement]}).to_string()
    }

    fn call_from(app: &TestApp, key: &NewKey, address: &str, action: &str, params: &[(&str, &str)]) -> Value {
        let address: IpAddr = address.parse().unwrap();
        let request = TestApp::request(action, params).method(Method::POST);
        let answer = app.send_from(address, &app.sign(key, &request));
        serde_json::from_slice(&answer.body).unwrap()
    }

    fn is_refused(app: &TestApp, key: &NewKey, address: &str) -> bool {
        let body = call_from(app, key, address, "GetCallerIdentity", &[]);
        assert!(body["Code"].is_null() || body["Code"] == "InvalidAccessKeyId.Inactive", "{body}");
        !body["Code"].is_null()
    }

    #[test]
    fn it_holds_for_every_key_without_an_active_one_of_its_own() {
        let app = TestApp::new();
        let (alice, bob) = (app.user_with_key("alice"), app.user_with_key("bob"));
        let bobs = TestApp::upn("bob");
        let own = |status: &str| {
            let id: &AccessKeyId = &bob.access_key_id;
            let own = policy(status, "198.51.100.0/24");
            let named = [("UserPrincipalName", bobs.as_str()), ("UserAccessKeyId", id.as_str())];
            let body = call_from(
                &app,
                &app.root,
                "203.0.113.1",
                "SetAccessKeyPolicy",
                &[named[0], named[1], ("AccessKeyPolicy", &own)],
            );
            assert!(body["Code"].is_null(), "{body}");
        };
        own("Active");
        for key in [&app.root, &alice] {
            assert!(!is_refused(&app, key, "192.0.2.1"));
        }
        let active = policy("Active", "203.0.113.0/24");
        let answer = app.ok("SetAccessKeyPolicyForAccount", &[("AccessKeyPolicy", &active)]);
        assert_eq!(answer, json!({"AccessKeyPolicy": active}));
        for key in [&app.root, &alice] {
            assert!(is_refused(&app, key, "192.0.2.1"));
            assert!(!is_refused(&app, key, "203.0.113.1"));
        }
        assert!(is_refused(&app, &bob, "203.0.113.1") && !is_refused(&app, &bob, "198.51.100.1"));
        assert!(!is_refused(&app, &app.operator, "192.0.2.1"), "the operator belongs to no account");
        own("Inactive");
        assert!(!is_refused(&app, &bob, "203.0.113.1") && is_refused(&app, &bob, "198.51.100.1"));
        let body = call_from(&app, &app.root, "203.0.113.1", "GetAccessKeyPolicyForAccount", &[]);
        assert_eq!(body["AccessKeyPolicy"], active);
        let none = r#"{"Version":1,"Status":"Inactive","Statements":[]}"#;
        call_from(
            &app,
            &app.root,
            "203.0.113.1",
            "SetAccessKeyPolicyForAccount",
            &[("AccessKeyPolicy", none)],
        );
        for key in [&app.root, &alice, &bob] {
            assert!(!is_refused(&app, key, "192.0.2.1"));
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        assert_eq!(app.refused("SetAccessKeyPolicyForAccount", &[]), "MissingAccessKeyPolicy");
        let given = [("AccessKeyPolicy", "[]")];
        assert_eq!(
            app.refused("SetAccessKeyPolicyForAccount", &given),
            "InvalidParameter.AccessKeyPolicy.Format"
        );
        let long = " ".repeat(8193);
        let given = [("AccessKeyPolicy", long.as_str())];
        assert_eq!(
            app.refused("SetAccessKeyPolicyForAccount", &given),
            "InvalidParameter.AccessKeyPolicy.Length"
        );
        let alice = app.user_with_key("alice");
        let off = policy("Inactive", "10.0.0.1");
        let given = [("AccessKeyPolicy", off.as_str())];
        assert_eq!(app.refused_as(&alice, "SetAccessKeyPolicyForAccount", &given), "NoPermission");
        let xml = app.xml("SetAccessKeyPolicyForAccount", &given);
        assert!(xml.contains("<SetAccessKeyPolicyForAccountResponse><RequestId>"), "{xml}");
    }
}
