//! What the gateway needs of the service behind it, so that its own rules can be tested against one that is slow, full
//! or broken on purpose.

use std::net::IpAddr;
use std::time::Duration;

use ramward_domain::ops::OPERATIONS;
use ramward_domain::service::figures::Figures;
use ramward_domain::service::{Answer, Begun, Call, Service};
use ramward_domain::store::StoreError;
use ramward_domain::store::tables::server;
use ramward_rpc::error::ApiError;

/// Receives the answer of a call that was not answered at once.
pub type Done = Box<dyn FnOnce(Answer) + Send>;

/// Runs the rest of a call once it is given the place of its answer.
pub type Start = Box<dyn FnOnce(Done) + Send>;

/// How far a call got on the connection's own task.
pub enum Step {
    /// It is answered.
    Answered(Answer),
    /// The rest runs elsewhere.
    Waiting(Start),
}

/// A service that answers calls.
pub trait Backend: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// Begins a call. Must not block.
    fn begin(&self, call: &Call<'_>) -> Step;

    /// Notes an answer that is about to be sent, for whoever looks at the last requests.
    fn note(&self, answer: &Answer, peer: IpAddr, took: Duration);

    /// The envelope of a refusal that the gateway itself makes.
    fn refuse(&self, host: &str, secure: bool, error: &ApiError) -> Answer;

    /// Whether the store answers. May block.
    ///
    /// # Errors
    /// What the store says instead.
    fn ready(&self) -> Result<(), String>;

    /// Product and name of every operation; a `Record`'s `operation` is a place in this list.
    fn operations(&self) -> Vec<(&'static str, &'static str)>;

    /// Figures of what lies behind the gateway, for `/metrics`.
    fn figures(&self) -> Vec<Figure>;

    /// Score and values of the first `most` accounts, for `/metrics`. May block.
    ///
    /// # Errors
    /// What the store says instead.
    fn accounts(&self, most: usize) -> Result<Figures, String>;
}

/// One figure: name, help text, value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// A number that goes up and down.
    Level(&'static str, &'static str, i64),
    /// A number that only grows.
    Count(&'static str, &'static str, u64),
}

impl Backend for Service {
    fn begin(&self, call: &Call<'_>) -> Step {
        match Service::begin(self, call) {
            Begun::Done(answer) => Step::Answered(answer),
            Begun::Pending(pending) => Step::Waiting(Box::new(move |done| pending.start(done))),
        }
    }

    fn note(&self, answer: &Answer, peer: IpAddr, took: Duration) {
        Service::note(self, answer, peer, took);
    }

    fn refuse(&self, host: &str, secure: bool, error: &ApiError) -> Answer {
        Service::refuse(self, host, secure, error)
    }

    fn ready(&self) -> Result<(), String> {
        let store = self.store();
        let mut asked: Result<_, StoreError> = store.read(|tx| server::find(tx, "ready"));
        if asked.is_ok() && store.is_shared() {
            // Each signed call puts its nonce there, so a node whose writer is kept out can answer none.
            asked = store.write_in(Vec::new(), |tx| server::find(tx, "ready"));
        }
        asked.map(drop).map_err(|error| error.to_string())
    }

    fn operations(&self) -> Vec<(&'static str, &'static str)> {
        OPERATIONS.iter().map(|operation| (operation.api().product.name(), operation.api().action)).collect()
    }

    fn accounts(&self, most: usize) -> Result<Figures, String> {
        self.account_figures(most).map_err(|error| error.to_string())
    }

    fn figures(&self) -> Vec<Figure> {
        // No process runs long enough to pass the largest signed number.
        let level = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let (service, store) = (self.stats(), self.store().counters());
        vec![
            Figure::Level("ramward_cached_keys", "AccessKeys in memory", level(service.cached_keys as u64)),
            Figure::Count("ramward_key_misses", "AccessKeys read from the store", service.key_misses),
            Figure::Level(
                "ramward_cached_answers",
                "Account-wide answers in memory",
                level(service.cached_answers as u64),
            ),
            Figure::Count("ramward_answer_misses", "Account-wide answers computed", service.answer_misses),
            Figure::Level(
                "ramward_cached_permissions",
                "Identities whose policies are in memory",
                level(service.cached_permissions as u64),
            ),
            Figure::Count(
                "ramward_permission_misses",
                "Identities whose policies were read from the store",
                service.permission_misses,
            ),
            Figure::Level("ramward_nonces", "Nonces held against replays", level(service.nonces as u64)),
            Figure::Level("ramward_store_waiting", "Writes that wait for the store", level(store.waiting)),
            Figure::Count("ramward_store_writes", "Writes answered by the store", store.jobs),
            Figure::Count("ramward_store_commits", "Commits, each one wait for the disk", store.commits),
            Figure::Count("ramward_store_refused", "Writes refused because too many waited", store.refused),
            Figure::Level(
                "ramward_store_log_pages",
                "Pages of the log not yet in the data file",
                level(store.log_pages),
            ),
        ]
    }
}
