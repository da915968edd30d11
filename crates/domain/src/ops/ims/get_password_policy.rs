//! GetPasswordPolicy: what the account asks of its users' passwords.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Empty, Nested};

use crate::identity::password_policy as policy;
use crate::ops::{Cx, Operation, account};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetPasswordPolicy;

shape! {
    /// The answer.
    pub struct GetPasswordPolicyResponse {
        /// The password policy of the account.
        PasswordPolicy as password_policy: Nested<PasswordPolicy> = "";
    }
}

shape! {
    /// The password policy of an account.
    pub struct PasswordPolicy {
        /// How many characters a password has at least.
        MinimumPasswordLength as minimum_password_length: policy::MinimumPasswordLength = "8";
        /// Whether a password must contain a lower-case letter.
        RequireLowercaseCharacters as require_lowercase_characters: bool = "false";
        /// Whether an expired password locks its user out until somebody else resets it.
        HardExpire as hard_expire: bool = "false";
        /// Whether a password must contain a digit.
        RequireNumbers as require_numbers: bool = "false";
        /// How many wrong passwords in a row lock the console logon for an hour; 0 is never.
        MaxLoginAttemps as max_login_attemps: policy::MaxLoginAttemps = "0";
        /// How many earlier passwords may not be used again; 0 is none.
        PasswordReusePrevention as password_reuse_prevention: policy::PasswordReusePrevention = "0";
        /// After how many days a password expires; 0 is never.
        MaxPasswordAge as max_password_age: policy::MaxPasswordAge = "0";
        /// Whether a password must not contain the name of its user.
        PasswordNotContainUserName as password_not_contain_user_name: bool = "false";
        /// Whether a password must contain an upper-case letter.
        RequireUppercaseCharacters as require_uppercase_characters: bool = "false";
        /// How many different characters a password has at least; 0 asks for none.
        MinimumPasswordDifferentCharacter as minimum_password_different_character:
            policy::MinimumPasswordDifferentCharacter = "0";
        /// Whether a password must contain a character that is neither letter nor digit.
        RequireSymbols as require_symbols: bool = "false";
        /// For how many days an initial password may be used; 0 is for ever.
        InitialPasswordAge as initial_password_age: policy::InitialPasswordAge = "14";
        /// Whether passwords known to be leaked are refused. Kept and answered; this server has no list of leaked passwords.
        InterceptRiskPasswordOnApi as intercept_risk_password_on_api: bool = "false";
    }
}

impl From<policy::PasswordPolicy> for PasswordPolicy {
    fn from(policy: policy::PasswordPolicy) -> Self {
        Self {
            minimum_password_length: policy.minimum_password_length,
            require_lowercase_characters: policy.require_lowercase_characters,
            hard_expire: policy.hard_expire,
            require_numbers: policy.require_numbers,
            max_login_attemps: policy.max_login_attemps,
            password_reuse_prevention: policy.password_reuse_prevention,
            max_password_age: policy.max_password_age,
            password_not_contain_user_name: policy.password_not_contain_user_name,
            require_uppercase_characters: policy.require_uppercase_characters,
            minimum_password_different_character: policy.minimum_password_different_character,
            require_symbols: policy.require_symbols,
            initial_password_age: policy.initial_password_age,
            intercept_risk_password_on_api: policy.intercept_risk_password_on_api,
        }
    }
}

impl Operation for GetPasswordPolicy {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetPasswordPolicy",
        summary: "Queries what the account asks of its users' passwords.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetPasswordPolicy",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "查询账号对用户密码的要求（密码策略）。";
    type Request = Empty;
    type Response = GetPasswordPolicyResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GetPasswordPolicyResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        Ok(GetPasswordPolicyResponse { password_policy: Nested(account.password_policy.into()) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn a_fresh_account_has_the_defaults() {
        let app = TestApp::new();
        insta::assert_json_snapshot!(app.ok("GetPasswordPolicy", &[]), @r#"
        {
          "PasswordPolicy": {
            "MinimumPasswordLength": 8,
            "RequireLowercaseCharacters": false,
            "HardExpire": false,
            "RequireNumbers": false,
            "MaxLoginAttemps": 0,
            "PasswordReusePrevention": 0,
            "MaxPasswordAge": 0,
            "PasswordNotContainUserName": false,
            "RequireUppercaseCharacters": false,
            "MinimumPasswordDifferentCharacter": 0,
            "RequireSymbols": false,
            "InitialPasswordAge": 14,
            "InterceptRiskPasswordOnApi": false
          }
        }
        "#);
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "GetPasswordPolicy", &[]), "NoPermission");
    }

    #[test]
    fn xml() {
        let xml = TestApp::new().xml("GetPasswordPolicy", &[]);
        assert!(xml.contains("<InitialPasswordAge>14</InitialPasswordAge>"), "{xml}");
    }
}
