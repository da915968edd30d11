//! Whether every RAM user has an MFA device.

use super::{Assessment, Check, Kind, NextStep, Scored};
use crate::report::score::{Mark, Units};

pub(super) const CHECK: Check = Check {
    id: "users_mfa",
    kind: Kind::Scored(Scored {
        units: Units::Flat(2),
        mark: |facts| Mark::Passed(facts.sub_user > 0 && facts.sub_user_bind_mfa == facts.sub_user),
    }),
    title: "Every RAM user has an MFA device",
    field: Some("SubUserBindMfa"),
    rule: |_| {
        "there are RAM users, and an MFA device is bound to each of them, whether it has a console or not"
            .to_owned()
    },
    assess: |inputs| {
        let (users, bound) = (inputs.facts.sub_user, inputs.facts.sub_user_bind_mfa);
        Assessment::of(users > 0 && bound == users, bound)
            .findings(users - bound)
            .fact("SubUser", users)
            .fact("SubUserBindMfa", bound)
    },
    advice: "Make a device for each user without one with CreateVirtualMFADevice, and bind it with two codes that follow \
             each other. Without RAM users, create the first one.",
    next: NextStep::bind_device,
};
