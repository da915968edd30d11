//! MFA devices: made with the picture for the app, bound by two codes, taken off, deleted; a RAM user's and root's, and the
//! list of all that the account has.

use askama::Template;
use ramward_rpc::api::Product;
use serde::Deserialize;
use serde_json::Value;

use super::owner::Owner;
use crate::console::answer::{self, PageAnswer};
use crate::console::calls::part;
use crate::console::change::{Change, NewDevice};
use crate::console::field::{Field, Kind};
use crate::console::frame::Frame;
use crate::console::links;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// How many devices a page lists.
const PAGE: &str = "50";

/// A device in the list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    serial_number: String,
    #[serde(default)]
    activate_date: String,
    user: Option<Bound>,
}

/// Whom it is bound to; without a logon name, root.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bound {
    user_id: Option<String>,
    user_principal_name: Option<String>,
}

#[derive(Template)]
#[template(path = "console/users/devices.html")]
struct List {
    frame: Frame,
    devices: Vec<Listed>,
    next: Option<String>,
}

impl Listed {
    fn name(&self) -> &str {
        self.serial_number.rsplit('/').next().unwrap_or_default()
    }

    /// The name of the user it is bound to; empty for root.
    fn owner(&self) -> Option<&str> {
        let bound = self.user.as_ref()?;
        let name = bound.user_principal_name.as_deref().filter(|name| !name.is_empty());
        match (name, bound.user_id.as_deref().unwrap_or_default()) {
            (Some(name), _) => Some(super::name_of(name)),
            (None, "") => None,
            (None, _) => Some(""),
        }
    }

    fn delete_link(&self) -> String {
        format!("/console/devices/{}/delete", links::part(self.name()))
    }
}

/// The serial number of a device of the account.
fn serial_number(visit: &Visit<'_>, device: &str) -> String {
    let account = visit.signed_in.as_ref().map(|signed_in| signed_in.caller.account().to_string());
    format!("acs:ram::{}:mfa/{device}", account.unwrap_or_default())
}

/// The devices of the account.
pub fn list(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let marker = visit.query.get("Marker");
    let mut params = vec![("MaxItems", PAGE)];
    if !marker.is_empty() {
        params.push(("Marker", marker));
    }
    let answer = visit.call(Product::Ims, "ListVirtualMFADevices", &params)?;
    let next: Option<String> = part(&answer, "/Marker")?;
    let page = List {
        frame: visit.frame(visit.lang.t("MFA devices", "MFA 设备")),
        devices: part(&answer, "/VirtualMFADevices/VirtualMFADevice")?,
        next: next.map(|next| links::further("/console/devices", &next, &[])),
    };
    answer::page(&page)
}

/// Deletes a device that is bound to nobody.
pub fn delete(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (lang, device) = (visit.lang, visit.path_value("device"));
    let title = format!("{} {device}", lang.t("Delete MFA device", "删除 MFA 设备"));
    Change::new(title, Product::Ims, "DeleteVirtualMFADevice", "/console/devices")
        .with("SerialNumber", serial_number(visit, &device))
        .dangerous(lang.t("Delete device", "删除设备"))
        .answer(visit)
}

impl Owner {
    fn make(self, visit: &Visit<'_>) -> Result<PageAnswer, Trouble> {
        let lang = visit.lang;
        let name = match self {
            Self::User => visit.path_value("name"),
            Self::Root => "root".to_owned(),
        };
        // Names of devices are narrower than those of users.
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let title = lang.t("Bind an MFA device: make it", "绑定 MFA 设备：创建设备");
        let hint = lang.t("Letters, digits and hyphens; up to 64.", "字母、数字和连字符，最多 64 个字符。");
        Change::new(title, Product::Ims, "CreateVirtualMFADevice", self.home(visit))
            .says(lang.t(
                "An authenticator app on a phone becomes the device. Next come the picture to scan and the two codes that prove it.",
                "使用手机上的身份验证器应用作为 MFA 设备。下一步将显示二维码，并要求输入两个连续的验证码。",
            ))
            .field(Field::text("VirtualMFADeviceName", lang.t("Name of the device", "设备名称")).of(name).hint(hint))
            .submit(lang.t("Make the device", "创建设备"))
            .answer_with(visit, |_, answer: &Value| {
                let serial: String = part(answer, "/VirtualMFADevice/SerialNumber")?;
                let device = serial.rsplit('/').next().unwrap_or_default();
                let mut change = self.binding(visit, device);
                change.device = Some(NewDevice {
                    png: part(answer, "/VirtualMFADevice/QRCodePNG")?,
                    seed: part(answer, "/VirtualMFADevice/Base32StringSeed")?,
                });
                change.page(visit, None)
            })
    }

    fn binding(self, visit: &Visit<'_>, device: &str) -> Change {
        let lang = visit.lang;
        let action = match self {
            Self::User => (Product::Ims, "BindMFADevice"),
            Self::Root => (Product::Ramward, "BindAccountMFADevice"),
        };
        let title = lang.t("Bind an MFA device: prove it", "绑定 MFA 设备：验证");
        let code = |name, text| Field::new(name, Kind::Code, text);
        let mut change = self
            .change(visit, title, action.0, action.1)
            .with("SerialNumber", serial_number(visit, device))
            .field(code("AuthenticationCode1", lang.t("Code that the app shows", "应用显示的验证码")))
            .field(code("AuthenticationCode2", lang.t("Code that it shows next", "下一个验证码")))
            .submit(lang.t("Bind", "绑定"));
        change.to = Some(format!("{}/mfa/bind?device={}", self.home(visit), links::part(device)));
        change
    }

    fn bind(self, visit: &Visit<'_>) -> Result<PageAnswer, Trouble> {
        let lang = visit.lang;
        let device = visit.query.get("device");
        self.binding(visit, device)
            .says(lang.t(
                "The picture is not shown again. If the app has not taken the device over, delete it under MFA devices and begin anew.",
                "二维码不会再次显示。如果应用未添加成功，请在“MFA 设备”中删除该设备后重新开始。",
            ))
            .answer(visit)
    }

    fn unbind(self, visit: &Visit<'_>) -> Result<PageAnswer, Trouble> {
        let lang = visit.lang;
        let action = match self {
            Self::User => (Product::Ims, "UnbindMFADevice"),
            Self::Root => (Product::Ramward, "UnbindAccountMFADevice"),
        };
        let title = lang.t("Unbind the MFA device", "解绑 MFA 设备");
        self.change(visit, title, action.0, action.1)
            .says(lang.t(
                "Who knows the password alone may then sign in. The device stays in the list and can be bound again.",
                "解绑后仅凭密码即可登录。设备仍保留在列表中，可以重新绑定。",
            ))
            .dangerous(lang.t("Unbind", "解绑"))
            .answer(visit)
    }
}

/// Makes a device for a user.
pub fn make(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::User.make(visit)
}

/// Binds a device to a user.
pub fn bind(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::User.bind(visit)
}

/// Takes the device of a user off.
pub fn unbind(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::User.unbind(visit)
}

/// Takes the device of a user off and deletes it.
pub fn disable(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let title = lang.t("Unbind and delete the MFA device", "解绑并删除 MFA 设备");
    Owner::User
        .change(visit, title, Product::Ims, "DisableVirtualMFA")
        .says(lang.t(
            "For a phone that is lost or replaced: who knows the password alone may then sign in, until another device is bound.",
            "适用于手机丢失或更换：在绑定新设备之前，仅凭密码即可登录。",
        ))
        .dangerous(lang.t("Unbind and delete", "解绑并删除"))
        .answer(visit)
}

/// Makes a device for root.
pub fn make_roots(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::Root.make(visit)
}

/// Binds a device to root.
pub fn bind_roots(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::Root.bind(visit)
}

/// Takes root's device off.
pub fn unbind_roots(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    Owner::Root.unbind(visit)
}
