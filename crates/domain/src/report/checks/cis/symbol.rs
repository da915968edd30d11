//! 1.9: passwords contain a symbol.

use super::super::{Assessment, Check, Kind, NextStep};

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Passwords contain a symbol",
    field: None,
    rule: |_| "the password policy asks for a symbol".to_owned(),
    assess: |inputs| {
        let Some(policy) = inputs.password_policy() else { return inputs.unanswered() };
        let asked = policy.require_symbols;
        Assessment::of(asked, asked).fact("RequireSymbols", asked)
    },
    advice: "Ask for a symbol. Setting the policy replaces all of it, so say what is to stay as well.",
    next: |inputs| NextStep::password_policy(inputs, |policy| policy.require_symbols = true),
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_09", "1.9");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_09", "1.9");
