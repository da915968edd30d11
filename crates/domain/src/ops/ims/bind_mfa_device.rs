//! BindMFADevice: binds a virtual device to a RAM user who proves to hold its seed.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::mfa::SerialNumber;
use crate::identity::totp::AuthenticationCode;
use crate::identity::user::UserPrincipalName;
use crate::ops::{Cx, Operation, Target, account, device, subject};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct BindMFADevice;

shape! {
    /// Which device to bind to whom, and the proof.
    pub struct BindMFADeviceRequest {
        /// The logon name of the RAM user.
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@1234567890123456.onaliyun.com";
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
        product: Product::Ims,
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
        subject::target(Some(&request.user_principal_name), None)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        let codes = (request.authentication_code_1, request.authentication_code_2);
        device::bind(cx, user.user_id, &request.serial_number, codes)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn binds_and_moves_the_report() {
        let app = TestApp::new();
        let (alice, phone) = (app.user("alice"), app.device("phone"));
        let (one, two) = phone.codes(app.wall());
        let answer = app.ok(
            "BindMFADevice",
            &[
                ("UserPrincipalName", &alice),
                ("SerialNumber", &phone.serial_number),
                ("AuthenticationCode1", &one),
                ("AuthenticationCode2", &two),
            ],
        );
        assert_eq!(answer, serde_json::json!({}));
        let info = app.ok("GetUserMFAInfo", &[("UserPrincipalName", &alice)]);
        assert_eq!(info["MFADevice"]["SerialNumber"], phone.serial_number);
        let report = app.ok("GetAccountSecurityPracticeReport", &[]);
        let users = &report["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"];
        assert_eq!((&users["SubUserBindMfa"], &users["BindMfa"]), (&1.into(), &false.into()));
    }

    #[test]
    fn what_does_not_go_together() {
        let app = TestApp::new();
        let (alice, bob) = (app.user("alice"), app.user("bob"));
        let (phone, tablet) = (app.device("phone"), app.device("tablet"));
        app.bind(&alice, &phone);
        assert_eq!(app.refused_bind(&alice, &tablet), "EntityAlreadyExists.User.MFADevice");
        assert_eq!(app.refused_bind(&bob, &phone), "EntityAlreadyExists.VirtualMFADevice.User");
        // Both at once: the user's own state is told first.
        assert_eq!(app.refused_bind(&alice, &phone), "EntityAlreadyExists.User.MFADevice");
        assert_eq!(app.refused_bind(&TestApp::upn("nobody"), &tablet), "EntityNotExist.User");
        assert_eq!(app.refused_bind("alice@other.onaliyun.com", &tablet), "EntityNotExist.User");
        app.ok("DeleteVirtualMFADevice", &[("SerialNumber", &tablet.serial_number)]);
        assert_eq!(app.refused_bind(&bob, &tablet), "EntityNotExist.VirtualMFADevice");
    }

    #[test]
    fn codes_must_be_two_in_a_row_and_of_this_moment() {
        let app = TestApp::new();
        let (alice, phone) = (app.user("alice"), app.device("phone"));
        let bind = |one: &str, two: &str| {
            let (status, body) = app.call(
                "BindMFADevice",
                &[
                    ("UserPrincipalName", &alice),
                    ("SerialNumber", &phone.serial_number),
                    ("AuthenticationCode1", one),
                    ("AuthenticationCode2", two),
                ],
            );
            (status, body["Code"].as_str().unwrap_or_default().to_owned())
        };
        let wrong = (403, "CheckAuthenticationCodeFail".to_owned());
        let at = |seconds: i64| phone.code(app.wall().plus_seconds(seconds));
        assert_eq!(bind(&at(0), &at(0)), wrong, "the same code twice");
        assert_eq!(bind(&at(0), &at(-30)), wrong, "in the wrong order");
        assert_eq!(bind(&at(-60), &at(0)), wrong, "one left out");
        assert_eq!(bind(&at(-600), &at(-570)), wrong, "of long ago");
        assert_eq!(bind(&at(600), &at(630)), wrong, "of a later time");
        let format = |number: u8| (400, format!("InvalidParameter.AuthenticationCode{number}.Format"));
        assert_eq!(bind("12345", &at(0)), format(1));
        assert_eq!(bind(&at(0), "1234567"), format(2));
        assert_eq!(bind("12345a", &at(0)), format(1));
        assert_eq!(bind("", &at(0)), (400, "MissingAuthenticationCode1".to_owned()));
        assert_eq!(bind(&at(-30), &at(0)), (200, String::new()));
    }

    #[test]
    fn codes_are_good_once() {
        let app = TestApp::new();
        let (alice, phone) = (app.user("alice"), app.device("phone"));
        app.bind(&alice, &phone);
        app.ok("UnbindMFADevice", &[("UserPrincipalName", &alice)]);
        assert_eq!(app.refused_bind(&alice, &phone), "CheckAuthenticationCodeFail");
        app.clock.advance(60);
        app.bind(&alice, &phone);
    }

    #[test]
    fn codes_follow_the_wall_clock_whatever_the_domain_clock_says() {
        let app = TestApp::new();
        let (alice, phone) = (app.user("alice"), app.device("phone"));
        let (status, _) = app.call_as(&app.operator, "SetClock", &[("Time", "2031-01-01T00:00:00Z")]);
        assert_eq!(status, 200);
        app.bind(&alice, &phone);
        let listed = app.ok("ListVirtualMFADevices", &[]);
        let device = &listed["VirtualMFADevices"]["VirtualMFADevice"][0];
        assert_eq!(device["ActivateDate"], "2031-01-01T00:00:00Z");
    }

    #[test]
    fn a_user_binds_its_own_while_it_may_and_nobody_elses() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let bob = app.user("bob");
        let phone = app.device("phone");
        assert_eq!(app.bind_as(&alice, &bob, &phone), (403, "NoPermission".to_owned()));
        app.ok("SetSecurityPreference", &[("AllowUserToManageMFADevices", "false")]);
        assert_eq!(app.bind_as(&alice, &TestApp::upn("alice"), &phone), (403, "NoPermission".to_owned()));
        app.ok("SetSecurityPreference", &[("AllowUserToManageMFADevices", "true")]);
        assert_eq!(app.bind_as(&alice, &TestApp::upn("alice"), &phone), (200, String::new()));
    }

    #[test]
    fn xml() {
        let app = TestApp::new();
        let (alice, phone) = (app.user("alice"), app.device("phone"));
        let (one, two) = phone.codes(app.wall());
        let params = [
            ("UserPrincipalName", alice.as_str()),
            ("SerialNumber", &phone.serial_number),
            ("AuthenticationCode1", &one),
            ("AuthenticationCode2", &two),
        ];
        let xml = app.xml("BindMFADevice", &params);
        assert!(xml.contains("<BindMFADeviceResponse><RequestId>"), "{xml}");
    }
}
