//! 1.10: passwords contain a digit.

use super::super::{Assessment, Check, Kind, NextStep};

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Passwords contain a digit",
    field: None,
    rule: |_| "the password policy asks for a digit".to_owned(),
    assess: |inputs| {
        let Some(policy) = inputs.password_policy() else { return inputs.unanswered() };
        let asked = policy.require_numbers;
        Assessment::of(asked, asked).fact("RequireNumbers", asked)
    },
    advice: "Ask for a digit. Setting the policy replaces all of it, so say what is to stay as well.",
    next: |inputs| NextStep::password_policy(inputs, |policy| policy.require_numbers = true),
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_10", "1.10");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_10", "1.10");
