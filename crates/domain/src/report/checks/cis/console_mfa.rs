//! 1.4: every RAM user with a console password has MFA. A device counts, a device asked for at the next logon does not:
//! until then the password alone opens the console.

use super::super::{Assessment, Check, Kind, NextStep};

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Every console user has an MFA device",
    field: None,
    rule: |_| "an MFA device is bound to each RAM user who may log on to the console".to_owned(),
    assess: |inputs| {
        let facts = inputs.facts;
        let Some(known) = inputs.known else {
            // Nobody is without a device, so nobody with a console is.
            return if facts.sub_user == 0 {
                Assessment::not_applicable(0).fact("SubUser", 0)
            } else if facts.sub_user_bind_mfa == facts.sub_user {
                Assessment::count(0)
                    .fact("SubUser", facts.sub_user)
                    .fact("SubUserBindMfa", facts.sub_user_bind_mfa)
            } else {
                Assessment::needs_identities()
            };
        };
        let (users, without) = (known.audit.console_users, known.audit.console_users_without_mfa);
        let assessment = if users == 0 { Assessment::not_applicable(0) } else { Assessment::count(without) };
        assessment
            .fact("ConsoleUsers", users)
            .fact("ConsoleUsersWithoutMFA", without)
            .fact("MFAOperationForLogin", known.security_preference.mfa_operation_for_login.as_str())
    },
    advice: "Bind a device to each of them, or switch the console of those off who do not need it.",
    next: NextStep::bind_device,
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_04", "1.4");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_04", "1.4");
