//! Whoever signs in with a password, as the rows stand: whether they may, what is still asked for, and what a logon
//! leaves behind. The same inside every transaction of a sign-in, so that nothing is decided by what was true before.

use std::net::IpAddr;

use super::ConsoleStage;
use crate::identity::access_key::Status;
use crate::identity::login_profile::PasswordHash;
use crate::identity::security_preference::MFAOperationForLogin;
use crate::identity::sign_in_name::{AccountName, SignInName};
use crate::identity::user::UserStatus;
use crate::ids::{AccountId, UserId};
use crate::ops::login_profile::{has_expired, has_expired_for_good};
use crate::report::history::{self, Cause, CauseType, Measures};
use crate::store::tables::accounts::{self, Account};
use crate::store::tables::login_profiles::{self, LoginProfile};
use crate::store::tables::mfa_devices::{self, MfaDevice};
use crate::store::tables::root_passwords;
use crate::store::tables::users::{self, User};
use crate::store::{StoreError, Tx};
use crate::time::{SECONDS_PER_DAY, Timestamp};

/// Whoever signs in.
pub(super) struct Person {
    /// The account.
    pub account: Account,
    /// The RAM user with its logon profile; absent for root.
    pub user: Option<(User, LoginProfile)>,
    /// The password.
    pub password_hash: Option<PasswordHash>,
    /// The MFA device.
    pub device: Option<MfaDevice>,
}

/// Who that is, for short.
pub(super) type Who = (AccountId, UserId);

impl Person {
    /// Whose name it is; `None` if nobody's who could have a password.
    pub fn named(tx: &mut Tx<'_>, name: &SignInName) -> Result<Option<Who>, StoreError> {
        let (SignInName::User(_, account) | SignInName::Root(account)) = name;
        let account = match account {
            AccountName::Id(id) => accounts::find(tx, *id)?,
            AccountName::Domain(domain) => accounts::find_by_default_domain(tx, domain)?,
        };
        let Some(account) = account.filter(|row| row.account != AccountId::OPERATOR) else { return Ok(None) };
        match name {
            SignInName::Root(_) => Ok(Some((account.account, UserId::ROOT))),
            SignInName::User(user, _) => {
                Ok(users::find_by_name(tx, account.account, user)?
                    .map(|user| (account.account, user.user_id)))
            }
        }
    }

    /// The rows of a person; `None` if there is nobody who could have a password.
    pub fn find(tx: &mut Tx<'_>, (id, user_id): Who) -> Result<Option<Self>, StoreError> {
        let Some(account) = accounts::find(tx, id)?.filter(|row| !row.deleting) else { return Ok(None) };
        let device = mfa_devices::find_by_user(tx, id, user_id)?;
        if user_id.is_root() {
            let password_hash = root_passwords::find(tx, id)?.map(|row| row.password_hash);
            return Ok(Some(Self { account, user: None, password_hash, device }));
        }
        let Some(user) = users::find(tx, id, user_id)? else { return Ok(None) };
        let Some(profile) = login_profiles::find(tx, id, user_id)? else { return Ok(None) };
        let password_hash = profile.password_hash.clone();
        Ok(Some(Self { account, user: Some((user, profile)), password_hash, device }))
    }

    /// Who it is.
    pub fn who(&self) -> Who {
        (self.account.account, self.user.as_ref().map_or(UserId::ROOT, |(user, _)| user.user_id))
    }

    /// Whether too many wrong passwords and codes keep the person out. Root's are counted in memory alone.
    pub fn is_locked(&self, now: Timestamp) -> bool {
        let most = self.account.password_policy.max_login_attemps;
        self.user.as_ref().is_some_and(|(_, profile)| profile.failures().lock(most, now))
    }

    /// Whether the person may sign in from `peer`, with the right password.
    pub fn may_sign_in(&self, peer: IpAddr, now: Timestamp) -> bool {
        let Some((user, profile)) = &self.user else { return true };
        let preference = &self.account.security_preference;
        user.status == UserStatus::Active
            && profile.status == Status::Active
            && preference.login_network_masks.allows(peer)
            && !self.is_locked(now)
            && !self.is_idle(now)
            && !has_expired_for_good(&self.account, profile, now)
    }

    /// Whether the person stayed away for more days than the account lets pass, counted from the last logon or from when
    /// the profile was last changed: who is let in again by an administrator has the time anew.
    pub fn is_idle(&self, now: Timestamp) -> bool {
        let most = self.account.security_preference.max_idle_days_for_users.get();
        self.user.as_ref().is_some_and(|(_, profile)| {
            let seen = profile.last_login_date.map_or(profile.update_date, |at| at.max(profile.update_date));
            // The vendor disables on the day after the last of them.
            now.seconds_since(seen) >= (most + 1) * SECONDS_PER_DAY
        })
    }

    /// What is asked for next. `mfa`: a second factor was proven; `remembered`: this browser proved one some days ago.
    pub fn next_stage(&self, mfa: bool, remembered: bool, now: Timestamp) -> ConsoleStage {
        if self.device.is_some() && !mfa && !remembered {
            return ConsoleStage::Code;
        }
        let Some((_, profile)) = &self.user else { return ConsoleStage::Done };
        let policy = &self.account.security_preference;
        let must_bind =
            policy.mfa_operation_for_login == MFAOperationForLogin::Mandatory || profile.mfa_bind_required;
        if profile.password_reset_required || has_expired(&self.account, profile, now) {
            ConsoleStage::Password
        } else if self.device.is_none() && must_bind {
            ConsoleStage::Device
        } else {
            ConsoleStage::Done
        }
    }

    /// Whether a browser may be remembered for some days after a code: where the account lets it, and where codes are
    /// asked for at unusual logons alone, since another browser is what makes one unusual.
    pub fn may_be_remembered(&self) -> bool {
        let preference = &self.account.security_preference;
        preference.enable_save_mfa_ticket
            || preference.mfa_operation_for_login == MFAOperationForLogin::Adaptive
    }

    /// For how many seconds the person then stays signed in.
    pub fn session_seconds(&self) -> i64 {
        self.account.security_preference.login_session_duration.get() * 3600
    }

    /// Counts a wrong password or code.
    pub fn count_failure(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
        let Some((user, profile)) = &self.user else { return Ok(()) };
        login_profiles::update_failures(tx, user.account, user.user_id, profile.failures().with_another(now))
    }

    /// Switches off the logon of a person who stayed away too long.
    pub fn disable(
        mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        measures: Measures<'_>,
    ) -> Result<(), StoreError> {
        if let Some((_, profile)) = &mut self.user {
            profile.status = Status::Inactive;
            profile.update_date = now;
        }
        self.write(tx, now, measures)
    }

    /// Writes that the person logged on.
    pub fn log_on(
        mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        measures: Measures<'_>,
    ) -> Result<(), StoreError> {
        if let Some((user, profile)) = &mut self.user {
            user.last_login_date = Some(now);
            profile.last_login_date = Some(now);
            // A first password that was used in time is one like any other.
            profile.password_initial = false;
            profile.failed_attempts = 0;
            profile.failed_date = None;
        }
        self.account.last_login_date = Some(now);
        self.write(tx, now, measures)
    }

    /// A logon is no call, but moves the report's facts like one, so the history is told before and after.
    fn write(self, tx: &mut Tx<'_>, now: Timestamp, measures: Measures<'_>) -> Result<(), StoreError> {
        let id = self.account.account;
        history::begin(tx, id, now, measures)?;
        match &self.user {
            None => accounts::update_last_login_date(tx, id, self.account.last_login_date)?,
            Some((user, profile)) => {
                if let Some(at) = user.last_login_date {
                    users::update_last_login_date(tx, id, user.user_id, at)?;
                }
                login_profiles::update(tx, profile)?;
            }
        }
        history::record(tx, &Cause::plain(CauseType::Operation), now, measures)
    }
}
