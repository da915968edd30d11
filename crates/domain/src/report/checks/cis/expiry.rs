//! 1.13: how long a password lives. The two versions ask for opposite things: the first for a change every 90 days, the
//! second for none within a year. No policy pleases both.

use ramward_rpc::shape::Bounded;

use super::super::{Assessment, Check, Kind, NextStep};

const ADVICE: &str = "Set the age that the version you are held to asks for: the other version asks for the opposite. \
                      Setting the policy replaces all of it, so say what is to stay as well.";

pub(in super::super) const V1: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Passwords expire within 90 days",
    field: None,
    rule: |_| "the password policy makes passwords expire after 90 days or fewer".to_owned(),
    assess: |inputs| {
        let Some(policy) = inputs.password_policy() else { return inputs.unanswered() };
        let days = policy.max_password_age.get();
        Assessment::of((1..=90).contains(&days), days).fact("MaxPasswordAge", days)
    },
    advice: ADVICE,
    next: |inputs| {
        NextStep::password_policy(inputs, |policy| {
            policy.max_password_age = Bounded::new(90).unwrap_or(policy.max_password_age);
        })
    },
}
.in_v1("cis_v1_0_0_1_13", "1.13");

pub(in super::super) const V2: Check = Check {
    title: "Passwords live for a year or longer",
    rule: |_| "the password policy makes passwords expire after 365 days or more, or never".to_owned(),
    assess: |inputs| {
        let Some(policy) = inputs.password_policy() else { return inputs.unanswered() };
        let days = policy.max_password_age.get();
        Assessment::of(days == 0 || days >= 365, days).fact("MaxPasswordAge", days)
    },
    next: |inputs| {
        NextStep::password_policy(inputs, |policy| {
            policy.max_password_age = Bounded::new(365).unwrap_or(policy.max_password_age);
        })
    },
    ..V1
}
.in_v2("cis_v2_0_0_1_13", "1.13");
