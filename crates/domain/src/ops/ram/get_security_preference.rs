//! GetSecurityPreference in RAM's view: what the account lets its users do, and what it asks of their logons.

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
    /// The security preference of an account, as far as RAM's view knows it.
    pub struct SecurityPreference {
        /// About logons to the console.
        LoginProfilePreference as login_profile_preference: Nested<LoginProfilePreference> = "";
        /// About AccessKeys.
        AccessKeyPreference as access_key_preference: Nested<AccessKeyPreference> = "";
        /// About public keys.
        PublicKeyPreference as public_key_preference: Nested<PublicKeyPreference> = "";
        /// About MFA devices.
        MFAPreference as mfa_preference: Nested<MFAPreference> = "";
    }
}

shape! {
    /// About logons to the console.
    pub struct LoginProfilePreference {
        /// Whether a logon with an MFA code is remembered for seven days.
        EnableSaveMFATicket as enable_save_mfa_ticket: bool = "false";
        /// Whether RAM users may change their own password.
        AllowUserToChangePassword as allow_user_to_change_password: bool = "true";
        /// How many hours a logon lasts.
        LoginSessionDuration as login_session_duration: preference::LoginSessionDuration = "6";
        /// The networks from which RAM users may log on; empty is anywhere. Calls signed with AccessKeys are not affected.
        LoginNetworkMasks as login_network_masks: preference::LoginNetworkMasks = "10.0.0.0/8;192.168.0.0/16";
    }
}

shape! {
    /// About AccessKeys.
    pub struct AccessKeyPreference {
        /// Whether RAM users may manage their own AccessKeys.
        AllowUserToManageAccessKeys as allow_user_to_manage_access_keys: bool = "false";
    }
}

shape! {
    /// About public keys.
    pub struct PublicKeyPreference {
        /// Whether RAM users may manage their own public keys. Kept and answered; neither view has operations on such keys.
        AllowUserToManagePublicKeys as allow_user_to_manage_public_keys: bool = "false";
    }
}

shape! {
    /// About MFA devices.
    pub struct MFAPreference {
        /// Whether RAM users may manage their own MFA device.
        AllowUserToManageMFADevices as allow_user_to_manage_mfa_devices: bool = "true";
    }
}

impl From<preference::SecurityPreference> for SecurityPreference {
    fn from(preference: preference::SecurityPreference) -> Self {
        Self {
            login_profile_preference: Nested(LoginProfilePreference {
                enable_save_mfa_ticket: preference.enable_save_mfa_ticket,
                allow_user_to_change_password: preference.allow_user_to_change_password,
                login_session_duration: preference.login_session_duration,
                login_network_masks: preference.login_network_masks,
            }),
            access_key_preference: Nested(AccessKeyPreference {
                allow_user_to_manage_access_keys: preference.allow_user_to_manage_access_keys,
            }),
            public_key_preference: Nested(PublicKeyPreference {
                allow_user_to_manage_public_keys: preference.allow_user_to_manage_public_keys,
            }),
            mfa_preference: Nested(MFAPreference {
                allow_user_to_manage_mfa_devices: preference.allow_user_to_manage_mfa_devices,
            }),
        }
    }
}

impl Operation for GetSecurityPreference {
    const API: Api = Api {
        product: Product::Ram,
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
    fn of_a_new_account_and_as_the_other_view_set_it() {
        let app = TestApp::new();
        insta::assert_json_snapshot!(app.ok("Ram:GetSecurityPreference", &[]), @r#"
        {
          "SecurityPreference": {
            "LoginProfilePreference": {
              "EnableSaveMFATicket": false,
              "AllowUserToChangePassword": true,
              "LoginSessionDuration": 6,
              "LoginNetworkMasks": ""
            },
            "AccessKeyPreference": {
              "AllowUserToManageAccessKeys": false
            },
            "PublicKeyPreference": {
              "AllowUserToManagePublicKeys": false
            },
            "MFAPreference": {
              "AllowUserToManageMFADevices": true
            }
          }
        }
        "#);
        app.ok("SetSecurityPreference", &[("AllowUserToManageMFADevices", "false")]);
        let xml = app.xml("Ram:GetSecurityPreference", &[]);
        assert!(xml.contains("<AllowUserToManageMFADevices>false</AllowUserToManageMFADevices>"), "{xml}");
        let key = app.user_with_key("alice");
        assert_eq!(app.refused_as(&key, "Ram:GetSecurityPreference", &[]), "NoPermission");
    }
}
