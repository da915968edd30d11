//! Whether there are old AccessKeys in the account: each key counts.

use super::{Assessment, Check, Kind, NextStep, Scored};
use crate::report::score::{Mark, Units};
use crate::report::thresholds::AkScope;

pub(super) const CHECK: Check = Check {
    id: "account_no_old_key",
    kind: Kind::Scored(Scored { units: Units::Flat(2), mark: |facts| Mark::Passed(facts.old_ak_num == 0) }),
    title: "No AccessKey of the account is old",
    field: Some("OldAkNum"),
    rule: |thresholds| {
        let days = thresholds.old_days();
        match thresholds.ak_scope() {
            AkScope::AccountTotal => {
                format!("no Active AccessKey of the account, root's included, is older than {days} days")
            }
            AkScope::RootOnly => format!("no Active AccessKey of root is older than {days} days"),
        }
    },
    assess: |inputs| {
        let keys = inputs.facts.old_ak_num;
        Assessment::count(keys).fact("OldAkNum", keys).fact("OldDays", inputs.thresholds.old_days())
    },
    advice: "Make a second AccessKey, move the programs over to it, switch the old one off, and delete it when nothing misses it. A key that nobody needs any more is only switched off and deleted.",
    next: |inputs| {
        NextStep::call("CreateAccessKey", &[("UserPrincipalName", &inputs.logon_name())])
            .terraform("resource \"alicloud_ram_access_key\" \"next\" {\n  user_name = \"USER\"\n}")
    },
};
