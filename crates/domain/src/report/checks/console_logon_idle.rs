//! Whether console users log on at all.

use super::{Assessment, Check, Kind, NextStep};

pub(super) const CHECK: Check = Check {
    id: "console_logon_idle",
    kind: Kind::Audit,
    title: "Every console user logs on",
    field: None,
    rule: |thresholds| {
        format!(
            "no RAM user who may log on to the console has stayed away for {days} days or more, since the last logon or since the logon was made",
            days = thresholds.unused_days()
        )
    },
    assess: |inputs| {
        let Some(known) = inputs.known else { return Assessment::needs_identities() };
        let (users, idle) = (known.audit.console_users, known.audit.console_users_idle);
        let assessment = if users == 0 { Assessment::not_applicable(0) } else { Assessment::count(idle) };
        assessment
            .fact("ConsoleUsers", users)
            .fact("ConsoleUsersIdle", idle)
            .fact("UnusedDays", inputs.thresholds.unused_days())
    },
    advice: "Switch the console of those users off; delete the users whom nobody knows any more.",
    next: NextStep::disable_console,
};
