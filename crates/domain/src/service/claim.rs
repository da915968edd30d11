//! With several nodes a nonce is burnt in the store before anything is done for its request. A change burns it in its own
//! transaction; for all other calls it is a small write of its own, many of which share a commit. Must not know what a call
//! does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ramward_rpc::api::Access;
use ramward_rpc::error::{ApiError, Plain};

use super::execute::{Reply, Run};
use super::start::CLOCKS_DIFFER_SECONDS;
use super::{Core, Needs};
use crate::authn::nonces::Fingerprint;
use crate::ids::AccountId;
use crate::store::tables::nonces;
use crate::store::{Job, StoreError, Tx, Verdict, refusal};
use crate::time::Timestamp;

impl Run {
    /// Whether its nonce must be burnt before its work begins, because that work is no transaction.
    pub(super) fn claims_first(&self) -> bool {
        let is_nonce = matches!(self.durable.needs, Needs::Nonce(..));
        let changes = self.operation.api().access == Access::Write && self.request.is_ok();
        is_nonce && (self.operation.slow() || !changes && self.durable.use_at.is_none())
    }
}

/// The accounts whose nonces this node burnt, and when it last did.
#[derive(Debug, Default)]
pub(super) struct Claimed(Mutex<BTreeMap<AccountId, Timestamp>>);

impl Claimed {
    pub(super) fn note(&self, account: AccountId, wall: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account, wall);
    }

    fn list(&self) -> Vec<(AccountId, Timestamp)> {
        let claimed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        claimed.iter().map(|(account, last)| (*account, *last)).collect()
    }

    /// Forgets an account whose last nonce is gone, unless it had another one since.
    fn forget(&self, account: AccountId, last: Timestamp) {
        let mut claimed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if claimed.get(&account) == Some(&last) {
            claimed.remove(&account);
        }
    }
}

impl Core {
    /// Deletes the nonces that no node would take any more, account by account.
    pub(super) fn forget_nonces(&self) {
        let now = self.wall.now();
        let gone = now.plus_seconds(-CLOCKS_DIFFER_SECONDS);
        for (account, last) in self.claimed.list() {
            let deleted: Result<usize, StoreError> =
                self.store.write_in(Vec::new(), move |tx| nonces::delete_expired(tx, account, gone));
            match deleted {
                // A stamp may lie ahead by the window, and is good for the window.
                Ok(_) if last.plus_seconds(2 * self.settings.window_seconds) < gone => {
                    self.claimed.forget(account, last);
                }
                Ok(_) => {}
                Err(error) => {
                    return tracing::warn!(%error, "expired nonces could not be deleted; trying again");
                }
            }
        }
    }

    /// Burns the nonce for all nodes; goes on with the call behind that commit.
    pub(super) fn claim(self: Arc<Self>, mut run: Run, reply: Reply) {
        let Needs::Nonce(fingerprint, expires) = run.durable.needs else { return self.run(run, reply) };
        run.durable.needs = Needs::Nothing;
        let store = self.store.clone();
        store.submit(Box::new(Claim { core: self, run, reply, fingerprint, expires, is_new: false }));
    }

    /// The rest of a call whose nonce is burnt: like the beginning of one that needed nothing.
    fn claimed(self: Arc<Self>, run: Run, reply: Reply) {
        let kept = (run.durable.is_nothing())
            .then(|| self.answer_at_once(&run.frame, &run.caller, run.origin, &run.request, run.durable.now))
            .flatten();
        match kept {
            Some(answer) => reply.give(answer),
            None => self.run(run, reply),
        }
    }
}

/// A nonce on its way into the store, with the call that waits for it.
struct Claim {
    core: Arc<Core>,
    run: Run,
    reply: Reply,
    fingerprint: Fingerprint,
    expires: Timestamp,
    is_new: bool,
}

impl Job for Claim {
    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict {
        let account = self.run.caller.account();
        self.core.claimed.note(account, self.run.durable.wall);
        match nonces::insert(tx, account, self.expires, self.fingerprint.0) {
            Ok(is_new) => {
                self.is_new = is_new;
                Verdict::Keep
            }
            // The store remembers it and says so when the job is done.
            Err(_) => Verdict::Keep,
        }
    }

    /// Whoever inserts the same row at the same time waits for the other, so no account needs to be held.
    fn accounts(&self) -> Option<Vec<AccountId>> {
        Some(Vec::new())
    }

    fn done(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { core, run, reply, is_new, .. } = *self;
        match committed {
            Err(error) => reply.give_outcome(Err(refusal(error))),
            Ok(()) if !is_new => reply.give_outcome(Err(ApiError::new(Plain::SignatureNonceUsed))),
            Ok(()) => {
                let for_worker = Arc::clone(&core);
                core.on_worker(reply, move |reply| for_worker.claimed(run, reply));
            }
        }
    }
}
