//! GetAccountMFAInfo: whether the root identity has an MFA device.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::ids::UserId;
use crate::ops::{Cx, Operation};
use crate::store::tables::mfa_devices;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetAccountMFAInfo;

shape! {
    /// The answer.
    pub struct GetAccountMFAInfoResponse {
        /// Whether a device is bound to the root identity of the account.
        IsMFAEnable as is_mfa_enable: bool = "false";
    }
}

impl Operation for GetAccountMFAInfo {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetAccountMFAInfo",
        summary: "Queries whether the root identity of the account has an MFA device.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetAccountMFAInfo",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "查询主账号是否已绑定 MFA 设备。";
    type Request = Empty;
    type Response = GetAccountMFAInfoResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GetAccountMFAInfoResponse> {
        let device = mfa_devices::find_by_user(cx.tx, cx.caller.account(), UserId::ROOT)?;
        Ok(GetAccountMFAInfoResponse { is_mfa_enable: device.is_some() })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn only_roots_own_device_counts() {
        let app = TestApp::new();
        app.bind(&app.user("alice"), &app.device("phone"));
        assert_eq!(app.ok("GetAccountMFAInfo", &[]), serde_json::json!({ "IsMFAEnable": false }));
        app.bind_root(&app.device("roots"));
        assert_eq!(app.ok("GetAccountMFAInfo", &[]), serde_json::json!({ "IsMFAEnable": true }));
        let xml = app.xml("GetAccountMFAInfo", &[]);
        assert!(xml.ends_with("<IsMFAEnable>true</IsMFAEnable></GetAccountMFAInfoResponse>"), "{xml}");
        let alice = app.user_with_key("bob");
        assert_eq!(app.refused_as(&alice, "GetAccountMFAInfo", &[]), "NoPermission");
    }
}
