//! 1.15: no policy allows everything. The vendor's own AdministratorAccess does, and is no policy that the account made.

use super::super::{Assessment, Check, Kind, NextStep};

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "No policy in use allows everything",
    field: None,
    rule: |_| "no custom policy that allows every action on every resource is attached to anybody".to_owned(),
    assess: |inputs| match super::policies(inputs) {
        Ok(policies) => {
            Assessment::count(policies.full_access).fact("FullAccessPoliciesInUse", policies.full_access)
        }
        Err(unanswered) => unanswered,
    },
    advice: "Give each of them a version that names the actions and resources that are needed, or detach it.",
    next: |_| {
        NextStep::ram_call(
            "CreatePolicyVersion",
            &[("PolicyName", &"POLICY"), ("PolicyDocument", &"DOCUMENT"), ("SetAsDefault", &true)],
        )
    },
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_15", "1.15");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_15", "1.15");
