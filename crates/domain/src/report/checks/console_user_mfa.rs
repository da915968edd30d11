//! Whether every RAM user with a console has an MFA device.

use super::{Assessment, Check, Kind, NextStep};

pub(super) const CHECK: Check = Check {
    id: "console_user_mfa",
    kind: Kind::Audit,
    title: "Every console user has an MFA device",
    field: None,
    rule: |_| {
        "an MFA device is bound to each RAM user who may log on to the console; users without a console are not asked for one".to_owned()
    },
    assess: |inputs| {
        let Some(known) = inputs.known else { return Assessment::needs_identities() };
        let (users, without) = (known.audit.console_users, known.audit.console_users_without_mfa);
        let assessment = if users == 0 { Assessment::not_applicable(0) } else { Assessment::count(without) };
        assessment.fact("ConsoleUsers", users).fact("ConsoleUsersWithoutMFA", without)
    },
    advice: "Bind a device to each of them, or switch the console of those off who do not need it.",
    next: NextStep::bind_device,
};
