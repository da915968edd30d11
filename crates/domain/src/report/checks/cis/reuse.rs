//! 1.12: passwords are not used again. The benchmark's own value is five; more is stricter and passes.

use super::super::{Assessment, Check, Kind, NextStep};
use ramward_rpc::shape::Bounded;

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Passwords are not used again",
    field: None,
    rule: |_| "the password policy forbids at least the last five passwords".to_owned(),
    assess: |inputs| {
        let Some(policy) = inputs.password_policy() else { return inputs.unanswered() };
        let reuse = policy.password_reuse_prevention.get();
        Assessment::of(reuse >= 5, reuse).fact("PasswordReusePrevention", reuse)
    },
    advice: "Forbid the last five passwords. Setting the policy replaces all of it, so say what is to stay as well.",
    next: |inputs| {
        NextStep::password_policy(inputs, |policy| {
            policy.password_reuse_prevention = Bounded::new(5).unwrap_or(policy.password_reuse_prevention);
        })
    },
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_12", "1.12");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_12", "1.12");
