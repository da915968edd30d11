//! No exception is over: whoever decided to live with something decides again, or repairs it.

use super::assessment::Assessment;
use super::next_step::NextStep;
use super::{Check, Kind};

pub(super) const CHECK: Check = Check {
    id: "exception_expired",
    kind: Kind::Audit,
    title: "No exception is over",
    field: None,
    rule: |_| "no security exception of the account is past its last day".to_owned(),
    assess: |inputs| match inputs.known {
        None => Assessment::needs_identities(),
        Some(known) => {
            Assessment::count(known.expired_exceptions).fact("ExpiredExceptions", known.expired_exceptions)
        }
    },
    advice: "Repair what the exception was for and delete it, or set it again with a later day.",
    next: |_| NextStep::own_call("ListSecurityExceptions", &[]),
};
