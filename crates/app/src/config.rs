//! The settings: one table says name, type, default and meaning; file, environment, flags and the reference page
//! all read it. A later source wins: `ramward.toml` < environment `RAMWARD_*` < flags. Knows no command.
//!
//! To add a setting: one field in [`Settings`], one row in [`SETTINGS`]; then `UPDATE=1 cargo test -p ramward`.

mod file;
mod flags;
mod reference;
mod value;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use flags::{EverywhereFlags, Given, ServerFlags};
pub use value::{LogFormat, Output, Secret};

use value::{Kind, Readable};

/// Every setting with its value, after all sources are read.
#[derive(Debug, Clone)]
#[cfg_attr(test, derive(PartialEq))]
pub struct Settings {
    /// Where the server keeps its files.
    pub data: PathBuf,
    /// The store's URL; absent: SQLite inside the data directory.
    pub store: Option<String>,
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
    /// Whether the operator may set the clock of dates and ages.
    pub virtual_clock: bool,
    /// A state file to load before the first request.
    pub import: Option<PathBuf>,
    /// The id of the first account.
    pub account_id: Option<String>,
    /// The id of the first account's root AccessKey.
    pub root_access_key_id: Option<String>,
    /// The secret of that AccessKey.
    pub root_access_key_secret: Option<Secret>,
    /// Threads that serve connections; 0: one for each processor.
    pub workers: usize,
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
    /// How long a client may take to read an answer.
    pub write_timeout: Duration,
    /// How long a connection may stay open without a request.
    pub idle_timeout: Duration,
    /// How long running requests may take after SIGTERM.
    pub grace: Duration,
    /// What is logged, as a filter.
    pub log: String,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Whether each request is logged.
    pub access_log: bool,
}

/// Who reads a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Every command.
    Everywhere,
    /// `serve` alone.
    Server,
}

/// One row of the table.
#[derive(Debug)]
struct Setting {
    /// The name in the file; the flag and the variable follow from it.
    name: &'static str,
    /// Who reads it.
    scope: Scope,
    /// What a value looks like.
    kind: Kind,
    /// The default as one would write it in the file; empty: not set.
    default: &'static str,
    /// One sentence for help and reference.
    doc: &'static str,
    /// Reads the text of a value into its field.
    set: fn(&mut Settings, &str) -> Result<(), String>,
}

/// The table.
const SETTINGS: &[Setting] = &[
    Setting {
        name: "data",
        scope: Scope::Everywhere,
        kind: Kind::Path,
        default: "",
        doc: "Directory of the database and the seal key; without it, the platform's data directory",
        set: |s, text| put(&mut s.data, text),
    },
    Setting {
        name: "store",
        scope: Scope::Everywhere,
        kind: Kind::Text,
        default: "",
        doc: "Store to use, as sqlite:PATH; without it, SQLite inside the data directory",
        set: |s, text| put_some(&mut s.store, text),
    },
    Setting {
        name: "output",
        scope: Scope::Everywhere,
        kind: Kind::Choice(&["table", "json"]),
        default: "table",
        doc: "How results are printed: for people, or one JSON value for machines",
        set: |s, text| put(&mut s.output, text),
    },
    Setting {
        name: "profile",
        scope: Scope::Everywhere,
        kind: Kind::Text,
        default: "",
        doc: "Credentials profile of the commands that call a server",
        set: |s, text| put_some(&mut s.profile, text),
    },
    Setting {
        name: "endpoint",
        scope: Scope::Everywhere,
        kind: Kind::Text,
        default: "",
        doc: "Server that the client commands call, as a URL; without it, http://127.0.0.1:8686",
        set: |s, text| put_some(&mut s.endpoint, text),
    },
    Setting {
        name: "listen",
        scope: Scope::Server,
        kind: Kind::Address,
        default: "127.0.0.1:8686",
        doc: "Address and port of the HTTP door; port 0 takes a free one",
        set: |s, text| put(&mut s.listen, text),
    },
    Setting {
        name: "insecure_http",
        scope: Scope::Server,
        kind: Kind::Switch,
        default: "false",
        doc: "Allow plain HTTP on an address that is not loopback",
        set: |s, text| put(&mut s.insecure_http, text),
    },
    Setting {
        name: "virtual_clock",
        scope: Scope::Server,
        kind: Kind::Switch,
        default: "false",
        doc: "Let the operator set the clock of dates and ages (SetClock)",
        set: |s, text| put(&mut s.virtual_clock, text),
    },
    Setting {
        name: "import",
        scope: Scope::Server,
        kind: Kind::Path,
        default: "",
        doc: "State file to load before the first request",
        set: |s, text| put_some(&mut s.import, text),
    },
    Setting {
        name: "account_id",
        scope: Scope::Server,
        kind: Kind::Text,
        default: "",
        doc: "Id of the account that the first start makes; without it, a random one",
        set: |s, text| put_some(&mut s.account_id, text),
    },
    Setting {
        name: "root_access_key_id",
        scope: Scope::Server,
        kind: Kind::Text,
        default: "",
        doc: "AccessKey id of that account's root; without it, a random one",
        set: |s, text| put_some(&mut s.root_access_key_id, text),
    },
    Setting {
        name: "root_access_key_secret",
        scope: Scope::Server,
        kind: Kind::Secret,
        default: "",
        doc: "Secret of that AccessKey; without it, a random one",
        set: |s, text| put_some(&mut s.root_access_key_secret, text),
    },
    Setting {
        name: "workers",
        scope: Scope::Server,
        kind: Kind::Count,
        default: "0",
        doc: "Threads that serve connections; 0 means one for each processor",
        set: |s, text| put(&mut s.workers, text),
    },
    Setting {
        name: "max_connections",
        scope: Scope::Server,
        kind: Kind::Count,
        default: "4096",
        doc: "Connections served at once; further ones wait until one ends",
        set: |s, text| put_positive(&mut s.max_connections, text),
    },
    Setting {
        name: "max_body_bytes",
        scope: Scope::Server,
        kind: Kind::Bytes,
        default: "1MiB",
        doc: "Largest body of a request",
        set: |s, text| value::put_bytes(&mut s.max_body_bytes, text),
    },
    Setting {
        name: "max_header_bytes",
        scope: Scope::Server,
        kind: Kind::Bytes,
        default: "16KiB",
        doc: "Largest request line with all header fields, at least 8KiB",
        set: |s, text| put_header_bytes(&mut s.max_header_bytes, text),
    },
    Setting {
        name: "header_timeout",
        scope: Scope::Server,
        kind: Kind::Duration,
        default: "10s",
        doc: "Longest time from the first byte of a request to the end of its header fields",
        set: |s, text| put(&mut s.header_timeout, text),
    },
    Setting {
        name: "body_timeout",
        scope: Scope::Server,
        kind: Kind::Duration,
        default: "20s",
        doc: "Longest time from the header fields to the end of the body",
        set: |s, text| put(&mut s.body_timeout, text),
    },
    Setting {
        name: "write_timeout",
        scope: Scope::Server,
        kind: Kind::Duration,
        default: "20s",
        doc: "Longest time a client may take to read an answer",
        set: |s, text| put(&mut s.write_timeout, text),
    },
    Setting {
        name: "idle_timeout",
        scope: Scope::Server,
        kind: Kind::Duration,
        default: "25s",
        doc: "Longest time a connection stays open between two requests",
        set: |s, text| put(&mut s.idle_timeout, text),
    },
    Setting {
        name: "grace",
        scope: Scope::Server,
        kind: Kind::Duration,
        default: "20s",
        doc: "Longest time that running requests get after SIGTERM",
        set: |s, text| put(&mut s.grace, text),
    },
    Setting {
        name: "log",
        scope: Scope::Server,
        kind: Kind::Text,
        default: "info",
        doc: "What is logged to stderr: a level, or target=level pairs separated by commas",
        set: |s, text| put(&mut s.log, text),
    },
    Setting {
        name: "log_format",
        scope: Scope::Server,
        kind: Kind::Choice(&["text", "json"]),
        default: "text",
        doc: "How log lines are written",
        set: |s, text| put(&mut s.log_format, text),
    },
    Setting {
        name: "access_log",
        scope: Scope::Server,
        kind: Kind::Switch,
        default: "false",
        doc: "Log every request: who, what, how it ended, how long it took; never parameters or secrets",
        set: |s, text| put(&mut s.access_log, text),
    },
];

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
    #[error("cannot read the settings file {}: {source}; check the path and its rights", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
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
            setting.put(self, text, || format!("option {}", setting.flag()))?;
        }
        Ok(())
    }

    /// Every setting at its default, the data directory empty.
    fn defaults() -> Self {
        let mut settings = Self {
            data: PathBuf::new(),
            store: None,
            output: Output::Table,
            profile: None,
            endpoint: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            insecure_http: false,
            virtual_clock: false,
            import: None,
            account_id: None,
            root_access_key_id: None,
            root_access_key_secret: None,
            workers: 0,
            max_connections: 0,
            max_body_bytes: 0,
            max_header_bytes: 0,
            header_timeout: Duration::ZERO,
            body_timeout: Duration::ZERO,
            write_timeout: Duration::ZERO,
            idle_timeout: Duration::ZERO,
            grace: Duration::ZERO,
            log: String::new(),
            log_format: LogFormat::Text,
            access_log: false,
        };
        for setting in SETTINGS.iter().filter(|setting| !setting.default.is_empty()) {
            (setting.set)(&mut settings, setting.default).expect("a test reads every default");
        }
        settings
    }
}

impl Setting {
    fn variable(&self) -> String {
        format!("RAMWARD_{}", self.name.to_ascii_uppercase())
    }

    fn flag(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

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

fn put<T: Readable>(field: &mut T, text: &str) -> Result<(), String> {
    *field = T::read(text)?;
    Ok(())
}

fn put_some<T: Readable>(field: &mut Option<T>, text: &str) -> Result<(), String> {
    *field = Some(T::read(text)?);
    Ok(())
}

fn put_positive(field: &mut usize, text: &str) -> Result<(), String> {
    match usize::read(text)? {
        0 => Err("must be at least 1".to_owned()),
        number => {
            *field = number;
            Ok(())
        }
    }
}

fn put_header_bytes(field: &mut usize, text: &str) -> Result<(), String> {
    value::put_bytes(field, text)?;
    // The HTTP library's own floor for its read buffer.
    if *field < 8 * 1024 { Err("must be at least 8KiB".to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
