//! 1.5: who has not logged on for 90 days cannot log on.

use super::super::{Assessment, Check, Kind, NextStep};

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Nobody keeps a console logon unused",
    field: None,
    rule: |_| "no RAM user who may log on to the console has stayed away for 90 days or more".to_owned(),
    assess: |inputs| {
        let Some(known) = inputs.known else { return Assessment::needs_identities() };
        let (users, idle) = (known.audit.console_users, known.cis_idle_users);
        let assessment = if users == 0 { Assessment::not_applicable(0) } else { Assessment::count(idle) };
        assessment.fact("ConsoleUsers", users).fact("ConsoleUsersIdle", idle)
    },
    advice: "Switch the console of those users off.",
    next: NextStep::disable_console,
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_05", "1.5");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_05", "1.5");
