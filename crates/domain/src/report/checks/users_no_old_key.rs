//! Whether RAM users have old AccessKeys: each such user counts once.

use super::{Assessment, Check, Kind, NextStep, Scored};
use crate::report::score::{Mark, Units};

pub(super) const CHECK: Check = Check {
    id: "users_no_old_key",
    kind: Kind::Scored(Scored {
        units: Units::Flat(2),
        mark: |facts| Mark::Passed(facts.sub_user_with_old_access_key == 0),
    }),
    title: "RAM users' AccessKeys are rotated",
    field: Some("SubUserWithOldAccessKey"),
    rule: |thresholds| {
        let days = thresholds.old_days();
        format!("no RAM user has an Active AccessKey that is older than {days} days")
    },
    assess: |inputs| {
        let users = inputs.facts.sub_user_with_old_access_key;
        Assessment::count(users)
            .fact("SubUserWithOldAccessKey", users)
            .fact("OldDays", inputs.thresholds.old_days())
    },
    advice: "Make a second AccessKey, move the programs over to it, switch the old one off, and delete it when nothing misses it. A key that nobody needs any more is only switched off and deleted.",
    next: |inputs| {
        NextStep::call("CreateAccessKey", &[("UserPrincipalName", &inputs.logon_name())])
            .terraform("resource \"alicloud_ram_access_key\" \"next\" {\n  user_name = \"USER\"\n}")
    },
};
