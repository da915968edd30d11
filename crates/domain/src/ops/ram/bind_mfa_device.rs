//! BindMFADevice in RAM's view: binds a virtual device to a RAM user who proves to hold its seed.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::mfa::SerialNumber;
use crate::identity::totp::AuthenticationCode;
use crate::identity::user::UserName;
use crate::ops::{Cx, Operation, Target, device, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct BindMFADevice;

shape! {
    /// Which device to bind to whom, and the proof.
    pub struct BindMFADeviceRequest {
        /// The name of the RAM user.
        UserName as user_name: UserName = "zhangqiang";
        /// The serial number of the device.
        SerialNumber as serial_number: SerialNumber = "acs:ram::1234567890123456:mfa/device001";
        /// A code that the device shows.
        AuthenticationCode1 as authentication_code_1: AuthenticationCode = "123456";
        /// The code that the device shows next.
        AuthenticationCode2 as authentication_code_2: AuthenticationCode = "654321";
    }
}

impl Operation for BindMFADevice {
    const API: Api = Api {
        product: Product::Ram,
        action: "BindMFADevice",
        summary: "Binds a virtual MFA device to a RAM user, given two consecutive codes of the device.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::MfaDevice,
        ram_action: "ram:BindMFADevice",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &[
            "EntityNotExist.User",
            "EntityNotExist.VirtualMFADevice",
            "EntityAlreadyExists.User.MFADevice",
            "EntityAlreadyExists.VirtualMFADevice.User",
            "CheckAuthenticationCodeFail",
        ],
    };
    const SUMMARY_ZH: &'static str = "用设备的两个连续验证码，为 RAM 用户绑定虚拟 MFA 设备。";
    type Request = BindMFADeviceRequest;
    type Response = Empty;

    fn target(request: &Self::Request) -> Target {
        Target::User(request.user_name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        let user = subject::find_named(cx.tx, cx.caller.account(), &request.user_name)?;
        let codes = (request.authentication_code_1, request.authentication_code_2);
        device::bind(cx, user.user_id, &request.serial_number, codes)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;
    use crate::testing::device::TestDevice;

    /// The request that binds `device` to `name`, with right codes.
    fn binding<'a>(
        name: &'a str,
        device: &'a TestDevice,
        codes: &'a (String, String),
    ) -> [(&'a str, &'a str); 4] {
        [
            ("UserName", name),
            ("SerialNumber", &device.serial_number),
            ("AuthenticationCode1", &codes.0),
            ("AuthenticationCode2", &codes.1),
        ]
    }

    #[test]
    fn both_views_show_the_device() {
        let app = TestApp::new();
        let alice = app.user("alice");
        app.user("bob");
        let (phone, tablet) = (app.device("phone"), app.device("tablet"));
        let codes = phone.codes(app.wall());
        assert_eq!(app.ok("Ram:BindMFADevice", &binding("alice", &phone, &codes)), json!({}));
        let other = app.ok("GetUserMFAInfo", &[("UserPrincipalName", &alice)]);
        assert_eq!(other["MFADevice"]["SerialNumber"], phone.serial_number.as_str());
        let codes = tablet.codes(app.wall());
        let xml = app.xml("Ram:BindMFADevice", &binding("bob", &tablet, &codes));
        assert!(xml.contains("<BindMFADeviceResponse><RequestId>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        app.user("bob");
        let (phone, tablet) = (app.device("phone"), app.device("tablet"));
        let refused = |params: &[(&str, &str)]| app.refused("Ram:BindMFADevice", params);
        let codes = phone.codes(app.wall());
        let wrong = (codes.1.clone(), codes.0.clone());
        assert_eq!(refused(&binding("alice", &phone, &wrong)), "CheckAuthenticationCodeFail");
        assert_eq!(refused(&binding("nobody", &phone, &codes)), "EntityNotExist.User");
        let good = binding("alice", &phone, &codes);
        assert_eq!(refused(&good[1..]), "MissingUserName");
        assert_eq!(refused(&good[..3]), "MissingAuthenticationCode2");
        let seven = ("AuthenticationCode2", "1234567");
        assert_eq!(
            refused(&[good[0], good[1], good[2], seven]),
            "InvalidParameter.AuthenticationCode2.Format"
        );
        let unknown = ("SerialNumber", "acs:ram::1234567890123456:mfa/unknown");
        assert_eq!(refused(&[good[0], unknown, good[2], good[3]]), "EntityNotExist.VirtualMFADevice");
        app.ok("Ram:BindMFADevice", &good);
        let other = tablet.codes(app.wall());
        assert_eq!(refused(&binding("alice", &tablet, &other)), "EntityAlreadyExists.User.MFADevice");
        assert_eq!(refused(&binding("bob", &phone, &codes)), "EntityAlreadyExists.VirtualMFADevice.User");
        assert_eq!(
            app.refused_as(&key, "Ram:BindMFADevice", &binding("bob", &tablet, &other)),
            "NoPermission"
        );
    }
}
