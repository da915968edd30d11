//! SetSecurityPreference: changes some of what the account lets its users do.
//!
//! The vendor's page does not say what an omitted parameter does. Here it stays as it is: the settings have nothing to do
//! with each other, the list of them keeps growing, and a client of 2020 that sets one must not reset those of 2026 that
//! it cannot know.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::get_security_preference::GetSecurityPreferenceResponse;
use crate::identity::security_preference as preference;
use crate::ops::{Cx, Operation, account};
use crate::store::tables::accounts;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetSecurityPreference;

shape! {
    /// What to change. What is left out stays as it is.
    pub struct SetSecurityPreferenceRequest {
        /// Whether a logon with an MFA code is remembered for seven days.
        EnableSaveMFATicket as enable_save_mfa_ticket: Option<bool> = "false";
        /// Whether RAM users may change their own password.
        AllowUserToChangePassword as allow_user_to_change_password: Option<bool> = "true";
        /// Whether RAM users may manage their own AccessKeys.
        AllowUserToManageAccessKeys as allow_user_to_manage_access_keys: Option<bool> = "false";
        /// Whether RAM users may manage their own MFA device.
        AllowUserToManageMFADevices as allow_user_to_manage_mfa_devices: Option<bool> = "true";
        /// How many hours a logon lasts.
        LoginSessionDuration as login_session_duration: Option<preference::LoginSessionDuration> = "6";
        /// The networks from which RAM users may log on, joined by `;`. An empty value lets them in from anywhere.
        LoginNetworkMasks as login_network_masks: Option<preference::LoginNetworkMasks> = "10.0.0.0/8;192.168.0.0/16";
        /// Whether RAM users may bind a DingTalk account of their own.
        AllowUserToManagePersonalDingTalk as allow_user_to_manage_personal_ding_talk: Option<bool> = "true";
        /// Who must show an MFA code at logon: everybody (`mandatory`), those whose logon profile says so (`independent`), or everybody at an unusual logon (`adaptive`).
        MFAOperationForLogin as mfa_operation_for_login: Option<preference::MFAOperationForLogin> = "independent";
        /// What a suspicious logon leads to: the user may skip the second proof (`autonomous`) or not (`enforceVerify`).
        OperationForRiskLogin as operation_for_risk_login: Option<preference::OperationForRiskLogin> = "autonomous";
        /// The ways to prove oneself beside MFA devices that are open.
        VerificationTypes as verification_types: Option<preference::VerificationTypes> = "[\"sms\",\"email\"]";
        /// Whether RAM users may log on with a passkey.
        AllowUserToLoginWithPasskey as allow_user_to_login_with_passkey: Option<bool> = "true";
        /// Whether RAM users may manage their own service credentials.
        AllowUserToManageServiceCredentials as allow_user_to_manage_service_credentials: Option<bool> = "false";
        /// After how many days without a password logon the console logon of a RAM user is disabled.
        MaxIdleDaysForUsers as max_idle_days_for_users: Option<preference::MaxIdleDays> = "730";
        /// After how many days without use an AccessKey of a RAM user is disabled, on the next day, until it is enabled again.
        MaxIdleDaysForAccessKeys as max_idle_days_for_access_keys: Option<preference::MaxIdleDays> = "730";
    }
}

impl SetSecurityPreferenceRequest {
    fn change(&self, preference: &mut preference::SecurityPreference) {
        fn set<T: Clone>(field: &mut T, wished: Option<&T>) {
            if let Some(wished) = wished {
                field.clone_from(wished);
            }
        }
        let (to, from) = (preference, self);
        set(&mut to.enable_save_mfa_ticket, from.enable_save_mfa_ticket.as_ref());
        set(&mut to.allow_user_to_change_password, from.allow_user_to_change_password.as_ref());
        set(&mut to.allow_user_to_manage_access_keys, from.allow_user_to_manage_access_keys.as_ref());
        set(&mut to.allow_user_to_manage_mfa_devices, from.allow_user_to_manage_mfa_devices.as_ref());
        set(&mut to.login_session_duration, from.login_session_duration.as_ref());
        set(&mut to.login_network_masks, from.login_network_masks.as_ref());
        set(
            &mut to.allow_user_to_manage_personal_ding_talk,
            from.allow_user_to_manage_personal_ding_talk.as_ref(),
        );
        set(&mut to.mfa_operation_for_login, from.mfa_operation_for_login.as_ref());
        set(&mut to.operation_for_risk_login, from.operation_for_risk_login.as_ref());
        set(&mut to.verification_types, from.verification_types.as_ref());
        set(&mut to.allow_user_to_login_with_passkey, from.allow_user_to_login_with_passkey.as_ref());
        set(
            &mut to.allow_user_to_manage_service_credentials,
            from.allow_user_to_manage_service_credentials.as_ref(),
        );
        set(&mut to.max_idle_days_for_users, from.max_idle_days_for_users.as_ref());
        set(&mut to.max_idle_days_for_access_keys, from.max_idle_days_for_access_keys.as_ref());
    }
}

impl Operation for SetSecurityPreference {
    const API: Api = Api {
        product: Product::Ims,
        action: "SetSecurityPreference",
        summary: "Changes what the account lets its users do and what it asks of their logons; a parameter that is left out stays as it is.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:SetSecurityPreference",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "修改账号的安全偏好设置；未填写的参数保持不变。";
    type Request = SetSecurityPreferenceRequest;
    type Response = GetSecurityPreferenceResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<GetSecurityPreferenceResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let mut preference = account.security_preference;
        request.change(&mut preference);
        accounts::update_security_preference(cx.tx, account.account, &preference)?;
        Ok(GetSecurityPreferenceResponse { security_preference: Nested(preference.into()) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{NewKey, TestApp};
    use crate::time::SECONDS_PER_DAY;

    /// Each parameter with a value other than its default, and where the answer has it.
    const ALL: [(&str, &str, &str); 14] = [
        ("EnableSaveMFATicket", "true", "LoginProfilePreference"),
        ("AllowUserToChangePassword", "false", "LoginProfilePreference"),
        ("AllowUserToManageAccessKeys", "true", "AccessKeyPreference"),
        ("AllowUserToManageMFADevices", "false", "MFAPreference"),
        ("LoginSessionDuration", "24", "LoginProfilePreference"),
        ("LoginNetworkMasks", "10.0.0.0/8;192.168.0.0/16", "LoginProfilePreference"),
        ("AllowUserToManagePersonalDingTalk", "false", "PersonalInfoPreference"),
        ("MFAOperationForLogin", "mandatory", "LoginProfilePreference"),
        ("OperationForRiskLogin", "enforceVerify", "LoginProfilePreference"),
        ("VerificationTypes", "[\"email\"]", "VerificationPreference"),
        ("AllowUserToLoginWithPasskey", "false", "LoginProfilePreference"),
        ("AllowUserToManageServiceCredentials", "true", "AccessKeyPreference"),
        ("MaxIdleDaysForUsers", "90", "MaxIdleDays"),
        ("MaxIdleDaysForAccessKeys", "365", "MaxIdleDays"),
    ];

    /// A wire text as the value an answer holds.
    fn value(text: &str) -> Value {
        serde_json::from_str(text).unwrap_or_else(|_| text.into())
    }

    #[test]
    fn each_parameter_changes_its_own_and_leaves_the_rest() {
        let app = TestApp::new();
        let mut expected = app.ok("GetSecurityPreference", &[]);
        for (name, text, group) in ALL {
            let place = &mut expected["SecurityPreference"][group][name];
            assert!(!place.is_null(), "{name}");
            assert_ne!(*place, value(text), "{name}");
            *place = value(text);
            assert_eq!(app.ok("SetSecurityPreference", &[(name, text)]), expected, "{name}");
        }
        assert_eq!(app.ok("GetSecurityPreference", &[]), expected);
        assert_eq!(app.ok("SetSecurityPreference", &[]), expected, "nothing to change");
    }

    #[test]
    fn an_empty_list_of_networks_lets_in_from_anywhere() {
        let app = TestApp::new();
        app.ok("SetSecurityPreference", &[("LoginNetworkMasks", "10.0.0.0/8")]);
        let open = app.ok("SetSecurityPreference", &[("LoginNetworkMasks", "")]);
        assert_eq!(open["SecurityPreference"]["LoginProfilePreference"]["LoginNetworkMasks"], "");
        let none = app.ok("SetSecurityPreference", &[("VerificationTypes", "[]")]);
        assert_eq!(none["SecurityPreference"]["VerificationPreference"]["VerificationTypes"], json!([]));
    }

    #[test]
    fn what_is_refused() {
        let app = TestApp::new();
        let masks = ["10.0.0.0/8"; 41].join(";");
        let rows = [
            ("LoginSessionDuration", "0", "Range"),
            ("LoginSessionDuration", "25", "Range"),
            ("LoginSessionDuration", "six", "Format"),
            ("LoginNetworkMasks", "10.0.0.0/33", "Format"),
            ("LoginNetworkMasks", "here", "Format"),
            ("LoginNetworkMasks", masks.as_str(), "Length"),
            ("MFAOperationForLogin", "sometimes", "Range"),
            ("OperationForRiskLogin", "never", "Range"),
            ("VerificationTypes", "sms", "Format"),
            ("VerificationTypes", "[\"pigeon\"]", "Range"),
            ("MaxIdleDaysForUsers", "91", "Range"),
            ("MaxIdleDaysForAccessKeys", "0", "Range"),
            ("EnableSaveMFATicket", "1", "Format"),
        ];
        for (name, text, rule) in rows {
            let code = app.refused("SetSecurityPreference", &[(name, text)]);
            assert_eq!(code, format!("InvalidParameter.{name}.{rule}"), "{text}");
        }
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "SetSecurityPreference", &[]), "NoPermission");
    }

    #[test]
    fn xml() {
        let xml = TestApp::new().xml("SetSecurityPreference", &[("LoginSessionDuration", "24")]);
        assert!(xml.contains("<LoginSessionDuration>24</LoginSessionDuration>"), "{xml}");
    }

    #[test]
    fn keys_of_users_rest_for_so_many_days_and_no_longer() {
        let app = TestApp::new();
        let (alice, bob) = (app.user_with_key("alice"), app.user_with_key("bob"));
        let is_refused = |key: &NewKey| {
            let (_, body) = app.call_as(key, "GetCallerIdentity", &[]);
            assert!(body["Code"].is_null() || body["Code"] == "InvalidAccessKeyId.Inactive", "{body}");
            !body["Code"].is_null()
        };
        app.clock.advance_days(10);
        assert!(!is_refused(&alice));
        app.ok("SetSecurityPreference", &[("MaxIdleDaysForAccessKeys", "90")]);
        // Bob's was made 90 days ago and never used: that is its last day, and the call a use.
        app.clock.advance_days(80);
        assert!(!is_refused(&bob));
        app.clock.advance_days(10);
        app.clock.advance(SECONDS_PER_DAY / 2 - 1);
        assert!(!is_refused(&alice), "the last second of the ninetieth day after its last use");
        app.clock.advance_days(91);
        assert!(is_refused(&alice) && is_refused(&bob));
        let (_, body) = app.call_as(&alice, "GetCallerIdentity", &[]);
        assert!(body["Message"].as_str().unwrap().contains("90 days"), "{body}");
        let used = [
            ("UserPrincipalName", &*TestApp::upn("alice")),
            ("UserAccessKeyId", alice.access_key_id.as_str()),
        ];
        let used = app.ok("GetAccessKeyLastUsed", &used);
        assert_eq!(
            used["AccessKeyLastUsed"]["LastUsedDate"], "2025-09-23T23:59:59Z",
            "a refused call is no use"
        );
        // Root's rests for ever, and a longer limit holds for the next call.
        app.ok("SetSecurityPreference", &[("MaxIdleDaysForAccessKeys", "180")]);
        assert!(!is_refused(&alice));
        app.ok("SetSecurityPreference", &[("MaxIdleDaysForAccessKeys", "90")]);
        assert!(!is_refused(&alice) && is_refused(&bob));
        let enabled = [
            ("UserPrincipalName", &*TestApp::upn("bob")),
            ("UserAccessKeyId", bob.access_key_id.as_str()),
            ("Status", "Active"),
        ];
        app.ok("UpdateAccessKey", &enabled);
        assert!(!is_refused(&bob));
        app.clock.advance_days(1000);
        assert!(!is_refused(&app.root) && !is_refused(&app.operator) && is_refused(&bob));
    }
}
