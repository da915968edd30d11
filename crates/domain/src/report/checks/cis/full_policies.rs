//! 1.15: no policy allows everything.

use super::super::{Assessment, Check, Kind, NextStep};
use super::NEEDS_POLICIES;

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "No policy in use allows everything",
    field: None,
    rule: |_| "no custom policy that allows every action on every resource is attached to anybody".to_owned(),
    assess: |_| Assessment::not_answerable(NEEDS_POLICIES),
    advice: NEEDS_POLICIES,
    next: |_| NextStep::default(),
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_15", "1.15");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_15", "1.15");
