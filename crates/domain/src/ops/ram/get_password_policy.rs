//! GetPasswordPolicy in RAM's view: what the account asks of its users' passwords.

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
    /// The password policy of an account, as far as RAM's view knows it; members in the order of the vendor's table (help
    /// page of GetPasswordPolicy, 2021).
    pub struct PasswordPolicy {
        /// How many characters a password has at least.
        MinimumPasswordLength as minimum_password_length: policy::MinimumPasswordLength = "12";
        /// Whether a password must contain a lower-case letter.
        RequireLowercaseCharacters as require_lowercase_characters: bool = "true";
        /// Whether a password must contain an upper-case letter.
        RequireUppercaseCharacters as require_uppercase_characters: bool = "true";
        /// Whether a password must contain a digit.
        RequireNumbers as require_numbers: bool = "true";
        /// Whether a password must contain a character that is neither letter nor digit.
        RequireSymbols as require_symbols: bool = "true";
        /// Whether an expired password locks its user out until somebody else resets it; IMS's view calls it `HardExpire`.
        HardExpiry as hard_expiry: bool = "false";
        /// After how many days a password expires; 0 is never.
        MaxPasswordAge as max_password_age: policy::MaxPasswordAge = "90";
        /// How many earlier passwords may not be used again; 0 is none.
        PasswordReusePrevention as password_reuse_prevention: policy::PasswordReusePrevention = "0";
        /// How many wrong passwords in a row lock the console logon for an hour; 0 is never.
        MaxLoginAttemps as max_login_attemps: policy::MaxLoginAttemps = "5";
    }
}

impl From<policy::PasswordPolicy> for PasswordPolicy {
    fn from(policy: policy::PasswordPolicy) -> Self {
        Self {
            minimum_password_length: policy.minimum_password_length,
            require_lowercase_characters: policy.require_lowercase_characters,
            require_uppercase_characters: policy.require_uppercase_characters,
            require_numbers: policy.require_numbers,
            require_symbols: policy.require_symbols,
            hard_expiry: policy.hard_expire,
            max_password_age: policy.max_password_age,
            password_reuse_prevention: policy.password_reuse_prevention,
            max_login_attemps: policy.max_login_attemps,
        }
    }
}

impl Operation for GetPasswordPolicy {
    const API: Api = Api {
        product: Product::Ram,
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
    fn of_a_new_account_and_as_the_other_view_set_it() {
        let app = TestApp::new();
        insta::assert_json_snapshot!(app.ok("Ram:GetPasswordPolicy", &[]), @r#"
        {
          "PasswordPolicy": {
            "MinimumPasswordLength": 8,
            "RequireLowercaseCharacters": false,
            "RequireUppercaseCharacters": false,
            "RequireNumbers": false,
            "RequireSymbols": false,
            "HardExpiry": false,
            "MaxPasswordAge": 0,
            "PasswordReusePrevention": 0,
            "MaxLoginAttemps": 0
          }
        }
        "#);
        app.ok("SetPasswordPolicy", &[("HardExpire", "true"), ("MaxLoginAttemps", "5")]);
        let xml = app.xml("Ram:GetPasswordPolicy", &[]);
        assert!(xml.contains("<HardExpiry>true</HardExpiry>"), "{xml}");
        assert!(xml.contains("<MaxLoginAttemps>5</MaxLoginAttemps></PasswordPolicy>"), "{xml}");
        let key = app.user_with_key("alice");
        assert_eq!(app.refused_as(&key, "Ram:GetPasswordPolicy", &[]), "NoPermission");
    }
}
