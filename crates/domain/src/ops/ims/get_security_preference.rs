//! GetSecurityPreference: what the account lets its users do, and what it asks of their logons.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Empty, Nested};

use crate::identity::security_preference as preference;
use crate::ops::{Cx, Operation, account};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetSecurityPreference;

shape! {
    /// The answer.
    pub struct GetSecurityPreferenceResponse {
        /// The security preference of the account.
        SecurityPreference as security_preference: Nested<SecurityPreference> = "";
    }
}

shape! {
    /// The security preference of an account.
    pub struct SecurityPreference {
        /// About logons to the console.
        LoginProfilePreference as login_profile_preference: Nested<LoginProfilePreference> = "";
        /// About AccessKeys.
        AccessKeyPreference as access_key_preference: Nested<AccessKeyPreference> = "";
        /// About MFA devices.
        MFAPreference as mfa_preference: Nested<MFAPreference> = "";
        /// About what a user keeps of its person.
        PersonalInfoPreference as personal_info_preference: Nested<PersonalInfoPreference> = "";
        /// About ways to prove oneself beside MFA devices.
        VerificationPreference as verification_preference: Nested<VerificationPreference> = "";
        /// After how long what nobody uses is disabled.
        MaxIdleDays as max_idle_days: Nested<MaxIdleDays> = "";
    }
}

shape! {
    /// About logons to the console.
    pub struct LoginProfilePreference {
        /// How many hours a logon lasts.
        LoginSessionDuration as login_session_duration: preference::LoginSessionDuration = "6";
        /// The networks from which RAM users may log on; empty is anywhere. Calls signed with AccessKeys are not affected.
        LoginNetworkMasks as login_network_masks: preference::LoginNetworkMasks = "10.0.0.0/8;192.168.0.0/16";
        /// Whether RAM users may change their own password.
        AllowUserToChangePassword as allow_user_to_change_password: bool = "true";
        /// Whether a logon with an MFA code is remembered for seven days.
        EnableSaveMFATicket as enable_save_mfa_ticket: bool = "false";
        /// Who must show an MFA code at logon: everybody (`mandatory`), those whose logon profile says so (`independent`), or everybody at an unusual logon (`adaptive`).
        MFAOperationForLogin as mfa_operation_for_login: preference::MFAOperationForLogin = "independent";
        /// What a suspicious logon leads to: the user may skip the second proof (`autonomous`) or not (`enforceVerify`).
        OperationForRiskLogin as operation_for_risk_login: preference::OperationForRiskLogin = "autonomous";
        /// Whether RAM users may log on with a passkey.
        AllowUserToLoginWithPasskey as allow_user_to_login_with_passkey: bool = "true";
    }
}

shape! {
    /// About AccessKeys.
    pub struct AccessKeyPreference {
        /// Whether RAM users may manage their own AccessKeys.
        AllowUserToManageAccessKeys as allow_user_to_manage_access_keys: bool = "false";
        /// Whether RAM users may manage their own service credentials.
        AllowUserToManageServiceCredentials as allow_user_to_manage_service_credentials: bool = "false";
    }
}

shape! {
    /// About MFA devices.
    pub struct MFAPreference {
        /// Whether RAM users may manage their own MFA device.
        AllowUserToManageMFADevices as allow_user_to_manage_mfa_devices: bool = "true";
    }
}

shape! {
    /// About what a user keeps of its person.
    pub struct PersonalInfoPreference {
        /// Whether RAM users may bind a DingTalk account of their own.
        AllowUserToManagePersonalDingTalk as allow_user_to_manage_personal_ding_talk: bool = "true";
    }
}

shape! {
    /// About ways to prove oneself beside MFA devices.
    pub struct VerificationPreference {
        /// The ways that are open: `sms`, `email`.
        VerificationTypes as verification_types: preference::VerificationTypes = "[\"sms\",\"email\"]";
    }
}

shape! {
    /// After how long what nobody uses is disabled.
    pub struct MaxIdleDays {
        /// After how many days without a password logon the console logon of a RAM user is disabled.
        MaxIdleDaysForUsers as max_idle_days_for_users: preference::MaxIdleDays = "730";
        /// After how many days without use an AccessKey is disabled.
        MaxIdleDaysForAccessKeys as max_idle_days_for_access_keys: preference::MaxIdleDays = "730";
    }
}

impl From<preference::SecurityPreference> for SecurityPreference {
    fn from(preference: preference::SecurityPreference) -> Self {
        Self {
            login_profile_preference: Nested(LoginProfilePreference {
                login_session_duration: preference.login_session_duration,
                login_network_masks: preference.login_network_masks,
                allow_user_to_change_password: preference.allow_user_to_change_password,
                enable_save_mfa_ticket: preference.enable_save_mfa_ticket,
                mfa_operation_for_login: preference.mfa_operation_for_login,
                operation_for_risk_login: preference.operation_for_risk_login,
                allow_user_to_login_with_passkey: preference.allow_user_to_login_with_passkey,
            }),
            access_key_preference: Nested(AccessKeyPreference {
                allow_user_to_manage_access_keys: preference.allow_user_to_manage_access_keys,
                allow_user_to_manage_service_credentials: preference.allow_user_to_manage_service_credentials,
            }),
            mfa_preference: Nested(MFAPreference {
                allow_user_to_manage_mfa_devices: preference.allow_user_to_manage_mfa_devices,
            }),
            personal_info_preference: Nested(PersonalInfoPreference {
                allow_user_to_manage_personal_ding_talk: preference.allow_user_to_manage_personal_ding_talk,
            }),
            verification_preference: Nested(VerificationPreference {
                verification_types: preference.verification_types,
            }),
            max_idle_days: Nested(MaxIdleDays {
                max_idle_days_for_users: preference.max_idle_days_for_users,
                max_idle_days_for_access_keys: preference.max_idle_days_for_access_keys,
            }),
        }
    }
}

impl Operation for GetSecurityPreference {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetSecurityPreference",
        summary: "Queries what the account lets its users do and what it asks of their logons.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetSecurityPreference",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "查询账号的安全偏好设置，即允许用户做什么、登录时有哪些要求。";
    type Request = Empty;
    type Response = GetSecurityPreferenceResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GetSecurityPreferenceResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        Ok(GetSecurityPreferenceResponse { security_preference: Nested(account.security_preference.into()) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn a_fresh_account_has_the_defaults() {
        let app = TestApp::new();
        insta::assert_json_snapshot!(app.ok("GetSecurityPreference", &[]), @r#"
        {
          "SecurityPreference": {
            "LoginProfilePreference": {
              "LoginSessionDuration": 6,
              "LoginNetworkMasks": "",
              "AllowUserToChangePassword": true,
              "EnableSaveMFATicket": false,
              "MFAOperationForLogin": "independent",
              "OperationForRiskLogin": "autonomous",
              "AllowUserToLoginWithPasskey": true
            },
            "AccessKeyPreference": {
              "AllowUserToManageAccessKeys": false,
              "AllowUserToManageServiceCredentials": false
            },
            "MFAPreference": {
              "AllowUserToManageMFADevices": true
            },
            "PersonalInfoPreference": {
              "AllowUserToManagePersonalDingTalk": true
            },
            "VerificationPreference": {
              "VerificationTypes": [
                "sms",
                "email"
              ]
            },
            "MaxIdleDays": {
              "MaxIdleDaysForUsers": 730,
              "MaxIdleDaysForAccessKeys": 730
            }
          }
        }
        "#);
        let xml = app.xml("GetSecurityPreference", &[]);
        let types = "<VerificationPreference><VerificationTypes>sms</VerificationTypes><VerificationTypes>email\
                     </VerificationTypes></VerificationPreference>";
        assert!(xml.contains(types), "{xml}");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "GetSecurityPreference", &[]), "NoPermission");
    }
}
