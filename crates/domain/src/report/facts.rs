//! What the report says of an account, before any judgement. Must not know how it is counted.

pub use crate::identity::level::SubUserPwdLevel;

/// The nine facts of the report, named as the wire names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Facts {
    /// RAM users.
    pub sub_user: i64,
    /// RAM users with an MFA device bound.
    pub sub_user_bind_mfa: i64,
    /// RAM users owning an unused key. (Older English pages of the vendor say "no key"; the Chinese ones, the console and
    /// the pages of 2026 say "unused".)
    pub sub_user_with_unused_access_key: i64,
    /// AccessKey pairs of the root identity, active or not.
    pub root_with_access_key: i64,
    /// RAM users owning an old key.
    pub sub_user_with_old_access_key: i64,
    /// The level of the password policy.
    pub sub_user_pwd_level: SubUserPwdLevel,
    /// Unused active keys, of the whole account or of root alone, as the thresholds say.
    pub unused_ak_num: i64,
    /// Old active keys, of the whole account or of root alone, as the thresholds say.
    pub old_ak_num: i64,
    /// Whether the root identity has an MFA device.
    pub bind_mfa: bool,
}

impl Facts {
    /// An account as it begins: nobody in it, no key, the default password policy.
    pub const NEW_ACCOUNT: Self = Self {
        sub_user: 0,
        sub_user_bind_mfa: 0,
        sub_user_with_unused_access_key: 0,
        root_with_access_key: 0,
        sub_user_with_old_access_key: 0,
        sub_user_pwd_level: SubUserPwdLevel::Low,
        unused_ak_num: 0,
        old_ak_num: 0,
        bind_mfa: false,
    };

    /// What contradicts itself in these facts; nothing can, if they were counted over an account. Holds for keys counted
    /// over the whole account; counting root's keys alone makes the two key counts independent of the users'.
    pub fn contradiction(&self) -> Option<&'static str> {
        let counts = [
            self.sub_user,
            self.sub_user_bind_mfa,
            self.sub_user_with_unused_access_key,
            self.root_with_access_key,
            self.sub_user_with_old_access_key,
            self.unused_ak_num,
            self.old_ak_num,
        ];
        let rules = [
            (counts.iter().any(|count| *count < 0), "a count is negative"),
            (self.sub_user_bind_mfa > self.sub_user, "SubUserBindMfa exceeds SubUser"),
            (self.sub_user_with_old_access_key > self.sub_user, "SubUserWithOldAccessKey exceeds SubUser"),
            (self.sub_user_with_old_access_key > self.old_ak_num, "SubUserWithOldAccessKey exceeds OldAkNum"),
            (
                self.sub_user_with_unused_access_key > self.sub_user,
                "SubUserWithUnusedAccessKey exceeds SubUser",
            ),
            (
                self.sub_user_with_unused_access_key > self.unused_ak_num,
                "SubUserWithUnusedAccessKey exceeds UnusedAkNum",
            ),
        ];
        rules.iter().find(|(broken, _)| *broken).map(|(_, rule)| *rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_contradiction_is_found_and_its_neighbour_is_none() {
        let fits = Facts {
            sub_user: 3,
            sub_user_bind_mfa: 3,
            sub_user_with_unused_access_key: 2,
            sub_user_with_old_access_key: 2,
            unused_ak_num: 2,
            old_ak_num: 2,
            ..Facts::NEW_ACCOUNT
        };
        assert_eq!((fits.contradiction(), Facts::NEW_ACCOUNT.contradiction()), (None, None));
        let rows = [
            (Facts { root_with_access_key: -1, ..fits }, "a count is negative"),
            (Facts { sub_user_bind_mfa: 4, ..fits }, "SubUserBindMfa exceeds SubUser"),
            (
                Facts { sub_user_with_old_access_key: 4, old_ak_num: 4, ..fits },
                "SubUserWithOldAccessKey exceeds SubUser",
            ),
            (Facts { old_ak_num: 1, ..fits }, "SubUserWithOldAccessKey exceeds OldAkNum"),
            (
                Facts { sub_user_with_unused_access_key: 4, unused_ak_num: 4, ..fits },
                "SubUserWithUnusedAccessKey exceeds SubUser",
            ),
            (Facts { unused_ak_num: 1, ..fits }, "SubUserWithUnusedAccessKey exceeds UnusedAkNum"),
        ];
        for (facts, rule) in rows {
            assert_eq!(facts.contradiction(), Some(rule));
        }
    }
}
