//! BindAccountMFADevice: binds a virtual device to the root identity. The vendor does this on its account pages and has
//! no operation for it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::mfa::SerialNumber;
use crate::identity::totp::AuthenticationCode;
use crate::ids::UserId;
use crate::ops::{Cx, Operation, device};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct BindAccountMFADevice;

shape! {
    /// Which device to bind, and the proof.
    pub struct BindAccountMFADeviceRequest {
        /// The serial number of a virtual device that CreateVirtualMFADevice made.
        SerialNumber as serial_number: SerialNumber = "acs:ram::1234567890123456:mfa/device001";
        /// A code that the device shows.
        AuthenticationCode1 as authentication_code_1: AuthenticationCode = "123456";
        /// The code that the device shows next.
        AuthenticationCode2 as authentication_code_2: AuthenticationCode = "654321";
    }
}

impl Operation for BindAccountMFADevice {
    const API: Api = Api {
        product: Product::Ramward,
        action: "BindAccountMFADevice",
        summary: "Binds a virtual MFA device to the root identity of the account, given two consecutive codes of the device.",
        access: Access::Write,
        audience: Audience::Root,
        self_service: SelfService::No,
        ram_action: "ramward:BindAccountMFADevice",
        resource: "acs:ram:*:{account}:*",
        errors: &[
            "EntityNotExist.VirtualMFADevice",
            "EntityAlreadyExists.User.MFADevice",
            "EntityAlreadyExists.VirtualMFADevice.User",
            "CheckAuthenticationCodeFail",
        ],
    };
    const SUMMARY_ZH: &'static str = "用设备的两个连续验证码，为主账号绑定虚拟 MFA 设备。";
    type Request = BindAccountMFADeviceRequest;
    type Response = Empty;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        let codes = (request.authentication_code_1, request.authentication_code_2);
        device::bind(cx, UserId::ROOT, &request.serial_number, codes)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use crate::testing::device::TestDevice;

    fn refused(app: &TestApp, device: &TestDevice, (one, two): (String, String)) -> String {
        let params = [
            ("SerialNumber", device.serial_number.as_str()),
            ("AuthenticationCode1", &one),
            ("AuthenticationCode2", &two),
        ];
        app.refused("BindAccountMFADevice", &params)
    }

    #[test]
    fn root_gets_its_device_and_the_report_says_so() {
        let app = TestApp::new();
        let bound = |app: &TestApp| {
            let report = app.ok("GetAccountSecurityPracticeReport", &[]);
            let info = &report["AccountSecurityPracticeInfo"];
            (info["AccountSecurityPracticeUserInfo"]["BindMfa"].clone(), info["Score"].as_i64().unwrap())
        };
        let (before, score_before) = bound(&app);
        app.bind_root(&app.device("roots"));
        let (after, score_after) = bound(&app);
        assert_eq!((before, after), (false.into(), true.into()));
        assert!(score_after > score_before);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let (roots, other) = (app.device("roots"), app.device("other"));
        let wrong = (roots.code(app.wall()), roots.code(app.wall()));
        assert_eq!(refused(&app, &roots, wrong), "CheckAuthenticationCodeFail");
        app.bind(&app.user("alice"), &other);
        let codes = other.codes(app.wall());
        assert_eq!(refused(&app, &other, codes), "EntityAlreadyExists.VirtualMFADevice.User");
        app.bind_root(&roots);
        let another = app.device("another");
        let codes = another.codes(app.wall());
        assert_eq!(refused(&app, &another, codes), "EntityAlreadyExists.User.MFADevice");
        app.ok("DeleteVirtualMFADevice", &[("SerialNumber", &another.serial_number)]);
        let codes = another.codes(app.wall());
        assert_eq!(refused(&app, &another, codes), "EntityNotExist.VirtualMFADevice");
        assert_eq!(app.refused("BindAccountMFADevice", &[]), "MissingSerialNumber");
    }

    #[test]
    fn only_root() {
        let app = TestApp::new();
        let bob = app.user_with_key("bob");
        let device = app.device("roots");
        let (one, two) = device.codes(app.wall());
        let params = [
            ("SerialNumber", device.serial_number.as_str()),
            ("AuthenticationCode1", &one),
            ("AuthenticationCode2", &two),
        ];
        for key in [&bob, &app.operator] {
            assert_eq!(app.refused_as(key, "BindAccountMFADevice", &params), "NoPermission");
        }
    }
}
