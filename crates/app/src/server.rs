//! The server as one thing: data directory, seal key, store, service, doors. What `serve` and `demo` run. Knows no
//! command line and prints nothing.

use std::fs::DirBuilder;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ramward_domain::entropy::{Entropy, OsEntropy};
use ramward_domain::report::history::{Measures, Present};
use ramward_domain::report::score::Model;
use ramward_domain::service::first_start::Wishes;
use ramward_domain::service::{Service, StartedWith};
use ramward_domain::store::postgres::Nodes;
use ramward_domain::store::seal::SealKey;
use ramward_domain::store::sqlite::SqliteOptions;
use ramward_domain::store::tables::accounts::{self, Account};
use ramward_domain::store::{Staged, Store, StoreError, StoreOptions, StoreUrl};
use ramward_domain::time::{Clock, SystemClock};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_rustls::TlsAcceptor;

use crate::config::Settings;
use crate::console::Console;
use crate::gateway::limits::Limits;
use crate::gateway::{Door, Ended, Gateway};
use crate::running::Addresses;
use crate::state_file::{self, StateFileError};
use crate::tls::authority::Authority;
use crate::tls::given::Given;
use crate::tls::leaves::Leaves;
use crate::tls::{self, TlsError};

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Plain HTTP where others can read it.
    #[error(
        "{0} is not a loopback address, and plain HTTP there shows every request to the network; listen there with --tls-listen, or allow it with --insecure-http"
    )]
    Insecure(SocketAddr),
    /// Somebody else listens there.
    #[error("{address} is in use by another program; stop that one, or choose another port with {flag}, such as {flag} {ip}:0 for a free one", ip = bracketed(.address))]
    InUse {
        /// The address.
        address: SocketAddr,
        /// The setting that names it.
        flag: &'static str,
    },
    /// The system does not let the server listen there.
    #[error("cannot listen on {address}: {reason}; choose another address with {flag}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The setting that names it.
        flag: &'static str,
        /// What the system says.
        reason: io::Error,
    },
    /// A command that only looks finds nothing to look at.
    #[error("there is no store in {}; name the data directory with --data, or bring accounts in with `ramward import`", .0.display())]
    NoStore(PathBuf),
    /// The data directory cannot be made.
    #[error("cannot make the data directory {}: {reason}; give this user the right to, or name another with --data", path.display())]
    DataDirectory {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// The file with the weights of the score is no model.
    #[error("the score model {} is not usable: {reason}", path.display())]
    ScoreModel {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The state file is not loaded.
    #[error(transparent)]
    StateFile(#[from] StateFileError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no certificate for the doors that need one.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The system gives no threads, no descriptors or no signals.
    #[error("the system does not let the server run: {0}")]
    System(io::Error),
}

fn bracketed(address: &SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}

/// A server whose ports are taken and whose store is open; it answers once it runs.
pub struct Server {
    listeners: Listeners,
    certificates: Certificates,
    service: Service,
    limits: Limits,
    runtime: Runtime,
}

impl Server {
    /// Takes the ports, then opens the store, so that a port in use leaves no new data behind.
    ///
    /// # Errors
    /// What the operator must change first.
    pub fn open(settings: &Settings) -> Result<Self, ServerError> {
        let listeners = Listeners::open(settings)?;
        let runtime = threads(settings.workers).map_err(ServerError::System)?;
        let service = open_service(settings)?;
        let certificates = Certificates::find(settings)?;
        let server = Self { listeners, certificates, service, limits: Limits::from(settings), runtime };
        let Addresses { endpoint, tls_endpoint, .. } = server.addresses()?;
        server.service.set_own_address(tls_endpoint.unwrap_or(endpoint));
        Ok(server)
    }

    /// The service behind the door.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Where the doors are, with the real ports.
    ///
    /// # Errors
    /// What the system says.
    pub fn addresses(&self) -> Result<Addresses, ServerError> {
        let Listeners { http, https, proxy } = &self.listeners;
        let of = |listener: &TcpListener| listener.local_addr().map_err(ServerError::System);
        let url = |listener: &Option<TcpListener>, scheme| -> Result<_, ServerError> {
            let Some(listener) = listener else { return Ok(None) };
            Ok(Some(format!("{scheme}://{}", of(listener)?)))
        };
        Ok(Addresses {
            endpoint: format!("http://{}", of(http)?),
            tls_endpoint: url(https, "https")?,
            proxy: url(proxy, "http")?,
            ca_file: self.certificates.ca_file.clone(),
        })
    }

    /// From here on SIGTERM and Ctrl-C no longer end the process by themselves.
    ///
    /// # Errors
    /// What the system says.
    pub fn signals(&self) -> Result<Signals, ServerError> {
        let _context = self.runtime.enter();
        let listen_to = |kind| signal(kind).map_err(ServerError::System);
        Ok(Signals {
            terminate: listen_to(SignalKind::terminate())?,
            interrupt: listen_to(SignalKind::interrupt())?,
        })
    }

    /// Serves until `asked` is ready, lets running requests finish within the grace period, which `asked` ends when it is
    /// ready a second time, and ends the run cleanly.
    ///
    /// # Errors
    /// What the system says; or a store that cannot write the end of the run, which the next start then takes for a kill.
    pub fn run(self, asked: impl AsyncFnMut()) -> Result<Ended, ServerError> {
        let Self { listeners, certificates, service, limits, runtime } = self;
        let ticker = service.start_ticker();
        let ended = runtime.block_on(async {
            let taken = |listener: TcpListener| {
                listener.set_nonblocking(true)?;
                tokio::net::TcpListener::from_std(listener)
            };
            let console = Some(Arc::new(Console::new(service.clone())));
            let mut gateway = Gateway::new(taken(listeners.http)?, limits, service.clone(), console);
            if let (Some(listener), Some(tls)) = (listeners.https, certificates.https) {
                gateway = gateway.with(taken(listener)?, Door::Https(tls));
            }
            if let (Some(listener), Some(tls)) = (listeners.proxy, certificates.proxy) {
                gateway = gateway.with(taken(listener)?, Door::Proxy(tls));
            }
            Ok(gateway.serve(asked).await)
        });
        // What was cut off goes with its threads, before the end of the run is written.
        drop(runtime);
        drop(ticker);
        service.close()?;
        ended.map_err(ServerError::System)
    }
}

/// SIGTERM and Ctrl-C.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Waits for the next one.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn threads(workers: usize) -> io::Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if workers > 0 {
        builder.worker_threads(workers);
    }
    // Pages of the console wait here for their calls, and the check of readiness for the store.
    builder.max_blocking_threads(16).thread_name("gateway").enable_all().build()
}

/// The ports that were taken.
struct Listeners {
    http: TcpListener,
    https: Option<TcpListener>,
    proxy: Option<TcpListener>,
}

impl Listeners {
    fn open(settings: &Settings) -> Result<Self, ServerError> {
        let of = |address: Option<SocketAddr>, flag, plain: bool| {
            address.map(|address| listen(settings, address, flag, plain)).transpose()
        };
        Ok(Self {
            http: listen(settings, settings.listen, "--listen", true)?,
            https: of(settings.tls_listen, "--tls-listen", false)?,
            // It also takes requests that are not encrypted.
            proxy: of(settings.proxy_listen, "--proxy-listen", true)?,
        })
    }
}

/// What the doors with TLS show, and where the authority of it is.
struct Certificates {
    https: Option<TlsAcceptor>,
    proxy: Option<TlsAcceptor>,
    ca_file: Option<PathBuf>,
}

impl Certificates {
    /// Certificates for the doors that the settings open. The data directory must be there.
    fn find(settings: &Settings) -> Result<Self, TlsError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let given = match (&settings.tls_cert, &settings.tls_key) {
            (Some(certificate), Some(key)) => Some(Given::load(certificate, key, Arc::clone(&clock))?),
            (None, None) => None,
            _ => return Err(TlsError::HalfPair),
        };
        let needs_authority =
            settings.proxy_listen.is_some() || settings.tls_listen.is_some() && given.is_none();
        let issued = if needs_authority {
            let authority = Authority::find_or_create(&settings.data, clock.now())?;
            let ca_file = std::path::absolute(authority.path()).unwrap_or(authority.path().to_owned());
            Some((tls::acceptor(Arc::new(Leaves::new(authority, &settings.tls_san, clock)?))?, ca_file))
        } else {
            None
        };
        let (issued, ca_file) = issued.unzip();
        let https = match given {
            Some(given) => Some(tls::acceptor(Arc::new(given))?),
            None => issued.clone(),
        };
        Ok(Self { https, proxy: issued, ca_file })
    }
}

fn listen(
    settings: &Settings,
    address: SocketAddr,
    flag: &'static str,
    plain: bool,
) -> Result<TcpListener, ServerError> {
    if plain {
        allow(settings, address)?;
    }
    TcpListener::bind(address).map_err(|reason| match reason.kind() {
        io::ErrorKind::AddrInUse => ServerError::InUse { address, flag },
        _ => ServerError::Listen { address, flag, reason },
    })
}

/// Whether what is not encrypted may be spoken at `address`.
fn allow(settings: &Settings, address: SocketAddr) -> Result<(), ServerError> {
    if address.ip().is_loopback() || settings.insecure_http {
        Ok(())
    } else {
        Err(ServerError::Insecure(address))
    }
}

/// Opens the service on the store that the settings name, as the settings say.
///
/// # Errors
/// What the operator must change first.
pub fn open_service(settings: &Settings) -> Result<Service, ServerError> {
    let domain = domain_settings(settings)?;
    let (store, seal) = open_store(settings)?;
    if let Some(path) = &settings.import {
        import_once(path, &store, &seal, domain.measures())?;
    }
    let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
    let service = Service::open(store, seal.clone(), domain, Arc::new(SystemClock), entropy)?;
    service.set_started_with(started_with(settings, seal));
    Ok(service)
}

/// What a reset goes back to.
fn started_with(settings: &Settings, seal: SealKey) -> StartedWith {
    let import = settings.import.clone();
    let load = move |store: &Store, present: Present<'_>| {
        let Some(path) = &import else { return Ok(()) };
        load_all(path, store, &seal, present).map_err(|error| error.to_string())
    };
    StartedWith { wishes: wishes(settings), load: Box::new(load) }
}

/// What the settings fix of the first account.
pub fn wishes(settings: &Settings) -> Wishes {
    Wishes {
        account_id: settings.account_id,
        access_key_id: settings.root_access_key_id.clone(),
        access_key_secret: settings.root_access_key_secret.clone(),
        root_password: settings.root_password.clone(),
    }
}

/// What the settings say about the meaning of things, with the weights of the score read from their file.
///
/// # Errors
/// A file that is no model.
pub fn domain_settings(settings: &Settings) -> Result<ramward_domain::settings::Settings, ServerError> {
    let mut domain = settings.domain.clone();
    if let Some(path) = &settings.score_model {
        domain.model = read_model(path)?;
    }
    Ok(domain)
}

/// Refuses where there is no store yet: for a command that only looks, and must not make one.
///
/// # Errors
/// `NoStore`.
pub fn must_have_store(settings: &Settings) -> Result<(), ServerError> {
    if settings.store.is_none() && !settings.data.join("ramward.db").exists() {
        return Err(ServerError::NoStore(settings.data.clone()));
    }
    Ok(())
}

/// Opens the store that the settings name, making data directory, seal key and database where they are not there.
///
/// # Errors
/// What the operator must change first.
pub fn open_store(settings: &Settings) -> Result<(Store, SealKey), ServerError> {
    open_store_with(settings, SqliteOptions::default())
}

/// The same with other sizes of the data file's caches.
///
/// # Errors
/// As [`open_store`].
pub fn open_store_with(settings: &Settings, sqlite: SqliteOptions) -> Result<(Store, SealKey), ServerError> {
    make_data_directory(settings)?;
    let url = match &settings.store {
        Some(url) => url.clone(),
        None => StoreUrl::Sqlite(settings.data.join("ramward.db")),
    };
    if settings.nodes == Nodes::Several && !matches!(url, StoreUrl::Postgres(_)) {
        let what =
            "several nodes need a store in PostgreSQL; name one with --store postgres://USER@HOST/DATABASE";
        return Err(StoreError::Unsupported(what).into());
    }
    let seal = match &settings.seal_key {
        Some(seal) => seal.clone(),
        None => SealKey::find_or_create(&settings.data.join("seal.key"), url.exists()?, &OsEntropy)?,
    };
    let mut options = StoreOptions::new(url, seal.clone());
    options.queue = settings.max_waiting_writes;
    options.nodes = settings.nodes;
    options.cache_bound = settings.cache_bound;
    options.sqlite = sqlite;
    Ok((Store::open(&options)?, seal))
}

/// Makes the data directory where it is not there, for this user alone.
///
/// # Errors
/// It cannot be made.
pub fn make_data_directory(settings: &Settings) -> Result<(), ServerError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&settings.data);
    made.map_err(|reason| ServerError::DataDirectory { path: settings.data.clone(), reason })
}

/// Loads a state file, or all of a directory, into a store that has no account yet. The same command line starts the
/// server again later, with the accounts it has by then.
fn import_once(
    path: &Path,
    store: &Store,
    seal: &SealKey,
    measures: Measures<'_>,
) -> Result<(), ServerError> {
    let known: Vec<Account> = store.read(|tx| accounts::list(tx, None, 1)).map_err(ServerError::Store)?;
    if !known.is_empty() {
        tracing::info!(path = %path.display(), "there are accounts already; the state file is not loaded again");
        return Ok(());
    }
    let present = Present { now: SystemClock.now(), measures };
    if !path.is_dir() {
        return load_all(path, store, seal, present);
    }
    if !store.has_file() {
        let what = "a directory of state files comes in whole or not at all only where the store is a data file; \
                    bring the files in one by one with `ramward import`";
        return Err(StoreError::Unsupported(what).into());
    }
    // Several files come in one after the other: beside the store, so that a bad one leaves nothing of the others behind.
    let staged = Staged::create()?;
    load_all(path, &staged.open(seal)?, seal, present)?;
    Ok(store.replace(staged)?)
}

fn load_all(path: &Path, store: &Store, seal: &SealKey, present: Present<'_>) -> Result<(), ServerError> {
    for file in state_file::files(path)? {
        let imported = state_file::load(&file, store, seal, present, &mut |_| {})?;
        let (accounts, users) = (imported.accounts, imported.users);
        tracing::info!(path = %file.display(), accounts, users, "the state file is loaded");
    }
    Ok(())
}

fn read_model(path: &Path) -> Result<Model, ServerError> {
    let unusable = |reason: String| ServerError::ScoreModel { path: path.to_owned(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    toml::from_str(&text).map_err(|error| {
        let line = error
            .span()
            .map_or(0, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count());
        unusable(format!("line {}: {}", line + 1, error.message()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Given;

    #[test]
    fn plain_http_is_for_loopback_unless_allowed() {
        for (listen, word, fits) in [
            ("127.0.0.1:1", "false", true),
            ("127.9.9.9:1", "false", true),
            ("[::1]:1", "false", true),
            ("0.0.0.0:1", "false", false),
            ("[::]:1", "false", false),
            ("192.0.2.1:1", "false", false),
            ("192.0.2.1:1", "true", true),
        ] {
            let given = Given::of(&[("data", "/nowhere"), ("listen", listen), ("insecure_http", word)]);
            let settings = Settings::load(None, |_| None, &[&given]).unwrap();
            assert_eq!(allow(&settings, settings.listen).is_ok(), fits, "{listen} {word}");
        }
    }
}
