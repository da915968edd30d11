//! UnbindMFADevice: takes a RAM user's MFA device off; the device stays.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::mfa::SerialNumber;
use crate::identity::user::UserPrincipalName;
use crate::ops::{Cx, Operation, Target, account, device, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UnbindMFADevice;

shape! {
    /// Whose device to take off.
    pub struct UnbindMFADeviceRequest {
        /// The logon name of the RAM user.
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@1234567890123456.onaliyun.com";
    }
}

shape! {
    /// The answer.
    pub struct UnbindMFADeviceResponse {
        /// The device that was taken off.
        MFADevice as mfa_device: Nested<UnboundMFADevice> = "";
    }
}

shape! {
    /// A device that was taken off.
    pub struct UnboundMFADevice {
        /// Its serial number.
        SerialNumber as serial_number: SerialNumber = "acs:ram::1234567890123456:mfa/device001";
    }
}

impl Operation for UnbindMFADevice {
    const API: Api = Api {
        product: Product::Ims,
        action: "UnbindMFADevice",
        summary: "Takes the MFA device of a RAM user off; the device itself stays and can be bound again.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::MfaDevice,
        ram_action: "ram:UnbindMFADevice",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.MFADevice"],
    };
    const SUMMARY_ZH: &'static str = "为 RAM 用户解绑 MFA 设备；设备本身保留，可再次绑定。";
    type Request = UnbindMFADeviceRequest;
    type Response = UnbindMFADeviceResponse;

    fn target(request: &Self::Request) -> Target {
        subject::target(Some(&request.user_principal_name), None)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<UnbindMFADeviceResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        let device = device::unbind(cx, user.user_id)?;
        let unbound = UnboundMFADevice { serial_number: device::serial_number(&device) };
        Ok(UnbindMFADeviceResponse { mfa_device: Nested(unbound) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn the_device_comes_off_and_stays() {
        let app = TestApp::new();
        let (alice, phone) = (app.user("alice"), app.device("phone"));
        app.bind(&alice, &phone);
        insta::assert_json_snapshot!(app.ok("UnbindMFADevice", &[("UserPrincipalName", &alice)]), @r#"
        {
          "MFADevice": {
            "SerialNumber": "acs:ram::1234567890123456:mfa/phone"
          }
        }
        "#);
        let again = app.refused("UnbindMFADevice", &[("UserPrincipalName", &alice)]);
        assert_eq!(again, "EntityNotExist.User.MFADevice");
        let listed = app.ok("ListVirtualMFADevices", &[]);
        assert_eq!(listed["VirtualMFADevices"]["VirtualMFADevice"][0]["User"], serde_json::json!({}));
        app.clock.advance(60);
        app.bind(&alice, &phone);
    }

    #[test]
    fn whom_it_must_name() {
        let app = TestApp::new();
        assert_eq!(app.refused("UnbindMFADevice", &[]), "MissingUserPrincipalName");
        let code = app.refused("UnbindMFADevice", &[("UserPrincipalName", &TestApp::upn("nobody"))]);
        assert_eq!(code, "EntityNotExist.User");
    }

    #[test]
    fn a_user_takes_its_own_off_while_it_may() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let (bob, phone, tablet) = (app.user("bob"), app.device("phone"), app.device("tablet"));
        app.bind(&TestApp::upn("alice"), &phone);
        app.bind(&bob, &tablet);
        let unbind = |whom: &str| app.call_as(&alice, "UnbindMFADevice", &[("UserPrincipalName", whom)]).0;
        assert_eq!(unbind(&bob), 403);
        assert_eq!(unbind(&TestApp::upn("alice")), 200);
    }

    #[test]
    fn xml() {
        let app = TestApp::new();
        let alice = app.user("alice");
        app.bind(&alice, &app.device("phone"));
        let xml = app.xml("UnbindMFADevice", &[("UserPrincipalName", &alice)]);
        assert!(xml.contains("<SerialNumber>acs:ram::1234567890123456:mfa/phone</SerialNumber>"), "{xml}");
    }
}
