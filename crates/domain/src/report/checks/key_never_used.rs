//! Whether AccessKeys were made for nothing.

use super::{Assessment, Check, Kind, NextStep};

pub(super) const CHECK: Check = Check {
    id: "key_never_used",
    kind: Kind::Audit,
    title: "Every Active AccessKey was used",
    field: None,
    rule: |_| "every Active AccessKey of the account, root's included, was used at least once".to_owned(),
    assess: |inputs| {
        let Some(known) = inputs.known else { return Assessment::needs_identities() };
        let keys = known.audit.never_used_keys;
        let assessment =
            if known.active_keys == 0 { Assessment::not_applicable(0) } else { Assessment::count(keys) };
        assessment
            .fact("ActiveKeys", known.active_keys)
            .fact("NeverUsedKeys", keys)
            .fact("NeverUsedRootKeys", known.audit.never_used_root_keys)
    },
    advice: "Delete a key that nobody has picked up; make one when a program is there to use it.",
    next: |inputs| {
        let name = inputs.logon_name();
        NextStep::call("DeleteAccessKey", &[("UserPrincipalName", &name), ("UserAccessKeyId", &"KEY_ID")])
    },
};
