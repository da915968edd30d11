//! The settings: one table says name, type, default and meaning; file, environment, flags and the reference page
//! all read it. A later source wins: `ramward.toml` < environment `RAMWARD_*` < flags. Knows no command.
//!
//! To add a setting: one field in [`Settings`], one row in `config/table.rs`; then `UPDATE=1 cargo test -p ramward`.

mod file;
mod flags;
mod reference;
mod table;
mod value;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ramward_domain::identity::login_profile::Password;
use ramward_domain::ids::{AccessKeyId, AccountId};
use ramward_domain::store::StoreUrl;
use ramward_domain::store::postgres::Nodes;
use ramward_domain::store::seal::SealKey;
use ramward_rpc::sign::Secret;
use tracing_subscriber::filter::Targets;

pub use flags::{EverywhereFlags, Given, ServerFlags};
pub use value::{LogFormat, Output};

use table::{SETTINGS, Setting};

/// Every setting with its value, after all sources are read.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the server keeps its files.
    pub data: PathBuf,
    /// Where the store is; absent: SQLite inside the data directory.
    pub store: Option<StoreUrl>,
    /// Who else may write to a store in PostgreSQL meanwhile.
    pub nodes: Nodes,
    /// How old a copy in memory may be while other nodes cannot be heard.
    pub cache_bound: Duration,
    /// How results are printed.
    pub output: Output,
    /// The credentials profile of client commands.
    pub profile: Option<String>,
    /// The server that client commands call.
    pub endpoint: Option<String>,
    /// The address the server listens on.
    pub listen: SocketAddr,
    /// Whether plain HTTP may be spoken on an address that other machines reach.
    pub insecure_http: bool,
    /// The address of the HTTPS door; absent: no such door.
    pub tls_listen: Option<SocketAddr>,
    /// The certificate of the HTTPS door; absent: one of the CA in the data directory.
    pub tls_cert: Option<PathBuf>,
    /// The private key of that certificate.
    pub tls_key: Option<PathBuf>,
    /// Further names in the certificate that the CA issues.
    pub tls_san: Vec<String>,
    /// The address of the CONNECT door; absent: no such door.
    pub proxy_listen: Option<SocketAddr>,
    /// Connections open at once.
    pub max_connections: usize,
    /// Bytes of a request's body.
    pub max_body_bytes: usize,
    /// Bytes of a request's line and header fields.
    pub max_header_bytes: usize,
    /// How long the line and header fields of a request may take.
    pub header_timeout: Duration,
    /// How long the body of a request may take.
    pub body_timeout: Duration,
    /// How long a client may leave an answer unread.
    pub write_timeout: Duration,
    /// How long a connection may stay open without a request.
    pub idle_timeout: Duration,
    /// How long running requests may take after SIGTERM.
    pub grace: Duration,
    /// The key of the store's secrets; absent: the key file.
    pub seal_key: Option<SealKey>,
    /// A state file to load before the first request.
    pub import: Option<PathBuf>,
    /// The id of the first account.
    pub account_id: Option<AccountId>,
    /// The id of the first account's root AccessKey.
    pub root_access_key_id: Option<AccessKeyId>,
    /// The secret of that AccessKey.
    pub root_access_key_secret: Option<Secret>,
    /// The password of the first account's root for the console.
    pub root_password: Option<Password>,
    /// What is logged.
    pub log: Targets,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Whether each request is logged.
    pub access_log: bool,
    /// How many accounts' score and values `/metrics` carries at most.
    pub metrics_accounts: usize,
    /// A file with other weights of the score.
    pub score_model: Option<PathBuf>,
    /// Threads that serve connections; 0: one for each processor.
    pub workers: usize,
    /// Changes that may wait for the disk.
    pub max_waiting_writes: usize,
    /// What the service is told; its model is the built-in one, whatever `score_model` says.
    pub domain: ramward_domain::settings::Settings,
}

/// A setting that cannot be used, with where it was found.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value of the wrong form.
    #[error("{place}: `{name}` {reason}")]
    Value {
        /// Where it was given.
        place: String,
        /// The setting.
        name: &'static str,
        /// What is wrong with the value, and what is right.
        reason: String,
    },
    /// A name in the file that no setting has.
    #[error("{place}: there is no setting `{name}`; {advice}")]
    Unknown {
        /// File and line.
        place: String,
        /// The name.
        name: String,
        /// The nearest setting, or where the list is.
        advice: String,
    },
    /// The file is not TOML.
    #[error("{place}: {reason}; write one `name = value` a line")]
    Syntax {
        /// File and line.
        place: String,
        /// What the parser says.
        reason: String,
    },
    /// The file cannot be read.
    #[error("cannot read the settings file {}: {reason}; check the path and its rights", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
    /// There is no place for data on this platform.
    #[error("this platform names no data directory; give one with --data DIR")]
    NoDataDirectory,
}

impl Settings {
    /// Reads all sources. `config` is the file to read; without it, `ramward.toml` in the data directory if it is there.
    /// `environment` is asked for variables by name.
    pub fn load(
        config: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
        flags: &[&Given],
    ) -> Result<Self, ConfigError> {
        let mut settings = Self::defaults();
        settings.data = default_data_directory().unwrap_or_default();
        let config = config.map(Path::to_owned).or_else(|| environment("RAMWARD_CONFIG").map(PathBuf::from));
        match config {
            Some(path) => file::read(&path, &mut settings)?,
            None => {
                // The directory decides which file is read, so here the file cannot decide the directory.
                let mut sought = settings.clone();
                sought.overlay(&environment, flags)?;
                let path = sought.data.join("ramward.toml");
                if path.is_file() {
                    file::read(&path, &mut settings)?;
                    settings.data = sought.data;
                }
            }
        }
        settings.overlay(&environment, flags)?;
        if settings.data.as_os_str().is_empty() {
            return Err(ConfigError::NoDataDirectory);
        }
        Ok(settings)
    }

    fn overlay(
        &mut self,
        environment: &impl Fn(&str) -> Option<String>,
        flags: &[&Given],
    ) -> Result<(), ConfigError> {
        for setting in SETTINGS {
            let variable = setting.variable();
            if let Some(text) = environment(&variable).filter(|text| !text.is_empty()) {
                setting.put(self, &text, || format!("environment variable {variable}"))?;
            }
        }
        for (setting, text) in flags.iter().flat_map(|given| given.iter()) {
            setting.put(self, text, || format!("option {}", setting.flag().unwrap_or_default()))?;
        }
        Ok(())
    }

    /// Every setting at its default, the data directory empty.
    fn defaults() -> Self {
        let mut settings = Self {
            data: PathBuf::new(),
            store: None,
            nodes: Nodes::One,
            cache_bound: Duration::ZERO,
            output: Output::Table,
            profile: None,
            endpoint: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            insecure_http: false,
            tls_listen: None,
            tls_cert: None,
            tls_key: None,
            tls_san: Vec::new(),
            proxy_listen: None,
            max_connections: 0,
            max_body_bytes: 0,
            max_header_bytes: 0,
            header_timeout: Duration::ZERO,
            body_timeout: Duration::ZERO,
            write_timeout: Duration::ZERO,
            idle_timeout: Duration::ZERO,
            grace: Duration::ZERO,
            seal_key: None,
            import: None,
            account_id: None,
            root_access_key_id: None,
            root_access_key_secret: None,
            root_password: None,
            log: Targets::new(),
            log_format: LogFormat::Text,
            access_log: false,
            metrics_accounts: 0,
            score_model: None,
            workers: 0,
            max_waiting_writes: 0,
            domain: ramward_domain::settings::Settings::default(),
        };
        for setting in SETTINGS.iter().filter(|setting| !setting.default.is_empty()) {
            (setting.set)(&mut settings, setting.default).expect("a test reads every default");
        }
        settings
    }
}

impl Setting {
    fn put(
        &self,
        settings: &mut Settings,
        text: &str,
        place: impl FnOnce() -> String,
    ) -> Result<(), ConfigError> {
        (self.set)(settings, text).map_err(|reason| ConfigError::Value {
            place: place(),
            name: self.name,
            reason,
        })
    }
}

fn default_data_directory() -> Option<PathBuf> {
    Some(directories::ProjectDirs::from("", "", "ramward")?.data_dir().to_owned())
}

#[cfg(test)]
mod tests;
