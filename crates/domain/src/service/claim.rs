//! With several nodes a nonce is burnt in the store before anything is done for its request. A change burns it in its own
//! transaction; all other calls that come while the writer is at work wait together and are burnt together, with few
//! statements and one commit. Must not know what a call does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ramward_rpc::error::{ApiError, Plain};

use super::execute::{Reply, Run, busy};
use super::{Core, Needs};
use crate::authn::nonces::Fingerprint;
use crate::ids::AccountId;
use crate::settings::Settings;
use crate::store::tables::nonces;
use crate::store::{CLOCKS_DIFFER_SECONDS, Job, StoreError, Tx, Verdict, refusal};
use crate::time::Timestamp;

impl Run {
    /// Whether its nonce must be burnt before its work begins, because that work is no transaction.
    pub(super) fn claims_first(&self, settings: &Settings) -> bool {
        let is_nonce = matches!(self.durable.needs, Needs::Nonce(..));
        is_nonce
            && (self.operation.is_slow(settings) || !self.changes(settings) && self.durable.use_at.is_none())
    }
}

/// How many calls may wait for their nonces; one more is refused, as by a full queue of the writer.
const MOST_WAITING: usize = 1024;

/// The accounts whose nonces this node burnt, and when it last did.
#[derive(Debug, Default)]
pub(super) struct Claimed(Mutex<BTreeMap<AccountId, Timestamp>>);

/// The calls whose nonces are burnt next.
#[derive(Default)]
pub(super) struct Waiting(Mutex<Vec<Claim>>);

impl Waiting {
    fn list(&self) -> MutexGuard<'_, Vec<Claim>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets one more wait. Whether it is the first, who must ask for the writer; or the claim itself, if too many wait.
    fn add(&self, claim: Claim) -> Result<bool, Box<Claim>> {
        let mut waiting = self.list();
        if waiting.len() >= MOST_WAITING {
            return Err(Box::new(claim));
        }
        waiting.push(claim);
        Ok(waiting.len() == 1)
    }

    fn take(&self) -> Vec<Claim> {
        std::mem::take(&mut *self.list())
    }
}

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
        self.claimed.note(run.caller.account(), run.durable.wall);
        match self.waiting.add(Claim { run, reply, fingerprint, expires, is_new: false }) {
            Ok(true) => {
                let store = self.store.clone();
                store.submit(Box::new(Claims { core: self, taken: Vec::new(), ran: false }));
            }
            // The job of the first has not run yet, and takes all.
            Ok(false) => {}
            Err(claim) => claim.reply.give_outcome(Err(busy())),
        }
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
pub(super) struct Claim {
    run: Run,
    reply: Reply,
    fingerprint: Fingerprint,
    expires: Timestamp,
    is_new: bool,
}

impl Claim {
    fn key(&self) -> (AccountId, Timestamp, u64) {
        (self.run.caller.account(), self.expires, self.fingerprint.0)
    }
}

/// All that waited when the writer came to them.
struct Claims {
    core: Arc<Core>,
    taken: Vec<Claim>,
    ran: bool,
}

impl Claims {
    /// Burns them, account by account: no statement is about two.
    fn burn(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        for of_account in self.taken.chunk_by_mut(|one, next| one.key().0 == next.key().0) {
            let Some(account) = of_account.first().map(|claim| claim.key().0) else { continue };
            let nonces: Vec<_> =
                of_account.iter().map(|claim| (claim.expires, claim.fingerprint.0)).collect();
            let burnt = nonces::insert_all(tx, account, &nonces)?;
            of_account.iter_mut().zip(burnt).for_each(|(claim, is_new)| claim.is_new = is_new);
        }
        Ok(())
    }
}

impl Job for Claims {
    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict {
        self.ran = true;
        // There are some already if it runs again.
        self.taken.append(&mut self.core.waiting.take());
        // In one order on all nodes, so that two that have the same nonces do not wait for each other crosswise.
        self.taken.sort_by_key(Claim::key);
        match self.burn(tx) {
            // The store remembers an error and says so when the job is done.
            Ok(()) | Err(_) => Verdict::Keep,
        }
    }

    /// Whoever inserts the same row at the same time waits for the other, so no account needs to be held.
    fn accounts(&self) -> Option<Vec<AccountId>> {
        Some(Vec::new())
    }

    fn done(mut self: Box<Self>, committed: Result<(), StoreError>) {
        if !self.ran {
            // Refused before it ran: nobody else would take those who wait.
            self.taken = self.core.waiting.take();
        }
        let Self { core, taken, .. } = *self;
        for Claim { run, reply, is_new, .. } in taken {
            match &committed {
                Err(error) => reply.give_outcome(Err(refusal(error.clone()))),
                Ok(()) if !is_new => reply.give_outcome(Err(ApiError::new(Plain::SignatureNonceUsed))),
                Ok(()) => {
                    let for_worker = Arc::clone(&core);
                    core.on_worker(reply, move |reply| for_worker.claimed(run, reply));
                }
            }
        }
    }
}
