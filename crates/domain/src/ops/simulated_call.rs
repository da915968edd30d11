//! A call as a simulation takes it: what it would do to the identities that the report counts. Changes nothing.

use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape;

use super::shown_key_id::ShownKeyId;
use crate::identity::access_key::Status;
use crate::identity::text::word;
use crate::identity::user::UserName;
use crate::ids::{AccountId, UserId};
use crate::report::findings::Mend;
use crate::report::simulation::Change;
use crate::store::tables::users;
use crate::store::{KeyFacts, Tx};
use crate::time::Timestamp;

word! {
    /// An operation that changes what the report counts, beside the one that sets the password policy.
    SimulatedOperation {
        /// Makes a RAM user.
        CreateUser = "CreateUser",
        /// Deletes one with all it has.
        DeleteUser = "DeleteUser",
        /// Makes an AccessKey.
        CreateAccessKey = "CreateAccessKey",
        /// Switches one on or off.
        UpdateAccessKey = "UpdateAccessKey",
        /// Deletes one.
        DeleteAccessKey = "DeleteAccessKey",
        /// Binds an MFA device to a RAM user.
        BindMFADevice = "BindMFADevice",
        /// Takes it off.
        UnbindMFADevice = "UnbindMFADevice",
        /// Takes it off and deletes it.
        DisableVirtualMFA = "DisableVirtualMFA",
        /// Binds an MFA device to root.
        BindAccountMFADevice = "BindAccountMFADevice",
        /// Takes it off.
        UnbindAccountMFADevice = "UnbindAccountMFADevice",
    }
}

shape! {
    /// A call. AccessKeys are those of the RAM user that is named, else root's.
    pub struct SimulatedCall {
        /// The operation.
        Operation as operation: SimulatedOperation = "DeleteUser";
        /// The RAM user that it is about. Not for a user that is to be made.
        UserName as user_name: Option<UserName> = "alice";
        /// The AccessKey that it is about.
        AccessKeyId as access_key_id: Option<ShownKeyId> = "LTAI****abcd";
        /// What UpdateAccessKey sets.
        Status as status: Option<Status> = "Inactive";
    }
}

impl SimulatedCall {
    /// What it would do.
    ///
    /// # Errors
    /// `InvalidParameter.Call.Format` for one that names too little or somebody it cannot be about; otherwise as the
    /// operation itself where there is no such user or key.
    pub fn change(&self, tx: &mut Tx<'_>, account: AccountId, now: Timestamp) -> ApiResult<Change> {
        use SimulatedOperation as Op;
        let of_root = matches!(self.operation, Op::BindAccountMFADevice | Op::UnbindAccountMFADevice);
        let of_users = matches!(
            self.operation,
            Op::DeleteUser | Op::BindMFADevice | Op::UnbindMFADevice | Op::DisableVirtualMFA
        );
        let owner = match &self.user_name {
            _ if self.operation == Op::CreateUser => return Ok(Change::NewUser),
            Some(_) if of_root => return Err(self.wrong("it is about root, which has no UserName")),
            None if of_users => return Err(self.wrong("give it the UserName that it is about")),
            None => UserId::ROOT,
            Some(name) => users::find_by_name(tx, account, name)?
                .map(|user| user.user_id)
                .ok_or_else(|| ApiError::new(Code::EntityNotExist("User")))?,
        };
        let mut mend = Mend::default();
        match self.operation {
            Op::CreateUser => {}
            Op::DeleteUser => mend.deletes = true,
            Op::CreateAccessKey => {
                mend.new_keys.push(KeyFacts { active: true, create_date: now, last_used_date: None });
            }
            Op::UpdateAccessKey => {
                let status = self.status.ok_or_else(|| self.wrong("give it the Status that it sets"))?;
                mend.switched.insert(self.key(tx, account, owner)?, status == Status::Active);
            }
            Op::DeleteAccessKey => {
                mend.keys.insert(self.key(tx, account, owner)?);
            }
            Op::BindMFADevice | Op::BindAccountMFADevice => mend.binds = true,
            Op::UnbindMFADevice | Op::DisableVirtualMFA | Op::UnbindAccountMFADevice => mend.unbinds = true,
        }
        Ok(Change::Of(owner, mend))
    }

    fn key(&self, tx: &mut Tx<'_>, account: AccountId, owner: UserId) -> ApiResult<usize> {
        let shown = self.access_key_id.as_ref();
        shown
            .ok_or_else(|| self.wrong("give it the AccessKeyId that it is about"))?
            .place(tx, account, owner, "Call")
    }

    fn wrong(&self, reason: &str) -> Box<ApiError> {
        let message = format!(
            "The parameter - \"Call\" is incorrect. {} cannot be simulated: {reason}.",
            self.operation
        );
        ApiError::with_message(Code::InvalidParameter("Call".into(), Rule::Format), message)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::TestApp;

    const ACTION: &str = "SimulateAccountSecurityPracticeReport";

    fn report(app: &TestApp) -> Value {
        let info = app.ok("GetAccountSecurityPracticeReport", &[])["AccountSecurityPracticeInfo"].clone();
        json!({
            "Score": info["Score"],
            "AccountSecurityPracticeUserInfo": info["AccountSecurityPracticeUserInfo"]
        })
    }

    #[test]
    fn a_call_that_is_really_made_gives_what_was_simulated() {
        let app = TestApp::new();
        let (alice, bob) = (app.user_with_key("alice"), app.user_with_key("bob"));
        app.clock.advance_days(100);
        app.call_as(&bob, "GetCallerIdentity", &[]);
        let (phone, roots, another) = (app.device("phone"), app.device("roots"), app.device("another"));
        let (alices, bobs) = (alice.access_key_id.to_string(), bob.access_key_id.to_string());
        app.bind(&TestApp::upn("alice"), &phone);
        let (of_alice, of_bob) = (TestApp::upn("alice"), TestApp::upn("bob"));
        let simulated = |operation: &str, others: &[(&str, &str)]| {
            let mut params = vec![("Call.1.Operation", operation)];
            params.extend_from_slice(others);
            let answer = app.ok(ACTION, &params);
            assert_eq!(answer["Before"], report(&app), "{operation}");
            answer["After"].clone()
        };
        let made = |operation: &str, params: &[(&str, &str)]| {
            let before = report(&app);
            app.ok(operation, params);
            assert_ne!(report(&app), before, "{operation} changes something");
            report(&app)
        };
        let (user, key) = ("Call.1.UserName", "Call.1.AccessKeyId");

        let off =
            simulated("UpdateAccessKey", &[(user, "alice"), (key, &alices), ("Call.1.Status", "Inactive")]);
        let named = [("UserPrincipalName", of_alice.as_str()), ("UserAccessKeyId", &alices)];
        assert_eq!(off, made("UpdateAccessKey", &[named[0], named[1], ("Status", "Inactive")]));
        let on =
            simulated("UpdateAccessKey", &[(user, "alice"), (key, &alices), ("Call.1.Status", "Active")]);
        assert_eq!(on, made("UpdateAccessKey", &[named[0], named[1], ("Status", "Active")]));
        let gone = simulated("DeleteAccessKey", &[(user, "alice"), (key, &alices)]);
        assert_eq!(gone, made("DeleteAccessKey", &named));

        let unbound = simulated("UnbindMFADevice", &[(user, "alice")]);
        assert_eq!(unbound, simulated("DisableVirtualMFA", &[(user, "alice")]));
        assert_eq!(unbound, made("UnbindMFADevice", &named[..1]));
        let bound = simulated("BindMFADevice", &[(user, "bob")]);
        app.bind(&of_bob, &another);
        assert_eq!(bound, report(&app));

        let bound = simulated("BindAccountMFADevice", &[]);
        app.bind_root(&roots);
        assert_eq!(bound, report(&app));
        let unbound = simulated("UnbindAccountMFADevice", &[]);
        assert_eq!(unbound, made("Ramward:UnbindAccountMFADevice", &[]));

        let new_key = simulated("CreateAccessKey", &[]);
        assert_eq!(new_key, made("CreateAccessKey", &[]));
        let new_user = simulated("CreateUser", &[]);
        let carol = TestApp::upn("carol");
        assert_eq!(new_user, made("CreateUser", &[("UserPrincipalName", &carol), ("DisplayName", "Carol")]));
        let without_bob = simulated("DeleteUser", &[(user, "bob")]);
        assert_eq!(without_bob, made("DeleteUser", &[("UserPrincipalName", &of_bob)]));
        assert_eq!(
            app.refused(ACTION, &[("Call.1.Operation", "DeleteUser"), (user, "bob")]),
            "EntityNotExist.User"
        );
        let gone = [("Call.1.Operation", "DeleteAccessKey"), (user, "alice"), (key, &bobs)];
        assert_eq!(app.refused(ACTION, &gone), "EntityNotExist.User.AccessKey");
    }
}
