//! Who is signed in at the console: sessions begin, are found again by the token of a cookie, and end. What a session then
//! does are calls like any other (`unsigned`). Knows no cookie, no page and no HTTP.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use ramward_rpc::error::{ApiError, ApiResult, Plain};
use ramward_rpc::sign::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Service;
use crate::authn::{Caller, KeyEntry};
pub use crate::identity::console_stage::ConsoleStage;
use crate::ids::{AccessKeyId, AccountId};
use crate::store::tables::console_sessions::{self, ConsoleSession, Standing};
use crate::store::{StoreError, Tx, refusal};
use crate::time::{Clock, Timestamp};

/// The name of a signed-in caller where an AccessKey would stand. No key has it.
const CONSOLE: &str = "console";
/// How many sessions that are over a new one clears away.
const FORGOTTEN_PER_SIGN_IN: usize = 16;
/// Seconds that somebody who signed in with an AccessKey stays signed in; passwords have the account's preference.
const KEY_SESSION_SECONDS: i64 = 6 * 3600;

/// Somebody who is signed in, or on the way to it.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// As whom calls are made; only once the stage is [`ConsoleStage::Done`].
    pub caller: Caller,
    /// Whether a second factor was proven.
    pub mfa: bool,
    /// What is still asked for.
    pub stage: ConsoleStage,
    /// The AccessKey that was shown, where it was no password.
    pub access_key_id: Option<AccessKeyId>,
    /// When the session ends, by the wall clock.
    pub ends: Timestamp,
}

/// A session that just began.
pub struct Begun {
    /// What the cookie must bring; shown by nothing else.
    pub token: String,
    /// What is still asked for.
    pub stage: ConsoleStage,
    /// For how many seconds the session holds.
    pub seconds: i64,
}

impl Service {
    /// Signs in whoever shows an AccessKey with its secret. The key counts as used only by what it signs.
    ///
    /// # Errors
    /// One refusal, whatever is wrong with the pair; or the store's.
    pub fn sign_in_with_key(&self, access_key_id: &str, secret: &Secret, peer: IpAddr) -> ApiResult<Begun> {
        let core = &self.core;
        let key = match AccessKeyId::from_str(access_key_id) {
            Ok(id) if !AccessKeyId::is_temporary(id.as_str()) => core.key(id.as_str(), true)?,
            _ => None,
        };
        let key = key.filter(|key| {
            let known = key.secret.as_ref().map_or("", Secret::expose).as_bytes();
            let is_equal: bool = known.ct_eq(secret.expose().as_bytes()).into();
            let is_admitted = key.network_policy.as_ref().is_none_or(|policy| policy.admits(peer));
            is_equal && !known.is_empty() && key.active && key.user_active && is_admitted
        });
        let key = key.ok_or_else(not_signed_in)?;
        let wall = core.wall.now();
        self.begin_session(ConsoleSession {
            account: key.account,
            token_hash: Vec::new(),
            user_id: key.user,
            access_key_id: Some(key.access_key_id.clone()),
            stage: ConsoleStage::Done,
            mfa: false,
            create_date: wall,
            ends: wall.plus_seconds(KEY_SESSION_SECONDS),
        })
    }

    /// Keeps a session under a fresh token.
    fn begin_session(&self, mut session: ConsoleSession) -> ApiResult<Begun> {
        let mut secret = [0; 32];
        self.core.entropy.fill(&mut secret);
        let text = BASE64URL_NOPAD.encode(&secret);
        session.token_hash = hash(&text);
        let begun = Begun {
            token: format!("{}.{text}", session.account),
            stage: session.stage,
            seconds: session.ends.seconds() - session.create_date.seconds(),
        };
        self.store()
            .write(move |tx: &mut Tx<'_>| {
                console_sessions::delete_ended(
                    tx,
                    session.account,
                    session.create_date,
                    FORGOTTEN_PER_SIGN_IN,
                )?;
                console_sessions::insert(tx, &session)
            })
            .map_err(|error: StoreError| refusal(error))?;
        Ok(begun)
    }

    /// Who brings this token; `None` if the session is over, for whatever reason.
    ///
    /// # Errors
    /// The store's.
    pub fn signed_in(&self, token: &str) -> ApiResult<Option<SignedIn>> {
        let Some((account, text)) = parts(token) else { return Ok(None) };
        let found = self
            .store()
            .read(|tx| console_sessions::find(tx, account, &hash(text)))
            .map_err(|error: StoreError| refusal(error))?;
        let Some(Standing { session, user_name, holds }) = found else { return Ok(None) };
        if !holds || session.ends <= self.core.wall.now() {
            return Ok(None);
        }
        let id = CONSOLE.parse().expect("the name has the form of an AccessKey id");
        let owner = (id, session.account, session.user_id);
        let key = KeyEntry::new(owner, user_name, None, (true, true), None);
        Ok(Some(SignedIn {
            caller: Caller { key: Arc::new(key) },
            mfa: session.mfa,
            stage: session.stage,
            access_key_id: session.access_key_id,
            ends: session.ends,
        }))
    }

    /// Ends the session of a token.
    ///
    /// # Errors
    /// The store's.
    pub fn sign_out(&self, token: &str) -> ApiResult<()> {
        let Some((account, text)) = parts(token) else { return Ok(()) };
        let token_hash = hash(text);
        self.store()
            .write(move |tx: &mut Tx<'_>| console_sessions::delete(tx, account, &token_hash).map(drop))
            .map_err(|error: StoreError| refusal(error))
    }
}

/// One text for everything that may be wrong, so that it tells nothing.
fn not_signed_in() -> Box<ApiError> {
    ApiError::with_message(
        Plain::NoPermission,
        "The sign-in is refused: what was given does not fit together.",
    )
}

fn parts(token: &str) -> Option<(AccountId, &str)> {
    let (account, text) = token.split_once('.')?;
    // The operator belongs to no account, so its place does not read as one.
    let is_operator = account == AccountId::OPERATOR.to_string();
    Some((if is_operator { AccountId::OPERATOR } else { account.parse().ok()? }, text))
    // No client may name the operator's account, so its id has no parsed form.
    let of_operator = account == AccountId::OPERATOR.to_string();
    Some((if of_operator { AccountId::OPERATOR } else { account.parse().ok()? }, text))
}

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use ramward_rpc::api::Product;

    use super::*;
    use crate::authn::Origin;
    use crate::service::unsigned::Ask;
    use crate::testing::TestApp;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn identity(app: &TestApp, token: &str) -> Option<String> {
        let signed_in = app.service.signed_in(token).unwrap()?;
        let origin = Origin { peer: HERE, secure: false, mfa: signed_in.mfa };
        let ask = Ask::new(Product::Sts, "GetCallerIdentity", &[]);
        let answer = app.service.call_as(&signed_in.caller, origin, &ask);
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        Some(body["Arn"].as_str().unwrap().to_owned())
    }

    #[test]
    fn who_shows_a_key_calls_as_its_owner_until_signed_out() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let begin = |key: &crate::testing::NewKey| {
            app.service
                .sign_in_with_key(key.access_key_id.as_str(), &key.access_key_secret, HERE)
                .unwrap()
                .token
        };
        let (root, user) = (begin(&app.root), begin(&alice));
        assert_eq!(identity(&app, &root).unwrap(), "acs:ram::1234567890123456:root");
        assert_eq!(identity(&app, &user).unwrap(), "acs:ram::1234567890123456:user/alice");
        app.service.sign_out(&user).unwrap();
        assert_eq!(identity(&app, &user), None);
        assert!(identity(&app, &root).is_some(), "only the one session ended");
        for token in ["", ".", "1234567890123456.", "x.y", &root[1..]] {
            assert_eq!(identity(&app, token), None, "{token}");
        }
    }

    #[test]
    fn the_operator_signs_in_with_its_key() {
        let app = TestApp::new();
        let key = &app.operator;
        let begun = app.service.sign_in_with_key(key.access_key_id.as_str(), &key.access_key_secret, HERE);
        let token = begun.unwrap().token;
        assert!(app.service.signed_in(&token).unwrap().unwrap().caller.is_operator());
        app.service.sign_out(&token).unwrap();
        assert!(app.service.signed_in(&token).unwrap().is_none());
    }

    #[test]
    fn every_wrong_pair_is_refused_with_the_same_words() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let id = alice.access_key_id.as_str();
        let try_it = |id: &str, secret: &str| app.service.sign_in_with_key(id, &Secret::from(secret), HERE);
        let words = |outcome: ApiResult<Begun>| outcome.err().unwrap().message;
        let first = words(try_it("LTAInobody", "x"));
        assert_eq!(words(try_it(id, "wrong")), first);
        assert_eq!(words(try_it(id, "")), first);
        assert_eq!(words(try_it("not an id", alice.access_key_secret.expose())), first);
        let named = [("UserPrincipalName", &*TestApp::upn("alice")), ("UserAccessKeyId", id)];
        app.ok("UpdateAccessKey", &[named[0], named[1], ("Status", "Inactive")]);
        assert_eq!(words(try_it(id, alice.access_key_secret.expose())), first);
    }

    #[test]
    fn a_session_ends_with_its_key_its_user_and_its_time() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let id = alice.access_key_id.as_str();
        let begin = || app.service.sign_in_with_key(id, &alice.access_key_secret, HERE).unwrap();
        let named = [("UserPrincipalName", &*TestApp::upn("alice")), ("UserAccessKeyId", id)];
        let first = begin();
        app.ok("UpdateAccessKey", &[named[0], named[1], ("Status", "Inactive")]);
        assert!(app.service.signed_in(&first.token).unwrap().is_none());
        app.ok("UpdateAccessKey", &[named[0], named[1], ("Status", "Active")]);
        assert!(app.service.signed_in(&first.token).unwrap().is_some());
        app.clock.advance(KEY_SESSION_SECONDS - 1);
        assert!(app.service.signed_in(&first.token).unwrap().is_some());
        app.clock.advance(1);
        assert!(app.service.signed_in(&first.token).unwrap().is_none());
        let second = begin();
        app.ok("DeleteAccessKey", &named);
        assert!(app.service.signed_in(&second.token).unwrap().is_none());
    }
}
