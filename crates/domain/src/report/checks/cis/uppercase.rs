//! 1.7: passwords contain an upper-case letter.

use super::super::{Assessment, Check, Kind, NextStep};

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Passwords contain an upper-case letter",
    field: None,
    rule: |_| "the password policy asks for an upper-case letter".to_owned(),
    assess: |inputs| {
        let Some(policy) = inputs.password_policy() else { return inputs.unanswered() };
        let asked = policy.require_uppercase_characters;
        Assessment::of(asked, asked).fact("RequireUppercaseCharacters", asked)
    },
    advice: "Ask for an upper-case letter. Setting the policy replaces all of it, so say what is to stay as well.",
    next: |inputs| NextStep::password_policy(inputs, |policy| policy.require_uppercase_characters = true),
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_07", "1.7");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_07", "1.7");
