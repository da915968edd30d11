//! Setting a password: the slow work before the transaction, and what must still hold inside it. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};

use crate::identity::login_profile::{Password, PasswordHash};
use crate::identity::password_policy::{PasswordPolicy, REMEMBERED_PASSWORDS, Weakness};
use crate::identity::user::UserName;
use crate::ops::{Cx, Prepare};
use crate::store::Tx;
use crate::store::tables::accounts::Account;
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
        Ok(())
    }
}
