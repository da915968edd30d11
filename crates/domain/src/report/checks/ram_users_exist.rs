//! Whether there are RAM users at all.

use super::{Assessment, Check, Kind, NextStep, Scored};
use crate::report::score::{Mark, Units};

pub(super) const CHECK: Check = Check {
    id: "ram_users_exist",
    kind: Kind::Scored(Scored { units: Units::Flat(4), mark: |facts| Mark::Passed(facts.sub_user > 0) }),
    title: "RAM users do the work",
    field: Some("SubUser"),
    rule: |_| "the account has at least one RAM user, so that nobody works as root".to_owned(),
    assess: |inputs| {
        let users = inputs.facts.sub_user;
        Assessment::of(users > 0, users).fact("SubUser", users)
    },
    advice: "Create a RAM user for each person and each program, and stop working as root.",
    next: |inputs| {
        let name = inputs.logon_name();
        NextStep::call("CreateUser", &[("UserPrincipalName", &name), ("DisplayName", &"USER")]).terraform(
            "resource \"alicloud_ram_user\" \"this\" {\n  name         = \"USER\"\n  display_name = \"USER\"\n}",
        )
    },
};
