//! CreateVirtualMFADevice in RAM's view: a new virtual device, whose seed is shown this once.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::mfa::{SerialNumber, VirtualMFADeviceName};
use crate::ops::{Cx, Operation, Target, device};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateVirtualMFADevice;

shape! {
    /// Which device to create.
    pub struct CreateVirtualMFADeviceRequest {
        /// The name of the device, unique in the account. A RAM user that manages its own device names it like itself.
        VirtualMFADeviceName as virtual_mfa_device_name: VirtualMFADeviceName = "device001";
    }
}

shape! {
    /// The answer.
    pub struct CreateVirtualMFADeviceResponse {
        /// The new device.
        VirtualMFADevice as virtual_mfa_device: Nested<NewVirtualMFADevice> = "";
    }
}

shape! {
    /// A device at the only moment when its seed is shown; members in the order of the vendor's table (help page of
    /// CreateVirtualMFADevice, 2021).
    pub struct NewVirtualMFADevice {
        /// The serial number, by which every other operation names the device.
        SerialNumber as serial_number: SerialNumber = "acs:ram::1234567890123456:mfa/device001";
        /// The seed in Base32, for apps that cannot scan: 64 characters, 40 bytes.
        Base32StringSeed as base32_string_seed: String = "LD3CJ23Z2VGEX6R7ZTQCOA4XL2KODS5PKH7442NLKYX2PVHSHYB7UT3TS5HAQRST";
        /// A picture (PNG in Base64) that an authenticator app scans to take the seed over.
        QRCodePNG as qr_code_png: String = "iVBORw0KGgoAAAANSUhEUgAA…";
    }
}

impl Operation for CreateVirtualMFADevice {
    const API: Api = Api {
        product: Product::Ram,
        action: "CreateVirtualMFADevice",
        summary: "Creates a virtual MFA device that is not bound to anybody yet.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::MfaDevice,
        ram_action: "ram:CreateVirtualMFADevice",
        resource: "acs:ram:*:{account}:mfa/*",
        errors: &["EntityAlreadyExists.VirtualMFADevice", "LimitExceeded.VirtualMFADevice"],
    };
    const SUMMARY_ZH: &'static str = "创建一个尚未绑定给任何身份的虚拟 MFA 设备。";
    type Request = CreateVirtualMFADeviceRequest;
    type Response = CreateVirtualMFADeviceResponse;

    fn target(request: &Self::Request) -> Target {
        Target::Device(request.virtual_mfa_device_name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<CreateVirtualMFADeviceResponse> {
        let device = device::create(cx, &request.virtual_mfa_device_name)?;
        let new = NewVirtualMFADevice {
            serial_number: device.serial_number,
            base32_string_seed: device.seed.base32().to_string(),
            qr_code_png: device.picture,
        };
        Ok(CreateVirtualMFADeviceResponse { virtual_mfa_device: Nested(new) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn a_seed_and_a_picture_once() {
        let app = TestApp::new();
        let made = app.ok("Ram:CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]);
        assert_eq!(made["VirtualMFADevice"]["Base32StringSeed"].as_str().unwrap().len(), 64);
        insta::assert_json_snapshot!(masked(made, &["Base32StringSeed", "QRCodePNG"]), @r#"
        {
          "VirtualMFADevice": {
            "SerialNumber": "acs:ram::1234567890123456:mfa/phone",
            "Base32StringSeed": "…",
            "QRCodePNG": "…"
          }
        }
        "#);
        let listed = app.ok("ListVirtualMFADevices", &[]);
        let serial_number = "acs:ram::1234567890123456:mfa/phone";
        assert_eq!(listed["VirtualMFADevices"]["VirtualMFADevice"][0]["SerialNumber"], serial_number);
        let xml = app.xml("Ram:CreateVirtualMFADevice", &[("VirtualMFADeviceName", "tablet")]);
        assert!(xml.contains("mfa/tablet</SerialNumber><Base32StringSeed>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::with(|settings| settings.quotas.virtual_mfa_devices = 2);
        let key = app.user_with_key("alice");
        let (longest, longer) = ("d".repeat(64), "d".repeat(65));
        fn named(name: &str) -> [(&str, &str); 1] {
            [("VirtualMFADeviceName", name)]
        }
        app.ok("Ram:CreateVirtualMFADevice", &named(&longest));
        let rows = [
            (named(&longer), "InvalidParameter.VirtualMFADeviceName.Length"),
            (named("a_b"), "InvalidParameter.VirtualMFADeviceName.InvalidChars"),
            (named(""), "MissingVirtualMFADeviceName"),
            (named(&longest), "EntityAlreadyExists.VirtualMFADevice"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:CreateVirtualMFADevice", &params), code, "{params:?}");
        }
        app.security_preference(r#"{"AllowUserToManageMFADevices":false}"#);
        assert_eq!(app.refused_as(&key, "Ram:CreateVirtualMFADevice", &named("alice")), "NoPermission");
        app.ok("Ram:CreateVirtualMFADevice", &named("second"));
        assert_eq!(
            app.refused("Ram:CreateVirtualMFADevice", &named("third")),
            "LimitExceeded.VirtualMFADevice"
        );
    }
}
