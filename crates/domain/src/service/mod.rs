//! The walk of a call: read, admit, authorise, handle, answer. What the gateway calls and the console will call.
//! Knows no socket. A call that the caches can answer is answered on the caller's own thread; the rest runs on the
//! store's threads, so an abandoned connection never leaves a change half-made.

pub mod answer;
pub mod cache;
pub mod call;
mod checking;
mod claim;
pub mod console;
mod endpoint;
mod error_centre;
mod execute;
pub mod figures;
pub mod first_start;
mod history;
mod permissions;
mod permitted;
mod replay;
mod restoring;
mod signer;
mod start;
pub mod unsigned;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use quick_cache::sync::Cache;
use ramward_rpc::api::Product;
use ramward_rpc::error::{ApiError, ApiResult, Plain};
use ramward_rpc::params::Params;

pub use self::answer::{Answer, Record, Tail};
use self::cache::GuardedCache;
use self::call::Signed;
pub use self::call::{Call, Format, Frame};
use self::checking::{check_network, check_signature, check_status, read};
use self::claim::{Claimed, Waiting};
use self::console::SignIns;
pub use self::execute::Pending;
use self::execute::{Reply, Run};
use self::permissions::Permissions;
use self::replay::{Needs, ReplayGuard};
pub use self::restoring::StartedWith;
pub use self::signer::open_secret;
use crate::authn::{Caller, KeyEntry, Origin};
use crate::endpoint::Endpoint;
use crate::endpoint::requests::Check;
use crate::entropy::{Entropy, SeededEntropy};
use crate::ids::{AccessKeyId, AccountId, RequestId};
use crate::ops::{self, AnyOperation, AnyRequest, LastUsed};
use crate::settings::Settings;
use crate::store::Store;
use crate::store::seal::SealKey;
use crate::time::{Clock, Day, DomainClock, Timestamp};
use crate::workers::Workers;

/// How many keys of sessions are kept in memory.
const MAX_SESSIONS: usize = 4096;
/// How many keys may wait to have the time of day of their latest use written.
const MAX_WAITING_USES: usize = 4096;

/// The service; cheap to clone.
#[derive(Clone)]
pub struct Service {
    core: Arc<Core>,
}

pub(crate) struct Core {
    store: Store,
    seal: SealKey,
    settings: Settings,
    wall: Arc<dyn Clock>,
    clock: Arc<DomainClock>,
    entropy: Arc<dyn Entropy>,
    caches: Arc<Caches>,
    replay: ReplayGuard,
    claimed: Claimed,
    waiting: Waiting,
    workers: Workers,
    endpoint: Endpoint,
    sign_ins: SignIns,
    started_with: OnceLock<StartedWith>,
    own_address: OnceLock<String>,
}

/// What commits invalidate; shared with the store's commit listener.
#[derive(Debug)]
struct Caches {
    keys: GuardedCache<AccessKeyId, Arc<KeyEntry>>,
    answers: GuardedCache<(AccountId, usize), Arc<KeptAnswer>>,
    permissions: Permissions,
    /// Keys of sessions, by the SHA-256 of their tokens.
    sessions: Cache<[u8; 32], Arc<KeyEntry>>,
    /// Keys whose latest use is known here and not yet in their row.
    waiting_uses: Mutex<Vec<Arc<KeyEntry>>>,
}

/// An account-wide answer, good until the next commit on the account or the end of the day.
#[derive(Debug)]
struct KeptAnswer {
    day: Day,
    tail: Tail,
}

/// What became of a call.
#[derive(Debug)]
pub enum Begun {
    /// It is answered.
    Done(Answer),
    /// It needs the store.
    Pending(Pending),
}

/// How far a call got on its caller's thread.
enum Step {
    Answer(Answer),
    /// The key is not in memory.
    NeedsKey,
    Run(Run),
}

/// Figures for `/metrics`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stats {
    /// AccessKeys in memory.
    pub cached_keys: usize,
    /// AccessKeys read from the store since the start.
    pub key_misses: u64,
    /// Account-wide answers in memory.
    pub cached_answers: usize,
    /// Account-wide answers computed since the start.
    pub answer_misses: u64,
    /// Identities whose policies are in memory.
    pub cached_permissions: usize,
    /// Identities whose policies were read from the store since the start.
    pub permission_misses: u64,
    /// Nonces held.
    pub nonces: usize,
}

impl Service {
    /// Begins a call on the caller's thread.
    pub fn begin(&self, call: &Call<'_>) -> Begun {
        let mut frame = Frame::new(self.core.request_id());
        match Core::step(&self.core, call, &mut frame, self.core.store.is_at_hand()) {
            Step::Answer(answer) => Begun::Done(answer),
            Step::NeedsKey => Begun::Pending(Pending::to_admit(Arc::clone(&self.core), call, frame)),
            Step::Run(run) => Begun::Pending(Pending::to_run(Arc::clone(&self.core), run)),
        }
    }

    /// A call from begin to end on the caller's thread; for tests and tools that have no event loop.
    pub fn call(&self, call: &Call<'_>) -> Answer {
        match self.begin(call) {
            Begun::Done(answer) => answer,
            Begun::Pending(pending) => {
                let (send, receive) = std::sync::mpsc::sync_channel(1);
                pending.start(Box::new(move |answer| {
                    // Nobody else holds the receiver, which waits below.
                    let _sent = send.send(answer);
                }));
                receive.recv().expect("every pending call is answered")
            }
        }
    }

    /// A refusal that the gateway itself must make, such as of a body that is too large, in the vendor's envelope.
    pub fn refuse(&self, host: &str, secure: bool, error: &ApiError) -> Answer {
        let mut frame = Frame::new(self.core.request_id());
        self.core.note_host(&mut frame, host, secure);
        Answer::refusal(&frame, error, Record::default())
    }

    /// The store behind the service.
    pub fn store(&self) -> &Store {
        &self.core.store
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.core.settings
    }

    /// The clock of dates and ages.
    pub fn now(&self) -> Timestamp {
        self.core.clock.now()
    }

    /// Figures for `/metrics`.
    pub fn stats(&self) -> Stats {
        let caches = &self.core.caches;
        Stats {
            cached_keys: caches.keys.len(),
            key_misses: caches.keys.misses(),
            cached_answers: caches.answers.len(),
            answer_misses: caches.answers.misses(),
            cached_permissions: caches.permissions.len(),
            permission_misses: caches.permissions.misses(),
            nonces: self.core.replay.held(),
        }
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

thread_local! {
    /// Request ids need to be unique, not secret; asking the operating system for each would cost more than the answer.
    static REQUEST_IDS: RefCell<Option<SeededEntropy>> = const { RefCell::new(None) };
}

impl Core {
    fn request_id(&self) -> RequestId {
        REQUEST_IDS.with_borrow_mut(|ids| {
            let ids = ids.get_or_insert_with(|| SeededEntropy::from_entropy(&*self.entropy));
            RequestId::generate(ids)
        })
    }

    /// Reads and admits a call and answers it where the caches can. `may_read` says whether the store may be asked for
    /// the key.
    fn step(core: &Arc<Self>, call: &Call<'_>, frame: &mut Frame, may_read: bool) -> Step {
        let mut record = Record::default();
        match core.admit(call, frame, &mut record, may_read) {
            Ok(step) => step,
            Err(error) => {
                core.note_host(frame, call.host(), call.secure);
                record.operation = frame.operation;
                Step::Answer(Answer::refusal(frame, &error, record))
            }
        }
    }

    /// The order of refusals, from the first to the typed parameters (decision record 0004).
    fn admit(
        &self,
        call: &Call<'_>,
        frame: &mut Frame,
        record: &mut Record,
        may_read: bool,
    ) -> ApiResult<Step> {
        let params = call.params()?;
        let said = call.said(&params, frame)?;
        let operation = *ops::OPERATIONS.get(said.operation).expect("find gives an index of the list");
        self.draw_fault(frame, operation);
        frame.reached = Check::Timestamp;
        let wall = self.wall.now();
        let Some(signed) = &said.signed else {
            return Ok(Step::Run(self.unsigned(call, frame, &params, operation, wall)));
        };
        let skew = frame.fault.as_ref().map_or(0, |fault| fault.skew_seconds);
        let window = self.replay.check_window(signed.stamp, wall.plus_seconds(skew));
        window.inspect_err(|_| record.access_key_id = claimed(signed))?;
        frame.reached = Check::AccessKey;
        let found = self.signer(signed, may_read).inspect_err(|_| record.access_key_id = claimed(signed));
        let Some(key) = found? else {
            return if may_read {
                record.access_key_id = claimed(signed);
                Err(ApiError::new(Plain::InvalidAccessKeyIdNotFound))
            } else {
                Ok(Step::NeedsKey)
            };
        };
        record.access_key_id = Some(key.access_key_id.clone());
        record.owner = Some((key.account, key.user));
        let now = self.clock.now();
        check_status(&key, wall, now.day())?;
        frame.reached = Check::Signature;
        check_signature(call, &params, signed, &key, record)?;
        frame.reached = Check::NetworkPolicy;
        check_network(call, &key)?;
        record.account = Some(key.account);
        frame.reached = Check::Nonce;
        let needs = self.replay.burn(key.access_key_id.as_str(), signed.claim.nonce, signed.stamp, wall)?;
        frame.reached = Check::SecurityToken;
        if key.session().is_none() {
            self.refuse_token(signed)?;
        }
        // A session's key has no row that could say when it was used, and no report counts it.
        let use_at = if key.session().is_some() { None } else { self.note_use(&key, operation, now) };
        let durable = Durable { needs, use_at, now, wall };
        let caller = Caller { key };
        let request = read(frame, operation, &params);
        let origin = call.origin();
        if durable.is_nothing()
            && let Some(answer) = self.answer_at_once(frame, &caller, origin, &request, now)
        {
            return Ok(Step::Answer(answer));
        }
        self.note_host(frame, call.host(), call.secure);
        let reached = Cell::new(frame.reached);
        let permitted = false;
        let frame = frame.clone();
        Ok(Step::Run(Run { frame, caller, origin, request, operation, durable, reached, permitted }))
    }

    /// A call of an operation that needs no signature: what it brings is checked by the operation itself.
    fn unsigned(
        &self,
        call: &Call<'_>,
        frame: &mut Frame,
        params: &Params<'_>,
        operation: &'static dyn AnyOperation,
        wall: Timestamp,
    ) -> Run {
        self.note_host(frame, call.host(), call.secure);
        let durable = Durable { needs: Needs::Nothing, use_at: None, now: self.clock.now(), wall };
        let caller = Caller { key: Arc::new(KeyEntry::anonymous()) };
        let (origin, request) = (call.origin(), read(frame, operation, params));
        let reached = Cell::new(frame.reached);
        let (frame, permitted) = (frame.clone(), false);
        Run { frame, caller, origin, request, operation, durable, reached, permitted }
    }

    /// The answer in memory to a request about the whole account, where the caller may have it without the store being asked.
    fn answer_at_once(
        &self,
        frame: &Frame,
        caller: &Caller,
        origin: Origin,
        request: &ApiResult<Box<dyn AnyRequest>>,
        now: Timestamp,
    ) -> Option<Answer> {
        let place = frame.operation?;
        let api = ops::OPERATIONS.get(place)?.api();
        let account_wide = request.as_ref().is_ok_and(|request| request.is_account_wide());
        if !account_wide || !self.permits_at_once(caller, api, origin, now) {
            return None;
        }
        let kept =
            self.caches.answers.get(&(caller.account(), place)).filter(|kept| kept.day == now.day())?;
        let record = Record {
            operation: Some(place),
            code: None,
            account: Some(caller.account()),
            access_key_id: Some(caller.key.access_key_id.clone()),
            owner: Some((caller.account(), caller.user())),
            ..Record::default()
        };
        Some(Answer::success(frame, &kept.tail, record))
    }

    /// A key is used when its signature verified, whatever the answer. Returns the use if it must be durable first.
    fn note_use(
        &self,
        key: &Arc<KeyEntry>,
        operation: &'static dyn AnyOperation,
        now: Timestamp,
    ) -> Option<Product> {
        let product = operation.api().product;
        let later = key.note_use(now, product);
        if !key.is_durable_on(now.day()) {
            return Some(product);
        }
        if later && !key.queued.load(Ordering::Relaxed) {
            let mut waiting = self.caches.waiting_uses.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.len() < MAX_WAITING_USES && !key.queued.swap(true, Ordering::Relaxed) {
                waiting.push(Arc::clone(key));
            }
        }
        None
    }
}

/// The key that a request names, whether there is one or not.
fn claimed(signed: &Signed<'_>) -> Option<AccessKeyId> {
    AccessKeyId::from_str(signed.claim.access_key_id).ok()
}

/// What must be durable before a call is answered.
#[derive(Debug, Clone, Copy)]
struct Durable {
    needs: Needs,
    /// The product through which the key was used for the first time today.
    use_at: Option<Product>,
    now: Timestamp,
    wall: Timestamp,
}

impl Durable {
    fn is_nothing(&self) -> bool {
        self.needs == Needs::Nothing && self.use_at.is_none()
    }
}

#[derive(Debug)]
struct UsesInMemory<'a>(&'a Caches);

impl LastUsed for UsesInMemory<'_> {
    fn of(&self, access_key_id: &str) -> Option<(Timestamp, Product)> {
        self.0.keys.get(access_key_id).and_then(|key| key.last_use())
    }
}

/// Answers a pending call whatever becomes of it.
type Done = Box<dyn FnOnce(Answer) + Send>;

impl Reply {
    fn unforeseen() -> Box<ApiError> {
        ApiError::internal("the call ended without an answer")
    }
}

#[cfg(test)]
mod nodes;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod versions;
