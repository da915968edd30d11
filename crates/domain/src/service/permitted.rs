//! Asks whether an admitted call may be, out of memory where that knows the caller's policies, else out of the store.

use std::sync::Arc;

use ramward_rpc::api::Api;
use ramward_rpc::error::ApiResult;

use super::Core;
use super::execute::Run;
use super::permissions::Ticket;
use crate::authn::{Caller, Origin};
use crate::authz::{self, Denied, Granted, Holder, Records, Target, granted};
use crate::identity::security_preference::SecurityPreference;
use crate::identity::user::UserName;
use crate::ids::UserId;
use crate::ops;
use crate::policy::Context;
use crate::store::tables::{accounts, users};
use crate::store::{Tx, refusal};
use crate::time::Timestamp;

impl Core {
    /// Decides about an admitted call. With a `ticket` from before the read, the caller's policies are kept; inside a write
    /// there is none, since what is read there may never be committed.
    pub(super) fn authorise(
        &self,
        tx: &mut Tx<'_>,
        ticket: Option<Ticket>,
        caller: &Caller,
        api: &Api,
        target: &Target,
        context: &Context<'_>,
    ) -> ApiResult<()> {
        if !accounts::is_open(tx, caller.account())? {
            return Err(ops::account_is_gone());
        }
        let mut records = Rows { core: self, tx, ticket, caller };
        authz::authorise(caller, api, target, context, &mut records).map_err(|denied| match denied {
            Denied::Otherwise(error) => error,
            Denied::ByPolicy(diagnosis) => diagnosis.refusal(api.product, &self.seal, &*self.entropy),
        })
    }

    /// Whether an answer in memory about the whole account may be given to the caller without asking the store.
    pub(super) fn permits_at_once(&self, caller: &Caller, api: &Api, origin: Origin, now: Timestamp) -> bool {
        let Some(holder) = Holder::of(caller) else { return caller.is_root() };
        let Some(Some(granted)) = self.caches.permissions.get(caller.account(), holder) else { return false };
        authz::permits_at_once(caller, api, &context(origin, now), &granted)
    }

    /// Whether deciding about the caller needs no policies out of the store.
    pub(super) fn knows_permissions(&self, caller: &Caller) -> bool {
        Holder::of(caller)
            .is_none_or(|holder| self.caches.permissions.get(caller.account(), holder).is_some())
    }

    /// Reads the caller's policies ahead of the writer, which must not be kept waiting by them. If that fails, the
    /// decision will.
    pub(super) fn learn_permissions(&self, caller: &Caller) {
        if !self.knows_permissions(caller) {
            let ticket = Some(self.caches.permissions.ticket(caller.account()));
            let _learned = self.store.read(|tx| Rows { core: self, tx, ticket, caller }.granted());
        }
    }
}

/// What conditions of policies may ask of a call.
fn context(origin: Origin, now: Timestamp) -> Context<'static> {
    Context::of_call(origin.peer, now, origin.secure, origin.mfa)
}

impl Run {
    pub(super) fn context(&self) -> Context<'static> {
        context(self.origin, self.durable.now)
    }
}

/// The rows of the caller's account.
struct Rows<'r, 'tx> {
    core: &'r Core,
    tx: &'r mut Tx<'tx>,
    ticket: Option<Ticket>,
    caller: &'r Caller,
}

impl Records for Rows<'_, '_> {
    fn granted(&mut self) -> ApiResult<Option<Arc<Granted>>> {
        let Some(holder) = Holder::of(self.caller) else { return Ok(None) };
        let account = self.caller.account();
        let permissions = &self.core.caches.permissions;
        if let Some(known) = permissions.get(account, holder) {
            return Ok(known);
        }
        let granted = granted::read(self.tx, account, holder)?.map(Arc::new);
        if let Some(ticket) = self.ticket {
            permissions.insert(ticket, account, holder, granted.clone());
        }
        Ok(granted)
    }

    fn preference(&mut self) -> ApiResult<SecurityPreference> {
        let account = accounts::find(self.tx, self.caller.account()).map_err(refusal)?;
        Ok(account.map(|account| account.security_preference).unwrap_or_default())
    }

    fn user_name(&mut self, user: UserId) -> ApiResult<Option<UserName>> {
        Ok(users::find(self.tx, self.caller.account(), user)?.map(|user| user.user_name))
    }
}

#[cfg(test)]
mod tests;
