//! Whether one RAM user serves a person and a program.

use super::{Assessment, Check, Kind, NextStep};

pub(super) const CHECK: Check = Check {
    id: "console_and_keys",
    kind: Kind::Audit,
    title: "Console and AccessKeys are apart",
    field: None,
    rule: |_| {
        "no RAM user may log on to the console and has an Active AccessKey: a person and a program are two users".to_owned()
    },
    assess: |inputs| {
        let Some(known) = inputs.known else { return Assessment::needs_identities() };
        let users = known.audit.console_users_with_keys;
        let assessment =
            if inputs.facts.sub_user == 0 { Assessment::not_applicable(0) } else { Assessment::count(users) };
        assessment.fact("ConsoleUsers", known.audit.console_users).fact("ConsoleUsersWithKeys", users)
    },
    advice: "Give the program a RAM user and a key of its own, then switch the key of the person off; or switch the console off, if no person uses it.",
    next: NextStep::disable_key,
};
