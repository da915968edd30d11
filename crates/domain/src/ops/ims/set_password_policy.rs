//! SetPasswordPolicy: replaces the account's password policy as a whole.
//!
//! The vendor's page gives a default for each parameter and does not say what an omitted one does. Here it is reset to
//! that default, so a call says all there is to the policy and its outcome does not depend on what was before.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::get_password_policy::PasswordPolicy;
use crate::identity::password_policy as policy;
use crate::ops::{Cx, Operation};
use crate::store::tables::accounts;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetPasswordPolicy;

shape! {
    /// The new policy. What is left out gets its default.
    pub struct SetPasswordPolicyRequest {
        /// How many characters a password has at least. Default: 8.
        MinimumPasswordLength as minimum_password_length: Option<policy::MinimumPasswordLength> = "8";
        /// Whether a password must contain a lower-case letter. Default: false.
        RequireLowercaseCharacters as require_lowercase_characters: Option<bool> = "false";
        /// Whether a password must contain an upper-case letter. Default: false.
        RequireUppercaseCharacters as require_uppercase_characters: Option<bool> = "false";
        /// Whether a password must contain a digit. Default: false.
        RequireNumbers as require_numbers: Option<bool> = "false";
        /// Whether a password must contain a character that is neither letter nor digit. Default: false.
        RequireSymbols as require_symbols: Option<bool> = "false";
        /// Whether an expired password locks its user out until somebody else resets it. Default: false.
        HardExpire as hard_expire: Option<bool> = "false";
        /// How many wrong passwords in a row lock the console logon for an hour; 0, the default, is never.
        MaxLoginAttemps as max_login_attemps: Option<policy::MaxLoginAttemps> = "0";
        /// How many earlier passwords may not be used again; 0, the default, is none.
        PasswordReusePrevention as password_reuse_prevention: Option<policy::PasswordReusePrevention> = "0";
        /// After how many days a password expires; 0, the default, is never.
        MaxPasswordAge as max_password_age: Option<policy::MaxPasswordAge> = "0";
        /// How many different characters a password has at least; 0, the default, asks for none.
        MinimumPasswordDifferentCharacter as minimum_password_different_character:
            Option<policy::MinimumPasswordDifferentCharacter> = "0";
        /// Whether a password must not contain the name of its user. Default: false.
        PasswordNotContainUserName as password_not_contain_user_name: Option<bool> = "false";
        /// For how many days an initial password may be used; 0 is for ever. Default: 14.
        InitialPasswordAge as initial_password_age: Option<policy::InitialPasswordAge> = "14";
        /// Whether passwords known to be leaked are refused. Default: false. Kept and answered; this server has no list of leaked passwords.
        InterceptRiskPasswordOnApi as intercept_risk_password_on_api: Option<bool> = "false";
    }
}

shape! {
    /// The answer.
    pub struct SetPasswordPolicyResponse {
        /// The policy as it is now.
        PasswordPolicy as password_policy: Nested<PasswordPolicy> = "";
    }
}

impl SetPasswordPolicyRequest {
    fn policy(&self) -> policy::PasswordPolicy {
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
            minimum_password_different_character: self
                .minimum_password_different_character
                .unwrap_or(default.minimum_password_different_character),
            password_not_contain_user_name: self
                .password_not_contain_user_name
                .unwrap_or(default.password_not_contain_user_name),
            max_password_age: self.max_password_age.unwrap_or(default.max_password_age),
            hard_expire: self.hard_expire.unwrap_or(default.hard_expire),
            password_reuse_prevention: self
                .password_reuse_prevention
                .unwrap_or(default.password_reuse_prevention),
            max_login_attemps: self.max_login_attemps.unwrap_or(default.max_login_attemps),
            initial_password_age: self.initial_password_age.unwrap_or(default.initial_password_age),
            intercept_risk_password_on_api: self
                .intercept_risk_password_on_api
                .unwrap_or(default.intercept_risk_password_on_api),
        }
    }
}

impl Operation for SetPasswordPolicy {
    const API: Api = Api {
        product: Product::Ims,
        action: "SetPasswordPolicy",
        summary: "Replaces what the account asks of its users' passwords; a parameter that is left out gets its default.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:SetPasswordPolicy",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "整体替换账号的密码策略；未填写的参数恢复为默认值。";
    type Request = SetPasswordPolicyRequest;
    type Response = SetPasswordPolicyResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<SetPasswordPolicyResponse> {
        let policy = request.policy();
        accounts::update_password_policy(cx.tx, cx.caller.account(), &policy)?;
        Ok(SetPasswordPolicyResponse { password_policy: Nested(policy.into()) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    const ALL: [(&str, &str); 13] = [
        ("MinimumPasswordLength", "14"),
        ("RequireLowercaseCharacters", "true"),
        ("RequireUppercaseCharacters", "True"),
        ("RequireNumbers", "TRUE"),
        ("RequireSymbols", "true"),
        ("HardExpire", "true"),
        ("MaxLoginAttemps", "5"),
        ("PasswordReusePrevention", "24"),
        ("MaxPasswordAge", "90"),
        ("MinimumPasswordDifferentCharacter", "8"),
        ("PasswordNotContainUserName", "true"),
        ("InitialPasswordAge", "7"),
        ("InterceptRiskPasswordOnApi", "true"),
    ];

    #[test]
    fn every_parameter_is_kept_and_moves_the_report() {
        let app = TestApp::new();
        let answer = app.ok("SetPasswordPolicy", &ALL);
        insta::assert_json_snapshot!(answer, @r#"
        {
          "PasswordPolicy": {
            "MinimumPasswordLength": 14,
            "RequireLowercaseCharacters": true,
            "HardExpire": true,
            "RequireNumbers": true,
            "MaxLoginAttemps": 5,
            "PasswordReusePrevention": 24,
            "MaxPasswordAge": 90,
            "PasswordNotContainUserName": true,
            "RequireUppercaseCharacters": true,
            "MinimumPasswordDifferentCharacter": 8,
            "RequireSymbols": true,
            "InitialPasswordAge": 7,
            "InterceptRiskPasswordOnApi": true
          }
        }
        "#);
        assert_eq!(app.ok("GetPasswordPolicy", &[]), answer);
        let report = app.ok("GetAccountSecurityPracticeReport", &[]);
        let info = &report["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"];
        assert_eq!(info["SubUserPwdLevel"], "high");
    }

    #[test]
    fn what_is_left_out_gets_its_default() {
        let app = TestApp::new();
        let fresh = app.ok("GetPasswordPolicy", &[]);
        app.ok("SetPasswordPolicy", &ALL);
        let one = app.ok("SetPasswordPolicy", &[("MinimumPasswordLength", "32")]);
        assert_eq!(one["PasswordPolicy"]["MinimumPasswordLength"], 32);
        assert_eq!(one["PasswordPolicy"]["InitialPasswordAge"], 14);
        assert_eq!(app.ok("SetPasswordPolicy", &[("RequireNumbers", "")]), fresh);
        assert_eq!(app.ok("GetPasswordPolicy", &[]), fresh);
    }

    #[test]
    fn numbers_are_held_within_their_bounds() {
        let app = TestApp::new();
        let bounds = [
            ("MinimumPasswordLength", 8, 32),
            ("MaxLoginAttemps", 0, 32),
            ("PasswordReusePrevention", 0, 24),
            ("MaxPasswordAge", 0, 1095),
            ("MinimumPasswordDifferentCharacter", 0, 8),
            ("InitialPasswordAge", 0, 90),
        ];
        for (name, least, most) in bounds {
            for within in [least, most] {
                let answer = app.ok("SetPasswordPolicy", &[(name, &within.to_string())]);
                assert_eq!(answer["PasswordPolicy"][name], within);
            }
            for outside in [(least - 1).to_string(), (most + 1).to_string(), "9223372036854775808".to_owned()]
            {
                let code = app.refused("SetPasswordPolicy", &[(name, &outside)]);
                assert_eq!(code, format!("InvalidParameter.{name}.Range"), "{outside}");
            }
            let code = app.refused("SetPasswordPolicy", &[(name, "many")]);
            assert_eq!(code, format!("InvalidParameter.{name}.Format"));
        }
        let code = app.refused("SetPasswordPolicy", &[("HardExpire", "yes")]);
        assert_eq!(code, "InvalidParameter.HardExpire.Format");
    }

    #[test]
    fn only_those_with_permission() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "SetPasswordPolicy", &[]), "NoPermission");
    }

    #[test]
    fn xml() {
        let app = TestApp::new();
        let xml = app.xml("SetPasswordPolicy", &[("RequireSymbols", "true")]);
        assert!(
            xml.contains("</RequestId><PasswordPolicy><MinimumPasswordLength>8</MinimumPasswordLength>"),
            "{xml}"
        );
        assert!(xml.contains("<RequireSymbols>true</RequireSymbols>"), "{xml}");
    }
}
