//! MFA devices as operations see them: found by serial number, bound against two codes, taken off. Written once for RAM
//! users and for root. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code, Plain};

use crate::identity::mfa::{MFADeviceType, SerialNumber, VirtualMFADeviceName};
use crate::identity::qr_code;
use crate::identity::totp::{AuthenticationCode, Seed};
use crate::ids::UserId;
use crate::ops::{Cx, account};
use crate::store::seal::{SealKey, SecretOf};
use crate::store::tables::mfa_devices::{self, MfaDevice};
use crate::store::{Total, Tx};
use crate::time::Timestamp;

/// What authenticator apps show above the code.
const ISSUER: &str = "Ramward";

/// A new virtual device at the only moment when its seed is shown.
pub struct NewDevice {
    /// By which every other operation names it.
    pub serial_number: SerialNumber,
    /// A picture (PNG in Base64) that an authenticator app scans to take the seed over.
    pub picture: String,
    /// The seed, for apps that cannot scan.
    pub seed: Seed,
}

/// Makes a virtual device that is bound to nobody.
///
/// # Errors
/// `LimitExceeded.VirtualMFADevice`, `EntityAlreadyExists.VirtualMFADevice`.
pub fn create(cx: &mut Cx<'_, '_>, name: &VirtualMFADeviceName) -> ApiResult<NewDevice> {
    let row = account::find(cx.tx, cx.caller.account())?;
    if row.totals.get(Total::MfaDevices) >= cx.settings.quotas.virtual_mfa_devices {
        return Err(ApiError::new(Code::LimitExceeded("VirtualMFADevice")));
    }
    let account = row.account;
    if mfa_devices::find(cx.tx, account, name)?.is_some() {
        return Err(ApiError::new(Code::EntityAlreadyExists("VirtualMFADevice")));
    }
    let seed = Seed::generate(cx.entropy);
    let of = SecretOf::MfaDevice(account, name);
    let sealed = cx.seal.seal(of, seed.expose(), cx.entropy);
    let device = MfaDevice {
        account,
        device_name: name.clone(),
        device_type: MFADeviceType::Vmfa,
        sealed_seed: Some(sealed),
        create_date: cx.now,
        user_id: None,
        activate_date: None,
        last_step: None,
    };
    mfa_devices::insert(cx.tx, &device)?;
    let label = format!("{name}@{}", row.default_domain);
    let picture = qr_code::png_base64(&seed.otpauth_uri(&label, ISSUER))
        .ok_or_else(|| ApiError::internal("a name and a seed are longer than a QR code can hold"))?;
    Ok(NewDevice { serial_number: serial_number(&device), picture, seed })
}

/// The serial number of a device.
pub fn serial_number(device: &MfaDevice) -> SerialNumber {
    SerialNumber { account: device.account, name: device.device_name.clone() }
}

/// The caller's account's virtual device of that serial number.
///
/// # Errors
/// `EntityNotExist.VirtualMFADevice`, also for another account's: an account learns nothing about others.
pub fn find(cx: &mut Cx<'_, '_>, serial_number: &SerialNumber) -> ApiResult<MfaDevice> {
    let account = cx.caller.account();
    let found = if serial_number.account == account {
        mfa_devices::find(cx.tx, account, &serial_number.name)?
    } else {
        None
    };
    found.filter(is_virtual).ok_or_else(|| ApiError::new(Code::EntityNotExist("VirtualMFADevice")))
}

/// The device bound to an identity.
///
/// # Errors
/// `EntityNotExist.User.MFADevice`.
pub fn find_of(cx: &mut Cx<'_, '_>, user: UserId) -> ApiResult<MfaDevice> {
    mfa_devices::find_by_user(cx.tx, cx.caller.account(), user)?
        .ok_or_else(|| ApiError::new(Code::EntityNotExist("User.MFADevice")))
}

/// Whether it is an app, not a security key.
pub fn is_virtual(device: &MfaDevice) -> bool {
    device.device_type == MFADeviceType::Vmfa
}

/// Deletes a device that is bound to nobody.
///
/// # Errors
/// `EntityNotExist.VirtualMFADevice`, `DeleteConflict.VirtualMFADevice.User`.
pub fn delete(cx: &mut Cx<'_, '_>, serial_number: &SerialNumber) -> ApiResult<()> {
    let device = find(cx, serial_number)?;
    if device.user_id.is_some() {
        return Err(ApiError::new(Code::DeleteConflict("VirtualMFADevice.User")));
    }
    mfa_devices::delete(cx.tx, device.account, &device.device_name)?;
    Ok(())
}

/// Binds a device to an identity that shows two consecutive codes of it.
///
/// # Errors
/// `EntityNotExist.VirtualMFADevice`, `EntityAlreadyExists.User.MFADevice`,
/// `EntityAlreadyExists.VirtualMFADevice.User`, `CheckAuthenticationCodeFail`.
pub fn bind(
    cx: &mut Cx<'_, '_>,
    user: UserId,
    serial_number: &SerialNumber,
    (first, second): (AuthenticationCode, AuthenticationCode),
) -> ApiResult<()> {
    let device = find(cx, serial_number)?;
    if mfa_devices::find_by_user(cx.tx, device.account, user)?.is_some() {
        return Err(ApiError::new(Code::EntityAlreadyExists("User.MFADevice")));
    }
    if device.user_id.is_some() {
        return Err(ApiError::new(Code::EntityAlreadyExists("VirtualMFADevice.User")));
    }
    let seed = open_seed(cx.seal, &device)?;
    let step = seed
        .verify_pair(first, second, cx.wall, device.last_step)
        .ok_or_else(|| ApiError::new(Plain::CheckAuthenticationCodeFail))?;
    mfa_devices::bind(cx.tx, device.account, &device.device_name, user, cx.now, Some(step))?;
    Ok(())
}

/// Whether `code` is one that a device shows and has not shown here before; then it is spent. A device without its seed
/// shows none that could be checked.
///
/// # Errors
/// A seed that does not open; what the store cannot write.
pub fn spend_code(
    tx: &mut Tx<'_>,
    seal: &SealKey,
    device: &MfaDevice,
    code: AuthenticationCode,
    wall: Timestamp,
) -> ApiResult<bool> {
    if device.sealed_seed.is_none() {
        return Ok(false);
    }
    let Some(step) = open_seed(seal, device)?.verify_code(code, wall, device.last_step) else {
        return Ok(false);
    };
    mfa_devices::update_last_step(tx, device.account, &device.device_name, step)?;
    Ok(true)
}

/// Takes the device of an identity off; the device as it was.
///
/// # Errors
/// `EntityNotExist.User.MFADevice`.
pub fn unbind(cx: &mut Cx<'_, '_>, user: UserId) -> ApiResult<MfaDevice> {
    let device = find_of(cx, user)?;
    mfa_devices::unbind(cx.tx, device.account, &device.device_name)?;
    Ok(device)
}

fn open_seed(seal: &SealKey, device: &MfaDevice) -> ApiResult<Seed> {
    let Some(sealed) = &device.sealed_seed else {
        return Err(ApiError::with_message(
            Plain::CheckAuthenticationCodeFail,
            "The authentication code cannot be checked. The device is mirrored here without its seed.",
        ));
    };
    let bytes = seal.open(SecretOf::MfaDevice(device.account, &device.device_name), sealed)?;
    Seed::from_bytes(&bytes).ok_or_else(|| ApiError::internal("a stored seed has an impossible length"))
}
