//! Whether RAM users have two AccessKeys that can sign.

use super::{Assessment, Check, Kind, NextStep};

pub(super) const CHECK: Check = Check {
    id: "two_active_keys",
    kind: Kind::Audit,
    title: "No RAM user has two Active AccessKeys",
    field: None,
    rule: |_| {
        "no RAM user has two or more Active AccessKeys; a second one is for the time of a rotation".to_owned()
    },
    assess: |inputs| {
        let Some(known) = inputs.known else { return Assessment::needs_identities() };
        let users = known.audit.users_with_two_keys;
        let assessment =
            if inputs.facts.sub_user == 0 { Assessment::not_applicable(0) } else { Assessment::count(users) };
        assessment.fact("SubUser", inputs.facts.sub_user).fact("UsersWithTwoActiveKeys", users)
    },
    advice: "Finish the rotation: move the programs to the newer key, switch the older one off, and delete it when nothing misses it.",
    next: NextStep::disable_key,
};
