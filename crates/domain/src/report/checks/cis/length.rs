//! 1.11: passwords have 14 characters or more.

use super::super::{Assessment, Check, Kind, NextStep};
use ramward_rpc::shape::Bounded;

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Passwords have 14 characters or more",
    field: None,
    rule: |_| "the password policy asks for 14 characters or more".to_owned(),
    assess: |inputs| {
        let Some(policy) = inputs.password_policy() else { return inputs.unanswered() };
        let length = policy.minimum_password_length.get();
        Assessment::of(length >= 14, length).fact("MinimumPasswordLength", length)
    },
    advice: "Ask for 14 characters. Setting the policy replaces all of it, so say what is to stay as well.",
    next: |inputs| {
        NextStep::password_policy(inputs, |policy| {
            policy.minimum_password_length = Bounded::new(14).unwrap_or(policy.minimum_password_length);
        })
    },
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_11", "1.11");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_11", "1.11");
