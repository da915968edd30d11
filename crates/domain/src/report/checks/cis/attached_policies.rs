//! 1.16: policies are attached to groups and roles only.

use super::super::{Assessment, Check, Kind, NextStep};

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Policies are attached to groups and roles only",
    field: None,
    rule: |_| "no policy is attached to a RAM user directly".to_owned(),
    assess: |inputs| match super::policies(inputs) {
        Ok(_) if inputs.facts.sub_user == 0 => Assessment::not_applicable(0).fact("SubUser", 0),
        Ok(policies) => Assessment::count(policies.users)
            .fact("SubUser", inputs.facts.sub_user)
            .fact("UsersWithPolicies", policies.users),
        Err(unanswered) => unanswered,
    },
    advice: "Attach the policy to a group that the user is in, then detach it from the user.",
    next: |_| {
        NextStep::ram_call(
            "DetachPolicyFromUser",
            &[("PolicyType", &"TYPE"), ("PolicyName", &"POLICY"), ("UserName", &"USER")],
        )
    },
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_16", "1.16");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_16", "1.16");
