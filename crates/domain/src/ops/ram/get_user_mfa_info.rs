//! GetUserMFAInfo in RAM's view: the MFA device of a RAM user.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::mfa::{MFADeviceType, SerialNumber};
use crate::identity::user::UserName;
use crate::ops::{Cx, Operation, Target, device, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetUserMFAInfo;

shape! {
    /// Whose device is asked for.
    pub struct GetUserMFAInfoRequest {
        /// The name of the RAM user.
        UserName as user_name: UserName = "zhangqiang";
    }
}

shape! {
    /// The answer.
    pub struct GetUserMFAInfoResponse {
        /// The device.
        MFADevice as mfa_device: Nested<BoundMFADevice> = "";
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
        product: Product::Ram,
        action: "GetUserMFAInfo",
        summary: "Queries the MFA device of a RAM user.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::MfaDevice,
        ram_action: "ram:GetUserMFAInfo",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.MFADevice"],
    };
    const SUMMARY_ZH: &'static str = "查询 RAM 用户的 MFA 设备。";
    type Request = GetUserMFAInfoRequest;
    type Response = GetUserMFAInfoResponse;

    fn target(request: &Self::Request) -> Target {
        Target::User(request.user_name.clone())
    }

    /// RAM's answer has no member that says whether there is a device: that there is none, is a refusal here.
    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<GetUserMFAInfoResponse> {
        let user = subject::find_named(cx.tx, cx.caller.account(), &request.user_name)?;
        let device = device::find_of(cx, user.user_id)?;
        let bound =
            BoundMFADevice { serial_number: device::serial_number(&device), device_type: device.device_type };
        Ok(GetUserMFAInfoResponse { mfa_device: Nested(bound) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn with_and_without_a_device() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        app.user("bob");
        let named = [("UserName", "alice")];
        assert_eq!(app.refused("Ram:GetUserMFAInfo", &named), "EntityNotExist.User.MFADevice");
        app.bind(&TestApp::upn("alice"), &app.device("phone"));
        let device = json!({ "SerialNumber": "acs:ram::1234567890123456:mfa/phone", "Type": "VMFA" });
        assert_eq!(app.ok("Ram:GetUserMFAInfo", &named), json!({ "MFADevice": device }));
        let xml = app.xml("Ram:GetUserMFAInfo", &named);
        assert!(xml.contains("<Type>VMFA</Type></MFADevice>"), "{xml}");
        assert_eq!(app.call_as(&key, "Ram:GetUserMFAInfo", &named).0, 200, "its own");
        assert_eq!(app.refused_as(&key, "Ram:GetUserMFAInfo", &[("UserName", "bob")]), "NoPermission");
        assert_eq!(app.refused("Ram:GetUserMFAInfo", &[]), "MissingUserName");
        assert_eq!(app.refused("Ram:GetUserMFAInfo", &[("UserName", "nobody")]), "EntityNotExist.User");
        let code = app.refused("Ram:GetUserMFAInfo", &[("UserName", &"x".repeat(65))]);
        assert_eq!(code, "InvalidParameter.UserName.Length");
    }
}
