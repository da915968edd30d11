//! DeleteVirtualMFADevice: deletes a virtual device that nobody uses.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::mfa::SerialNumber;
use crate::ops::{Cx, Operation, Target, device};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteVirtualMFADevice;

shape! {
    /// Which device to delete.
    pub struct DeleteVirtualMFADeviceRequest {
        /// The serial number of the device.
        SerialNumber as serial_number: SerialNumber = "acs:ram::1234567890123456:mfa/device001";
    }
}

impl Operation for DeleteVirtualMFADevice {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteVirtualMFADevice",
        summary: "Deletes a virtual MFA device that is bound to nobody.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::MfaDevice,
        ram_action: "ram:DeleteVirtualMFADevice",
        resource: "acs:ram:*:{account}:mfa/*",
        errors: &["EntityNotExist.VirtualMFADevice", "DeleteConflict.VirtualMFADevice.User"],
    };
    const SUMMARY_ZH: &'static str = "删除未绑定给任何身份的虚拟 MFA 设备。";
    type Request = DeleteVirtualMFADeviceRequest;
    type Response = Empty;

    fn target(request: &Self::Request) -> Target {
        Target::Device(request.serial_number.name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        device::delete(cx, &request.serial_number)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn deletes_what_nobody_uses() {
        let app = TestApp::new();
        let made = app.ok("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]);
        let serial = made["VirtualMFADevice"]["SerialNumber"].as_str().unwrap();
        assert_eq!(app.ok("DeleteVirtualMFADevice", &[("SerialNumber", serial)]), serde_json::json!({}));
        let again = app.refused("DeleteVirtualMFADevice", &[("SerialNumber", serial)]);
        assert_eq!(again, "EntityNotExist.VirtualMFADevice");
        // The name is free again.
        app.ok("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]);
    }

    #[test]
    fn a_device_in_use_stays() {
        let app = TestApp::new();
        let alice = app.user("alice");
        let phone = app.device("phone");
        app.bind(&alice, &phone);
        let code = app.refused("DeleteVirtualMFADevice", &[("SerialNumber", &phone.serial_number)]);
        assert_eq!(code, "DeleteConflict.VirtualMFADevice.User");
        app.ok("UnbindMFADevice", &[("UserPrincipalName", &alice)]);
        app.ok("DeleteVirtualMFADevice", &[("SerialNumber", &phone.serial_number)]);
    }

    #[test]
    fn serial_numbers_that_name_nothing_here() {
        let app = TestApp::new();
        app.device("phone");
        assert_eq!(app.refused("DeleteVirtualMFADevice", &[]), "MissingSerialNumber");
        let rows = [
            ("phone", "InvalidParameter.SerialNumber.Format"),
            ("acs:ram::1234567890123456:mfa/other", "EntityNotExist.VirtualMFADevice"),
            ("acs:ram::1234567890123456:mfa/PHONE", "EntityNotExist.VirtualMFADevice"),
            ("acs:ram::6543210987654321:mfa/phone", "EntityNotExist.VirtualMFADevice"),
        ];
        for (serial, expected) in rows {
            let code = app.refused("DeleteVirtualMFADevice", &[("SerialNumber", serial)]);
            assert_eq!(code, expected, "{serial}");
        }
    }

    #[test]
    fn a_user_deletes_the_device_named_like_itself_and_no_other() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        for name in ["alice", "bob"] {
            app.device(name);
        }
        let serial = |name: &str| format!("acs:ram::1234567890123456:mfa/{name}");
        let code = app.refused_as(&alice, "DeleteVirtualMFADevice", &[("SerialNumber", &serial("bob"))]);
        assert_eq!(code, "NoPermission");
        let (status, _) =
            app.call_as(&alice, "DeleteVirtualMFADevice", &[("SerialNumber", &serial("alice"))]);
        assert_eq!(status, 200);
        app.ok("SetSecurityPreference", &[("AllowUserToManageMFADevices", "false")]);
        let code = app.refused_as(&alice, "DeleteVirtualMFADevice", &[("SerialNumber", &serial("alice"))]);
        assert_eq!(code, "NoPermission");
    }

    #[test]
    fn xml() {
        let app = TestApp::new();
        let phone = app.device("phone");
        let xml = app.xml("DeleteVirtualMFADevice", &[("SerialNumber", &phone.serial_number)]);
        assert!(xml.contains("<DeleteVirtualMFADeviceResponse><RequestId>"), "{xml}");
    }
}
