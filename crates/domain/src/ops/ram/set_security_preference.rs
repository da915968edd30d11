//! SetSecurityPreference in RAM's view: changes some of what the account lets its users do. What is left out stays as it
//! is, as in IMS's view.

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
        /// Whether RAM users may manage their own public keys. Kept and answered; there are no operations on such keys.
        AllowUserToManagePublicKeys as allow_user_to_manage_public_keys: Option<bool> = "false";
        /// Whether RAM users may manage their own MFA device.
        AllowUserToManageMFADevices as allow_user_to_manage_mfa_devices: Option<bool> = "true";
        /// How many hours a logon lasts.
        LoginSessionDuration as login_session_duration: Option<preference::LoginSessionDuration> = "6";
        /// The networks from which RAM users may log on, joined by `;`. An empty value lets them in from anywhere.
        LoginNetworkMasks as login_network_masks: Option<preference::LoginNetworkMasks> = "10.0.0.0/8;192.168.0.0/16";
    }
}

impl Operation for SetSecurityPreference {
    const API: Api = Api {
        product: Product::Ram,
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
        let present = account.security_preference;
        let wished = request.clone();
        let preference = preference::SecurityPreference {
            enable_save_mfa_ticket: wished.enable_save_mfa_ticket.unwrap_or(present.enable_save_mfa_ticket),
            allow_user_to_change_password: wished
                .allow_user_to_change_password
                .unwrap_or(present.allow_user_to_change_password),
            allow_user_to_manage_access_keys: wished
                .allow_user_to_manage_access_keys
                .unwrap_or(present.allow_user_to_manage_access_keys),
            allow_user_to_manage_public_keys: wished
                .allow_user_to_manage_public_keys
                .unwrap_or(present.allow_user_to_manage_public_keys),
            allow_user_to_manage_mfa_devices: wished
                .allow_user_to_manage_mfa_devices
                .unwrap_or(present.allow_user_to_manage_mfa_devices),
            login_session_duration: wished.login_session_duration.unwrap_or(present.login_session_duration),
            login_network_masks: wished.login_network_masks.unwrap_or(present.login_network_masks),
            ..present
        };
        accounts::update_security_preference(cx.tx, account.account, &preference)?;
        Ok(GetSecurityPreferenceResponse { security_preference: Nested(preference.into()) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn what_is_left_out_stays_in_both_views() {
        let app = TestApp::new();
        app.ok("SetSecurityPreference", &[("MaxIdleDaysForUsers", "90")]);
        let all = [
            ("EnableSaveMFATicket", "true"),
            ("AllowUserToChangePassword", "false"),
            ("AllowUserToManageAccessKeys", "true"),
            ("AllowUserToManagePublicKeys", "true"),
            ("AllowUserToManageMFADevices", "false"),
            ("LoginSessionDuration", "24"),
            ("LoginNetworkMasks", "10.0.0.0/8"),
        ];
        insta::assert_json_snapshot!(app.ok("Ram:SetSecurityPreference", &all), @r#"
        {
          "SecurityPreference": {
            "LoginProfilePreference": {
              "EnableSaveMFATicket": true,
              "AllowUserToChangePassword": false,
              "LoginSessionDuration": 24,
              "LoginNetworkMasks": "10.0.0.0/8"
            },
            "AccessKeyPreference": {
              "AllowUserToManageAccessKeys": true
            },
            "PublicKeyPreference": {
              "AllowUserToManagePublicKeys": true
            },
            "MFAPreference": {
              "AllowUserToManageMFADevices": false
            }
          }
        }
        "#);
        let xml = app.xml("Ram:SetSecurityPreference", &[("LoginNetworkMasks", "")]);
        assert!(xml.contains("<LoginNetworkMasks></LoginNetworkMasks>"), "{xml}");
        let other = app.ok("GetSecurityPreference", &[])["SecurityPreference"].clone();
        assert_eq!(other["MaxIdleDays"]["MaxIdleDaysForUsers"], 90);
        assert_eq!(other["AccessKeyPreference"]["AllowUserToManageAccessKeys"], json!(true));
        assert_eq!(app.ok("Ram:GetSecurityPreference", &[])["SecurityPreference"]["PublicKeyPreference"], {
            json!({ "AllowUserToManagePublicKeys": true })
        });
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let rows = [
            (("LoginSessionDuration", "0"), "InvalidParameter.LoginSessionDuration.Range"),
            (("LoginSessionDuration", "25"), "InvalidParameter.LoginSessionDuration.Range"),
            (("LoginNetworkMasks", "10.0.0.0/33"), "InvalidParameter.LoginNetworkMasks.Format"),
            (("EnableSaveMFATicket", "2"), "InvalidParameter.EnableSaveMFATicket.Format"),
        ];
        for (param, code) in rows {
            assert_eq!(app.refused("Ram:SetSecurityPreference", &[param]), code, "{param:?}");
        }
        assert_eq!(app.refused_as(&key, "Ram:SetSecurityPreference", &[]), "NoPermission");
    }
}
