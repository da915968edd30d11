//! Calls that need the store: reads on a worker thread, changes inside the writer's group commit.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ramward_rpc::api::Product;
use ramward_rpc::error::{ApiError, ApiResult, Plain};
use ramward_rpc::value::Value;

use super::permissions::Ticket;
use super::start::raise_ceiling;
use super::{Answer, Call, Core, Done, Durable, Frame, KeptAnswer, Needs, Record, Step, Tail, UsesInMemory};
use crate::authn::{Caller, KeyEntry, Origin};
use crate::endpoint::requests::Check;
use crate::identity::user::UserName;
use crate::ids::AccountId;
use crate::ops::{AnyOperation, AnyRequest, Cx, Prepare, Target};
use crate::settings::Settings;
use crate::store::tables::{access_keys, accounts, nonces};
use crate::store::{Job, StoreError, Tx, Verdict, refusal};
use crate::time::Timestamp;
use crate::workers::Busy;

/// How many waiting uses one commit writes along.
const USES_PER_COMMIT: usize = 64;

/// A call that was not answered at once.
pub struct Pending {
    core: Arc<Core>,
    stage: Stage,
}

enum Stage {
    /// Its key must be read first.
    Admit(Box<Owned>),
    /// It is admitted.
    Run(Box<Run>),
}

/// A call that outlives the bytes it was read from.
struct Owned {
    frame: Frame,
    method: http::Method,
    path: String,
    query: String,
    headers: http::HeaderMap,
    body: Vec<u8>,
    peer: std::net::IpAddr,
    secure: bool,
}

/// An admitted call.
pub(super) struct Run {
    pub(super) frame: Frame,
    pub(super) caller: Caller,
    pub(super) origin: Origin,
    /// The typed request, or the refusal of a parameter: the use of the key counts either way.
    pub(super) request: ApiResult<Box<dyn AnyRequest>>,
    pub(super) operation: &'static dyn AnyOperation,
    pub(super) durable: Durable,
    /// What is being checked, or was when the call was refused.
    pub(super) reached: Cell<Check>,
    /// Whether the server itself asks for the call, at a sign-in that it does not let go on without; then no policy is
    /// asked.
    pub(super) permitted: bool,
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

/// Gives the answer exactly once, also when the work that held it is dropped or panics.
pub(super) struct Reply {
    frame: Frame,
    record: Record,
    done: Option<Done>,
}

impl Reply {
    fn new(frame: Frame, done: Done) -> Self {
        let record = Record { operation: frame.operation, ..Record::default() };
        Self { frame, record, done: Some(done) }
    }

    fn of_run(run: &Run, done: Done) -> Self {
        let mut reply = Self::new(run.frame.clone(), done);
        reply.record.account = Some(run.caller.account());
        reply.record.access_key_id = Some(run.caller.key.access_key_id.clone());
        reply.record.owner = Some((run.caller.account(), run.caller.user()));
        reply
    }

    pub(super) fn give(mut self, answer: Answer) {
        if let Some(done) = self.done.take() {
            done(answer);
        }
    }

    /// The same with what the call was refused at.
    fn give_outcome_at(mut self, reached: Check, outcome: ApiResult<Tail>) {
        self.frame.reached = reached;
        self.give_outcome(outcome);
    }

    pub(super) fn give_outcome(self, outcome: ApiResult<Tail>) {
        let answer = match outcome {
            Ok(tail) => Answer::success(&self.frame, &tail, self.record.clone()),
            Err(error) => self.refusal(&error),
        };
        self.give(answer);
    }

    fn refusal(&self, error: &ApiError) -> Answer {
        Answer::refusal(&self.frame, error, self.record.clone())
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(done) = self.done.take() {
            done(self.refusal(&Self::unforeseen()));
        }
    }
}

/// The refusal when too many wait.
pub(super) fn busy() -> Box<ApiError> {
    ApiError::unavailable("The server has as many calls waiting as it may. Try again shortly.", 1000)
}

impl Pending {
    pub(super) fn to_admit(core: Arc<Core>, call: &Call<'_>, mut frame: Frame) -> Self {
        core.note_host(&mut frame, call.host(), call.secure);
        let owned = Owned {
            frame,
            method: call.method.clone(),
            path: call.path.to_owned(),
            query: call.query.to_owned(),
            headers: call.headers.clone(),
            body: call.body.to_vec(),
            peer: call.peer,
            secure: call.secure,
        };
        Self { core, stage: Stage::Admit(Box::new(owned)) }
    }

    pub(super) fn to_run(core: Arc<Core>, run: Run) -> Self {
        Self { core, stage: Stage::Run(Box::new(run)) }
    }

    /// Runs the rest on the store's threads and hands the answer to `done`, which must not block: it may be called on
    /// the writer's thread. When the queue is full, `done` gets `ServiceUnavailable` at once, on this thread.
    pub fn start(self, done: Done) {
        let core = self.core;
        match self.stage {
            Stage::Admit(owned) => {
                let reply = Reply::new(owned.frame.clone(), done);
                let for_worker = Arc::clone(&core);
                core.on_worker(reply, move |reply| for_worker.admit_and_run(*owned, reply));
            }
            Stage::Run(run) => {
                let reply = Reply::of_run(&run, done);
                core.run(*run, reply);
            }
        }
    }
}

impl Core {
    pub(super) fn on_worker(&self, reply: Reply, work: impl FnOnce(Reply) + Send + 'static) {
        self.workers.submit(Box::new(move |taken: Result<(), Busy>| match taken {
            Ok(()) => work(reply),
            Err(Busy) => reply.give_outcome(Err(busy())),
        }));
    }

    fn admit_and_run(self: Arc<Self>, mut owned: Owned, mut reply: Reply) {
        let call = Call {
            method: &owned.method,
            path: &owned.path,
            query: &owned.query,
            headers: &owned.headers,
            body: &owned.body,
            peer: owned.peer,
            secure: owned.secure,
        };
        match Self::step(&self, &call, &mut owned.frame, true) {
            Step::Answer(answer) => reply.give(answer),
            Step::Run(run) => {
                // The earlier reply knew no caller yet.
                let Some(done) = reply.done.take() else { return };
                let reply = Reply::of_run(&run, done);
                self.run_here(run, reply);
            }
            // With the store at hand a key is found or refused.
            Step::NeedsKey => drop(reply),
        }
    }

    /// Sends an admitted call to the right thread.
    pub(super) fn run(self: Arc<Self>, run: Run, reply: Reply) {
        if self.replay.is_shared() && run.claims_first(&self.settings) {
            return self.claim(run, reply);
        }
        let read_here = run.operation.is_slow(&self.settings) || !self.knows_permissions(&run.caller);
        if run.durable.is_nothing() && run.request.is_err() || run.to_writer(&self.settings) && !read_here {
            self.run_here(run, reply);
        } else {
            let core = Arc::clone(&self);
            self.on_worker(reply, move |reply| core.run_here(run, reply));
        }
    }

    /// Runs an admitted call on this thread, or queues it for the writer.
    pub(super) fn run_here(self: Arc<Self>, mut run: Run, reply: Reply) {
        let context = run.context();
        if run.operation.is_slow(&self.settings)
            && let Ok(request) = &mut run.request
        {
            run.reached.set(Check::Permission);
            let cx = Prepare {
                caller: &run.caller,
                store: &self.store,
                entropy: &*self.entropy,
                settings: &self.settings,
                now: run.durable.now,
                wall: run.durable.wall,
                whole: &self,
            };
            let target = request.target();
            let ticket = Some(self.caches.permissions.ticket(run.caller.account()));
            let permitted = if run.permitted {
                Ok(())
            } else {
                self.store.read(|tx| {
                    self.authorise(tx, ticket, &run.caller, run.operation.api(), &target, &context)
                })
            };
            let prepared = permitted.and_then(|()| {
                run.reached.set(Check::Operation);
                request.prepare(&cx)
            });
            if let Err(error) = prepared {
                run.request = Err(error);
            }
        }
        if run.to_writer(&self.settings) {
            self.learn_permissions(&run.caller);
            let store = self.store.clone();
            store.submit(Box::new(Change { core: self, run, outcome: None, reply }));
        } else {
            let outcome = self.read(&run);
            reply.give_outcome_at(run.reached.get(), outcome);
        }
    }

    fn read(&self, run: &Run) -> ApiResult<Tail> {
        let account = run.caller.account();
        let account_wide = run.request.as_ref().is_ok_and(|request| request.is_account_wide());
        let ticket = account_wide.then(|| self.caches.answers.ticket(&account));
        let permissions = Some(self.caches.permissions.ticket(account));
        let members = self.store.read(|tx| self.perform(tx, permissions, run))?;
        let tail = Tail::new(run.operation.api().action, &members);
        if let (Some(ticket), Some(operation)) = (ticket, run.frame.operation) {
            let kept = KeptAnswer { day: run.durable.now.day(), tail: tail.clone() };
            self.caches.answers.insert(ticket, (account, operation), Arc::new(kept));
        }
        Ok(tail)
    }

    fn perform(
        &self,
        tx: &mut Tx<'_>,
        ticket: Option<Ticket>,
        run: &Run,
    ) -> ApiResult<Vec<(&'static str, Value)>> {
        let request = match &run.request {
            Ok(request) => request,
            Err(error) => return Err(error.clone()),
        };
        run.reached.set(Check::Permission);
        if !run.permitted {
            self.authorise(tx, ticket, &run.caller, run.operation.api(), &request.target(), &run.context())?;
        }
        run.reached.set(Check::Operation);
        let mut cx = Cx {
            tx,
            caller: &run.caller,
            origin: run.origin,
            now: run.durable.now,
            wall: run.durable.wall,
            entropy: &*self.entropy,
            seal: &self.seal,
            settings: &self.settings,
            last_used: &UsesInMemory(&self.caches),
            endpoint: &self.endpoint,
        };
        request.handle(&mut cx)
    }

    /// Writes what must be durable before the answer, and a few waiting uses along with it. `false` if another node has
    /// burnt the nonce.
    fn make_durable(&self, tx: &mut Tx<'_>, run: &Run) -> Result<bool, StoreError> {
        match run.durable.needs {
            Needs::Nothing => {}
            Needs::Ceiling(ceiling) => raise_ceiling(tx, ceiling)?,
            Needs::Nonce(fingerprint, expires) => {
                if self.replay.is_shared() {
                    self.claimed.note(run.caller.account(), run.durable.wall);
                }
                let is_new = nonces::insert(tx, run.caller.account(), expires, fingerprint.0)?;
                if !is_new && self.replay.is_shared() {
                    return Ok(false);
                }
            }
        }
        if let Some(product) = run.durable.use_at {
            mark_used(tx, &run.caller.key, run.durable.now, product)?;
        }
        for key in self.take_waiting_uses(USES_PER_COMMIT) {
            // The first use of a day is news for its account's report, and is written by its own call.
            if let Some((at, product)) = key.last_use().filter(|(at, _)| key.is_durable_on(at.day())) {
                let (id, service) = (&key.access_key_id, product.name());
                access_keys::mark_used_again(tx, key.account, key.user, id, at, service)?;
            }
        }
        Ok(true)
    }

    pub(super) fn take_waiting_uses(&self, most: usize) -> Vec<Arc<KeyEntry>> {
        let mut waiting = self.caches.waiting_uses.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let from = waiting.len().saturating_sub(most);
        let taken = waiting.split_off(from);
        for key in &taken {
            key.queued.store(false, Ordering::Relaxed);
        }
        taken
    }
}

/// Writes the latest use of `key` that this process saw.
pub(super) fn mark_last_use(tx: &mut Tx<'_>, key: &KeyEntry) -> Result<(), StoreError> {
    key.last_use().map_or(Ok(()), |(at, product)| mark_used(tx, key, at, product))
}

/// A key that was deleted meanwhile has no use to write, nor has one of an account that is being deleted.
fn mark_used(tx: &mut Tx<'_>, key: &KeyEntry, at: Timestamp, product: Product) -> Result<(), StoreError> {
    if !accounts::is_open(tx, key.account)? {
        return Ok(());
    }
    match access_keys::mark_used(tx, key.account, key.user, &key.access_key_id, at, product.name()) {
        Err(StoreError::Absent { .. }) => Ok(()),
        outcome => outcome,
    }
}

impl Run {
    /// Whether the call must pass the writer: it changes something, or something must be durable before its answer.
    fn to_writer(&self, settings: &Settings) -> bool {
        !self.durable.is_nothing() || self.changes(settings)
    }

    /// Whether the operation, if it is come to, changes something.
    pub(super) fn changes(&self, settings: &Settings) -> bool {
        self.request.is_ok() && self.operation.is_change(settings)
    }
}

/// An admitted call on its way through the writer.
struct Change {
    core: Arc<Core>,
    run: Run,
    outcome: Option<ApiResult<Vec<(&'static str, Value)>>>,
    reply: Reply,
}

impl Job for Change {
    /// The use of the key and the nonce are kept even where the operation refuses: it has a transaction of its own inside.
    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict {
        let (core, run) = (&self.core, &self.run);
        let begun = core.begin_history(tx, run).and_then(|()| core.make_durable(tx, run));
        let mut outcome = match begun {
            Ok(true) => tx.nested(|tx| core.perform(tx, None, run)),
            Ok(false) => {
                self.outcome = Some(Err(ApiError::new(Plain::SignatureNonceUsed)));
                return Verdict::Discard;
            }
            Err(error) => Err(refusal(error)),
        };
        let nothing_to_keep = outcome.is_err() && run.durable.is_nothing();
        if !nothing_to_keep && let Err(error) = core.record_history(tx, run) {
            outcome = Err(refusal(error));
        }
        self.outcome = Some(outcome);
        if nothing_to_keep { Verdict::Discard } else { Verdict::Keep }
    }

    /// A caller changes its own account. The operator may change any; who comes without a signature says in the request
    /// which one is meant. Uses of other keys that are written along move forward only, whoever writes them.
    fn accounts(&self) -> Option<Vec<AccountId>> {
        let account = self.run.caller.account();
        if account != AccountId::OPERATOR {
            return Some(vec![account]);
        }
        self.run.request.as_ref().ok()?.changed_account().map(|account| vec![account])
    }

    fn user(&self) -> Option<(AccountId, UserName)> {
        match self.run.request.as_ref().ok()?.target() {
            Target::User(name) => Some((self.run.caller.account(), name)),
            _ => None,
        }
    }

    fn done(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { core, run, outcome, reply } = *self;
        let reached = run.reached.get();
        if let Err(error) = committed {
            return reply.give_outcome_at(reached, Err(refusal(error)));
        }
        if let Needs::Ceiling(ceiling) = run.durable.needs {
            core.replay.raised(ceiling);
        }
        if run.durable.use_at.is_some() {
            run.caller.key.set_durable(run.durable.now.day());
        }
        match outcome {
            Some(outcome) => {
                let action = run.operation.api().action;
                reply.give_outcome_at(reached, outcome.map(|members| Tail::new(action, &members)));
            }
            None => drop(reply),
        }
    }
}
