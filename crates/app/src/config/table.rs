//! The table of settings: name, kind, default, meaning, and the field that each is read into.

use ramward_domain::report::thresholds::{AkScope, Thresholds};

use super::Settings;
use super::value::{self, Kind, Readable};

/// Who reads a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Every command.
    Everywhere,
    /// The door of `serve`.
    Door,
    /// What `serve` makes on its first start.
    FirstStart,
    /// Log and metrics of `serve`.
    Log,
    /// What `serve` answers.
    Meaning,
    /// Threads, queues and caches of `serve`.
    Sizes,
}

/// The scopes with their titles on the reference page and in the help of `serve`.
pub(super) const SCOPES: &[(Scope, &str)] = &[
    (Scope::Everywhere, "Global options"),
    (Scope::Door, "Door"),
    (Scope::FirstStart, "First start"),
    (Scope::Log, "Log"),
    (Scope::Meaning, "Rules"),
    (Scope::Sizes, "Threads, queues and caches"),
];

/// One row of the table.
#[derive(Debug)]
pub(super) struct Setting {
    /// The name in the file; the flag and the variable follow from it.
    pub name: &'static str,
    /// Who reads it.
    pub scope: Scope,
    /// What a value looks like.
    pub kind: Kind,
    /// The default as one would write it in the file; empty: not set.
    pub default: &'static str,
    /// One sentence for help and reference.
    pub doc: &'static str,
    /// Reads the text of a value into its field.
    pub set: fn(&mut Settings, &str) -> Result<(), String>,
}

impl Setting {
    /// The name of its environment variable.
    pub fn variable(&self) -> String {
        format!("RAMWARD_{}", self.name.to_ascii_uppercase())
    }

    /// Its flag; secrets have none, because other processes can see flags.
    pub fn flag(&self) -> Option<String> {
        (self.kind != Kind::Secret).then(|| format!("--{}", self.name.replace('_', "-")))
    }
}

/// The table.
pub(super) const SETTINGS: &[Setting] = &[
    row("data", Scope::Everywhere, Kind::Path, "", |s, text| put(&mut s.data, text))
        .doc("Directory of the database and the seal key; without it, the platform's data directory"),
    row("store", Scope::Everywhere, Kind::Text, "", |s, text| put_some(&mut s.store, text))
        .doc("Store to use, as sqlite:PATH or postgres://USER@HOST/DATABASE; without it, ramward.db in the data directory"),
    row("nodes", Scope::Everywhere, Kind::Choice(&["one", "several"]), "one", |s, text| put(&mut s.nodes, text))
        .doc("How many processes may write to a store in PostgreSQL at the same time: this one alone, or any number"),
    row("output", Scope::Everywhere, Kind::Choice(&["table", "json"]), "table", |s, text| put(&mut s.output, text))
        .doc("How results are printed: for people, or one JSON value for machines"),
    row("profile", Scope::Everywhere, Kind::Text, "", |s, text| put_some(&mut s.profile, text))
        .doc("Credentials profile of the commands that call a server"),
    row("endpoint", Scope::Everywhere, Kind::Text, "", |s, text| put_some(&mut s.endpoint, text))
        .doc("Server that the client commands call, as a URL; without it, http://127.0.0.1:8686"),
    row("listen", Scope::Door, Kind::Address, "127.0.0.1:8686", |s, text| put(&mut s.listen, text))
        .doc("Address and port of the HTTP door; port 0 takes a free one"),
    row("insecure_http", Scope::Door, Kind::Switch, "false", |s, text| put(&mut s.insecure_http, text))
        .doc("Allow plain HTTP, and the proxy, on an address that is not loopback"),
    row("tls_listen", Scope::Door, Kind::Address, "", |s, text| put_some(&mut s.tls_listen, text))
        .doc("Address and port of the HTTPS door; without it, there is none"),
    row("tls_cert", Scope::Door, Kind::Path, "", |s, text| put_some(&mut s.tls_cert, text))
        .doc("PEM file with the certificate of the HTTPS door and those between it and its authority, read again when it changes; without it, one issued by the CA in the data directory"),
    row("tls_key", Scope::Door, Kind::Path, "", |s, text| put_some(&mut s.tls_key, text))
        .doc("PEM file with the private key of that certificate"),
    row("tls_san", Scope::Door, Kind::Text, "", |s, text| value::put_names(&mut s.tls_san, text))
        .doc("Further host names and addresses in the certificate that the CA issues, separated by commas"),
    row("proxy_listen", Scope::Door, Kind::Address, "", |s, text| put_some(&mut s.proxy_listen, text))
        .doc("Address and port of the CONNECT door, a proxy that answers for the vendor's host names itself; without it, there is none"),
    row("public_url", Scope::Door, Kind::Text, "", |s, text| value::put_public_url(&mut s.domain.public_url, text))
        .doc("Address at which browsers and clients reach this server through a proxy in front of it, such as https://ramward.example; links in refusals and on pages lead there"),
    row("max_connections", Scope::Door, Kind::Count, "4096", |s, text| put_positive(&mut s.max_connections, text))
        .doc("Connections served at once; further ones wait until one ends"),
    row("max_body_bytes", Scope::Door, Kind::Bytes, "1MiB", |s, text| value::put_bytes(&mut s.max_body_bytes, text))
        .doc("Largest body of a request"),
    row("max_header_bytes", Scope::Door, Kind::Bytes, "16KiB", |s, text| {
        value::put_bytes(&mut s.max_header_bytes, text)
    })
    .doc("Largest request line with all header fields"),
    row("header_timeout", Scope::Door, Kind::Duration, "10s", |s, text| put(&mut s.header_timeout, text))
        .doc("Longest time from the first byte of a request to the end of its header fields"),
    row("body_timeout", Scope::Door, Kind::Duration, "20s", |s, text| put(&mut s.body_timeout, text))
        .doc("Longest time from the header fields to the end of the body"),
    row("write_timeout", Scope::Door, Kind::Duration, "20s", |s, text| put(&mut s.write_timeout, text))
        .doc("Longest time a client may leave an answer unread"),
    row("idle_timeout", Scope::Door, Kind::Duration, "25s", |s, text| put(&mut s.idle_timeout, text))
        .doc("Longest time a connection stays open between two requests"),
    row("grace", Scope::Door, Kind::Duration, "20s", |s, text| put(&mut s.grace, text))
        .doc("Longest time that running requests get after SIGTERM"),
    row("seal_key", Scope::FirstStart, Kind::Secret, "", |s, text| put_some(&mut s.seal_key, text))
        .doc("Key that seals secrets in the store, 32 bytes as hexadecimal digits or base64; without it, the file seal.key in the data directory, made on the first start"),
    row("import", Scope::FirstStart, Kind::Path, "", |s, text| put_some(&mut s.import, text))
        .doc("State file, or directory of state files taken by name, to load before the first request into a store that has no account yet"),
    row("account_id", Scope::FirstStart, Kind::Text, "", |s, text| put_some(&mut s.account_id, text))
        .doc("Id of the account that the first start makes; without it, a random one"),
    row("root_access_key_id", Scope::FirstStart, Kind::Text, "", |s, text| put_some(&mut s.root_access_key_id, text))
        .doc("AccessKey id of that account's root; without it, a random one"),
    row("root_access_key_secret", Scope::FirstStart, Kind::Secret, "", |s, text| {
        put_some(&mut s.root_access_key_secret, text)
    })
    .doc("Secret of that AccessKey; without it, a random one"),
    row("root_password", Scope::FirstStart, Kind::Secret, "", |s, text| put_some(&mut s.root_password, text))
        .doc("Password of that account's root for the console, where it has none yet; without it, root signs in with its AccessKey"),
    row("log", Scope::Log, Kind::Text, "info", |s, text| put(&mut s.log, text))
        .doc("What is logged to stderr: a level, or target=level pairs separated by commas"),
    row("log_format", Scope::Log, Kind::Choice(&["text", "json"]), "text", |s, text| put(&mut s.log_format, text))
        .doc("How log lines are written"),
    row("access_log", Scope::Log, Kind::Switch, "false", |s, text| put(&mut s.access_log, text))
        .doc("Log every request: who, what, how it ended, how long it took; never parameters or secrets"),
    row("metrics_accounts", Scope::Log, Kind::Count, "0", |s, text| put(&mut s.metrics_accounts, text))
        .doc("How many accounts' score and values /metrics carries at most, the first by id; each costs a few reads at every visit"),
    row("virtual_clock", Scope::Meaning, Kind::Switch, "false", |s, text| put(&mut s.domain.virtual_clock, text))
        .doc("Let the operator set the clock of dates and ages (SetClock)"),
    row("signature_window", Scope::Meaning, Kind::Duration, "15m", |s, text| {
        value::put_seconds(&mut s.domain.window_seconds, text)
    })
    .doc("How far the time of a signed request may lie from the server's clock, both ways"),
    row("old_after_days", Scope::Meaning, Kind::Count, "90", |s, text| {
        let old = s.domain.thresholds;
        put_thresholds(s, Thresholds::new(value::days(text)?, old.unused_days(), old.ak_scope()))
    })
    .doc("An AccessKey is old when it is older than this many days"),
    row("unused_after_days", Scope::Meaning, Kind::Count, "90", |s, text| {
        let old = s.domain.thresholds;
        put_thresholds(s, Thresholds::new(old.old_days(), value::days(text)?, old.ak_scope()))
    })
    .doc("An AccessKey is unused when its last use, or without one its creation, lies this many days back"),
    row("access_key_scope", Scope::Meaning, Kind::Choice(&["account_total", "root_only"]), "account_total", |s, text| {
        let old = s.domain.thresholds;
        put_thresholds(s, Thresholds::new(old.old_days(), old.unused_days(), AkScope::read(text)?))
    })
    .doc("Whose keys OldAkNum and UnusedAkNum count"),
    row("oidc_tokens_once", Scope::Meaning, Kind::Switch, "false", |s, text| put(&mut s.domain.oidc_tokens_once, text))
        .doc("Take an OIDC provider's token for one session (AssumeRoleWithOIDC) instead of as many as it is brought for; the vendor's clients bring theirs again until it is renewed"),
    row("fault_injection", Scope::Meaning, Kind::Switch, "false", |s, text| put(&mut s.domain.fault_injection, text))
        .doc("Let the operator make calls fail on demand (SetFault)"),
    row("score_model", Scope::Meaning, Kind::Path, "", |s, text| put_some(&mut s.score_model, text))
        .doc("TOML file with other weights of the score; without it, the built-in model"),
    row("password_hash", Scope::Meaning, Kind::Text, "19456,2,1", |s, text| put(&mut s.domain.hash_cost, text))
        .doc("Cost of a password hash (argon2id): memory in KiB, passes, lanes"),
    row("quota_users", Scope::Meaning, Kind::Count, "5000", |s, text| value::put_quota(&mut s.domain.quotas.users, text))
        .doc("RAM users of an account"),
    row("quota_virtual_mfa_devices", Scope::Meaning, Kind::Count, "5000", |s, text| {
        value::put_quota(&mut s.domain.quotas.virtual_mfa_devices, text)
    })
    .doc("Virtual MFA devices of an account"),
    row("quota_access_keys_per_user", Scope::Meaning, Kind::Count, "2", |s, text| {
        value::put_quota(&mut s.domain.quotas.access_keys_per_user, text)
    })
    .doc("AccessKeys of a RAM user"),
    row("quota_access_keys_per_account", Scope::Meaning, Kind::Count, "2", |s, text| {
        value::put_quota(&mut s.domain.quotas.access_keys_per_account, text)
    })
    .doc("AccessKeys of the root identity"),
    row("quota_tags_per_user", Scope::Meaning, Kind::Count, "20", |s, text| put(&mut s.domain.quotas.tags_per_user, text))
        .doc("Tags of a RAM user, a policy or a role"),
    row("quota_groups", Scope::Meaning, Kind::Count, "300", |s, text| value::put_quota(&mut s.domain.quotas.groups, text))
        .doc("Groups of an account"),
    row("quota_groups_per_user", Scope::Meaning, Kind::Count, "10", |s, text| value::put_quota(&mut s.domain.quotas.groups_per_user, text))
        .doc("Groups that a RAM user may be in"),
    row("quota_policies", Scope::Meaning, Kind::Count, "1500", |s, text| value::put_quota(&mut s.domain.quotas.policies, text))
        .doc("Custom policies of an account"),
    row("quota_versions_per_policy", Scope::Meaning, Kind::Count, "5", |s, text| value::put_quota(&mut s.domain.quotas.versions_per_policy, text))
        .doc("Versions of a custom policy"),
    row("quota_roles", Scope::Meaning, Kind::Count, "1000", |s, text| value::put_quota(&mut s.domain.quotas.roles, text))
        .doc("Roles of an account"),
    row("quota_attached_policies", Scope::Meaning, Kind::Count, "10", |s, text| value::put_quota(&mut s.domain.quotas.attached_policies, text))
        .doc("Custom policies attached to one user, group or role"),
    row("quota_attached_system_policies", Scope::Meaning, Kind::Count, "20", |s, text| value::put_quota(&mut s.domain.quotas.attached_system_policies, text))
        .doc("System policies attached to one user, group or role"),
    row("workers", Scope::Sizes, Kind::Count, "0", |s, text| put(&mut s.workers, text))
        .doc("Threads that serve connections; 0 means one for each processor"),
    row("store_workers", Scope::Sizes, Kind::Count, "4", |s, text| put_positive(&mut s.domain.workers, text))
        .doc("Threads that read the store and hash passwords"),
    row("max_waiting_calls", Scope::Sizes, Kind::Count, "1024", |s, text| {
        put_positive(&mut s.domain.max_waiting_calls, text)
    })
    .doc("Calls that may wait for such a thread; one more is refused with ServiceUnavailable"),
    row("max_waiting_writes", Scope::Sizes, Kind::Count, "1024", |s, text| put_positive(&mut s.max_waiting_writes, text))
        .doc("Changes that may wait for the disk; one more is refused with ServiceUnavailable"),
    row("kept_requests", Scope::Sizes, Kind::Count, "1000", |s, text| put(&mut s.domain.kept_requests, text))
        .doc("Last requests that are kept in memory for `ramward requests`; 0 keeps none"),
    row("max_nonces", Scope::Sizes, Kind::Count, "4000000", |s, text| put_positive(&mut s.domain.max_nonces, text))
        .doc("Nonces held against replays; a request beyond is refused with Throttling"),
    row("cache_bound", Scope::Sizes, Kind::Duration, "2s", |s, text| put(&mut s.cache_bound, text))
        .doc("How old what is kept in memory may be while other nodes of the store cannot be heard"),
    row("cache_entries", Scope::Sizes, Kind::Count, "65536", |s, text| put_positive(&mut s.domain.cache_entries, text))
        .doc("AccessKeys, and answers of accounts, that are kept in memory"),
];

const fn row(
    name: &'static str,
    scope: Scope,
    kind: Kind,
    default: &'static str,
    set: fn(&mut Settings, &str) -> Result<(), String>,
) -> Setting {
    Setting { name, scope, kind, default, doc: "", set }
}

impl Setting {
    const fn doc(self, doc: &'static str) -> Self {
        Self { doc, ..self }
    }
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

fn put_thresholds<E>(settings: &mut Settings, thresholds: Result<Thresholds, E>) -> Result<(), String> {
    settings.domain.thresholds =
        thresholds.map_err(|_| "must be a number of days from 1 to 3650".to_owned())?;
    Ok(())
}
