//! DeleteVirtualMFADevice in RAM's view: deletes a virtual device that nobody uses.

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
        product: Product::Ram,
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
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn only_an_unbound_one_goes() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (phone, tablet) = (app.device("phone"), app.device("tablet"));
        app.bind(&TestApp::upn("alice"), &phone);
        let phone = [("SerialNumber", phone.serial_number.as_str())];
        let tablet = [("SerialNumber", tablet.serial_number.as_str())];
        assert_eq!(app.refused("Ram:DeleteVirtualMFADevice", &phone), "DeleteConflict.VirtualMFADevice.User");
        assert_eq!(app.refused_as(&key, "Ram:DeleteVirtualMFADevice", &tablet), "NoPermission");
        assert_eq!(app.ok("Ram:DeleteVirtualMFADevice", &tablet), json!({}));
        assert_eq!(app.refused("Ram:DeleteVirtualMFADevice", &tablet), "EntityNotExist.VirtualMFADevice");
        app.ok("Ram:UnbindMFADevice", &[("UserName", "alice")]);
        let xml = app.xml("Ram:DeleteVirtualMFADevice", &phone);
        assert!(xml.contains("<DeleteVirtualMFADeviceResponse><RequestId>"), "{xml}");
        assert_eq!(app.refused("Ram:DeleteVirtualMFADevice", &[]), "MissingSerialNumber");
        let code = app.refused("Ram:DeleteVirtualMFADevice", &[("SerialNumber", "phone")]);
        assert_eq!(code, "InvalidParameter.SerialNumber.Format");
    }
}
