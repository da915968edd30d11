//! UnbindAccountMFADevice: takes the root identity's MFA device off; the device stays.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape::{Empty, Nested};

use crate::ids::UserId;
use crate::ops::ims::unbind_mfa_device::{UnbindMFADeviceResponse, UnboundMFADevice};
use crate::ops::{Cx, Operation, device};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UnbindAccountMFADevice;

impl Operation for UnbindAccountMFADevice {
    const API: Api = Api {
        product: Product::Ramward,
        action: "UnbindAccountMFADevice",
        summary: "Takes the MFA device of the account's root identity off; the device itself stays and can be bound again.",
        access: Access::Write,
        audience: Audience::Root,
        self_service: SelfService::No,
        ram_action: "ramward:UnbindAccountMFADevice",
        resource: "acs:ram:*:{account}:*",
        errors: &["EntityNotExist.User.MFADevice"],
    };
    const SUMMARY_ZH: &'static str = "为主账号解绑 MFA 设备；设备本身保留，可再次绑定。";
    type Request = Empty;
    type Response = UnbindMFADeviceResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<UnbindMFADeviceResponse> {
        let device = device::unbind(cx, UserId::ROOT)?;
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
        app.bind_root(&app.device("roots"));
        insta::assert_json_snapshot!(app.ok("UnbindAccountMFADevice", &[]), @r#"
        {
          "MFADevice": {
            "SerialNumber": "acs:ram::1234567890123456:mfa/roots"
          }
        }
        "#);
        assert_eq!(app.ok("GetAccountMFAInfo", &[])["IsMFAEnable"], false);
        assert_eq!(app.refused("UnbindAccountMFADevice", &[]), "EntityNotExist.User.MFADevice");
        app.ok("DeleteVirtualMFADevice", &[("SerialNumber", "acs:ram::1234567890123456:mfa/roots")]);
        let bob = app.user_with_key("bob");
        assert_eq!(app.refused_as(&bob, "UnbindAccountMFADevice", &[]), "NoPermission");
    }
}
