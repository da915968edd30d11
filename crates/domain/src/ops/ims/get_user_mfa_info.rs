//! GetUserMFAInfo: whether a RAM user has an MFA device, and which.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::mfa::{MFADeviceType, SerialNumber};
use crate::identity::user::UserPrincipalName;
use crate::ops::{Cx, Operation, Target, account, device, subject};
use crate::store::tables::mfa_devices;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetUserMFAInfo;

shape! {
    /// Whose device is asked for.
    pub struct GetUserMFAInfoRequest {
        /// The logon name of the RAM user. A RAM user that asks about itself may leave it out.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@1234567890123456.onaliyun.com";
    }
}

shape! {
    /// The answer.
    pub struct GetUserMFAInfoResponse {
        /// The device; absent if there is none.
        MFADevice as mfa_device: Option<Nested<BoundMFADevice>> = "";
        /// Whether a device is bound to the user.
        IsMFAEnable as is_mfa_enable: bool = "true";
    }
}

shape! {
    /// A device that is bound.
    pub struct BoundMFADevice {
        /// Its serial number.
        SerialNumber as serial_number: SerialNumber = "acs:ram::1234567890123456:mfa/device001";
        /// Its type: `VMFA` for an authenticator app, `U2F` for a security key.
        Type as device_type: MFADeviceType = "VMFA";
    }
}

impl Operation for GetUserMFAInfo {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetUserMFAInfo",
        summary: "Queries whether a RAM user has an MFA device, and which.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::MfaDevice,
        ram_action: "ram:GetUserMFAInfo",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "查询 RAM 用户是否绑定了 MFA 设备，以及是哪一个。";
    type Request = GetUserMFAInfoRequest;
    type Response = GetUserMFAInfoResponse;

    fn target(request: &Self::Request) -> Target {
        subject::target_or_own(request.user_principal_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<GetUserMFAInfoResponse> {
        let user = match &request.user_principal_name {
            None if cx.caller.is_root() || cx.caller.role_session().is_some() => {
                return Err(ApiError::missing("UserPrincipalName"));
            }
            None => cx.caller.user(),
            Some(name) => {
                let account = account::find(cx.tx, cx.caller.account())?;
                subject::find_by_name(cx.tx, &account, name)?.user_id
            }
        };
        let device = mfa_devices::find_by_user(cx.tx, cx.caller.account(), user)?;
        Ok(GetUserMFAInfoResponse {
            is_mfa_enable: device.is_some(),
            mfa_device: device.map(|device| {
                Nested(BoundMFADevice {
                    serial_number: device::serial_number(&device),
                    device_type: device.device_type,
                })
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn with_and_without_a_device() {
        let app = TestApp::new();
        let alice = app.user("alice");
        let without = app.ok("GetUserMFAInfo", &[("UserPrincipalName", &alice)]);
        assert_eq!(without, serde_json::json!({ "IsMFAEnable": false }));
        app.bind(&alice, &app.device("phone"));
        insta::assert_json_snapshot!(app.ok("GetUserMFAInfo", &[("UserPrincipalName", &alice)]), @r#"
        {
          "MFADevice": {
            "SerialNumber": "acs:ram::1234567890123456:mfa/phone",
            "Type": "VMFA"
          },
          "IsMFAEnable": true
        }
        "#);
        let xml = app.xml("GetUserMFAInfo", &[("UserPrincipalName", &alice)]);
        assert!(xml.contains("<Type>VMFA</Type></MFADevice><IsMFAEnable>true</IsMFAEnable>"), "{xml}");
    }

    #[test]
    fn a_user_may_leave_its_name_out_and_root_may_not() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let bob = app.user("bob");
        app.bind(&TestApp::upn("alice"), &app.device("phone"));
        let (status, own) = app.call_as(&alice, "GetUserMFAInfo", &[]);
        assert_eq!((status, &own["IsMFAEnable"]), (200, &true.into()));
        let named = app.call_as(&alice, "GetUserMFAInfo", &[("UserPrincipalName", &TestApp::upn("alice"))]);
        assert_eq!(named, (200, own));
        assert_eq!(app.refused_as(&alice, "GetUserMFAInfo", &[("UserPrincipalName", &bob)]), "NoPermission");
        assert_eq!(app.refused("GetUserMFAInfo", &[]), "MissingUserPrincipalName");
        let code = app.refused("GetUserMFAInfo", &[("UserPrincipalName", &TestApp::upn("nobody"))]);
        assert_eq!(code, "EntityNotExist.User");
    }
}
