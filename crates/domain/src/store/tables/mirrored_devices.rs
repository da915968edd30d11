//! Which run of a mirror last saw each MFA device.

use super::rows;
use crate::identity::mfa::VirtualMFADeviceName;
use crate::ids::AccountId;
use crate::store::error::StoreError;
use crate::store::tx::Tx;

/// Says that `run` saw the device.
pub fn update(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &VirtualMFADeviceName,
    run: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO mirrored_devices (account, device_name, run) VALUES (?1, ?2, ?3) \
               ON CONFLICT (account, device_name) DO UPDATE SET run = excluded.run";
    tx.execute(sql, &[account.into(), name.into(), run.into()]).map(drop)
}

/// The next `limit` devices after `after`, by name, each with the run that last saw it.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<&VirtualMFADeviceName>,
    limit: usize,
) -> Result<Vec<(VirtualMFADeviceName, i64)>, StoreError> {
    let sql = "SELECT device_name, run FROM mirrored_devices WHERE account = ?1 AND device_name > ?2 \
               ORDER BY device_name LIMIT ?3";
    let after = after.map_or("", VirtualMFADeviceName::as_str);
    tx.list(sql, &[account.into(), after.into(), rows(limit).into()], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Forgets a device.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, name: &VirtualMFADeviceName) -> Result<(), StoreError> {
    let sql = "DELETE FROM mirrored_devices WHERE account = ?1 AND device_name = ?2";
    tx.execute(sql, &[account.into(), name.into()]).map(drop)
}

pub(in crate::store) fn delete_up_to(
    tx: &mut Tx<'_>,
    account: AccountId,
    last: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM mirrored_devices WHERE account = ?1 AND device_name <= ?2";
    tx.execute(sql, &[account.into(), last.into()]).map(drop)
}

pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mirrored_devices WHERE account = ?1", &[account.into()]).map(drop)
}

/// The run that last saw a device.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &VirtualMFADeviceName,
) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT run FROM mirrored_devices WHERE account = ?1 AND device_name = ?2";
    tx.find(sql, &[account.into(), name.into()], |row| row.get(0))
}
