//! Whether the root identity has an MFA device.

use super::{Assessment, Check, Kind, NextStep, Scored};
use crate::report::score::{Mark, Units};

pub(super) const CHECK: Check = Check {
    id: "root_mfa",
    kind: Kind::Scored(Scored { units: Units::Flat(2), mark: |facts| Mark::Passed(facts.bind_mfa) }),
    title: "Root has an MFA device",
    field: Some("BindMfa"),
    rule: |_| "an MFA device is bound to the root identity".to_owned(),
    assess: |inputs| {
        Assessment::of(inputs.facts.bind_mfa, inputs.facts.bind_mfa).fact("BindMfa", inputs.facts.bind_mfa)
    },
    advice: "Make a device with CreateVirtualMFADevice and bind it to root with two codes that follow each other. The \
             vendor has no operation for root: there it is done on the account's security settings page.",
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
