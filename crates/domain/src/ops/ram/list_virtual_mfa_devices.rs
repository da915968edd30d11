//! ListVirtualMFADevices in RAM's view: the account's virtual devices, with whom they are bound to, all at once.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Empty, Nested};

use crate::identity::mfa::SerialNumber;
use crate::identity::user::{DisplayName, UserName};
use crate::ids::AccountId;
use crate::ops::{Cx, Operation, device};
use crate::store::tables::mfa_devices::{self, MfaDevice};
use crate::store::tables::users;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListVirtualMFADevices;

shape! {
    /// The answer.
    pub struct ListVirtualMFADevicesResponse {
        /// The devices, by name.
        VirtualMFADevices as virtual_mfa_devices: Nested<VirtualMFADevices> = "";
    }
}

shape! {
    /// The devices.
    pub struct VirtualMFADevices {
        /// The devices.
        VirtualMFADevice as virtual_mfa_device: Vec<VirtualMFADevice> = "";
    }
}

shape! {
    /// A virtual device; members in the order of the vendor's table (help page of ListVirtualMFADevices, 2021).
    pub struct VirtualMFADevice {
        /// Its serial number.
        SerialNumber as serial_number: SerialNumber = "acs:ram::1234567890123456:mfa/device001";
        /// When it was bound; absent if it is not.
        ActivateDate as activate_date: Option<Timestamp> = "2025-06-15T12:00:00Z";
        /// Whom it is bound to; empty if to nobody.
        User as user: Nested<DeviceUser> = "";
    }
}

shape! {
    /// Whom a device is bound to.
    pub struct DeviceUser {
        /// The id of the RAM user; of the account if the device is the root identity's.
        UserId as user_id: Option<String> = "122748924538072100";
        /// The name of the RAM user.
        UserName as user_name: Option<UserName> = "zhangqiang";
        /// The display name of the RAM user.
        DisplayName as display_name: Option<DisplayName> = "zhangqiang";
    }
}

impl Operation for ListVirtualMFADevices {
    const API: Api = Api {
        product: Product::Ram,
        action: "ListVirtualMFADevices",
        summary: "Lists the virtual MFA devices of the account and whom they are bound to.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListVirtualMFADevices",
        resource: "acs:ram:*:{account}:mfa/*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出账号中的虚拟 MFA 设备及其绑定的身份。";
    type Request = Empty;
    type Response = ListVirtualMFADevicesResponse;

    /// RAM's view has no pages; the quota bounds the answer, and a mirror that has more than the quota shows as many.
    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<ListVirtualMFADevicesResponse> {
        let account = cx.caller.account();
        let most = usize::try_from(cx.settings.quotas.virtual_mfa_devices).unwrap_or_default();
        let rows = mfa_devices::list_virtual(cx.tx, account, None, most)?;
        let devices: ApiResult<Vec<_>> = rows.iter().map(|row| describe(cx, account, row)).collect();
        let virtual_mfa_devices = VirtualMFADevices { virtual_mfa_device: devices? };
        Ok(ListVirtualMFADevicesResponse { virtual_mfa_devices: Nested(virtual_mfa_devices) })
    }
}

fn describe(cx: &mut Cx<'_, '_>, account: AccountId, device: &MfaDevice) -> ApiResult<VirtualMFADevice> {
    let nobody = DeviceUser { user_id: None, user_name: None, display_name: None };
    let user = match device.user_id {
        None => nobody,
        // Root has neither a name nor a display name.
        Some(user) if user.is_root() => DeviceUser { user_id: Some(account.to_string()), ..nobody },
        Some(user) => match users::find(cx.tx, account, user)? {
            None => nobody,
            Some(user) => DeviceUser {
                user_id: Some(user.user_id.to_string()),
                user_name: Some(user.user_name),
                display_name: Some(user.display_name),
            },
        },
    };
    Ok(VirtualMFADevice {
        serial_number: device::serial_number(device),
        activate_date: device.activate_date,
        user: Nested(user),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn bound_and_unbound() {
        let app = TestApp::new();
        let empty = json!({ "VirtualMFADevices": { "VirtualMFADevice": [] } });
        assert_eq!(app.ok("Ram:ListVirtualMFADevices", &[]), empty);
        app.device("alone");
        app.bind(&app.user("alice"), &app.device("phone"));
        app.bind_root(&app.device("roots"));
        let mut listed = app.ok("Ram:ListVirtualMFADevices", &[]);
        listed["VirtualMFADevices"]["VirtualMFADevice"][1]["User"]["UserId"] = "…".into();
        insta::assert_json_snapshot!(listed, @r#"
        {
          "VirtualMFADevices": {
            "VirtualMFADevice": [
              {
                "SerialNumber": "acs:ram::1234567890123456:mfa/alone",
                "User": {}
              },
              {
                "SerialNumber": "acs:ram::1234567890123456:mfa/phone",
                "ActivateDate": "2025-06-15T12:00:00Z",
                "User": {
                  "UserId": "…",
                  "UserName": "alice",
                  "DisplayName": "alice"
                }
              },
              {
                "SerialNumber": "acs:ram::1234567890123456:mfa/roots",
                "ActivateDate": "2025-06-15T12:00:00Z",
                "User": {
                  "UserId": "1234567890123456"
                }
              }
            ]
          }
        }
        "#);
        let xml = app.xml("Ram:ListVirtualMFADevices", &[]);
        assert!(xml.contains("mfa/alone</SerialNumber><User></User></VirtualMFADevice>"), "{xml}");
    }

    #[test]
    fn more_than_a_page_of_the_other_view_and_not_for_everybody() {
        let app = TestApp::new();
        for number in 0..101 {
            app.device(&format!("device-{number}"));
        }
        let listed = app.ok("Ram:ListVirtualMFADevices", &[]);
        assert_eq!(listed["VirtualMFADevices"]["VirtualMFADevice"].as_array().unwrap().len(), 101);
        let key = app.user_with_key("alice");
        assert_eq!(app.refused_as(&key, "Ram:ListVirtualMFADevices", &[]), "NoPermission");
    }
}
