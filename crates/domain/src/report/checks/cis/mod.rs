//! Section 1 of the CIS Alibaba Cloud Foundation Benchmark, versions 1.0.0 and 2.0.0: identity and access management. One
//! file per control. The titles are ours; the numbers and what they ask for are the benchmark's, read as
//! `docs/decisions` says where it leaves room.

pub(super) mod attached_policies;
pub(super) mod attempts;
pub(super) mod console_idle;
pub(super) mod console_mfa;
pub(super) mod expiry;
pub(super) mod full_policies;
pub(super) mod key_age;
pub(super) mod length;
pub(super) mod lowercase;
pub(super) mod number;
pub(super) mod reuse;
pub(super) mod root_key;
pub(super) mod root_mfa;
pub(super) mod root_use;
pub(super) mod symbol;
pub(super) mod uppercase;

use super::{Assessment, Check, Inputs, Kind, PolicyCounts};

/// The benchmark's own limit of days, whatever the report's limits are.
pub(super) const LIMIT_DAYS: u32 = 90;

/// Why controls on policies have no answer in a mirror.
const MIRRORS_HAVE_NONE: &str = "A mirror does not learn the policies of its account.";

/// How policies are given, or why that cannot be told.
fn policies(inputs: &Inputs<'_>) -> Result<PolicyCounts, Assessment> {
    let known = inputs.known.ok_or_else(Assessment::needs_identities)?;
    known.policies.ok_or_else(|| Assessment::not_answerable(MIRRORS_HAVE_NONE))
}

/// A version of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Benchmark {
    /// Version 1.0.0.
    V1,
    /// Version 2.0.0.
    V2,
}

impl Benchmark {
    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "CIS Alibaba Cloud Foundation Benchmark v1.0.0",
            Self::V2 => "CIS Alibaba Cloud Foundation Benchmark v2.0.0",
        }
    }
}

impl Check {
    /// The same control in version 1.0.0.
    const fn in_v1(self, id: &'static str, control: &'static str) -> Self {
        Self { id, kind: Kind::Cis { benchmark: Benchmark::V1, control }, ..self }
    }

    /// The same control in version 2.0.0.
    const fn in_v2(self, id: &'static str, control: &'static str) -> Self {
        Self { id, kind: Kind::Cis { benchmark: Benchmark::V2, control }, ..self }
    }
}
