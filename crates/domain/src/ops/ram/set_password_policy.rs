//! SetPasswordPolicy in RAM's view: replaces what RAM's view knows of the account's password policy.
//!
//! What is left out gets its default, as in IMS's view. What only IMS's view knows stays as it is: a client of RAM's cannot
//! name it, and must not weaken a policy by not knowing all of it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::get_password_policy::PasswordPolicy;
use crate::identity::password_policy as policy;
use crate::ops::{Cx, Operation, account};
use crate::store::tables::accounts;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetPasswordPolicy;

shape! {
    /// The new policy. What is left out gets its default.
    pub struct SetPasswordPolicyRequest {
        /// How many characters a password has at least. Default: 8.
        MinimumPasswordLength as minimum_password_length: Option<policy::MinimumPasswordLength> = "12";
        /// Whether a password must contain a lower-case letter. Default: false.
        RequireLowercaseCharacters as require_lowercase_characters: Option<bool> = "true";
        /// Whether a password must contain an upper-case letter. Default: false.
        RequireUppercaseCharacters as require_uppercase_characters: Option<bool> = "true";
        /// Whether a password must contain a digit. Default: false.
        RequireNumbers as require_numbers: Option<bool> = "true";
        /// Whether a password must contain a character that is neither letter nor digit. Default: false.
        RequireSymbols as require_symbols: Option<bool> = "true";
        /// Whether an expired password locks its user out until somebody else resets it. Default: false.
        HardExpiry as hard_expiry: Option<bool> = "false";
        /// After how many days a password expires; 0 is never. Default: 0.
        MaxPasswordAge as max_password_age: Option<policy::MaxPasswordAge> = "90";
        /// How many earlier passwords may not be used again; 0 is none. Default: 0.
        PasswordReusePrevention as password_reuse_prevention: Option<policy::PasswordReusePrevention> = "0";
        /// How many wrong passwords in a row lock the console logon for an hour; 0 is never. Default: 0.
        MaxLoginAttemps as max_login_attemps: Option<policy::MaxLoginAttemps> = "5";
    }
}

shape! {
    /// The answer.
    pub struct SetPasswordPolicyResponse {
        /// The password policy as it is now.
        PasswordPolicy as password_policy: Nested<PasswordPolicy> = "";
    }
}

impl SetPasswordPolicyRequest {
    fn policy(&self, present: policy::PasswordPolicy) -> policy::PasswordPolicy {
        let default = policy::PasswordPolicy::default();
        policy::PasswordPolicy {
            minimum_password_length: self.minimum_password_length.unwrap_or(default.minimum_password_length),
            require_lowercase_characters: self
                .require_lowercase_characters
                .unwrap_or(default.require_lowercase_characters),
            require_uppercase_characters: self
                .require_uppercase_characters
                .unwrap_or(default.require_uppercase_characters),
            require_numbers: self.require_numbers.unwrap_or(default.require_numbers),
            require_symbols: self.require_symbols.unwrap_or(default.require_symbols),
            hard_expire: self.hard_expiry.unwrap_or(default.hard_expire),
            max_password_age: self.max_password_age.unwrap_or(default.max_password_age),
            password_reuse_prevention: self
                .password_reuse_prevention
                .unwrap_or(default.password_reuse_prevention),
            max_login_attemps: self.max_login_attemps.unwrap_or(default.max_login_attemps),
            ..present
        }
    }
}

impl Operation for SetPasswordPolicy {
    const API: Api = Api {
        product: Product::Ram,
        action: "SetPasswordPolicy",
        summary: "Replaces the account's password policy, as far as RAM's view knows it.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:SetPasswordPolicy",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "替换账号的密码策略，仅限于 RAM 接口所包含的设置项。";
    type Request = SetPasswordPolicyRequest;
    type Response = SetPasswordPolicyResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<SetPasswordPolicyResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let policy = request.policy(account.password_policy);
        accounts::update_password_policy(cx.tx, account.account, &policy)?;
        Ok(SetPasswordPolicyResponse { password_policy: Nested(policy.into()) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn what_is_left_out_is_reset_and_what_it_does_not_know_stays() {
        let app = TestApp::new();
        app.ok("SetPasswordPolicy", &[("PasswordNotContainUserName", "true"), ("RequireSymbols", "true")]);
        let params = [("MinimumPasswordLength", "14"), ("RequireNumbers", "true"), ("HardExpiry", "true")];
        insta::assert_json_snapshot!(app.ok("Ram:SetPasswordPolicy", &params), @r#"
        {
          "PasswordPolicy": {
            "MinimumPasswordLength": 14,
            "RequireLowercaseCharacters": false,
            "RequireUppercaseCharacters": false,
            "RequireNumbers": true,
            "RequireSymbols": false,
            "HardExpiry": true,
            "MaxPasswordAge": 0,
            "PasswordReusePrevention": 0,
            "MaxLoginAttemps": 0
          }
        }
        "#);
        let other = app.ok("GetPasswordPolicy", &[])["PasswordPolicy"].clone();
        assert_eq!(
            (&other["PasswordNotContainUserName"], &other["RequireSymbols"], &other["HardExpire"]),
            (&json!(true), &json!(false), &json!(true))
        );
        let xml = app.xml("Ram:SetPasswordPolicy", &[("MaxPasswordAge", "1095")]);
        assert!(xml.contains("<MaxPasswordAge>1095</MaxPasswordAge>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let rows = [
            (("MinimumPasswordLength", "7"), "InvalidParameter.MinimumPasswordLength.Range"),
            (("MinimumPasswordLength", "33"), "InvalidParameter.MinimumPasswordLength.Range"),
            (("MaxPasswordAge", "1096"), "InvalidParameter.MaxPasswordAge.Range"),
            (("PasswordReusePrevention", "25"), "InvalidParameter.PasswordReusePrevention.Range"),
            (("MaxLoginAttemps", "33"), "InvalidParameter.MaxLoginAttemps.Range"),
            (("RequireSymbols", "yes"), "InvalidParameter.RequireSymbols.Format"),
        ];
        for (param, code) in rows {
            assert_eq!(app.refused("Ram:SetPasswordPolicy", &[param]), code, "{param:?}");
        }
        assert_eq!(app.refused_as(&key, "Ram:SetPasswordPolicy", &[]), "NoPermission");
    }
}
