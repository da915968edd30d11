//! How the text of a setting becomes its value. Knows no setting.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ramward_domain::identity::login_profile::{HashCost, Password};
use ramward_domain::ids::{AccessKeyId, AccountId};
use ramward_domain::report::thresholds::AkScope;
use ramward_domain::store::postgres::Nodes;
use ramward_domain::store::seal::SealKey;
use ramward_domain::store::{StoreError, StoreUrl};
use ramward_rpc::sign::Secret;
use tracing_subscriber::filter::Targets;

/// What a value looks like; for help, the reference page and the file's types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// A text that is never shown and is no flag, because other processes can see flags.
    Secret,
    /// A path of the file system.
    Path,
    /// `ADDRESS:PORT`.
    Address,
    /// On or off.
    Switch,
    /// A whole number from 0.
    Count,
    /// A number of bytes.
    Bytes,
    /// A span of time.
    Duration,
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl Kind {
    /// The placeholder in help texts.
    pub(super) fn placeholder(self) -> &'static str {
        match self {
            Self::Text | Self::Secret => "TEXT",
            Self::Path => "PATH",
            Self::Address => "ADDRESS:PORT",
            Self::Switch => "true|false",
            Self::Count => "N",
            Self::Bytes => "BYTES",
            Self::Duration => "TIME",
            Self::Choice(_) => "CHOICE",
        }
    }
}

/// A type that a setting can have.
pub(super) trait Readable: Sized {
    /// The value of `text`; the error completes the sentence "the setting …".
    fn read(text: &str) -> Result<Self, String>;
}

impl Readable for String {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl Readable for Nodes {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "one" => Ok(Self::One),
            "several" => Ok(Self::Several),
            _ => Err(format!("must be one or several, not {text:?}")),
        }
    }
}

impl Readable for StoreUrl {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error| match error {
            StoreError::BadAddress(reason) => {
                format!("names no usable database: {reason}; write postgres://USER@HOST/DATABASE")
            }
            other => format!("is refused: {other}"),
        })
    }
}

impl Readable for Password {
    fn read(text: &str) -> Result<Self, String> {
        Self::new(text).map_err(|_| format!("must have 1 to {} characters", Self::MAX_CHARACTERS))
    }
}

impl Readable for PathBuf {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("must name a path".to_owned()) } else { Ok(Self::from(text)) }
    }
}

impl Readable for SocketAddr {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("must be ADDRESS:PORT such as 127.0.0.1:8686, not {text:?}"))
    }
}

impl Readable for bool {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(format!("must be true or false, not {text:?}")),
        }
    }
}

impl Readable for usize {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("must be a whole number from 0, not {text:?}"))
    }
}

impl Readable for Duration {
    fn read(text: &str) -> Result<Self, String> {
        let reason = || format!("must be a time above zero such as 500ms, 10s or 2m, not {text:?}");
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).ok_or_else(reason)?;
        let number: u64 = number.parse().map_err(|_| reason())?;
        let milliseconds = match unit {
            "ms" => Some(number),
            "s" => number.checked_mul(1_000),
            "m" => number.checked_mul(60_000),
            _ => None,
        };
        // A day is longer than any of these settings can mean, and keeps sums of instants far from overflow.
        match milliseconds {
            Some(milliseconds @ 1..=86_400_000) => Ok(Self::from_millis(milliseconds)),
            _ => Err(reason()),
        }
    }
}

/// Reads a number of bytes, with or without a binary unit.
pub(super) fn put_bytes(field: &mut usize, text: &str) -> Result<(), String> {
    let reason =
        || format!("must be a number of bytes above zero such as 65536, 64KiB or 1MiB, not {text:?}");
    let (number, factor) = match (text.strip_suffix("KiB"), text.strip_suffix("MiB")) {
        (Some(number), _) => (number, 1 << 10),
        (_, Some(number)) => (number, 1 << 20),
        _ => (text, 1),
    };
    let number: u32 = number.trim_end().parse().map_err(|_| reason())?;
    match (number as usize).checked_mul(factor) {
        Some(bytes) if bytes > 0 => {
            *field = bytes;
            Ok(())
        }
        _ => Err(reason()),
    }
}

/// Reads names separated by commas.
pub(super) fn put_names(field: &mut Vec<String>, text: &str) -> Result<(), String> {
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    if names.iter().any(String::is_empty) {
        return Err(format!("must be names or addresses separated by commas, not {text:?}"));
    }
    *field = names;
    Ok(())
}

/// An address as browsers spell the beginning of one: scheme and host, with a port where it is not the usual one.
pub(super) fn put_public_url(field: &mut Option<String>, text: &str) -> Result<(), String> {
    let wrong = || format!("must be http:// or https:// with a host and perhaps a port, not {text:?}");
    let url = text.strip_suffix('/').unwrap_or(text);
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or_else(wrong)?;
    let authority: http::uri::Authority = host.parse().map_err(|_| wrong())?;
    if authority.host().is_empty() || host.contains('@') {
        return Err(wrong());
    }
    *field = Some(url.to_ascii_lowercase());
    Ok(())
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// For people.
    Table,
    /// One JSON value for machines.
    Json,
}

impl Readable for Output {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "table" => Ok(Self::Table),
            "json" => Ok(Self::Json),
            _ => Err(format!("must be table or json, not {text:?}")),
        }
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Readable for LogFormat {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("must be text or json, not {text:?}")),
        }
    }
}

impl Readable for Secret {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(Self::from(text)) }
    }
}

impl Readable for SealKey {
    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text, "").map_err(|_| "must be 32 bytes as 64 hexadecimal digits or as base64".to_owned())
    }
}

impl Readable for AccountId {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("must be 16 digits and not all zero, not {text:?}"))
    }
}

impl Readable for AccessKeyId {
    fn read(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| format!("must be 1 to 128 of the characters A-Z a-z 0-9 . _ -, not {text:?}"))
    }
}

impl Readable for AkScope {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "account_total" => Ok(Self::AccountTotal),
            "root_only" => Ok(Self::RootOnly),
            _ => Err(format!("must be account_total or root_only, not {text:?}")),
        }
    }
}

impl Readable for HashCost {
    fn read(text: &str) -> Result<Self, String> {
        let reason = || format!("must be memory in KiB, passes and lanes such as 19456,2,1, not {text:?}");
        let numbers: Option<Vec<u32>> = text.split(',').map(|number| number.trim().parse().ok()).collect();
        match numbers.as_deref() {
            Some([memory_kib, passes, lanes]) => {
                Self::new(*memory_kib, *passes, *lanes).map_err(|error| format!("is out of bounds: {error}"))
            }
            _ => Err(reason()),
        }
    }
}

impl Readable for Targets {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| {
            format!("must be off, error, warn, info, debug or trace, or target=level pairs with commas, not {text:?}")
        })
    }
}

/// Reads a span of time in whole seconds.
pub(super) fn put_seconds(field: &mut i64, text: &str) -> Result<(), String> {
    let span = Duration::read(text)?;
    if span.subsec_nanos() != 0 {
        return Err(format!("must be whole seconds, not {text:?}"));
    }
    *field = i64::try_from(span.as_secs()).map_err(|_| "is too long".to_owned())?;
    Ok(())
}

/// Reads a number of days.
pub(super) fn days(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("must be a number of days from 1 to 3650, not {text:?}"))
}

/// Reads how many of a thing there may be.
pub(super) fn put_quota(field: &mut i64, text: &str) -> Result<(), String> {
    let most = usize::read(text)?;
    *field = i64::try_from(most).map_err(|_| format!("is too large: {text}"))?;
    Ok(())
}
