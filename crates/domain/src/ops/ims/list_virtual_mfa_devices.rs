//! ListVirtualMFADevices: the account's virtual devices, with whom they are bound to.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use crate::identity::mfa::{SerialNumber, VirtualMFADeviceName};
use crate::identity::user::DisplayName;
use crate::ops::marker::{self, Marker};
use crate::ops::{Cx, Operation, account, device};
use crate::store::tables::accounts::Account;
use crate::store::tables::mfa_devices::{self, MfaDevice};
use crate::store::tables::users;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListVirtualMFADevices;

shape! {
    /// Which part of the list.
    pub struct ListVirtualMFADevicesRequest {
        /// Where the list goes on: the `Marker` of the answer before.
        Marker as marker: Option<Marker> = "MTphbGljZQ";
        /// How many devices to answer at most. Default: 100.
        MaxItems as max_items: Option<Bounded<1, 100>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListVirtualMFADevicesResponse {
        /// The devices, by name.
        VirtualMFADevices as virtual_mfa_devices: Nested<VirtualMFADevices> = "";
        /// Whether there are more.
        IsTruncated as is_truncated: bool = "true";
        /// Where the list goes on; only if there are more.
        Marker as marker: Option<Marker> = "MTphbGljZQ";
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
    /// A virtual device.
    pub struct VirtualMFADevice {
        /// Whom it is bound to; empty if to nobody.
        User as user: Nested<DeviceUser> = "";
        /// Its serial number.
        SerialNumber as serial_number: SerialNumber = "acs:ram::1234567890123456:mfa/device001";
        /// When it was bound; absent if it is not.
        ActivateDate as activate_date: Option<Timestamp> = "2025-06-15T12:00:00Z";
    }
}

shape! {
    /// Whom a device is bound to.
    pub struct DeviceUser {
        /// The id of the RAM user; of the account if the device is the root identity's.
        UserId as user_id: Option<String> = "216959339000654321";
        /// The display name of the RAM user.
        DisplayName as display_name: Option<DisplayName> = "Alice";
        /// The logon name of the RAM user.
        UserPrincipalName as user_principal_name: Option<String> = "alice@1234567890123456.onaliyun.com";
    }
}

impl Operation for ListVirtualMFADevices {
    const API: Api = Api {
        product: Product::Ims,
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
    type Request = ListVirtualMFADevicesRequest;
    type Response = ListVirtualMFADevicesResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<ListVirtualMFADevicesResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let most = request.max_items.map_or(100, |items| usize::try_from(items.get()).unwrap_or(100));
        let after = request.marker.as_ref().map(Marker::key::<VirtualMFADeviceName>).transpose()?;
        let rows = mfa_devices::list_virtual(cx.tx, account.account, after.as_ref(), most + 1)?;
        let (rows, marker) = marker::page(rows, most, |device| device.device_name.clone());
        let devices: ApiResult<Vec<_>> = rows.iter().map(|row| describe(cx, &account, row)).collect();
        Ok(ListVirtualMFADevicesResponse {
            virtual_mfa_devices: Nested(VirtualMFADevices { virtual_mfa_device: devices? }),
            is_truncated: marker.is_some(),
            marker,
        })
    }
}

fn describe(cx: &mut Cx<'_, '_>, account: &Account, device: &MfaDevice) -> ApiResult<VirtualMFADevice> {
    let nobody = DeviceUser { user_id: None, display_name: None, user_principal_name: None };
    let user = match device.user_id {
        None => nobody,
        // Root has neither a logon name nor a display name.
        Some(user) if user.is_root() => DeviceUser { user_id: Some(account.account.to_string()), ..nobody },
        Some(user) => match users::find(cx.tx, account.account, user)? {
            None => nobody,
            Some(user) => DeviceUser {
                user_id: Some(user.user_id.to_string()),
                user_principal_name: Some(account::principal_name(account, &user.user_name)),
                display_name: Some(user.display_name),
            },
        },
    };
    Ok(VirtualMFADevice {
        user: Nested(user),
        serial_number: device::serial_number(device),
        activate_date: device.activate_date,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn bound_and_unbound() {
        let app = TestApp::new();
        let mut listed = app.ok("ListVirtualMFADevices", &[]);
        assert_eq!(listed, json!({ "VirtualMFADevices": { "VirtualMFADevice": [] }, "IsTruncated": false }));
        app.device("alone");
        app.bind(&app.user("alice"), &app.device("phone"));
        app.bind_root(&app.device("roots"));
        listed = app.ok("ListVirtualMFADevices", &[]);
        listed["VirtualMFADevices"]["VirtualMFADevice"][1]["User"]["UserId"] = "…".into();
        insta::assert_json_snapshot!(listed, @r#"
        {
          "VirtualMFADevices": {
            "VirtualMFADevice": [
              {
                "User": {},
                "SerialNumber": "acs:ram::1234567890123456:mfa/alone"
              },
              {
                "User": {
                  "UserId": "…",
                  "DisplayName": "alice",
                  "UserPrincipalName": "alice@1234567890123456.onaliyun.com"
                },
                "SerialNumber": "acs:ram::1234567890123456:mfa/phone",
                "ActivateDate": "2025-06-15T12:00:00Z"
              },
              {
                "User": {
                  "UserId": "1234567890123456"
                },
                "SerialNumber": "acs:ram::1234567890123456:mfa/roots",
                "ActivateDate": "2025-06-15T12:00:00Z"
              }
            ]
          },
          "IsTruncated": false
        }
        "#);
        let xml = app.xml("ListVirtualMFADevices", &[("MaxItems", "1")]);
        let device = "<VirtualMFADevices><VirtualMFADevice><User></User><SerialNumber>acs:ram::1234567890123456:mfa/alone\
                      </SerialNumber></VirtualMFADevice></VirtualMFADevices><IsTruncated>true</IsTruncated><Marker>";
        assert!(xml.contains(device), "{xml}");
    }

    #[test]
    fn pages_meet_every_device_once() {
        let app = TestApp::new();
        let names: Vec<String> = (0..7).map(|number| format!("device-{number}")).collect();
        for name in names.iter().rev() {
            app.device(name);
        }
        for size in ["1", "3", "7", "100"] {
            let mut seen = Vec::new();
            let mut marker: Option<String> = None;
            loop {
                let mut params = vec![("MaxItems", size)];
                params.extend(marker.as_deref().map(|marker| ("Marker", marker)));
                let page = app.ok("ListVirtualMFADevices", &params);
                let devices = page["VirtualMFADevices"]["VirtualMFADevice"].as_array().unwrap();
                assert!(devices.len() <= size.parse().unwrap());
                seen.extend(devices.iter().map(|device| device["SerialNumber"].as_str().unwrap().to_owned()));
                marker = page.get("Marker").map(|marker| marker.as_str().unwrap().to_owned());
                assert_eq!(page["IsTruncated"], marker.is_some());
                if marker.is_none() {
                    break;
                }
            }
            let expected: Vec<String> =
                names.iter().map(|name| format!("acs:ram::1234567890123456:mfa/{name}")).collect();
            assert_eq!(seen, expected, "{size} a page");
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let rows = [
            (("MaxItems", "0"), "InvalidParameter.MaxItems.Range"),
            (("MaxItems", "101"), "InvalidParameter.MaxItems.Range"),
            (("MaxItems", "ten"), "InvalidParameter.MaxItems.Format"),
            (("Marker", "EXAMPLE"), "InvalidParameter.Marker.Format"),
        ];
        for (param, expected) in rows {
            assert_eq!(app.refused("ListVirtualMFADevices", &[param]), expected, "{param:?}");
        }
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "ListVirtualMFADevices", &[]), "NoPermission");
    }
}
