//! Whether there are unused AccessKeys in the account: each key counts.

use super::{Assessment, Check, Kind, NextStep, Scored};
use crate::report::score::{Mark, Units};
use crate::report::thresholds::AkScope;

pub(super) const CHECK: Check = Check {
    id: "account_no_unused_key",
    kind: Kind::Scored(Scored {
        units: Units::Flat(2),
        mark: |facts| Mark::Passed(facts.unused_ak_num == 0),
    }),
    title: "No AccessKey of the account is unused",
    field: Some("UnusedAkNum"),
    rule: |thresholds| {
        let days = thresholds.unused_days();
        match thresholds.ak_scope() {
            AkScope::AccountTotal => format!(
                "no Active AccessKey of the account, root's included, has been idle for {days} days or more, since it was last used or made"
            ),
            AkScope::RootOnly => format!(
                "no Active AccessKey of root has been idle for {days} days or more, since it was last used or made"
            ),
        }
    },
    assess: |inputs| {
        let keys = inputs.facts.unused_ak_num;
        Assessment::count(keys).fact("UnusedAkNum", keys).fact("UnusedDays", inputs.thresholds.unused_days())
    },
    advice: "Switch the AccessKey off, wait until nothing misses it, then delete it.",
    next: NextStep::disable_key,
};
