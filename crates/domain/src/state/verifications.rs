//! Phone numbers and mail addresses by which users prove themselves, in state files: with their user.

use ramward_rpc::shape::Scalar;
use serde::{Deserialize, Serialize};

use super::taking::Fault;
use crate::identity::user::{Email, MobilePhone};
use crate::identity::verification::VerifyType;
use crate::ids::{AccountId, UserId};
use crate::store::Tx;
use crate::store::tables::verifications::{self, Verification};
use crate::time::Timestamp;

/// A number or an address.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct VerificationRecord {
    /// Which of the two.
    pub verify_type: VerifyType,
    /// The number, with its area code, or the address.
    pub address: String,
    /// When it was set; when the user was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_date: Option<Timestamp>,
}

impl From<Verification> for VerificationRecord {
    fn from(row: Verification) -> Self {
        Self { verify_type: row.verify_type, address: row.address, update_date: Some(row.update_date) }
    }
}

/// Takes in what a user has, which was made at `made`.
pub(super) fn take(
    tx: &mut Tx<'_>,
    (account, user_id): (AccountId, UserId),
    records: Vec<VerificationRecord>,
    made: Timestamp,
) -> Result<(), Fault> {
    for VerificationRecord { verify_type, address, update_date } in records {
        let (checked, limits) = match verify_type {
            VerifyType::Sms => (MobilePhone::parse(&address).map(drop), MobilePhone::LIMITS),
            VerifyType::Email => (Email::parse(&address).map(drop), Email::LIMITS),
        };
        if checked.is_err() || address.is_empty() {
            return Err(Fault::Field("Verifications", format!("{verify_type} takes {limits}")));
        }
        let update_date = update_date.unwrap_or(made);
        verifications::update(tx, &Verification { account, user_id, verify_type, address, update_date })?;
    }
    Ok(())
}
