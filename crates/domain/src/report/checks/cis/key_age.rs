//! 1.6: keys are rotated within 90 days. The limit is the benchmark's; a report whose own limit is another answers it only
//! where the one follows from the other.

use super::super::{Assessment, Check, Kind, NextStep};
use super::LIMIT_DAYS;

const CONTROL: Check = Check {
    id: "",
    kind: Kind::Audit,
    title: "AccessKeys are rotated every 90 days",
    field: Some("OldAkNum"),
    rule: |_| "no Active AccessKey of the account, root's included, is older than 90 days".to_owned(),
    assess: |inputs| {
        let (facts, limit) = (inputs.facts, inputs.thresholds.old_days());
        let Some(known) = inputs.known else {
            let none_is_old = facts.old_ak_num == 0 && facts.sub_user_with_old_access_key == 0;
            let assessment = match none_is_old {
                true if limit <= LIMIT_DAYS => Assessment::count(0),
                // Whose keys the number counts is a setting; users with an old key are counted either way.
                false if limit >= LIMIT_DAYS => {
                    Assessment::count(facts.old_ak_num.max(facts.sub_user_with_old_access_key))
                }
                _ => return Assessment::needs_identities(),
            };
            return assessment.fact("OldAkNum", facts.old_ak_num).fact("OldDays", limit);
        };
        let (keys, old) = (known.active_keys, known.cis_old_keys);
        let assessment = if keys == 0 { Assessment::not_applicable(0) } else { Assessment::count(old) };
        assessment.fact("ActiveKeys", keys).fact("ActiveKeysOver90Days", old)
    },
    advice: "Make a second AccessKey, move the programs over to it, switch the old one off, and delete it when nothing misses it.",
    next: |inputs| {
        NextStep::call("CreateAccessKey", &[("UserPrincipalName", &inputs.logon_name())])
            .terraform("resource \"alicloud_ram_access_key\" \"next\" {\n  user_name = \"USER\"\n}")
    },
};

pub(in super::super) const V1: Check = CONTROL.in_v1("cis_v1_0_0_1_06", "1.6");
pub(in super::super) const V2: Check = CONTROL.in_v2("cis_v2_0_0_1_06", "1.6");
