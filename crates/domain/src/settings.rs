//! What an operator may set about the meaning of things: windows, limits of days, weights, quotas. Knows no file and no flag.

use serde::{Deserialize, Serialize};

use crate::identity::login_profile::HashCost;
use crate::report::history::Measures;
use crate::report::score::Model;
use crate::report::thresholds::Thresholds;

/// How many of a thing an account may have. Defaults: a real account's summary of 2025 as published in CloudRec's test data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quotas {
    /// RAM users of an account.
    pub users: i64,
    /// Virtual MFA devices of an account.
    pub virtual_mfa_devices: i64,
    /// AccessKeys of a RAM user.
    pub access_keys_per_user: i64,
    /// AccessKeys of the root identity.
    pub access_keys_per_account: i64,
    /// Tags of a RAM user, a policy or a role.
    pub tags_per_user: usize,
    /// Groups of an account.
    pub groups: i64,
    /// Groups that a RAM user may be in.
    pub groups_per_user: i64,
    /// Custom policies of an account.
    pub policies: i64,
    /// Versions of a custom policy.
    pub versions_per_policy: i64,
    /// Roles of an account.
    pub roles: i64,
    /// Custom policies attached to one user, group or role.
    pub attached_policies: i64,
    /// System policies attached to one user, group or role.
    pub attached_system_policies: i64,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            users: 5000,
            virtual_mfa_devices: 5000,
            access_keys_per_user: 2,
            access_keys_per_account: 2,
            tags_per_user: 20,
            groups: 300,
            groups_per_user: 10,
            policies: 1500,
            versions_per_policy: 5,
            roles: 1000,
            attached_policies: 10,
            attached_system_policies: 20,
        }
    }
}

/// All of it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How far a request's time may lie from the wall clock, in seconds, both ways.
    pub window_seconds: i64,
    /// How many nonces are held at most; a request beyond is refused with `Throttling`.
    pub max_nonces: usize,
    /// After how many days a key is old or unused, and whose keys the account's numbers count.
    pub thresholds: Thresholds,
    /// The weights of the score.
    pub model: Model,
    /// Quotas of an account.
    pub quotas: Quotas,
    /// The cost of a password hash.
    pub hash_cost: HashCost,
    /// Where people and programs reach this server from outside, such as `https://ramward.example`, where that is another
    /// address than it sees itself.
    pub public_url: Option<String>,
    /// Whether a token of an OIDC provider begins one session instead of as many as it is brought for.
    pub oidc_tokens_once: bool,
    /// Whether `SetClock` is allowed.
    pub virtual_clock: bool,
    /// Whether `SetFault` is allowed.
    pub fault_injection: bool,
    /// How many of the last requests are kept for `ListRequests`.
    pub kept_requests: usize,
    /// How many AccessKeys and how many accounts' answers are kept in memory.
    pub cache_entries: usize,
    /// Threads that read the store and hash passwords.
    pub workers: usize,
    /// Calls that may wait for such a thread; one more is refused with `ServiceUnavailable`.
    pub max_waiting_calls: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window_seconds: 900,
            max_nonces: 4_000_000,
            thresholds: Thresholds::default(),
            model: Model::default(),
            quotas: Quotas::default(),
            hash_cost: HashCost::default(),
            public_url: None,
            oidc_tokens_once: false,
            virtual_clock: false,
            fault_injection: false,
            kept_requests: 1000,
            cache_entries: 65_536,
            workers: 4,
            max_waiting_calls: 1024,
        }
    }
}

impl Settings {
    /// By what reports are counted and weighed.
    pub fn measures(&self) -> Measures<'_> {
        Measures { thresholds: self.thresholds, model: &self.model }
    }
}
