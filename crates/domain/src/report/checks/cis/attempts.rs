//! 1.14: logon is blocked after five wrong passwords. The text names five; fewer are stricter and pass, more do not.

use super::super::{Assessment, Check, Kind, NextStep};
use ramward_rpc::shape::Bounded;

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Wrong passwords block the logon",
    field: None,
    rule: |_| {
        "the password policy blocks the logon for an hour after at most five wrong passwords".to_owned()
    },
    assess: |inputs| {
        let Some(policy) = inputs.password_policy() else { return inputs.unanswered() };
        let attempts = policy.max_login_attemps.get();
        Assessment::of((1..=5).contains(&attempts), attempts).fact("MaxLoginAttemps", attempts)
    },
    advice: "Block the logon after five wrong passwords. Setting the policy replaces all of it, so say what is to stay as well.",
    next: |inputs| {
        NextStep::password_policy(inputs, |policy| {
            policy.max_login_attemps = Bounded::new(5).unwrap_or(policy.max_login_attemps);
        })
    },
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_14", "1.14");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_14", "1.14");
