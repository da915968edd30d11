//! MFA devices: of an account, by name, bound to a user, to root or to nobody.

use super::{met, rows};
use crate::identity::mfa::{MFADeviceType, VirtualMFADeviceName};
use crate::ids::{AccountId, UserId};
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::seal::Sealed;
use crate::store::tx::{Effect, Tx};
use crate::store::upkeep::Total;
use crate::time::Timestamp;

/// An MFA device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaDevice {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its name; the serial number follows from it.
    pub device_name: VirtualMFADeviceName,
    /// What kind of device.
    pub device_type: MFADeviceType,
    /// The sealed seed of its codes; absent where only the fact of the device is known.
    pub sealed_seed: Option<Sealed>,
    /// When it was made.
    pub create_date: Timestamp,
    /// Whose it is; root's is of user 0.
    pub user_id: Option<UserId>,
    /// When it was bound.
    pub activate_date: Option<Timestamp>,
    /// The time step of the last code taken: no code up to it is taken again.
    pub last_step: Option<i64>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, device_name, device_type, sealed_seed, create_date, user_id, activate_date, last_step \
             FROM mfa_devices ",
            $rest
        )
    };
}

pub(super) fn read(row: Row<'_>) -> Result<MfaDevice, StoreError> {
    Ok(MfaDevice {
        account: row.get(0)?,
        device_name: row.get(1)?,
        device_type: row.get(2)?,
        sealed_seed: row.get(3)?,
        create_date: row.get(4)?,
        user_id: row.get(5)?,
        activate_date: row.get(6)?,
        last_step: row.get(7)?,
    })
}

/// A device by its name.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &VirtualMFADeviceName,
) -> Result<Option<MfaDevice>, StoreError> {
    tx.find(select!("WHERE account = ?1 AND device_name = ?2"), &[account.into(), name.into()], read)
}

/// The devices bound to an identity, by name; the vendor allows one.
pub fn list_by_user(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Vec<MfaDevice>, StoreError> {
    // By their names first: only then does SQLite take the index and not walk through the account's devices.
    let sql = "SELECT device_name FROM mfa_devices WHERE account = ?1 AND user_id = ?2";
    let mut names: Vec<VirtualMFADeviceName> =
        tx.list(sql, &[account.into(), user.into()], |row| row.get(0))?;
    names.sort_unstable();
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        found.extend(find(tx, account, &name)?);
    }
    Ok(found)
}

/// Whether a device is bound to an identity.
pub fn is_bound(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM mfa_devices WHERE account = ?1 AND user_id = ?2 LIMIT 1";
    Ok(tx.find(sql, &[account.into(), user.into()], |_| Ok(()))?.is_some())
}

/// The device bound to an identity; the first by name if a mirrored one has several.
pub fn find_by_user(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
) -> Result<Option<MfaDevice>, StoreError> {
    Ok(list_by_user(tx, account, user)?.into_iter().next())
}

/// The next `limit` devices after `after`, by name.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<&VirtualMFADeviceName>,
    limit: usize,
) -> Result<Vec<MfaDevice>, StoreError> {
    let sql = select!("WHERE account = ?1 AND device_name > ?2 ORDER BY device_name LIMIT ?3");
    tx.list(
        sql,
        &[account.into(), after.map_or("", VirtualMFADeviceName::as_str).into(), rows(limit).into()],
        read,
    )
}

/// The same, only virtual devices (`VMFA`).
pub fn list_virtual(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<&VirtualMFADeviceName>,
    limit: usize,
) -> Result<Vec<MfaDevice>, StoreError> {
    let sql = select!(
        "WHERE account = ?1 AND device_name > ?2 AND device_type = 'VMFA' ORDER BY device_name LIMIT ?3"
    );
    tx.list(
        sql,
        &[account.into(), after.map_or("", VirtualMFADeviceName::as_str).into(), rows(limit).into()],
        read,
    )
}

/// A new device, bound or not. `Exists` if its name is taken.
pub fn insert(tx: &mut Tx<'_>, device: &MfaDevice) -> Result<(), StoreError> {
    if let Some(user) = device.user_id {
        tx.touch_new_device(device.account, user)?;
    }
    let sql = "INSERT INTO mfa_devices (account, device_name, device_type, sealed_seed, create_date, user_id, \
               activate_date, last_step) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
    let args = [
        device.account.into(),
        (&device.device_name).into(),
        (&device.device_type).into(),
        device.sealed_seed.as_ref().into(),
        device.create_date.into(),
        device.user_id.into(),
        device.activate_date.into(),
        device.last_step.into(),
    ];
    if tx.execute(sql, &args)? == 0 {
        return Err(tx.exists("MFA device"));
    }
    tx.count(device.account, Total::MfaDevices, 1);
    tx.count(device.account, Total::MfaDevicesInUse, i64::from(device.user_id.is_some()));
    tx.effect(Effect::Account(device.account));
    Ok(())
}

/// Binds a device that is bound to nobody. `Absent` if there is no such device, or it is bound.
pub fn bind(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &VirtualMFADeviceName,
    user: UserId,
    at: Timestamp,
    last_step: Option<i64>,
) -> Result<(), StoreError> {
    tx.touch_devices(account, user)?;
    let sql = "UPDATE mfa_devices SET user_id = ?3, activate_date = ?4, last_step = ?5 \
               WHERE account = ?1 AND device_name = ?2 AND user_id IS NULL";
    let args = [account.into(), name.into(), user.into(), at.into(), last_step.into()];
    met(tx.execute(sql, &args)?, "unbound MFA device")?;
    tx.count(account, Total::MfaDevicesInUse, 1);
    tx.effect(Effect::Account(account));
    Ok(())
}

/// Frees a device; whether it was bound. Its last code stays spent.
pub fn unbind(tx: &mut Tx<'_>, account: AccountId, name: &VirtualMFADeviceName) -> Result<bool, StoreError> {
    let Some(user) = find(tx, account, name)?.and_then(|device| device.user_id) else { return Ok(false) };
    tx.touch_devices(account, user)?;
    let sql =
        "UPDATE mfa_devices SET user_id = NULL, activate_date = NULL WHERE account = ?1 AND device_name = ?2";
    tx.execute(sql, &[account.into(), name.into()])?;
    tx.count(account, Total::MfaDevicesInUse, -1);
    tx.effect(Effect::Account(account));
    Ok(true)
}

/// Remembers the time step of the last code taken. `Absent` if there is no such device.
pub fn update_last_step(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &VirtualMFADeviceName,
    step: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE mfa_devices SET last_step = ?3 WHERE account = ?1 AND device_name = ?2";
    met(tx.execute(sql, &[account.into(), name.into(), step.into()])?, "MFA device")
}

/// Deletes a device, bound or not; whether it was there.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, name: &VirtualMFADeviceName) -> Result<bool, StoreError> {
    unbind(tx, account, name)?;
    let sql = "DELETE FROM mfa_devices WHERE account = ?1 AND device_name = ?2";
    if tx.execute(sql, &[account.into(), name.into()])? == 0 {
        return Ok(false);
    }
    tx.count(account, Total::MfaDevices, -1);
    tx.effect(Effect::Account(account));
    Ok(true)
}
