//! What a sign-in does not go on without: another password, an MFA device. The operations are those that users call
//! themselves, about the one who signs in and nobody else; no policy is asked, since the server itself wants it.

use ramward_rpc::api::Product;
use ramward_rpc::error::{ApiError, ApiResult};

use super::remembered::is_remembered;
use super::{Begun, ConsoleStage, Person, not_signed_in};
use crate::authn::Origin;
use crate::identity::mfa::{SerialNumber, VirtualMFADeviceName};
use crate::ids::{AccountId, UserId};
use crate::ops::account;
use crate::service::unsigned::Ask;
use crate::service::{Answer, Service};
use crate::store::tables::accounts;
use crate::store::{StoreError, Tx, refusal};

/// How many names are tried for a device.
const NAMES: usize = 20;

/// What became of a call that a sign-in asked for.
pub struct Asked {
    /// The operation's answer.
    pub answer: Answer,
    /// The session as it goes on, where the operation did not refuse.
    pub begun: Option<Begun>,
}

impl Service {
    /// ChangePassword at a sign-in that asks for it.
    ///
    /// # Errors
    /// `NoPermission` if the session is over or at another stage; the store's. What the operation refuses is its answer.
    pub fn change_password_at_sign_in(
        &self,
        token: &str,
        (old, new): (&str, &str),
        remembered: Option<&str>,
        origin: Origin,
    ) -> ApiResult<Asked> {
        let at = self.at_stage(token, ConsoleStage::Password)?.session;
        let params = [("OldPassword", old), ("NewPassword", new)];
        let answer = self.ask_for(token, origin, "ChangePassword", &params)?;
        // The operation has ended all sessions of the user, this one too.
        self.asked(answer, (at.account, at.user_id), at.mfa, remembered)
    }

    /// CreateVirtualMFADevice at a sign-in that asks for a device: under the user's own name, or the next that is free.
    /// A device of that name that is bound to nobody was made by an earlier attempt, and goes.
    ///
    /// # Errors
    /// As [`Service::change_password_at_sign_in`].
    pub fn create_device_at_sign_in(&self, token: &str, origin: Origin) -> ApiResult<Answer> {
        let standing = self.at_stage(token, ConsoleStage::Device)?;
        let own = standing.user_name.ok_or_else(not_signed_in)?;
        let base: String =
            own.as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect();
        let create = |name: &str| {
            self.ask_for(token, origin, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)])
        };
        let mut answer = create(&base)?;
        if is_taken(&answer) && base == own.as_str() {
            let serial = serial_number(standing.session.account, &base)?;
            self.ask_for(token, origin, "DeleteVirtualMFADevice", &[("SerialNumber", &serial)])?;
            answer = create(&base)?;
        }
        let mut number = 1;
        while is_taken(&answer) && number < NAMES {
            number += 1;
            answer = create(&format!("{base}-{number}"))?;
        }
        Ok(answer)
    }

    /// BindMFADevice at a sign-in that asks for a device; the two codes are a second factor that was proven.
    ///
    /// # Errors
    /// As [`Service::change_password_at_sign_in`].
    pub fn bind_device_at_sign_in(
        &self,
        token: &str,
        serial_number: &str,
        (first, second): (&str, &str),
        origin: Origin,
    ) -> ApiResult<Asked> {
        let standing = self.at_stage(token, ConsoleStage::Device)?;
        let own = standing.user_name.ok_or_else(not_signed_in)?;
        let session = standing.session;
        let found = self.store().read(|tx| accounts::find(tx, session.account));
        let row = found.map_err(|error: StoreError| refusal(error))?.ok_or_else(not_signed_in)?;
        let principal_name = account::principal_name(&row, &own);
        let params = [
            ("UserPrincipalName", principal_name.as_str()),
            ("SerialNumber", serial_number),
            ("AuthenticationCode1", first),
            ("AuthenticationCode2", second),
        ];
        let answer = self.ask_for(token, origin, "BindMFADevice", &params)?;
        if answer.status == 200 {
            self.sign_out(token)?;
        }
        self.asked(answer, (session.account, session.user_id), true, None)
    }

    fn ask_for(
        &self,
        token: &str,
        origin: Origin,
        action: &str,
        params: &[(&str, &str)],
    ) -> ApiResult<Answer> {
        let signed_in = self.signed_in(token)?.ok_or_else(not_signed_in)?;
        Ok(self.call_by(&signed_in.caller, origin, &Ask::new(Product::Ims, action, params), true))
    }

    /// Goes on where the operation did what was asked for.
    fn asked(
        &self,
        answer: Answer,
        who: (AccountId, UserId),
        mfa: bool,
        remembered: Option<&str>,
    ) -> ApiResult<Asked> {
        if answer.status != 200 {
            return Ok(Asked { answer, begun: None });
        }
        let (core, token) = (self.core.clone(), self.core.new_token());
        let kept = remembered.map(str::to_owned);
        let begun = self.store().write(move |tx: &mut Tx<'_>| -> ApiResult<Begun> {
            let person = Person::find(tx, who)?.ok_or_else(not_signed_in)?;
            // Without a code until here, it was the browser that was known; it must still be.
            let remembered = is_remembered(&core, &person, kept.as_deref());
            Ok(core.go_on(tx, person, (mfa, remembered), &token)?)
        })?;
        Ok(Asked { answer, begun: Some(begun) })
    }
}

fn is_taken(answer: &Answer) -> bool {
    answer.record.code.as_deref() == Some("EntityAlreadyExists.VirtualMFADevice")
}

fn serial_number(account: AccountId, name: &str) -> ApiResult<String> {
    let name = VirtualMFADeviceName::parse(name)
        .map_err(|_| ApiError::internal("the name was a device's a moment ago"))?;
    Ok(SerialNumber { account, name }.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Asked;
    use crate::authn::Origin;
    use crate::service::Answer;
    use crate::service::console::tests::{PASSWORD, identity, sign_in, user};
    use crate::service::console::{Begun, ConsoleStage};
    use crate::testing::TestApp;
    use crate::testing::device::TestDevice;
    use crate::testing::policies::deny;

    fn origin() -> Origin {
        Origin { peer: "127.0.0.1".parse().unwrap(), secure: false, mfa: false }
    }

    fn code(answer: &Answer) -> &str {
        answer.record.code.as_deref().unwrap_or_default()
    }

    fn change(app: &TestApp, token: &str, old: &str, new: &str) -> Asked {
        app.service.change_password_at_sign_in(token, (old, new), None, origin()).unwrap()
    }

    /// Makes a device at the sign-in.
    fn device(app: &TestApp, token: &str) -> TestDevice {
        let made = app.service.create_device_at_sign_in(token, origin()).unwrap();
        let body: Value = serde_json::from_slice(&made.body).unwrap();
        assert_eq!(made.status, 200, "{body}");
        TestDevice::of_answer(&body)
    }

    fn bind(app: &TestApp, token: &str, device: &TestDevice) -> Asked {
        let (one, two) = device.codes(app.wall());
        app.service.bind_device_at_sign_in(token, &device.serial_number, (&one, &two), origin()).unwrap()
    }

    fn done(app: &TestApp, begun: Option<Begun>) -> Begun {
        let begun = begun.unwrap();
        assert_eq!(begun.stage, ConsoleStage::Done);
        assert_eq!(identity(app, &begun.token).unwrap(), "acs:ram::1234567890123456:user/alice");
        begun
    }

    #[test]
    fn another_password_is_asked_for_even_where_users_may_not_change_theirs() {
        let app = TestApp::new();
        app.security_preference(r#"{"AllowUserToChangePassword":false}"#);
        let alice = user(&app, "alice", &[("PasswordResetRequired", "true")]);
        let begun = sign_in(&app, &alice, PASSWORD).unwrap();
        assert_eq!(begun.stage, ConsoleStage::Password);
        let wrong = change(&app, &begun.token, "wrong", "battery staple");
        assert_eq!(
            (code(&wrong.answer), wrong.begun.is_none()),
            ("InvalidParameter.OldPassword.Format", true)
        );
        let weak = change(&app, &begun.token, PASSWORD, "short");
        assert_eq!(code(&weak.answer), "InvalidParameter.NewPassword.TooWeak");
        let changed = change(&app, &begun.token, PASSWORD, "battery staple");
        done(&app, changed.begun);
        assert!(app.service.signed_in(&begun.token).unwrap().is_none(), "the token changed with the stage");
        assert!(sign_in(&app, &alice, PASSWORD).is_err());
        done(&app, sign_in(&app, &alice, "battery staple").ok());
    }

    #[test]
    fn a_device_is_asked_for_where_the_profile_or_the_account_wants_one() {
        for mandatory in [false, true] {
            let app = TestApp::new();
            let wish = [("MFABindRequired", "true")];
            let alice = user(&app, "alice", if mandatory { &[] } else { &wish });
            if mandatory {
                app.security_preference(
                    r#"{"MFAOperationForLogin":"mandatory","AllowUserToManageMFADevices":false}"#,
                );
            }
            // No policy keeps anybody from what the server itself asks for.
            app.attach("alice", "nothing", &deny("*", "*"));
            let begun = sign_in(&app, &alice, PASSWORD).unwrap();
            assert_eq!(begun.stage, ConsoleStage::Device);
            let (given_up, phone) = (device(&app, &begun.token), device(&app, &begun.token));
            assert_eq!(phone.serial_number, "acs:ram::1234567890123456:mfa/alice");
            let refused = bind(&app, &begun.token, &given_up);
            assert_eq!(
                (code(&refused.answer), refused.begun.is_none()),
                ("CheckAuthenticationCodeFail", true)
            );
            let bound = bind(&app, &begun.token, &phone);
            let begun = done(&app, bound.begun);
            assert!(app.service.signed_in(&begun.token).unwrap().unwrap().mfa);
            assert_eq!(sign_in(&app, &alice, PASSWORD).unwrap().stage, ConsoleStage::Code, "from now on");
            let report = app.ok("GetAccountSecurityPracticeReport", &[]);
            let users = &report["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"];
            assert_eq!(users["SubUserBindMfa"], 1);
        }
    }

    #[test]
    fn a_name_that_somebody_else_has_is_not_taken_away() {
        let app = TestApp::new();
        let (alice, bob) = (user(&app, "alice", &[("MFABindRequired", "true")]), app.user("bob"));
        app.bind(&bob, &app.device("alice"));
        let begun = sign_in(&app, &alice, PASSWORD).unwrap();
        let phone = device(&app, &begun.token);
        assert_eq!(phone.serial_number, "acs:ram::1234567890123456:mfa/alice-2");
        done(&app, bind(&app, &begun.token, &phone).begun);
    }

    #[test]
    fn all_of_it_one_after_the_other() {
        let app = TestApp::new();
        let wishes = [("PasswordResetRequired", "true"), ("MFABindRequired", "true")];
        let alice = user(&app, "alice", &wishes);
        let begun = sign_in(&app, &alice, PASSWORD).unwrap();
        let begun = change(&app, &begun.token, PASSWORD, "battery staple").begun.unwrap();
        assert_eq!(begun.stage, ConsoleStage::Device);
        let phone = device(&app, &begun.token);
        done(&app, bind(&app, &begun.token, &phone).begun);
    }

    #[test]
    fn nothing_is_asked_of_a_session_at_another_stage() {
        let app = TestApp::new();
        let alice = user(&app, "alice", &[]);
        let token = sign_in(&app, &alice, PASSWORD).unwrap().token;
        let service = &app.service;
        assert!(
            service.change_password_at_sign_in(&token, (PASSWORD, "battery staple"), None, origin()).is_err()
        );
        assert!(service.create_device_at_sign_in(&token, origin()).is_err());
        let serial = app.device("phone").serial_number;
        assert!(service.bind_device_at_sign_in(&token, &serial, ("000000", "000001"), origin()).is_err());
    }
}
