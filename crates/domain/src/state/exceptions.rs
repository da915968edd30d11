//! Security exceptions in state files: a line each, after their account.

use ramward_rpc::shape::Scalar;
use serde::{Deserialize, Serialize};

use super::taking::Fault;
use crate::identity::security_exception::{
    ExceptionId, ExceptionOwner, ExceptionReason, ExceptionState, ExpireDate, SubjectPattern,
};
use crate::ids::AccountId;
use crate::report::exceptions;
use crate::store::Tx;
use crate::store::tables::security_exceptions::{self, SecurityException};
use crate::time::Timestamp;

/// What an account has decided to live with.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ExceptionRecord {
    /// Its account.
    pub account_id: AccountId,
    /// Its name.
    pub exception_id: ExceptionId,
    /// The check it is about.
    pub check: String,
    /// Whom it is for.
    pub subject_pattern: SubjectPattern,
    /// Who answers for it.
    pub owner: ExceptionOwner,
    /// Why it is there.
    pub reason: ExceptionReason,
    /// The last UTC day on which it holds, as `YYYY-MM-DD`.
    pub expire_date: String,
    /// How the account stands to what it excepts.
    pub state: ExceptionState,
    /// When it was made; now, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<Timestamp>,
    /// When it was last set; when it was made, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_date: Option<Timestamp>,
}

impl From<SecurityException> for ExceptionRecord {
    fn from(row: SecurityException) -> Self {
        Self {
            account_id: row.account,
            exception_id: row.exception_id,
            check: row.check_id,
            subject_pattern: row.subject_pattern,
            owner: row.owner,
            reason: row.reason,
            expire_date: row.expire_date.to_string(),
            state: row.state,
            create_date: Some(row.create_date),
            update_date: Some(row.update_date),
        }
    }
}

/// Takes an exception in. One of a check that this server does not know is refused, as by the operation that sets it.
pub(super) fn take(tx: &mut Tx<'_>, record: ExceptionRecord, now: Timestamp) -> Result<(), Fault> {
    let Some(by_name) = exceptions::takes_names(&record.check) else {
        return Err(Fault::Field("Check", format!("there is no check {}", record.check)));
    };
    if !by_name && !matches!(record.subject_pattern.as_str(), "*" | "<root>") {
        let reason = format!("the check {} is about nobody by name; write *", record.check);
        return Err(Fault::Field("SubjectPattern", reason));
    }
    let expire_date = ExpireDate::parse(&record.expire_date)
        .map_err(|_| Fault::Field("ExpireDate", format!("it takes {}", ExpireDate::LIMITS)))?;
    let create_date = record.create_date.unwrap_or(now);
    let row = SecurityException {
        account: record.account_id,
        exception_id: record.exception_id,
        check_id: record.check,
        subject_pattern: record.subject_pattern,
        owner: record.owner,
        reason: record.reason,
        expire_date,
        state: record.state,
        create_date,
        update_date: record.update_date.unwrap_or(create_date),
    };
    Ok(security_exceptions::update(tx, &row)?)
}
