//! CreateVirtualMFADevice: a new virtual device, whose seed is shown this once.

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
    /// A device at the only moment when its seed is shown.
    pub struct NewVirtualMFADevice {
        /// The serial number, by which every other operation names the device.
        SerialNumber as serial_number: SerialNumber = "acs:ram::1234567890123456:mfa/device001";
        /// A picture (PNG in Base64) that an authenticator app scans to take the seed over.
        QRCodePNG as qr_code_png: String = "iVBORw0KGgoAAAANSUhEUgAA…";
        /// The seed in Base32, for apps that cannot scan: 64 characters, 40 bytes.
        Base32StringSeed as base32_string_seed: String = "LD3CJ23Z2VGEX6R7ZTQCOA4XL2KODS5PKH7442NLKYX2PVHSHYB7UT3TS5HAQRST";
    }
}

impl Operation for CreateVirtualMFADevice {
    const API: Api = Api {
        product: Product::Ims,
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
            qr_code_png: device.picture,
            base32_string_seed: device.seed.base32().to_string(),
        };
        Ok(CreateVirtualMFADeviceResponse { virtual_mfa_device: Nested(new) })
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE32, BASE64};

    use crate::testing::TestApp;

    #[test]
    fn a_new_device_comes_with_seed_and_picture() {
        let app = TestApp::new();
        let answer = app.ok("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "device-001")]);
        let device = &answer["VirtualMFADevice"];
        let members: Vec<&String> = device.as_object().unwrap().keys().collect();
        assert_eq!(members, ["SerialNumber", "QRCodePNG", "Base32StringSeed"]);
        assert_eq!(device["SerialNumber"], "acs:ram::1234567890123456:mfa/device-001");
        let seed = device["Base32StringSeed"].as_str().unwrap();
        assert_eq!(seed.len(), 64);
        assert_eq!(BASE32.decode(seed.as_bytes()).unwrap().len(), 40);
        let picture = BASE64.decode(device["QRCodePNG"].as_str().unwrap().as_bytes()).unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info().unwrap();
        assert_eq!(reader.info().width, reader.info().height);
        let other = app.ok("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "device-002")]);
        assert_ne!(other["VirtualMFADevice"]["Base32StringSeed"], device["Base32StringSeed"]);
    }

    #[test]
    fn xml() {
        let app = TestApp::new();
        let xml = app.xml("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "d")]);
        let start =
            "<VirtualMFADevice><SerialNumber>acs:ram::1234567890123456:mfa/d</SerialNumber><QRCodePNG>";
        assert!(xml.contains(start), "{xml}");
    }

    #[test]
    fn names() {
        let app = TestApp::new();
        let longest = "x".repeat(64);
        for name in ["a", "A-1", &longest] {
            app.ok("CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]);
        }
        let too_long = "x".repeat(65);
        let rows = [
            ("a", "EntityAlreadyExists.VirtualMFADevice"),
            (too_long.as_str(), "InvalidParameter.VirtualMFADeviceName.Length"),
            ("a.b", "InvalidParameter.VirtualMFADeviceName.InvalidChars"),
            ("a_b", "InvalidParameter.VirtualMFADeviceName.InvalidChars"),
            ("a/b", "InvalidParameter.VirtualMFADeviceName.InvalidChars"),
            ("ä", "InvalidParameter.VirtualMFADeviceName.InvalidChars"),
            ("", "MissingVirtualMFADeviceName"),
        ];
        for (name, expected) in rows {
            let code = app.refused("CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]);
            assert_eq!(code, expected, "{name}");
        }
    }

    #[test]
    fn the_quota_holds() {
        let app = TestApp::with(|settings| settings.quotas.virtual_mfa_devices = 1);
        app.device("one");
        let code = app.refused("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "two")]);
        assert_eq!(code, "LimitExceeded.VirtualMFADevice");
        app.ok("DeleteVirtualMFADevice", &[("SerialNumber", "acs:ram::1234567890123456:mfa/one")]);
        app.device("two");
    }

    #[test]
    fn a_user_creates_the_device_named_like_itself_and_no_other() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let (status, _) = app.call_as(&alice, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "alice")]);
        assert_eq!(status, 200);
        let code = app.refused_as(&alice, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "alice2")]);
        assert_eq!(code, "NoPermission");
        app.ok("SetSecurityPreference", &[("AllowUserToManageMFADevices", "false")]);
        let code = app.refused_as(&alice, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "alice")]);
        assert_eq!(code, "NoPermission");
    }
}
