//! An authenticator app in a test. It computes its codes from the seed in its own way (RFC 6238), so that a fault of the
//! server's own computation shows.

use data_encoding::BASE32;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{NewKey, TestApp};
use crate::time::Timestamp;

/// A virtual device with its seed.
pub struct TestDevice {
    /// The serial number.
    pub serial_number: String,
    seed: Vec<u8>,
}

impl TestDevice {
    /// The device in an answer of CreateVirtualMFADevice.
    pub fn of_answer(made: &serde_json::Value) -> Self {
        let device = &made["VirtualMFADevice"];
        Self {
            serial_number: device["SerialNumber"].as_str().unwrap().to_owned(),
            seed: BASE32.decode(device["Base32StringSeed"].as_str().unwrap().as_bytes()).unwrap(),
        }
    }

    /// The code shown at an instant.
    pub fn code(&self, at: Timestamp) -> String {
        let step = u64::try_from(at.seconds() / 30).unwrap();
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.seed).unwrap();
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest[19] & 0xf);
        let number = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    /// The code before and the code at an instant.
    pub fn codes(&self, at: Timestamp) -> (String, String) {
        (self.code(at.plus_seconds(-30)), self.code(at))
    }
}

impl TestApp {
    /// A new virtual device of that name.
    pub fn device(&self, name: &str) -> TestDevice {
        TestDevice::of_answer(&self.ok("CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]))
    }

    /// Binds a device to a user, as `key`, with right codes; status and code.
    pub fn bind_as(&self, key: &NewKey, user_principal_name: &str, device: &TestDevice) -> (u16, String) {
        let (one, two) = device.codes(self.wall());
        let params = [
            ("UserPrincipalName", user_principal_name),
            ("SerialNumber", &device.serial_number),
            ("AuthenticationCode1", &one),
            ("AuthenticationCode2", &two),
        ];
        let (status, body) = self.call_as(key, "BindMFADevice", &params);
        (status, body["Code"].as_str().unwrap_or_default().to_owned())
    }

    /// Binds a device to a user; it must succeed.
    pub fn bind(&self, user_principal_name: &str, device: &TestDevice) {
        assert_eq!(self.bind_as(&self.root, user_principal_name, device), (200, String::new()));
    }

    /// Binds a device to a user with right codes; it must be refused. The code.
    pub fn refused_bind(&self, user_principal_name: &str, device: &TestDevice) -> String {
        let (status, code) = self.bind_as(&self.root, user_principal_name, device);
        assert_ne!(status, 200);
        code
    }

    /// Binds a device to the root identity; it must succeed.
    pub fn bind_root(&self, device: &TestDevice) {
        let (one, two) = device.codes(self.wall());
        self.ok(
            "BindAccountMFADevice",
            &[
                ("SerialNumber", &device.serial_number),
                ("AuthenticationCode1", &one),
                ("AuthenticationCode2", &two),
            ],
        );
    }
}
