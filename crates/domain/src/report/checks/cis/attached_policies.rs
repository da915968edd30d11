//! 1.16: policies are attached to groups and roles only.

use super::super::{Assessment, Check, Kind, NextStep};
use super::NEEDS_POLICIES;

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Policies are attached to groups and roles only",
    field: None,
    rule: |_| "no policy is attached to a RAM user directly".to_owned(),
    assess: |_| Assessment::not_answerable(NEEDS_POLICIES),
    advice: NEEDS_POLICIES,
    next: |_| NextStep::default(),
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_16", "1.16");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_16", "1.16");
