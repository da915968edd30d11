//! Whether the root identity has AccessKeys. A key that is switched off counts too: whoever may switch it on again is root.

use super::{Assessment, Check, Kind, NextStep, Scored};
use crate::report::score::{Mark, Units};

pub(super) const CHECK: Check = Check {
    id: "root_no_key",
    kind: Kind::Scored(Scored {
        units: Units::Flat(2),
        mark: |facts| Mark::Passed(facts.root_with_access_key == 0),
    }),
    title: "Root has no AccessKey",
    field: Some("RootWithAccessKey"),
    rule: |_| "the root identity has no AccessKey, in whatever status".to_owned(),
    assess: |inputs| {
        let keys = inputs.facts.root_with_access_key;
        Assessment::count(keys).fact("RootWithAccessKey", keys)
    },
    advice: "Give each program that uses a key of root a RAM user's key instead, switch root's key off with \
             UpdateAccessKey, wait until nothing misses it, then delete it.",
    next: |_| NextStep::call("DeleteAccessKey", &[("UserAccessKeyId", &"KEY_ID")]),
};
