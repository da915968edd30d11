//! The life of a service: taking up where the last run ended, the once-a-second renewal, the clean stop.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use quick_cache::sync::Cache;

use super::cache::GuardedCache;
use super::claim::{Claimed, Waiting};
use super::console::SignIns;
use super::execute::mark_last_use;
use super::permissions::Permissions;
use super::replay::ReplayGuard;
use super::{Caches, Core, Service};
use crate::authn::nonces::Fingerprint;
use crate::endpoint::Endpoint;
use crate::endpoint::faults::Faults;
use crate::endpoint::requests::Requests;
use crate::entropy::Entropy;
use crate::ids::AccountId;
use crate::ops;
use crate::report::history;
use crate::settings::Settings;
use crate::store::seal::SealKey;
use crate::store::tables::nonces;
use crate::store::tables::server::{self, ENDED_CLEANLY, NONCE_CEILING, NONCE_KEY};
use crate::store::{CLOCKS_DIFFER_SECONDS, Effect, Store, StoreError, Tx};
use crate::time::{Clock, DomainClock, Timestamp};
use crate::workers::Workers;

/// Keeps the replay ceiling ahead of the traffic. Ends when dropped or stopped.
#[derive(Debug)]
pub struct Ticker {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    /// Takes up where the last run on `store` ended.
    ///
    /// # Errors
    /// What the store cannot read or write.
    pub fn open(
        store: Store,
        seal: SealKey,
        settings: Settings,
        wall: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StoreError> {
        let now = wall.now();
        let mut fresh_key = [0; 16];
        entropy.fill(&mut fresh_key);
        let (shared, window) = (store.is_shared(), settings.window_seconds);
        let begun = store.write(move |tx| {
            same_window(tx, window, shared)?;
            LastRun::take_up(tx, u128::from_be_bytes(fresh_key), shared)
        })?;
        let closed_until = if begun.ended_cleanly { Timestamp::MIN } else { begun.nonce_ceiling };
        let replay = ReplayGuard::new(
            begun.nonce_key.to_be_bytes(),
            settings.window_seconds,
            settings.max_nonces,
            begun.nonce_ceiling,
            closed_until,
        )
        .shared(shared);
        let forgotten = if shared { now.plus_seconds(-CLOCKS_DIFFER_SECONDS) } else { now };
        store.write(move |tx| nonces::delete_all_expired(tx, forgotten))?;
        let of_dates = now.plus_seconds(begun.clock_offset_seconds);
        let in_force = settings.clone();
        store.write(move |tx| history::settings_in_force(tx, of_dates, in_force.measures()))?;
        store.read(|tx| {
            nonces::each(tx, now, |account, expires, fingerprint| {
                // What stands under an account all nodes find there; what a node that was alone has left stands under none.
                if !shared || account == AccountId::OPERATOR {
                    replay.take_over(Fingerprint(fingerprint), expires, now);
                }
            })
        })?;
        let caches = Arc::new(Caches {
            keys: GuardedCache::new(settings.cache_entries),
            answers: GuardedCache::new(settings.cache_entries),
            permissions: Permissions::new(settings.cache_entries),
            sessions: Cache::new(super::MAX_SESSIONS),
            waiting_uses: Mutex::default(),
        });
        let clock = Arc::new(DomainClock::new(Arc::clone(&wall), begun.clock_offset_seconds));
        listen(&store, &caches, &clock, &wall);
        let workers = Workers::start(settings.workers, settings.max_waiting_calls);
        let endpoint = Endpoint {
            requests: Requests::new(settings.kept_requests),
            faults: Faults::new(settings.fault_injection),
        };
        let core = Core {
            store,
            seal,
            settings,
            wall,
            clock,
            entropy,
            caches,
            replay,
            claimed: Claimed::default(),
            waiting: Waiting::default(),
            workers,
            endpoint,
            sign_ins: SignIns::default(),
            started_with: OnceLock::new(),
            own_address: OnceLock::new(),
        };
        Ok(Self { core: Arc::new(core) })
    }

    /// Starts the once-a-second renewal of the replay ceiling. Without it every first request after an idle second
    /// waits for a commit, and nothing else changes.
    pub fn start_ticker(&self) -> Ticker {
        let core = Arc::clone(&self.core);
        let (stop, stopped) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("ticker".to_owned())
            .spawn(move || {
                let mut seconds = 0_u64;
                while stopped.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                    core.renew_ceiling();
                    seconds += 1;
                    if core.replay.is_shared() && seconds.is_multiple_of(FORGET_EVERY_SECONDS) {
                        core.forget_nonces();
                    }
                }
            })
            .expect("a thread can be started");
        Ticker { stop: Some(stop), thread: Some(thread) }
    }

    /// Ends the run cleanly: writes the waiting uses and the nonces in memory, so that the next run need not close the
    /// door for a moment. Calls that come after it are answered, but may be refused by the next run.
    ///
    /// # Errors
    /// What the store cannot write; the next run then treats this one as killed.
    pub fn close(&self) -> Result<(), StoreError> {
        let core = &self.core;
        core.write_waiting_uses()?;
        if core.replay.is_shared() {
            // Whatever was accepted stands in the store already.
            return Ok(());
        }
        let held = core.replay.export();
        core.store.write(move |tx| {
            for some in held.chunks(1024) {
                let some: Vec<_> =
                    some.iter().map(|(fingerprint, expires)| (*expires, fingerprint.0)).collect();
                nonces::insert_all(tx, AccountId::OPERATOR, &some)?;
            }
            server::update(tx, ENDED_CLEANLY, "true")
        })
    }
}

/// How often expired nonces of several nodes are deleted.
const FORGET_EVERY_SECONDS: u64 = 60;

/// Nodes that share a store find each other's nonces by their end, so the window must be the same for all.
fn same_window(tx: &mut Tx<'_>, window: i64, shared: bool) -> Result<(), StoreError> {
    match number::<i64>(tx, server::SIGNATURE_WINDOW)? {
        Some(known) if known == window => Ok(()),
        Some(_) if shared => Err(StoreError::Unsupported(
            "the other nodes of this store have another signature_window; start this one with the same, or stop all and start \
             one alone (nodes = \"one\") to change it",
        )),
        _ => server::update(tx, server::SIGNATURE_WINDOW, &window.to_string()),
    }
}

/// What the last run left behind.
struct LastRun {
    nonce_key: u128,
    nonce_ceiling: Timestamp,
    ended_cleanly: bool,
    clock_offset_seconds: i64,
}

impl LastRun {
    /// Reads it and notes that a new run has begun, which has not ended cleanly yet.
    fn take_up(tx: &mut Tx<'_>, fresh_key: u128, shared: bool) -> Result<Self, StoreError> {
        let nonce_key = match number(tx, NONCE_KEY)? {
            Some(key) => key,
            None => {
                server::update(tx, NONCE_KEY, &fresh_key.to_string())?;
                fresh_key
            }
        };
        let last_run = Self {
            nonce_key,
            nonce_ceiling: number(tx, NONCE_CEILING)?.map_or(Timestamp::MIN, Timestamp::from_seconds),
            // A store without the mark was never served from, so nothing was accepted.
            ended_cleanly: server::find(tx, ENDED_CLEANLY)?.is_none_or(|mark| mark == "true"),
            clock_offset_seconds: number(tx, server::CLOCK_OFFSET)?.unwrap_or_default(),
        };
        // One of several nodes has nothing in memory alone that its end could lose.
        if !shared {
            server::update(tx, ENDED_CLEANLY, "false")?;
        }
        Ok(last_run)
    }
}

fn number<T: std::str::FromStr>(tx: &mut Tx<'_>, name: &'static str) -> Result<Option<T>, StoreError> {
    let Some(text) = server::find(tx, name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| StoreError::Damaged { what: format!("server fact {name}") })
}

/// Makes `ceiling` durable with the commit of `tx`, unless a higher one is already.
pub(super) fn raise_ceiling(tx: &mut Tx<'_>, ceiling: Timestamp) -> Result<(), StoreError> {
    if number(tx, NONCE_CEILING)?.is_none_or(|known: i64| known < ceiling.seconds()) {
        server::update(tx, NONCE_CEILING, &ceiling.seconds().to_string())?;
    }
    Ok(())
}

impl Core {
    /// Writes the time of day of every latest use that is known in memory alone.
    pub(super) fn write_waiting_uses(&self) -> Result<(), StoreError> {
        let uses = self.take_waiting_uses(usize::MAX);
        self.store.write(move |tx| {
            for key in &uses {
                mark_last_use(tx, key)?;
            }
            Ok(())
        })
    }

    fn renew_ceiling(&self) {
        let Some(ceiling) = self.replay.tick(self.wall.now()) else { return };
        match self.store.write(move |tx| raise_ceiling(tx, ceiling)) {
            Ok(()) => self.replay.raised(ceiling),
            Err(error) => {
                tracing::warn!(%error, "the replay ceiling could not be renewed; calls will try themselves")
            }
        }
    }
}

impl Caches {
    fn clear(&self) {
        self.answers.clear();
        self.keys.clear();
        self.permissions.clear();
    }
}

fn listen(store: &Store, caches: &Arc<Caches>, clock: &Arc<DomainClock>, wall: &Arc<dyn Clock>) {
    let (caches, clock, wall) = (Arc::clone(caches), Arc::clone(clock), Arc::clone(wall));
    let account_wide: Vec<usize> = ops::OPERATIONS
        .iter()
        .enumerate()
        .filter(|(_, operation)| operation.account_wide())
        .map(|(index, _)| index)
        .collect();
    store.on_commit(Box::new(move |effects| {
        for effect in effects {
            match effect {
                Effect::Account(account) => {
                    let keys: Vec<_> = account_wide.iter().map(|index| (*account, *index)).collect();
                    caches.answers.invalidate(account, &keys);
                }
                Effect::Policies(account) => caches.permissions.invalidate(*account),
                Effect::AccessKey(id) => caches.keys.invalidate(id.as_str(), [id.as_str()]),
                Effect::All => caches.clear(),
                Effect::Replaced => {
                    caches.clear();
                    // What they were used for has not happened in the store there is now.
                    caches.waiting_uses.lock().unwrap_or_else(PoisonError::into_inner).clear();
                }
                Effect::Clock(offset_seconds) => clock.set(wall.now().plus_seconds(*offset_seconds)),
            }
        }
    }));
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}
