//! Signing in with a password. Whatever is wrong is answered in the same words and costs the same: one hash is compared and
//! one change written, whether there is such a person or not.

use std::net::IpAddr;

use ramward_rpc::error::ApiResult;

use super::remembered::is_remembered;
use super::{Begun, Core, Person, Token, Who, not_signed_in};
use crate::identity::login_profile::{Password, PasswordHash};
use crate::identity::sign_in_name::SignInName;
use crate::service::Service;
use crate::store::tables::server;
use crate::store::{StoreError, Tx, refusal};
use crate::time::Clock;

/// What somebody shows to be signed in.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// `alice@acme.onaliyun.com`, or the account for its root identity.
    pub name: &'a str,
    /// The password.
    pub password: &'a str,
    /// By what the browser is remembered, if it is.
    pub remembered: Option<&'a str>,
    /// Where the sign-in came from.
    pub peer: IpAddr,
}

impl Service {
    /// Signs in whoever shows a name with its password: to the end, or to what is still asked for.
    ///
    /// # Errors
    /// One refusal, whatever is wrong; `Throttling` after too many of them; or the store's.
    pub fn sign_in_with_password(&self, shown: &Shown<'_>) -> ApiResult<Begun> {
        let attempt = self.begin_attempt(&SignInName::counted_as(shown.name), shown.peer)?;
        let known: Option<(Who, Option<PasswordHash>)> = match SignInName::parse(shown.name) {
            Some(name) => self.store().read(|tx| find(tx, &name)).map_err(refusal)?,
            None => None,
        };
        // What is no password at all tells nothing but that to whoever typed it.
        let password = Password::new(shown.password).map_err(|_| not_signed_in())?;
        let hash = known.as_ref().and_then(|(_, hash)| hash.clone());
        let is_right = hash.as_ref().unwrap_or_else(|| self.core.decoy()).verify(&password) && hash.is_some();
        let (core, who, token) = (self.core.clone(), known.map(|(who, _)| who), self.core.new_token());
        let (remembered, peer) = (shown.remembered.map(str::to_owned), shown.peer);
        let begun = self
            .store()
            .write(move |tx: &mut Tx<'_>| {
                let remembered = remembered.as_deref();
                let shown = hash.as_ref().filter(|_| is_right);
                core.decide(tx, who, shown, (peer, remembered), &token)
            })
            .map_err(|error: StoreError| refusal(error))?;
        let begun = begun.ok_or_else(not_signed_in)?;
        self.core.sign_ins.attempts.give_back(&attempt);
        Ok(begun)
    }
}

impl Core {
    /// Decides by what holds now. `shown`: the hash of the password, if it is right.
    fn decide(
        &self,
        tx: &mut Tx<'_>,
        who: Option<Who>,
        shown: Option<&PasswordHash>,
        (peer, remembered): (IpAddr, Option<&str>),
        token: &Token,
    ) -> Result<Option<Begun>, StoreError> {
        let now = self.clock.now();
        // A refusal writes the same whoever was named, since only a write takes as long as one.
        note_refusal(tx, now.seconds())?;
        let person = match who {
            Some(who) => Person::find(tx, who)?,
            None => None,
        };
        let Some(person) = person else { return Ok(None) };
        let is_right = shown.is_some() && person.password_hash.as_ref() == shown;
        if is_right && person.may_sign_in(peer, now) {
            let remembered = is_remembered(self, &person, remembered);
            return self.go_on(tx, person, (false, remembered), token).map(Some);
        }
        if person.is_idle(now) {
            person.disable(tx, now, self.settings.measures())?;
        } else if !is_right && !person.is_locked(now) {
            person.count_failure(tx, now)?;
        }
        Ok(None)
    }

    /// What is compared where there is no password to compare with.
    fn decoy(&self) -> &PasswordHash {
        self.sign_ins.decoy.get_or_init(|| {
            let password = Password::new("nobody has this one").expect("it is neither empty nor too long");
            password.hash(self.settings.hash_cost, &*self.entropy)
        })
    }
}

fn find(tx: &mut Tx<'_>, name: &SignInName) -> Result<Option<(Who, Option<PasswordHash>)>, StoreError> {
    let Some(who) = Person::named(tx, name)? else { return Ok(None) };
    let person = Person::find(tx, who)?;
    Ok(Some((who, person.and_then(|person| person.password_hash))))
}

/// When somebody last tried, whoever it was.
fn note_refusal(tx: &mut Tx<'_>, seconds: i64) -> Result<(), StoreError> {
    server::update(tx, server::LAST_SIGN_IN_ATTEMPT, &seconds.to_string())
}

#[cfg(test)]
mod tests {
    use ramward_rpc::error::{Code, Plain};
    use serde_json::json;

    use crate::service::console::ConsoleStage;
    use crate::service::console::attempts::PER_NAME_AND_ADDRESS;
    use crate::service::console::tests::{PASSWORD, identity, sign_in, sign_in_from, user};
    use crate::testing::TestApp;

    #[test]
    fn a_user_signs_in_with_its_password_and_the_logon_is_known() {
        let app = TestApp::new();
        let alice = user(&app, "alice", &[]);
        app.clock.advance(60);
        for name in [&*alice, "alice@1234567890123456", " alice@1234567890123456.ONALIYUN.com "] {
            let begun = sign_in(&app, name, PASSWORD).unwrap();
            assert_eq!((begun.stage, begun.seconds), (ConsoleStage::Done, 6 * 3600), "{name}");
            assert_eq!(identity(&app, &begun.token).unwrap(), "acs:ram::1234567890123456:user/alice");
        }
        let shown = app.ok("GetUser", &[("UserPrincipalName", &alice)]);
        assert_eq!(shown["User"]["LastLoginDate"], "2025-06-15T12:01:00Z");
        let profile = app.ok("GetLoginProfile", &[("UserPrincipalName", &alice)]);
        assert_eq!(profile["LoginProfile"]["LastLoginTime"], "2025-06-15T12:01:00Z");
        assert_eq!(profile["LoginProfile"]["PasswordStatus"], "NotInitial", "it was used in time");
        app.ok("SetSecurityPreference", &[("LoginSessionDuration", "1")]);
        assert_eq!(sign_in(&app, &alice, PASSWORD).unwrap().seconds, 3600);
    }

    #[test]
    fn whatever_is_wrong_is_refused_in_the_same_words() {
        let app = TestApp::new();
        let alice = user(&app, "alice", &[]);
        let words = |name: &str, password: &str| sign_in(&app, name, password).err().unwrap().to_string();
        let first = words("nobody@1234567890123456", PASSWORD);
        let long = "p".repeat(200);
        for (name, password) in [
            (&*alice, "wrong"),
            (&*alice, ""),
            (&*alice, &*long),
            ("alice@nowhere", PASSWORD),
            ("1234567890123456", PASSWORD),
            ("", ""),
            ("alice", PASSWORD),
            ("0000000000000000", PASSWORD),
        ] {
            assert_eq!(words(name, password), first, "{name}");
        }
        let named = ("UserPrincipalName", &*alice);
        app.ok("UpdateLoginProfile", &[named, ("Status", "Inactive")]);
        assert_eq!(words(&alice, PASSWORD), first, "the logon is off");
        app.ok("UpdateLoginProfile", &[named, ("Status", "Active")]);
        app.security_preference(r#"{"LoginNetworkMasks":"10.0.0.0/8"}"#);
        assert_eq!(words(&alice, PASSWORD), first, "not from here");
        assert!(sign_in_from(&app, "10.1.2.3", &alice, PASSWORD).is_ok());
        app.security_preference("{}");
        app.ok("DeleteLoginProfile", &[named]);
        assert_eq!(words(&alice, PASSWORD), first, "no logon at all");
    }

    #[test]
    fn too_many_wrong_passwords_lock_for_an_hour_and_a_new_one_unlocks() {
        let app = TestApp::new();
        app.password_policy(r#"{"MaxLoginAttemps":3}"#);
        let (alice, bob) = (user(&app, "alice", &[]), user(&app, "bob", &[]));
        for _ in 0..3 {
            assert!(sign_in(&app, &alice, "wrong").is_err());
        }
        assert!(sign_in(&app, &alice, PASSWORD).is_err(), "locked");
        assert!(sign_in(&app, &bob, PASSWORD).is_ok(), "nobody else is");
        app.clock.advance(3599);
        assert!(
            sign_in(&app, &alice, PASSWORD).is_err(),
            "still, and what was tried meanwhile changed nothing"
        );
        app.clock.advance(1);
        assert!(sign_in(&app, &alice, PASSWORD).is_ok());
        for _ in 0..3 {
            assert!(sign_in(&app, &alice, "wrong").is_err());
        }
        app.ok("UpdateLoginProfile", &[("UserPrincipalName", &alice), ("Password", "another one")]);
        assert!(sign_in(&app, &alice, "another one").is_ok());
    }

    #[test]
    fn wrong_old_passwords_of_change_password_count_too() {
        let app = TestApp::new();
        app.password_policy(r#"{"MaxLoginAttemps":2}"#);
        let alice = user(&app, "alice", &[]);
        let key = TestApp::key_of(&app.ok("CreateAccessKey", &[("UserPrincipalName", &alice)]));
        let change = |old: &str| {
            app.call_as(&key, "ChangePassword", &[("OldPassword", old), ("NewPassword", "battery staple")])
        };
        for _ in 0..2 {
            assert_eq!(change("wrong").1["Code"], "InvalidParameter.OldPassword.Format");
        }
        assert_eq!(change(PASSWORD).1["Code"], "NoPermission");
        assert!(sign_in(&app, &alice, PASSWORD).is_err());
        app.clock.advance(3600);
        assert_eq!(change(PASSWORD), (200, json!({})));
    }

    #[test]
    fn one_address_fails_so_often_under_a_name_whoever_that_is() {
        let app = TestApp::new();
        let alice = user(&app, "alice", &[]);
        for name in [&*alice, "nobody@1234567890123456"] {
            for _ in 0..PER_NAME_AND_ADDRESS {
                let refused = sign_in(&app, name, "wrong").err().unwrap();
                assert_eq!(refused.code, Code::Plain(Plain::NoPermission));
            }
            let refused = sign_in(&app, name, PASSWORD).err().unwrap();
            assert_eq!(refused.code, Code::Plain(Plain::Throttling), "{name}");
        }
        assert!(sign_in_from(&app, "192.0.2.1", &alice, PASSWORD).is_ok());
        app.clock.advance(900);
        assert!(sign_in(&app, &alice, PASSWORD).is_ok());
    }

    #[test]
    fn who_stays_away_too_long_is_switched_off() {
        let app = TestApp::new();
        app.security_preference(r#"{"MaxIdleDaysForUsers":90}"#);
        let alice = user(&app, "alice", &[]);
        app.ok("UpdateLoginProfile", &[("UserPrincipalName", &alice), ("Password", "not the first")]);
        app.clock.advance_days(90);
        let begun = sign_in(&app, &alice, "not the first").unwrap();
        app.clock.advance_days(91);
        assert!(sign_in(&app, &alice, "not the first").is_err());
        assert_eq!(identity(&app, &begun.token), None);
        let status =
            || app.ok("GetLoginProfile", &[("UserPrincipalName", &alice)])["LoginProfile"]["Status"].clone();
        assert_eq!(status(), "Inactive");
        app.ok("UpdateLoginProfile", &[("UserPrincipalName", &alice), ("Status", "Active")]);
        assert!(sign_in(&app, &alice, "not the first").is_ok(), "an administrator lets it in again");
        assert_eq!(status(), "Active");
    }

    #[test]
    fn a_password_that_expired_for_good_opens_nothing() {
        let app = TestApp::new();
        let alice = user(&app, "alice", &[]);
        app.clock.advance_days(14);
        assert!(sign_in(&app, &alice, PASSWORD).is_err(), "a first password that was not used in time");
        app.ok("UpdateLoginProfile", &[("UserPrincipalName", &alice), ("Password", "not the first")]);
        app.password_policy(r#"{"MaxPasswordAge":30,"HardExpire":true}"#);
        app.clock.advance_days(30);
        assert!(sign_in(&app, &alice, "not the first").is_err());
        app.password_policy(r#"{"MaxPasswordAge":30}"#);
        assert_eq!(sign_in(&app, &alice, "not the first").unwrap().stage, ConsoleStage::Password);
    }

    #[test]
    fn sessions_end_with_the_password_and_with_the_logon() {
        let app = TestApp::new();
        let alice = user(&app, "alice", &[]);
        let named = ("UserPrincipalName", &*alice);
        let first = sign_in(&app, &alice, PASSWORD).unwrap().token;
        app.ok("UpdateLoginProfile", &[named, ("Password", "another one")]);
        assert_eq!(identity(&app, &first), None);
        let second = sign_in(&app, &alice, "another one").unwrap().token;
        app.ok("UpdateLoginProfile", &[named, ("Status", "Inactive")]);
        app.ok("UpdateLoginProfile", &[named, ("Status", "Active")]);
        assert_eq!(identity(&app, &second), None, "it does not come back");
        let third = sign_in(&app, &alice, "another one").unwrap().token;
        let fourth = sign_in(&app, &alice, "another one").unwrap().token;
        app.service.sign_out_everywhere(&third).unwrap();
        assert_eq!((identity(&app, &third), identity(&app, &fourth)), (None, None));
    }
}
