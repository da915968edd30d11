//! An MFA device that must be bound before the console opens: made, shown once with its picture, proven by two codes.

use askama::Template;
use http::StatusCode;
use serde_json::Value;

use super::super::answer::{self, PageAnswer};
use super::super::calls::{self, Refusal};
use super::super::frame::Frame;
use super::super::trouble::Trouble;
use super::super::visit::Visit;
use super::{back, go_on, token, with_status};

/// A device in a form that binds it.
pub struct DeviceForm {
    /// By which the operations name it.
    pub serial_number: String,
    /// What is shown once.
    pub new: Option<NewDevice>,
}

/// What is shown of a new device, this once.
pub struct NewDevice {
    /// The picture of its seed, PNG in Base64.
    pub picture: String,
    /// The seed, Base32.
    pub seed: String,
}

impl DeviceForm {
    /// The device in an answer of CreateVirtualMFADevice.
    pub fn of_answer(made: &Value) -> Self {
        let text = |name: &str| {
            made.pointer(&format!("/VirtualMFADevice/{name}"))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let new = NewDevice { picture: text("QRCodePNG"), seed: text("Base32StringSeed") };
        Self { serial_number: text("SerialNumber"), new: Some(new) }
    }
}

#[derive(Template)]
#[template(path = "console/sign_in/device.html")]
struct Page {
    frame: Frame,
    back: String,
    device: Option<DeviceForm>,
    refusal: Option<Refusal>,
}

fn page(
    visit: &Visit<'_>,
    device: Option<DeviceForm>,
    refusal: Option<Refusal>,
) -> Result<PageAnswer, Trouble> {
    let status = refusal.as_ref().map_or(StatusCode::OK, Refusal::http_status);
    let frame = visit.frame(visit.lang.t("Bind an MFA device", "绑定 MFA 设备"));
    with_status(Some(status), answer::page(&Page { frame, back: back(visit), device, refusal })?)
}

/// The page that asks for a device.
pub fn device(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    page(visit, None, None)
}

/// Makes a device and shows it.
pub fn create_device(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let service = visit.console.service();
    let (made, elapsed) = calls::timed(|| service.create_device_at_sign_in(token(visit), visit.origin()));
    let made = made?;
    service.note(&made, visit.request.peer, elapsed);
    match calls::read(&made, "CreateVirtualMFADevice") {
        Ok(made) => page(visit, Some(DeviceForm::of_answer(&made)), None),
        Err(refusal) => page(visit, None, Some(refusal)),
    }
}

/// Binds the device against two codes of it.
pub fn bind_device(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let service = visit.console.service();
    let form = &visit.form;
    let codes = (form.get("AuthenticationCode1").trim(), form.get("AuthenticationCode2").trim());
    let serial_number = form.get("SerialNumber");
    let (asked, elapsed) =
        calls::timed(|| service.bind_device_at_sign_in(token(visit), serial_number, codes, visit.origin()));
    let asked = asked?;
    service.note(&asked.answer, visit.request.peer, elapsed);
    match asked.begun {
        Some(begun) => Ok(go_on(visit, &begun)),
        None => {
            let device = DeviceForm { serial_number: serial_number.to_owned(), new: None };
            page(visit, Some(device), calls::read(&asked.answer, "BindMFADevice").err())
        }
    }
}
