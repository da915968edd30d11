//! Whether RAM users have unused AccessKeys: each such user counts once.

use super::{Assessment, Check, Kind, NextStep, Scored};
use crate::report::score::{Mark, Units};

pub(super) const CHECK: Check = Check {
    id: "users_no_unused_key",
    kind: Kind::Scored(Scored {
        units: Units::Flat(2),
        mark: |facts| Mark::Passed(facts.sub_user_with_unused_access_key == 0),
    }),
    title: "RAM users' AccessKeys are in use",
    field: Some("SubUserWithUnusedAccessKey"),
    rule: |thresholds| {
        let days = thresholds.unused_days();
        format!(
            "no RAM user has an Active AccessKey that has been idle for {days} days or more, since it was last used or made"
        )
    },
    assess: |inputs| {
        let users = inputs.facts.sub_user_with_unused_access_key;
        Assessment::count(users)
            .fact("SubUserWithUnusedAccessKey", users)
            .fact("UnusedDays", inputs.thresholds.unused_days())
    },
    advice: "Switch the AccessKey off, wait until nothing misses it, then delete it.",
    next: NextStep::disable_key,
};
