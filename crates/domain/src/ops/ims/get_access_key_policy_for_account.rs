//! GetAccessKeyPolicyForAccount: from where the AccessKeys of the account may sign that have no network policy of their own.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::access_key_policy::AccessKeyPolicy;
use crate::ops::{Cx, Operation};
use crate::store::tables::access_key_policies;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetAccessKeyPolicyForAccount;

shape! {
    /// The policy of the account.
    pub struct AccountAccessKeyPolicyResponse {
        /// The network policy of the account. One that is off and has no statement is none.
        AccessKeyPolicy as access_key_policy: AccessKeyPolicy = "{\"Version\":1,\"Status\":\"Active\",\"Statements\":[{\"Type\":\"ClassicWhiteList\",\"IPList\":[\"203.0.113.0/24\"]}]}";
    }
}

impl Operation for GetAccessKeyPolicyForAccount {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetAccessKeyPolicyForAccount",
        summary: "Answers from where AccessKeys may sign that have no active network policy of their own.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetAccessKeyPolicyForAccount",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "查询账号级网络访问限制策略，它适用于自身没有生效策略的 AccessKey。";
    type Request = Empty;
    type Response = AccountAccessKeyPolicyResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<AccountAccessKeyPolicyResponse> {
        let policy = access_key_policies::find_of_account(cx.tx, cx.caller.account())?;
        Ok(AccountAccessKeyPolicyResponse { access_key_policy: policy.unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn an_account_without_one_answers_what_stands_for_none() {
        let app = TestApp::new();
        let none = r#"{"Version":1,"Status":"Inactive","Statements":[]}"#;
        assert_eq!(app.ok("GetAccessKeyPolicyForAccount", &[]), json!({"AccessKeyPolicy": none}));
        let xml = app.xml("GetAccessKeyPolicyForAccount", &[]);
        assert!(xml.contains("<GetAccessKeyPolicyForAccountResponse><RequestId>"), "{xml}");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "GetAccessKeyPolicyForAccount", &[]), "NoPermission");
    }
}
