//! Whether a program works as root. The limit is the one from which a key is unused, so a key of root is either here or there.

use super::{Assessment, Check, Kind, NextStep, RootKey};

pub(super) const CHECK: Check = Check {
    id: "root_key_used_recently",
    kind: Kind::Audit,
    title: "No AccessKey of root is in use",
    field: None,
    rule: |thresholds| {
        format!(
            "no Active AccessKey of the root identity was used within the last {days} days",
            days = thresholds.unused_days()
        )
    },
    assess: |inputs| {
        let Some(known) = inputs.known else { return Assessment::needs_identities() };
        let keys = &known.root_keys;
        let last_used = keys.iter().filter(|key| key.active).filter_map(|key| key.last_used_date).max();
        let limit = inputs.thresholds.unused_before(known.today);
        let in_use = |key: &&RootKey| key.active && key.last_used_date.is_some_and(|used| used.day() > limit);
        let used = i64::try_from(keys.iter().filter(in_use).count()).unwrap_or(i64::MAX);
        let assessment =
            if keys.is_empty() { Assessment::not_applicable(0) } else { Assessment::count(used) };
        assessment
            .fact("RootWithAccessKey", inputs.facts.root_with_access_key)
            .fact(
                "RootKeyLastUsed",
                last_used.map_or_else(|| "never".to_owned(), |used| used.day().to_string()),
            )
            .fact("UnusedDays", inputs.thresholds.unused_days())
    },
    advice: "Find the program that signs as root, give it a RAM user's key, and switch root's key off.",
    next: |_| NextStep::call("UpdateAccessKey", &[("UserAccessKeyId", &"KEY_ID"), ("Status", &"Inactive")]),
};
