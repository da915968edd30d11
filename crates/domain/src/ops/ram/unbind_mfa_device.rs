//! UnbindMFADevice in RAM's view: takes a RAM user's MFA device off; the device stays.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::mfa::SerialNumber;
use crate::identity::user::UserName;
use crate::ops::{Cx, Operation, Target, device, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UnbindMFADevice;

shape! {
    /// Whose device to take off.
    pub struct UnbindMFADeviceRequest {
        /// The name of the RAM user.
        UserName as user_name: UserName = "zhangqiang";
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
        product: Product::Ram,
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
        Target::User(request.user_name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<UnbindMFADeviceResponse> {
        let user = subject::find_named(cx.tx, cx.caller.account(), &request.user_name)?;
        let device = device::unbind(cx, user.user_id)?;
        let unbound = UnboundMFADevice { serial_number: device::serial_number(&device) };
        Ok(UnbindMFADeviceResponse { mfa_device: Nested(unbound) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn the_device_comes_off_and_stays() {
        let app = TestApp::new();
        let (alice, phone) = (app.user("alice"), app.device("phone"));
        let named = [("UserName", "alice")];
        app.bind(&alice, &phone);
        assert_eq!(
            app.ok("Ram:UnbindMFADevice", &named),
            json!({ "MFADevice": { "SerialNumber": "acs:ram::1234567890123456:mfa/phone" } })
        );
        assert_eq!(app.refused("Ram:UnbindMFADevice", &named), "EntityNotExist.User.MFADevice");
        assert_eq!(
            app.ok("GetUserMFAInfo", &[("UserPrincipalName", &alice)]),
            json!({ "IsMFAEnable": false })
        );
        app.clock.advance(60);
        app.bind(&alice, &phone);
        let xml = app.xml("Ram:UnbindMFADevice", &named);
        assert!(xml.contains("<MFADevice><SerialNumber>acs:ram::1234567890123456:mfa/phone<"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        app.user("bob");
        assert_eq!(app.refused("Ram:UnbindMFADevice", &[]), "MissingUserName");
        assert_eq!(app.refused("Ram:UnbindMFADevice", &[("UserName", "nobody")]), "EntityNotExist.User");
        let code = app.refused("Ram:UnbindMFADevice", &[("UserName", &"x".repeat(65))]);
        assert_eq!(code, "InvalidParameter.UserName.Length");
        assert_eq!(app.refused_as(&key, "Ram:UnbindMFADevice", &[("UserName", "bob")]), "NoPermission");
        let own = app.refused_as(&key, "Ram:UnbindMFADevice", &[("UserName", "alice")]);
        assert_eq!(own, "EntityNotExist.User.MFADevice", "its own it may");
    }
}
