//! DisableVirtualMFA: takes a RAM user's virtual device off and deletes it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::user::UserPrincipalName;
use crate::ops::{Cx, Operation, Target, account, device, subject};
use crate::store::tables::mfa_devices;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DisableVirtualMFA;

shape! {
    /// Whose device to delete.
    pub struct DisableVirtualMFARequest {
        /// The logon name of the RAM user.
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@1234567890123456.onaliyun.com";
    }
}

impl Operation for DisableVirtualMFA {
    const API: Api = Api {
        product: Product::Ims,
        action: "DisableVirtualMFA",
        summary: "Takes the virtual MFA device of a RAM user off and deletes it.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::MfaDevice,
        ram_action: "ram:DisableVirtualMFA",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.MFADevice"],
    };
    const SUMMARY_ZH: &'static str = "为 RAM 用户解绑虚拟 MFA 设备，并删除该设备。";
    type Request = DisableVirtualMFARequest;
    type Response = Empty;

    fn target(request: &Self::Request) -> Target {
        subject::target(Some(&request.user_principal_name), None)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        let device = device::find_of(cx, user.user_id)?;
        if !device::is_virtual(&device) {
            return Err(ApiError::new(Code::EntityNotExist("User.MFADevice")));
        }
        mfa_devices::delete(cx.tx, device.account, &device.device_name)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn the_device_is_gone() {
        let app = TestApp::new();
        let (alice, phone) = (app.user("alice"), app.device("phone"));
        app.bind(&alice, &phone);
        assert_eq!(app.ok("DisableVirtualMFA", &[("UserPrincipalName", &alice)]), serde_json::json!({}));
        let listed = app.ok("ListVirtualMFADevices", &[]);
        assert_eq!(listed["VirtualMFADevices"]["VirtualMFADevice"], serde_json::json!([]));
        let info = app.ok("GetUserMFAInfo", &[("UserPrincipalName", &alice)]);
        assert_eq!(info["IsMFAEnable"], false);
        let summary = app.ok("GetAccountSummary", &[]);
        assert_eq!(summary["SummaryMap"]["MFADevices"], 0);
        assert_eq!(summary["SummaryMap"]["MFADevicesInUse"], 0);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let bob = app.user("bob");
        assert_eq!(app.refused("DisableVirtualMFA", &[]), "MissingUserPrincipalName");
        let code = app.refused("DisableVirtualMFA", &[("UserPrincipalName", &TestApp::upn("nobody"))]);
        assert_eq!(code, "EntityNotExist.User");
        let code = app.refused("DisableVirtualMFA", &[("UserPrincipalName", &bob)]);
        assert_eq!(code, "EntityNotExist.User.MFADevice");
        let code = app.refused_as(&alice, "DisableVirtualMFA", &[("UserPrincipalName", &bob)]);
        assert_eq!(code, "NoPermission");
    }

    #[test]
    fn xml() {
        let app = TestApp::new();
        let alice = app.user("alice");
        app.bind(&alice, &app.device("phone"));
        let xml = app.xml("DisableVirtualMFA", &[("UserPrincipalName", &alice)]);
        assert!(xml.contains("<DisableVirtualMFAResponse><RequestId>"), "{xml}");
    }
}
