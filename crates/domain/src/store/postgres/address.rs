//! The address of a PostgreSQL database: `postgres://USER@HOST[,HOST…]/DATABASE?…` in libpq's form, with what libpq calls
//! `sslmode` and `sslrootcert` read here. Must not connect.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use crate::store::error::StoreError;

/// How long a host may take to answer before the next one is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long what was sent may stay without an acknowledgement before the connection counts as lost.
const UNACKNOWLEDGED: Duration = Duration::from_secs(15);

/// What every session is told before what the address says: how long a statement may take, how long a transaction may
/// stand idle before its locks are freed, and how soon the database notices that this machine is gone.
const SESSION: &str = "-c statement_timeout=30s -c idle_in_transaction_session_timeout=60s \
                       -c tcp_keepalives_idle=20 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

/// Where a database is and how to speak to it.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    pub(super) config: Config,
    /// Whether it is spoken to in TLS; then who must have signed its certificate, or nobody in particular.
    pub(super) tls: Option<Option<PathBuf>>,
}

impl FromStr for PostgresUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut mode, mut root, mut rest) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => root = Some(PathBuf::from(decoded(value)?)),
                _ => rest.push(pair),
            }
        }
        let plain = if rest.is_empty() { place.to_owned() } else { format!("{place}?{}", rest.join("&")) };
        let mut config: Config = plain.parse().map_err(|error: tokio_postgres::Error| bad(&why(&error)))?;
        if config.get_hosts().is_empty() {
            return Err(bad("it names no host"));
        }
        if config.get_user().is_none() {
            return Err(bad("it names no user"));
        }
        let tls = match mode {
            Some("disable") => None,
            // What nobody checks protects from nobody: encryption always comes with the check of chain and name.
            Some("verify-full" | "require") => Some(root),
            Some("allow" | "prefer" | "verify-ca") => {
                return Err(bad("sslmode is verify-full, or disable"));
            }
            Some(other) => return Err(bad(&format!("there is no sslmode '{other}'"))),
            None if config.get_hosts().iter().all(is_here) && root.is_none() => None,
            None => Some(root),
        };
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        if config.get_application_name().is_none() {
            config.application_name("ramward");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNACKNOWLEDGED);
        }
        let own = config.get_options().unwrap_or_default();
        let options = format!("{SESSION} {own}");
        config.options(options.trim_end());
        Ok(Self { config, tls })
    }
}

impl PostgresUrl {
    /// How to connect to each host alone, in their order, and how long that may take until it takes statements. The
    /// driver's own limit ends with the connection's first packets, and a host that is frozen still answers those.
    pub(super) fn each_host(&self) -> Vec<(Config, Duration)> {
        let all = &self.config;
        let (names, addresses, ports) = (all.get_hosts(), all.get_hostaddrs(), all.get_ports());
        let patience = all.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        let of_host = |place: usize| {
            let mut one = Config::new();
            match names.get(place) {
                Some(Host::Tcp(name)) => drop(one.host(name)),
                #[cfg(unix)]
                Some(Host::Unix(path)) => drop(one.host_path(path)),
                None => {}
            }
            addresses.get(place).map(|address| one.hostaddr(*address));
            ports.get(place).or_else(|| ports.first()).map(|port| one.port(*port));
            all.get_user().map(|user| one.user(user));
            all.get_password().map(|password| one.password(password));
            all.get_dbname().map(|name| one.dbname(name));
            all.get_options().map(|options| one.options(options));
            all.get_application_name().map(|name| one.application_name(name));
            all.get_tcp_user_timeout().map(|limit| one.tcp_user_timeout(*limit));
            all.get_keepalives_interval().map(|interval| one.keepalives_interval(interval));
            all.get_keepalives_retries().map(|retries| one.keepalives_retries(retries));
            one.connect_timeout(patience)
                .keepalives(all.get_keepalives())
                .keepalives_idle(all.get_keepalives_idle())
                .ssl_mode(all.get_ssl_mode())
                .ssl_negotiation(all.get_ssl_negotiation())
                .target_session_attrs(all.get_target_session_attrs())
                .channel_binding(all.get_channel_binding());
            (one, patience)
        };
        (0..names.len().max(addresses.len())).map(of_host).collect()
    }
}

/// Whether what is said to a host stays on this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn bad(reason: &str) -> StoreError {
    StoreError::BadAddress(reason.to_owned())
}

/// What a parser says, with what it says below; it names parameters, not their values.
fn why(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        text = format!("{text}: {source}");
    }
    text
}

fn decoded(value: &str) -> Result<String, StoreError> {
    let decoded = ramward_rpc::percent::decode(value.as_bytes());
    decoded.map(Into::into).map_err(|_| bad("sslrootcert is not percent-encoded UTF-8"))
}

impl fmt::Display for PostgresUrl {
    /// Without the password, which nobody needs to see.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "postgres://{}@", self.config.get_user().unwrap_or_default())?;
        for (place, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            match host {
                Host::Tcp(name) if name.contains(':') => write!(f, "{comma}[{name}]")?,
                Host::Tcp(name) => write!(f, "{comma}{name}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{comma}{}", path.display())?,
            }
            let ports = self.config.get_ports();
            if let Some(port) = ports.get(place).or_else(|| ports.first()) {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> PostgresUrl {
        text.parse().unwrap()
    }

    #[test]
    fn a_password_is_never_shown() {
        let url = parse("postgres://me:secret@db1:5433,db2:5434/accounts?connect_timeout=3");
        assert_eq!(url.to_string(), "postgres://me@db1:5433,db2:5434/accounts");
        assert_eq!(format!("{url:?}"), url.to_string());
        for wrong in [
            "postgres://me:secret@h/d?sslmode=maybe",
            "postgres://me:secret@h:port/d",
            "postgres://me:secret@h/d?secret=1",
        ] {
            let refused = wrong.parse::<PostgresUrl>().unwrap_err().to_string();
            assert!(!refused.contains("me:secret"), "{refused}");
        }
    }

    #[test]
    fn tls_is_checked_wherever_it_is_spoken() {
        assert_eq!(parse("postgres://me@127.0.0.1/d").tls, None);
        assert_eq!(parse("postgres://me@localhost,[::1]/d").tls, None);
        assert_eq!(parse("postgres://me@localhost,db2/d").tls, Some(None));
        assert_eq!(parse("postgres://me@db/d?sslmode=disable").tls, None);
        assert_eq!(parse("postgres://me@db/d?sslmode=require").tls, Some(None));
        let named = parse("postgres://me@localhost/d?sslrootcert=%2Fetc%2Fdb%20ca.pem&sslmode=verify-full");
        assert_eq!(named.tls, Some(Some("/etc/db ca.pem".into())));
        for mode in ["prefer", "allow", "verify-ca", "on"] {
            let refused = format!("postgres://me@db/d?sslmode={mode}").parse::<PostgresUrl>().unwrap_err();
            assert!(refused.to_string().contains("sslmode"), "{refused}");
        }
    }

    #[test]
    fn only_a_host_that_takes_writes_will_do() {
        let url = parse("postgres://me@db1,db2/d?options=-csearch_path%3Done&application_name=mine");
        assert_eq!(url.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert_eq!(url.config.get_application_name(), Some("mine"));
        assert!(
            url.config.get_options().unwrap().ends_with("-csearch_path=one"),
            "the address has the last word"
        );
    }

    #[test]
    fn each_host_is_the_whole_address_with_one_host() {
        let url = parse(
            "postgres://me:secret@db1:5433,db2:5434/d?connect_timeout=3&keepalives_idle=7&options=-ca%3Db",
        );
        let each = url.each_host();
        assert_eq!(each.len(), 2);
        for (place, (one, patience)) in each.into_iter().enumerate() {
            assert_eq!(patience, Duration::from_secs(3));
            assert_eq!(one.get_hosts(), &url.config.get_hosts()[place..=place]);
            assert_eq!(one.get_ports(), &url.config.get_ports()[place..=place]);
            let address = format!("postgres://me:secret@db{}:{}/d", place + 1, 5433 + place);
            let whole = parse(&format!("{address}?connect_timeout=3&keepalives_idle=7&options=-ca%3Db"));
            assert_eq!(one, whole.config);
        }
        let one_port = parse("postgres://me@db1,db2:5434/d").each_host();
        assert_eq!(one_port.len(), 2);
    }

    #[test]
    fn what_is_missing_is_said() {
        for (text, what) in [("postgres:///d", "host"), ("postgres://db/d", "user")] {
            let refused = text.parse::<PostgresUrl>().unwrap_err().to_string();
            assert!(refused.contains(what), "{refused}");
        }
    }
}
