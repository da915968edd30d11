//! The server as one thing: data directory, seal key, store, service, door. What `serve` and `demo` run. Knows no
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
use ramward_domain::service::Service;
use ramward_domain::store::seal::SealKey;
use ramward_domain::store::tables::accounts::{self, Account};
use ramward_domain::store::{Store, StoreError, StoreOptions, StoreUrl};
use ramward_domain::time::{Clock, SystemClock};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::Settings;
use crate::gateway::limits::Limits;
use crate::gateway::{Ended, Gateway};
use crate::state_file::{self, StateFileError};

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Plain HTTP where others can read it.
    #[error(
        "{0} is not a loopback address, and plain HTTP there shows every request to the network; listen on 127.0.0.1 behind a proxy that speaks TLS, or allow it with --insecure-http"
    )]
    Insecure(SocketAddr),
    /// Somebody else listens there.
    #[error("{0} is in use by another program; stop that one, or choose another port with --listen, such as --listen {ip}:0 for a free one", ip = bracketed(.0))]
    InUse(SocketAddr),
    /// The system does not let the server listen there.
    #[error("cannot listen on {address}: {reason}; choose another address with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        reason: io::Error,
    },
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

/// A server whose port is taken and whose store is open; it answers once it runs.
pub struct Server {
    listener: TcpListener,
    service: Service,
    limits: Limits,
    runtime: Runtime,
}

impl Server {
    /// Takes the port, then opens the store, so that a port in use leaves no new data behind.
    ///
    /// # Errors
    /// What the operator must change first.
    pub fn open(settings: &Settings) -> Result<Self, ServerError> {
        let listener = listen(settings)?;
        let runtime = threads(settings.workers).map_err(ServerError::System)?;
        let service = open_service(settings)?;
        Ok(Self { listener, service, limits: Limits::from(settings), runtime })
    }

    /// The service behind the door.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Where the door is, with the real port.
    ///
    /// # Errors
    /// What the system says.
    pub fn address(&self) -> Result<SocketAddr, ServerError> {
        self.listener.local_addr().map_err(ServerError::System)
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
        let Self { listener, service, limits, runtime } = self;
        let ticker = service.start_ticker();
        let ended = runtime.block_on(async {
            listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(listener)?;
            Ok(Gateway::new(listener, limits, service.clone()).serve(asked).await)
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
    // Only the check of readiness blocks.
    builder.max_blocking_threads(4).thread_name("gateway").enable_all().build()
}

fn listen(settings: &Settings) -> Result<TcpListener, ServerError> {
    let address = allowed(settings)?;
    TcpListener::bind(address).map_err(|reason| match reason.kind() {
        io::ErrorKind::AddrInUse => ServerError::InUse(address),
        _ => ServerError::Listen { address, reason },
    })
}

fn allowed(settings: &Settings) -> Result<SocketAddr, ServerError> {
    let address = settings.listen;
    if address.ip().is_loopback() || settings.insecure_http {
        Ok(address)
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
    Ok(Service::open(store, seal, domain, Arc::new(SystemClock), entropy)?)
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

/// Opens the store that the settings name, making data directory, seal key and database where they are not there.
///
/// # Errors
/// What the operator must change first.
pub fn open_store(settings: &Settings) -> Result<(Store, SealKey), ServerError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&settings.data);
    made.map_err(|reason| ServerError::DataDirectory { path: settings.data.clone(), reason })?;
    let url = match &settings.store {
        Some(url) => url.parse()?,
        None => StoreUrl::Sqlite(settings.data.join("ramward.db")),
    };
    let seal = match &settings.seal_key {
        Some(seal) => seal.clone(),
        None => SealKey::find_or_create(&settings.data.join("seal.key"), url.exists(), &OsEntropy)?,
    };
    let mut options = StoreOptions::new(url, seal.clone());
    options.queue = settings.max_waiting_writes;
    Ok((Store::open(&options)?, seal))
}

/// Loads the state file into a store that has no account yet. The same command line starts the server again later, with
/// the accounts it has by then.
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
    let imported = state_file::load(path, store, seal, present, &mut |_| {})?;
    tracing::info!(accounts = imported.accounts, users = imported.users, "the state file is loaded");
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
            assert_eq!(allowed(&settings).is_ok(), fits, "{listen} {word}");
        }
    }
}
