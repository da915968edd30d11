//! The nine values behind a score, as answers show them: the vendor's report and Ramward's own operations about it.
//! Must not know how they are counted.

use ramward_rpc::shape;

use crate::report::facts::Facts;

shape! {
    /// The nine values behind the score.
    pub struct AccountSecurityPracticeUserInfo {
        /// RAM users of the account.
        SubUser as sub_user: i64 = "9";
        /// RAM users with an MFA device bound.
        SubUserBindMfa as sub_user_bind_mfa: i64 = "0";
        /// RAM users with at least one Active AccessKey that was not used for 90 days.
        SubUserWithUnusedAccessKey as sub_user_with_unused_access_key: i64 = "0";
        /// AccessKeys of the account's root identity, in any status.
        RootWithAccessKey as root_with_access_key: i64 = "1";
        /// RAM users with at least one Active AccessKey older than 90 days.
        SubUserWithOldAccessKey as sub_user_with_old_access_key: i64 = "0";
        /// How complex the password policy makes passwords: low, mid or high.
        SubUserPwdLevel as sub_user_pwd_level: String = "low";
        /// Active AccessKeys of the account, root's included, that were not used for 90 days.
        UnusedAkNum as unused_ak_num: i64 = "0";
        /// Active AccessKeys of the account, root's included, that are older than 90 days.
        OldAkNum as old_ak_num: i64 = "0";
        /// Whether the root identity has an MFA device bound.
        BindMfa as bind_mfa: bool = "false";
    }
}

impl From<&Facts> for AccountSecurityPracticeUserInfo {
    fn from(facts: &Facts) -> Self {
        Self {
            sub_user: facts.sub_user,
            sub_user_bind_mfa: facts.sub_user_bind_mfa,
            sub_user_with_unused_access_key: facts.sub_user_with_unused_access_key,
            root_with_access_key: facts.root_with_access_key,
            sub_user_with_old_access_key: facts.sub_user_with_old_access_key,
            sub_user_pwd_level: facts.sub_user_pwd_level.as_str().to_owned(),
            unused_ak_num: facts.unused_ak_num,
            old_ak_num: facts.old_ak_num,
            bind_mfa: facts.bind_mfa,
        }
    }
}
