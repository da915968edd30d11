//! 1.3: root has MFA.

use super::super::{Assessment, Check, Kind, NextStep};

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Root has an MFA device",
    field: Some("BindMfa"),
    rule: |_| "an MFA device is bound to the root identity".to_owned(),
    assess: |inputs| {
        Assessment::of(inputs.facts.bind_mfa, inputs.facts.bind_mfa).fact("BindMfa", inputs.facts.bind_mfa)
    },
    advice: "Bind a device to root; at the vendor this is done on the account's security settings page.",
    next: |inputs| {
        let serial = format!("acs:ram::{}:mfa/root", inputs.account_id());
        NextStep::own_call(
            "BindAccountMFADevice",
            &[
                ("SerialNumber", &serial),
                ("AuthenticationCode1", &"CODE"),
                ("AuthenticationCode2", &"NEXT_CODE"),
            ],
        )
    },
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_03", "1.3");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_03", "1.3");
