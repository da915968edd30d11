//! What an account has set beside what its row keeps. Must not know what the texts mean.

use crate::ids::AccountId;
use crate::store::error::StoreError;
use crate::store::tx::{Effect, Tx};
use crate::time::Timestamp;

/// Which setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The network policy of all its AccessKeys.
    AccessKeyPolicy,
    /// When its governance report was last asked for.
    GovernanceReportDate,
}

impl Name {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AccessKeyPolicy => "AccessKeyPolicy",
            Self::GovernanceReportDate => "GovernanceReportDate",
        }
    }
}

/// A setting, if it was ever set.
pub fn find(tx: &mut Tx<'_>, account: AccountId, name: Name) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value FROM account_settings WHERE account = ?1 AND name = ?2";
    tx.find(sql, &[account.into(), name.as_str().into()], |row| row.get(0))
}

/// Sets it.
pub fn update(tx: &mut Tx<'_>, account: AccountId, name: Name, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO account_settings (account, name, value) VALUES (?1, ?2, ?3) \
               ON CONFLICT (account, name) DO UPDATE SET value = excluded.value";
    tx.execute(sql, &[account.into(), name.as_str().into(), value.into()])?;
    tx.effect(Effect::Account(account));
    Ok(())
}

/// When the governance report of an account was last asked for, if it ever was.
pub fn find_governance_report_date(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Option<Timestamp>, StoreError> {
    let Some(text) = find(tx, account, Name::GovernanceReportDate)? else { return Ok(None) };
    let date = serde_json::from_str(&text);
    date.map(Some)
        .map_err(|_| StoreError::damaged("the date of an account's governance report cannot be read"))
}

/// Notes that it was asked for.
pub fn update_governance_report_date(
    tx: &mut Tx<'_>,
    account: AccountId,
    date: Timestamp,
) -> Result<(), StoreError> {
    update(tx, account, Name::GovernanceReportDate, &format!("\"{date}\""))
}

/// Takes it back.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, name: Name) -> Result<(), StoreError> {
    let sql = "DELETE FROM account_settings WHERE account = ?1 AND name = ?2";
    tx.execute(sql, &[account.into(), name.as_str().into()])?;
    tx.effect(Effect::Account(account));
    Ok(())
}

/// Deletes all of an account, which are few.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM account_settings WHERE account = ?1", &[account.into()]).map(drop)
}
