//! MFA devices: what they are called. Limits: the vendor's IMS model comments (2026) and API pages (2020), in our words.
//! The codes they show are [`super::totp`]'s business.

use std::fmt;

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;

use super::text::{characters, length, serde_by_scalar, text, word};
use crate::arn::{Arn, Resource};
use crate::ids::AccountId;

word! {
    /// The kinds of device.
    MFADeviceType {
        /// An app that shows one-time codes.
        Vmfa = "VMFA",
        /// A FIDO security key.
        U2f = "U2F",
    }
}

text! {
    /// The name of a virtual device inside its account.
    VirtualMFADeviceName, "1 to 64 letters, digits and '-'", virtual_mfa_device_name
}

fn virtual_mfa_device_name(text: &str) -> Result<(), Rule> {
    length(text, 1, 64)?;
    characters(text, |character| character.is_ascii_alphanumeric() || character == '-')
}

/// What a virtual device is addressed by: `acs:ram::<AccountId>:mfa/<VirtualMFADeviceName>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SerialNumber {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its name there.
    pub name: VirtualMFADeviceName,
}

impl SerialNumber {
    /// Reads a serial number.
    ///
    /// # Errors
    /// `Format`.
    pub fn parse(text: &str) -> Result<Self, Rule> {
        match Arn::parse(text) {
            Ok(Arn { account, resource: Resource::Mfa(name) }) => Ok(Self { account, name }),
            _ => Err(Rule::Format),
        }
    }

    /// The same as the name of a resource.
    pub fn to_arn(&self) -> Arn {
        Arn { account: self.account, resource: Resource::Mfa(self.name.clone()) }
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_arn().fmt(f)
    }
}

impl Scalar for SerialNumber {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "acs:ram::<AccountId>:mfa/<VirtualMFADeviceName>";

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::parse(text)
    }

    fn value(&self) -> Value {
        Value::text(self.to_string())
    }
}

serde_by_scalar!(SerialNumber);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_names() {
        let (full, over) = ("d".repeat(64), "d".repeat(65));
        let rows = [
            ("device002", Ok(())),
            ("My-Phone", Ok(())),
            (full.as_str(), Ok(())),
            (over.as_str(), Err(Rule::Length)),
            ("", Err(Rule::Length)),
            ("my_phone", Err(Rule::InvalidChars)),
            ("my.phone", Err(Rule::InvalidChars)),
            ("my phone", Err(Rule::InvalidChars)),
        ];
        for (text, expected) in rows {
            assert_eq!(VirtualMFADeviceName::parse(text).map(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn serial_numbers() {
        let text = "acs:ram::1234567890123456:mfa/device002";
        let serial = SerialNumber::parse(text).unwrap();
        assert_eq!((serial.to_string().as_str(), serial.name.as_str()), (text, "device002"));
        for text in [
            "",
            "device002",
            "acs:ram::1234567890123456:user/device002",
            "acs:ram::1234567890123456:mfa/",
            "acs:ram::1234567890123456:mfa/a_b",
            "acs:ram::123:mfa/device002",
        ] {
            assert_eq!(<SerialNumber as Scalar>::parse(text), Err(Rule::Format), "{text}");
        }
    }
}
