//! Setting a password: the slow work before the transaction, and what must still hold inside it. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};

use crate::identity::login_profile::{Password, PasswordHash};
use crate::identity::password_policy::{PasswordPolicy, REMEMBERED_PASSWORDS, Weakness};
use crate::identity::user::UserName;
use crate::ops::{Cx, Prepare};
use crate::store::Tx;
use crate::store::tables::accounts::Account;
use crate::store::tables::console_sessions;
use crate::store::tables::login_profiles::{self, LoginProfile};
use crate::store::tables::password_history;
use crate::store::tables::users::User;

/// What a password is judged by. If it has changed when the transaction begins, the judgement is void.
#[derive(Debug, PartialEq, Eq)]
pub struct Grounds {
    policy: PasswordPolicy,
    user_name: UserName,
    present: Option<PasswordHash>,
}

/// What is known of a user before a password is set.
#[derive(Debug)]
pub struct Before {
    /// The profile, if there is one.
    pub profile: Option<LoginProfile>,
    history: Vec<PasswordHash>,
    grounds: Grounds,
}

impl Before {
    /// Reads it.
    ///
    /// # Errors
    /// What the store cannot read.
    pub fn find(tx: &mut Tx<'_>, account: &Account, user: &User) -> ApiResult<Self> {
        let profile = login_profiles::find(tx, user.account, user.user_id)?;
        let mut history = password_history::list(tx, user.account, user.user_id, REMEMBERED_PASSWORDS)?;
        let grounds = grounds(account, user, profile.as_ref());
        // A password that came in with a state file was never set here; it counts as the newest all the same.
        if let Some(present) = &grounds.present
            && !history.contains(present)
        {
            history.insert(0, present.clone());
        }
        Ok(Self { profile, history, grounds })
    }
}

impl Before {
    /// The policy that the password is judged by.
    pub fn policy(&self) -> &PasswordPolicy {
        &self.grounds.policy
    }
}

fn grounds(account: &Account, user: &User, profile: Option<&LoginProfile>) -> Grounds {
    Grounds {
        policy: account.password_policy.clone(),
        user_name: user.user_name.clone(),
        present: profile.and_then(|profile| profile.password_hash.clone()),
    }
}

/// A password that passed, as its hash.
#[derive(Debug)]
pub struct NewPassword {
    hash: PasswordHash,
    grounds: Grounds,
}

impl NewPassword {
    /// Judges a password that came as `parameter` and hashes it. Slow.
    ///
    /// # Errors
    /// `InvalidParameter.<parameter>.TooWeak`, with what the policy misses.
    pub fn make(
        cx: &Prepare<'_>,
        before: Before,
        password: &Password,
        parameter: &'static str,
    ) -> ApiResult<Self> {
        let Before { history, grounds, .. } = before;
        let too_weak = |weakness: Weakness| {
            let message = format!("The parameter - \"{parameter}\" is too weak: {weakness}.");
            ApiError::with_message(Code::InvalidParameter(parameter.into(), Rule::TooWeak), message)
        };
        grounds.policy.check(password, &grounds.user_name).map_err(too_weak)?;
        grounds.policy.check_reuse(password, &history).map_err(too_weak)?;
        Ok(Self { hash: password.hash(cx.settings.hash_cost, cx.entropy), grounds })
    }

    /// Puts the password into `profile`, which is not written yet, and into the memory of passwords. `initial` says
    /// whether somebody else chose it for the user's first logon.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the policy, the user's name or the present password changed since the password was
    /// judged: clients try again, and the new call judges by what is then true.
    pub fn set(
        &self,
        cx: &mut Cx<'_, '_>,
        account: &Account,
        user: &User,
        profile: &mut LoginProfile,
        initial: bool,
    ) -> ApiResult<()> {
        if grounds(account, user, Some(profile)) != self.grounds {
            return Err(ApiError::unavailable(
                "The password or its policy was changed by another call meanwhile. Try again.",
                100,
            ));
        }
        if let Some(replaced) = &profile.password_hash
            && password_history::list(cx.tx, user.account, user.user_id, 1)?.first() != Some(replaced)
        {
            password_history::insert(cx.tx, user.account, user.user_id, replaced, REMEMBERED_PASSWORDS)?;
        }
        password_history::insert(cx.tx, user.account, user.user_id, &self.hash, REMEMBERED_PASSWORDS)?;
        profile.password_hash = Some(self.hash.clone());
        profile.password_date = Some(cx.now);
        profile.password_initial = initial;
        // Another password ends the lock of too many wrong ones (vendor help page, password policy, 2021).
        profile.failed_attempts = 0;
        profile.failed_date = None;
        // Whoever knows only the former password is signed in no more.
        console_sessions::delete_of_user(cx.tx, user.account, user.user_id)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::login_profile::{HashCost, Status};
    use crate::ids::UserId;
    use crate::store::tables::{accounts, users};
    use crate::testing::TestApp;
    use crate::time::Timestamp;

    /// Alice with a password, and what the tables know of her.
    fn alice(app: &TestApp) -> (Account, User) {
        let upn = app.user("alice");
        app.ok("CreateLoginProfile", &[("UserPrincipalName", &upn), ("Password", "correct horse")]);
        find(app)
    }

    fn find(app: &TestApp) -> (Account, User) {
        let name = UserName::parse("alice").unwrap();
        app.service
            .store()
            .read(|tx| -> Result<_, crate::store::StoreError> {
                let account = accounts::find(tx, app.account())?.unwrap();
                let user = users::find_by_name(tx, app.account(), &name)?.unwrap();
                Ok((account, user))
            })
            .unwrap()
    }

    #[test]
    fn a_password_is_judged_again_when_its_grounds_changed_meanwhile() {
        let app = TestApp::new();
        let (account, user) = alice(&app);
        let before = app.service.store().read(|tx| Before::find(tx, &account, &user)).unwrap();
        let profile = before.profile.clone();
        let grounds_then = before.grounds;
        let now = |app: &TestApp| {
            let (account, user) = find(app);
            let profile =
                app.service.store().read(|tx| login_profiles::find(tx, user.account, user.user_id)).unwrap();
            grounds(&account, &user, profile.as_ref())
        };
        assert_eq!(now(&app), grounds_then, "nothing changed");
        assert_eq!(profile.unwrap().status, Status::Active);
        app.password_policy(r#"{"MinimumPasswordLength":20}"#);
        assert_ne!(now(&app), grounds_then, "another policy");
        app.password_policy("{}");
        assert_eq!(now(&app), grounds_then);
        let upn = TestApp::upn("alice");
        app.ok("UpdateLoginProfile", &[("UserPrincipalName", &upn), ("Password", "battery staple")]);
        assert_ne!(now(&app), grounds_then, "another password");
    }

    #[test]
    fn a_password_from_a_state_file_counts_as_used() {
        let app = TestApp::new();
        let (account, user) = alice(&app);
        let hash = Password::new("imported-1").unwrap().hash(HashCost::CHEAPEST, &crate::entropy::OsEntropy);
        let (id, user_id): (_, UserId) = (account.account, user.user_id);
        app.write(move |tx| {
            login_profiles::delete(tx, id, user_id)?;
            let profile = LoginProfile {
                account: id,
                user_id,
                status: Status::Active,
                password_hash: Some(hash.clone()),
                password_date: Some(Timestamp::from_seconds(0)),
                password_initial: false,
                password_reset_required: false,
                mfa_bind_required: false,
                create_date: Timestamp::from_seconds(0),
                update_date: Timestamp::from_seconds(0),
                last_login_date: None,
                failed_attempts: 3,
                failed_date: Some(Timestamp::from_seconds(0)),
            };
            login_profiles::insert(tx, &profile)
        });
        app.password_policy(r#"{"PasswordReusePrevention":2}"#);
        let upn = TestApp::upn("alice");
        let named = ("UserPrincipalName", upn.as_str());
        let used = [named, ("Password", "imported-1")];
        assert_eq!(app.refused("UpdateLoginProfile", &used), "InvalidParameter.Password.TooWeak");
        app.ok("UpdateLoginProfile", &[named, ("Password", "chosen-2")]);
        assert_eq!(app.refused("UpdateLoginProfile", &used), "InvalidParameter.Password.TooWeak");
        let profile = app.service.store().read(|tx| login_profiles::find(tx, id, user_id)).unwrap().unwrap();
        assert_eq!(
            (profile.failed_attempts, profile.failed_date),
            (0, None),
            "another password ends the lock"
        );
        app.ok("UpdateLoginProfile", &[named, ("Password", "chosen-3")]);
        app.ok("UpdateLoginProfile", &used);
    }
}
