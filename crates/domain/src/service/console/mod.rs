//! Who is signed in at the console: sessions begin, are found again by the token of a cookie, go on from stage to stage,
//! and end. What a session then does are calls like any other (`unsigned`). Knows no cookie, no page and no HTTP.

mod asked;
mod attempts;
mod code;
mod key;
mod password;
mod person;
mod remembered;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use data_encoding::BASE64URL_NOPAD;
use ramward_rpc::error::{ApiError, ApiResult, Plain};
use sha2::{Digest, Sha256};

pub use self::asked::Asked;
use self::attempts::{Attempt, Attempts};
pub use self::password::Shown;
use self::person::{Person, Who};
pub use self::remembered::REMEMBERED_SECONDS;
use super::{Core, Service};
use crate::authn::{Caller, KeyEntry};
pub use crate::identity::console_stage::ConsoleStage;
use crate::identity::login_profile::PasswordHash;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::tables::console_sessions::{self, ConsoleSession, Standing};
use crate::store::{StoreError, Tx, refusal};
use crate::time::{Clock, Timestamp};

/// The name of a signed-in caller where an AccessKey would stand. No key has it.
const CONSOLE: &str = "console";
/// How many sessions that are over a new one clears away.
const FORGOTTEN_PER_SIGN_IN: usize = 16;
/// How long somebody may take for what is still asked for after the password.
const STAGE_SECONDS: i64 = 15 * 60;

/// What sign-ins keep in memory.
#[derive(Debug, Default)]
pub(crate) struct SignIns {
    attempts: Attempts,
    /// A hash that is compared where there is none, so that this takes as long.
    decoy: OnceLock<PasswordHash>,
}

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

/// A session that just began, or went on to its next stage.
pub struct Begun {
    /// What the cookie must bring; shown by nothing else.
    pub token: String,
    /// What is still asked for.
    pub stage: ConsoleStage,
    /// For how many seconds the session holds.
    pub seconds: i64,
    /// By what this browser is known for some days, where it is to be remembered.
    pub remembered: Option<String>,
}

/// What a session will be.
#[derive(Debug, Clone)]
struct SessionOf {
    account: AccountId,
    user_id: UserId,
    access_key_id: Option<AccessKeyId>,
    stage: ConsoleStage,
    mfa: bool,
    ends: Timestamp,
}

/// The secret of a session to come, made before its transaction.
#[derive(Debug, Clone)]
struct Token(String);

impl Token {
    fn hash(&self) -> Vec<u8> {
        hash(&self.0)
    }
}

impl Service {
    /// Keeps a session under a fresh token.
    fn begin_session(&self, of: SessionOf) -> ApiResult<Begun> {
        let (token, wall) = (self.core.new_token(), self.core.wall.now());
        self.store()
            .write(move |tx: &mut Tx<'_>| keep(tx, &of, &token, wall))
            .map_err(|error: StoreError| refusal(error))
    }

    /// Who brings this token; `None` if the session is over, for whatever reason.
    ///
    /// # Errors
    /// The store's.
    pub fn signed_in(&self, token: &str) -> ApiResult<Option<SignedIn>> {
        let Some(Standing { session, user_name, .. }) = self.standing(token)? else { return Ok(None) };
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

    /// The session of a token, if it holds.
    fn standing(&self, token: &str) -> ApiResult<Option<Standing>> {
        let Some((account, text)) = parts(token) else { return Ok(None) };
        let found = self
            .store()
            .read(|tx| console_sessions::find(tx, account, &hash(text)))
            .map_err(|error: StoreError| refusal(error))?;
        let wall = self.core.wall.now();
        Ok(found.filter(|standing| standing.holds && standing.session.ends > wall))
    }

    /// The session of somebody with a password who is at that stage.
    fn at_stage(&self, token: &str, stage: ConsoleStage) -> ApiResult<Standing> {
        self.standing(token)?.filter(|found| found.session.stage == stage).ok_or_else(not_signed_in)
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

    /// Ends all sessions of the identity that brings this token.
    ///
    /// # Errors
    /// The store's.
    pub fn sign_out_everywhere(&self, token: &str) -> ApiResult<()> {
        let Some(Standing { session, .. }) = self.standing(token)? else { return Ok(()) };
        self.store()
            .write(move |tx: &mut Tx<'_>| {
                console_sessions::delete_of_user(tx, session.account, session.user_id)
            })
            .map_err(|error: StoreError| refusal(error))
    }

    /// Begins an attempt that counts as failed until it is given back.
    fn begin_attempt(&self, name: &str, peer: IpAddr) -> ApiResult<Attempt> {
        let begun = self.core.sign_ins.attempts.begin(name, peer, self.core.wall.now());
        begun.map_err(|seconds| {
            let message = format!("Too many sign-ins failed. Try again in {seconds} seconds.");
            let mut error = ApiError::with_message(Plain::Throttling, message);
            error.retry_after_ms = u32::try_from(seconds * 1000).ok();
            error
        })
    }
}

impl Core {
    fn new_token(&self) -> Token {
        let mut secret = [0; 32];
        self.entropy.fill(&mut secret);
        Token(BASE64URL_NOPAD.encode(&secret))
    }

    /// The next session of a person: what is asked for next, and how long it holds. Writes the logon where nothing is.
    fn go_on(
        &self,
        tx: &mut Tx<'_>,
        person: Person,
        (mfa, remembered): (bool, bool),
        token: &Token,
    ) -> Result<Begun, StoreError> {
        let (now, wall) = (self.clock.now(), self.wall.now());
        let stage = person.next_stage(mfa, remembered, now);
        let seconds = if stage == ConsoleStage::Done { person.session_seconds() } else { STAGE_SECONDS };
        let (account, user_id) = person.who();
        let ends = wall.plus_seconds(seconds);
        if stage == ConsoleStage::Done {
            person.log_on(tx, now, self.settings.measures())?;
        }
        keep(tx, &SessionOf { account, user_id, access_key_id: None, stage, mfa, ends }, token, wall)
    }
}

/// Writes a session, and clears away a few that are over.
fn keep(tx: &mut Tx<'_>, of: &SessionOf, token: &Token, wall: Timestamp) -> Result<Begun, StoreError> {
    console_sessions::delete_ended(tx, of.account, wall, FORGOTTEN_PER_SIGN_IN)?;
    let session = ConsoleSession {
        account: of.account,
        token_hash: token.hash(),
        user_id: of.user_id,
        access_key_id: of.access_key_id.clone(),
        stage: of.stage,
        mfa: of.mfa,
        create_date: wall,
        ends: of.ends,
    };
    console_sessions::insert(tx, &session)?;
    Ok(Begun {
        token: format!("{}.{}", of.account, token.0),
        stage: of.stage,
        seconds: of.ends.seconds_since(wall),
        remembered: None,
    })
}

/// One text for everything that may be wrong, so that it tells nothing.
fn not_signed_in() -> Box<ApiError> {
    ApiError::with_message(
        Plain::NoPermission,
        "The sign-in is refused: what was given does not fit together, or the logon is locked, expired, disabled or not for this address.",
    )
}

fn parts(token: &str) -> Option<(AccountId, &str)> {
    let (account, text) = token.split_once('.')?;
    // The operator is no account that a text can name, but signs in like one.
    let is_operator = account == AccountId::OPERATOR.to_string();
    let account = if is_operator { AccountId::OPERATOR } else { account.parse().ok()? };
    Some((account, text))
}

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}
