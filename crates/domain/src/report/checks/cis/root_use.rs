//! 1.1: root is not used for daily work. The benchmark leaves this to a person; here any recorded use within its 90 days
//! fails, and no record counts as no use.

use super::super::{Assessment, Check, Kind, NextStep};
use super::LIMIT_DAYS;
use crate::state::mirror::Unknown;
use crate::time::{Day, Timestamp};

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "Root is not used for daily work",
    field: None,
    rule: |_| {
        "neither the console logon nor an AccessKey of the root identity was used within the last 90 days, as far as uses are recorded".to_owned()
    },
    assess: |inputs| {
        let Some(known) = inputs.known else { return Assessment::needs_identities() };
        let limit = known.today.plus(-i64::from(LIMIT_DAYS));
        let key = known.root_keys.iter().filter_map(|key| key.last_used_date).max().map(Timestamp::day);
        let login = known.root_last_login.map(Timestamp::day);
        let text = |day: Option<Day>| day.map_or_else(|| "none recorded".to_owned(), |day| day.to_string());
        let last = key.max(login);
        if known.unknown.has(Unknown::ROOT_LOGIN) && last.is_none_or(|last| last <= limit) {
            return inputs.unanswered();
        }
        Assessment::of(last.is_none_or(|last| last <= limit), text(last))
            .fact("RootLastLogin", text(login))
            .fact("RootKeyLastUsed", text(key))
    },
    advice: "Give people and programs RAM users with the least they need, and keep root for what only root can do.",
    next: |inputs| {
        let name = inputs.logon_name();
        NextStep::call("CreateUser", &[("UserPrincipalName", &name), ("DisplayName", &"USER")])
    },
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_01", "1.1");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_01", "1.1");
