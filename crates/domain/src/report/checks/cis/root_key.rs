//! 1.2: root has no AccessKey.

use super::super::{Assessment, Check, Kind, NextStep};

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Root has no AccessKey",
    field: Some("RootWithAccessKey"),
    rule: |_| "the root identity has no AccessKey, in whatever status".to_owned(),
    assess: |inputs| {
        let keys = inputs.facts.root_with_access_key;
        Assessment::count(keys).fact("RootWithAccessKey", keys)
    },
    advice: "Give each program that uses a key of root a RAM user's key instead, then switch root's key off and delete it.",
    next: |_| NextStep::call("DeleteAccessKey", &[("UserAccessKeyId", &"KEY_ID")]),
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_02", "1.2");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_02", "1.2");
