//! The code of an MFA device, asked for after the password. A code is taken once; wrong ones count like wrong passwords.

use std::net::IpAddr;

use ramward_rpc::error::{ApiError, ApiResult, Plain};

use super::{Begun, ConsoleStage, Core, Person, Token, not_signed_in};
use crate::identity::totp::AuthenticationCode;
use crate::ops::device;
use crate::service::Service;
use crate::store::tables::console_sessions::{self, ConsoleSession};
use crate::store::{StoreError, Tx, refusal};
use crate::time::Clock;

impl Service {
    /// Proves the second factor of the session of `token`, which goes on under a token of its own. With `remember` the
    /// browser is known for some days, where the account lets it.
    ///
    /// # Errors
    /// `CheckAuthenticationCodeFail` for a wrong code or one that was used; `NoPermission` if the session is over or the
    /// logon is locked; `Throttling` after too many wrong ones; or the store's.
    pub fn prove_code(&self, token: &str, code: &str, remember: bool, peer: IpAddr) -> ApiResult<Begun> {
        let session = self.at_stage(token, ConsoleStage::Code)?.session;
        let counted_as = format!("code {} {}", session.account, session.user_id);
        let attempt = self.begin_attempt(&counted_as, peer)?;
        let code = AuthenticationCode::parse(code.trim()).ok();
        let (core, next) = (self.core.clone(), self.core.new_token());
        let outcome = self.store().write(move |tx: &mut Tx<'_>| -> ApiResult<ApiResult<Begun>> {
            core.check_code(tx, &session, (code, remember), &next)
        })?;
        let begun = outcome?;
        self.core.sign_ins.attempts.give_back(&attempt);
        Ok(begun)
    }

    /// Whether whoever is asked for a code may have the browser remembered after it.
    ///
    /// # Errors
    /// `NoPermission` if the session is over; the store's.
    pub fn may_be_remembered(&self, token: &str) -> ApiResult<bool> {
        let session = self.at_stage(token, ConsoleStage::Code)?.session;
        let found = self.store().read(|tx| Person::find(tx, (session.account, session.user_id)));
        let person = found.map_err(|error: StoreError| refusal(error))?;
        Ok(person.is_some_and(|person| person.may_be_remembered()))
    }
}

impl Core {
    /// The inner outcome is the person's, and is kept with what it counted.
    fn check_code(
        &self,
        tx: &mut Tx<'_>,
        session: &ConsoleSession,
        (code, remember): (Option<AuthenticationCode>, bool),
        next: &Token,
    ) -> ApiResult<ApiResult<Begun>> {
        let (account, now) = (session.account, self.clock.now());
        let is_there = console_sessions::find(tx, account, &session.token_hash)?.is_some_and(|at| at.holds);
        let person = if is_there { Person::find(tx, (account, session.user_id))? } else { None };
        let Some(person) = person.filter(|person| !person.is_locked(now)) else {
            console_sessions::delete(tx, account, &session.token_hash)?;
            return Ok(Err(not_signed_in()));
        };
        let is_right = match (&person.device, code) {
            (Some(device), Some(code)) => device::spend_code(tx, &self.seal, device, code, self.wall.now())?,
            _ => false,
        };
        if !is_right {
            person.count_failure(tx, now)?;
            return Ok(Err(ApiError::new(Plain::CheckAuthenticationCodeFail)));
        }
        console_sessions::delete(tx, account, &session.token_hash)?;
        let remembered = if remember { self.remember(&person) } else { None };
        let begun = self.go_on(tx, person, (true, false), next)?;
        Ok(Ok(Begun { remembered, ..begun }))
    }
}

#[cfg(test)]
mod tests {
    use ramward_rpc::error::ApiResult;

    use crate::service::console::tests::{PASSWORD, identity, sign_in, user};
    use crate::service::console::{Begun, ConsoleStage, REMEMBERED_SECONDS, Shown};
    use crate::testing::TestApp;
    use crate::testing::device::TestDevice;

    /// Alice with a phone whose last code was spent a while ago.
    fn alice(app: &TestApp) -> (String, TestDevice) {
        let alice = user(app, "alice", &[]);
        let phone = app.device("phone");
        app.bind(&alice, &phone);
        app.clock.advance(300);
        (alice, phone)
    }

    fn prove(app: &TestApp, token: &str, code: &str) -> ApiResult<Begun> {
        app.service.prove_code(token, code, false, "127.0.0.1".parse().unwrap())
    }

    fn prove_and_remember(app: &TestApp, token: &str, phone: &TestDevice) -> Option<String> {
        let here = "127.0.0.1".parse().unwrap();
        app.service.prove_code(token, &phone.code(app.wall()), true, here).unwrap().remembered
    }

    fn stage_with(app: &TestApp, name: &str, remembered: Option<&str>) -> ConsoleStage {
        let peer = "127.0.0.1".parse().unwrap();
        let shown = Shown { name, password: PASSWORD, remembered, peer };
        app.service.sign_in_with_password(&shown).unwrap().stage
    }

    #[test]
    fn a_bound_device_is_asked_for_its_code_and_each_code_is_taken_once() {
        let app = TestApp::new();
        let (alice, phone) = alice(&app);
        let (first, second) =
            (sign_in(&app, &alice, PASSWORD).unwrap(), sign_in(&app, &alice, PASSWORD).unwrap());
        assert_eq!(first.stage, ConsoleStage::Code);
        let shown = app.ok("GetUser", &[("UserPrincipalName", &alice)]);
        assert_eq!(shown["User"]["LastLoginDate"].as_str().unwrap_or_default(), "", "that was no logon yet");
        for wrong in ["000000", "", "12345", "abcdef"] {
            assert!(prove(&app, &first.token, wrong).is_err(), "{wrong}");
        }
        let code = phone.code(app.wall());
        let done = prove(&app, &first.token, &code).unwrap();
        assert_eq!((done.stage, done.remembered), (ConsoleStage::Done, None));
        assert_eq!(identity(&app, &done.token).unwrap(), "acs:ram::1234567890123456:user/alice");
        assert!(app.service.signed_in(&done.token).unwrap().unwrap().mfa);
        assert!(app.service.signed_in(&first.token).unwrap().is_none(), "the token changed with the stage");
        assert!(prove(&app, &second.token, &code).is_err(), "it was used");
        app.clock.advance(30);
        assert!(prove(&app, &second.token, &phone.code(app.wall())).is_ok());
    }

    #[test]
    fn wrong_codes_lock_like_wrong_passwords() {
        let app = TestApp::new();
        app.password_policy(r#"{"MaxLoginAttemps":3}"#);
        let (alice, phone) = alice(&app);
        assert!(sign_in(&app, &alice, "wrong").is_err());
        let begun = sign_in(&app, &alice, PASSWORD).unwrap();
        for _ in 0..2 {
            assert!(prove(&app, &begun.token, "000000").is_err());
        }
        assert!(
            prove(&app, &begun.token, &phone.code(app.wall())).is_err(),
            "locked, and the session is over"
        );
        assert!(app.service.signed_in(&begun.token).unwrap().is_none());
        assert!(sign_in(&app, &alice, PASSWORD).is_err());
        app.clock.advance(3600);
        let begun = sign_in(&app, &alice, PASSWORD).unwrap();
        assert!(prove(&app, &begun.token, &phone.code(app.wall())).is_ok());
    }

    #[test]
    fn a_code_must_come_soon() {
        let app = TestApp::new();
        let (alice, phone) = alice(&app);
        let begun = sign_in(&app, &alice, PASSWORD).unwrap();
        app.clock.advance(begun.seconds);
        assert!(prove(&app, &begun.token, &phone.code(app.wall())).is_err());
    }

    #[test]
    fn a_browser_is_remembered_where_the_account_lets_it() {
        let app = TestApp::new();
        let (alice, phone) = alice(&app);
        let begun = sign_in(&app, &alice, PASSWORD).unwrap();
        assert_eq!(prove_and_remember(&app, &begun.token, &phone), None);
        app.security_preference(r#"{"EnableSaveMFATicket":true}"#);
        app.clock.advance(60);
        let begun = sign_in(&app, &alice, PASSWORD).unwrap();
        assert!(app.service.may_be_remembered(&begun.token).unwrap());
        let kept = prove_and_remember(&app, &begun.token, &phone).unwrap();
        assert_eq!(stage_with(&app, &alice, Some(&kept)), ConsoleStage::Done);
        assert_eq!(stage_with(&app, &alice, Some(&kept[1..])), ConsoleStage::Code);
        let bob = user(&app, "bob", &[]);
        app.bind(&bob, &app.device("tablet"));
        assert_eq!(stage_with(&app, &bob, Some(&kept)), ConsoleStage::Code, "it is nobody else's");
        app.security_preference("{}");
        assert_eq!(stage_with(&app, &alice, Some(&kept)), ConsoleStage::Code, "no longer let");
        app.security_preference(r#"{"MFAOperationForLogin":"adaptive"}"#);
        assert_eq!(stage_with(&app, &alice, Some(&kept)), ConsoleStage::Done, "nothing unusual");
        app.clock.advance(REMEMBERED_SECONDS);
        assert_eq!(stage_with(&app, &alice, Some(&kept)), ConsoleStage::Code, "seven days are over");
    }

    #[test]
    fn a_remembered_browser_has_proven_nothing_today() {
        let app = TestApp::new();
        let (alice, phone) = alice(&app);
        app.security_preference(r#"{"EnableSaveMFATicket":true}"#);
        let begun = sign_in(&app, &alice, PASSWORD).unwrap();
        let kept = prove_and_remember(&app, &begun.token, &phone).unwrap();
        let peer = "127.0.0.1".parse().unwrap();
        let shown = Shown { name: &alice, password: PASSWORD, remembered: Some(&kept), peer };
        let begun = app.service.sign_in_with_password(&shown).unwrap();
        assert!(!app.service.signed_in(&begun.token).unwrap().unwrap().mfa);
        app.ok("UpdateLoginProfile", &[("UserPrincipalName", &alice), ("Password", "another one")]);
        let begun = app.service.sign_in_with_password(&Shown { password: "another one", ..shown }).unwrap();
        assert_eq!(begun.stage, ConsoleStage::Code, "another password is another proof");
    }
}
