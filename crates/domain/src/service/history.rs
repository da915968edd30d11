//! The history of reports as calls write it: before a change what time brought, after it what the change did.

use super::Core;
use super::execute::Run;
use crate::authz;
use crate::ids::AccountId;
use crate::report::history::{self, Cause, CauseType};
use crate::store::tables::accounts;
use crate::store::{StoreError, Tx};

impl Core {
    /// Before anything of a call changes rows.
    pub(super) fn begin_history(&self, tx: &mut Tx<'_>, run: &Run) -> Result<(), StoreError> {
        let account = run.caller.account();
        if account == AccountId::OPERATOR || !accounts::is_open(tx, account)? {
            return Ok(());
        }
        history::begin(tx, account, run.durable.now, self.settings.measures())
    }

    /// When all that a call changes is done.
    pub(super) fn record_history(&self, tx: &mut Tx<'_>, run: &Run) -> Result<(), StoreError> {
        let cause = Cause {
            kind: CauseType::Operation,
            operation: Some(run.operation.api().action.to_owned()),
            caller: Some(authz::principal(&run.caller).to_string()),
            request_id: Some(run.frame.request_id.to_string()),
        };
        history::record(tx, &cause, run.durable.now, self.settings.measures())
    }
}
