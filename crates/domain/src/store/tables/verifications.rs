//! The phone number and the mail address by which a user can prove itself beside an MFA device.

use crate::identity::verification::VerifyType;
use crate::ids::{AccountId, UserId};
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// A number or an address of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The account.
    pub account: AccountId,
    /// Whose it is.
    pub user_id: UserId,
    /// Which of the two.
    pub verify_type: VerifyType,
    /// The number or the address.
    pub address: String,
    /// When it was set.
    pub update_date: Timestamp,
}

pub(super) fn read(row: Row<'_>) -> Result<Verification, StoreError> {
    Ok(Verification {
        account: row.get(0)?,
        user_id: row.get(1)?,
        verify_type: row.get(2)?,
        address: row.get(3)?,
        update_date: row.get(4)?,
    })
}

/// What a user has of this type.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    verify_type: VerifyType,
) -> Result<Option<Verification>, StoreError> {
    let sql = "SELECT account, user_id, verify_type, address, update_date FROM verifications \
               WHERE account = ?1 AND user_id = ?2 AND verify_type = ?3";
    tx.find(sql, &[account.into(), user.into(), (&verify_type).into()], read)
}

/// All that a user has.
pub fn list(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<Vec<Verification>, StoreError> {
    let sql = "SELECT account, user_id, verify_type, address, update_date FROM verifications \
               WHERE account = ?1 AND user_id = ?2 ORDER BY verify_type";
    tx.list(sql, &[account.into(), user.into()], read)
}

/// Sets it, whether there was one or not.
pub fn update(tx: &mut Tx<'_>, verification: &Verification) -> Result<(), StoreError> {
    let sql = "INSERT INTO verifications (account, user_id, verify_type, address, update_date) \
               VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account, user_id, verify_type) \
               DO UPDATE SET address = excluded.address, update_date = excluded.update_date";
    let args = [
        verification.account.into(),
        verification.user_id.into(),
        (&verification.verify_type).into(),
        (&verification.address).into(),
        verification.update_date.into(),
    ];
    tx.execute(sql, &args).map(drop)
}

/// Deletes it; whether it was there.
pub fn delete(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    verify_type: VerifyType,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM verifications WHERE account = ?1 AND user_id = ?2 AND verify_type = ?3";
    Ok(tx.execute(sql, &[account.into(), user.into(), (&verify_type).into()])? > 0)
}
