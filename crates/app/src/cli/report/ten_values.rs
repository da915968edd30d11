//! The ten values as a terminal shows them.

use super::super::{print, table};
pub use crate::ten_values::{TenValues, facts};

impl TenValues {
    /// The values for people.
    pub fn table(&self, color: bool) -> String {
        let values = &self.values;
        let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
        let rows = [
            ("RAM users", values.sub_user.to_string(), "SubUser"),
            ("RAM users with an MFA device", values.sub_user_bind_mfa.to_string(), "SubUserBindMfa"),
            (
                "RAM users with an unused AccessKey",
                values.sub_user_with_unused_access_key.to_string(),
                "SubUserWithUnusedAccessKey",
            ),
            ("AccessKeys of the root identity", values.root_with_access_key.to_string(), "RootWithAccessKey"),
            (
                "RAM users with an old AccessKey",
                values.sub_user_with_old_access_key.to_string(),
                "SubUserWithOldAccessKey",
            ),
            ("Strength of the password policy", values.sub_user_pwd_level.clone(), "SubUserPwdLevel"),
            ("Unused AccessKeys in the account", values.unused_ak_num.to_string(), "UnusedAkNum"),
            ("Old AccessKeys in the account", values.old_ak_num.to_string(), "OldAkNum"),
            ("Root identity has an MFA device", yes(values.bind_mfa), "BindMfa"),
        ]
        .map(|(words, value, name)| vec![words.to_owned(), value, name.to_owned()]);
        let bold = if color {
            clap::builder::styling::Style::new().bold()
        } else {
            clap::builder::styling::Style::new()
        };
        format!("{bold}Score {} of 100{bold:#}\n\n{}", self.score, table::render(&rows))
    }

    /// What would raise the score, from the members alone.
    pub fn advice(&self) -> Vec<String> {
        let values = &self.values;
        let without_mfa = values.sub_user.saturating_sub(values.sub_user_bind_mfa);
        let rows = [
            (!values.bind_mfa, "bind an MFA device to the root identity".to_owned()),
            (
                values.root_with_access_key > 0,
                format!("delete the root identity's AccessKeys ({})", values.root_with_access_key),
            ),
            (values.sub_user == 0, "create RAM users, so that nobody works as root".to_owned()),
            (without_mfa > 0, format!("bind MFA devices to the RAM users without one ({without_mfa})")),
            (values.old_ak_num > 0, format!("replace old AccessKeys ({})", values.old_ak_num)),
            (values.unused_ak_num > 0, format!("delete unused AccessKeys ({})", values.unused_ak_num)),
            (
                values.sub_user_pwd_level != "high",
                format!("strengthen the password policy ({})", print::tame(&values.sub_user_pwd_level)),
            ),
        ];
        rows.into_iter().filter(|(applies, _)| *applies).map(|(_, advice)| advice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::explained::Values;

    #[test]
    fn a_perfect_report_needs_no_advice_and_each_fault_has_its_own() {
        let perfect = || Values {
            sub_user: 2,
            sub_user_bind_mfa: 2,
            sub_user_with_unused_access_key: 0,
            root_with_access_key: 0,
            sub_user_with_old_access_key: 0,
            sub_user_pwd_level: "high".into(),
            unused_ak_num: 0,
            old_ak_num: 0,
            bind_mfa: true,
        };
        let advice = |values: Values| TenValues { score: 1, values }.advice();
        assert!(advice(perfect()).is_empty());
        for (faulty, word) in [
            (Values { bind_mfa: false, ..perfect() }, "root"),
            (Values { root_with_access_key: 1, ..perfect() }, "root"),
            (Values { sub_user: 0, sub_user_bind_mfa: 0, ..perfect() }, "create"),
            (Values { sub_user: 3, ..perfect() }, "without one (1)"),
            (Values { old_ak_num: 4, ..perfect() }, "old AccessKeys (4)"),
            (Values { unused_ak_num: 5, ..perfect() }, "unused AccessKeys (5)"),
            (Values { sub_user_pwd_level: "mid".into(), ..perfect() }, "(mid)"),
        ] {
            let advice = advice(faulty);
            assert!(advice.len() == 1 && advice[0].contains(word), "{advice:?}");
        }
    }

    #[test]
    fn colours_only_when_asked() {
        let values = Values {
            sub_user: 9,
            sub_user_bind_mfa: 0,
            sub_user_with_unused_access_key: 0,
            root_with_access_key: 1,
            sub_user_with_old_access_key: 0,
            sub_user_pwd_level: "low".into(),
            unused_ak_num: 0,
            old_ak_num: 0,
            bind_mfa: false,
        };
        let report = TenValues { score: 63, values };
        assert!(!report.table(false).contains('\u{1b}'));
        assert!(report.table(true).starts_with("\u{1b}[1mScore 63 of 100\u{1b}[0m\n"));
    }
}
