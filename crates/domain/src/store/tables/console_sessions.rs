//! Who is signed in at the console. The token itself is kept nowhere.

use super::{met, rows};
use crate::identity::console_stage::ConsoleStage;
use crate::identity::user::UserName;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::connection::Row;
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// Somebody who is signed in, or on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleSession {
    /// The account.
    pub account: AccountId,
    /// The SHA-256 of the token that the cookie brings.
    pub token_hash: Vec<u8>,
    /// Who; [`UserId::ROOT`] for the root identity and for the operator.
    pub user_id: UserId,
    /// The AccessKey that was shown, where it was no password.
    pub access_key_id: Option<AccessKeyId>,
    /// What is still asked for.
    pub stage: ConsoleStage,
    /// Whether a second factor was proven.
    pub mfa: bool,
    /// When it began, by the wall clock.
    pub create_date: Timestamp,
    /// When it ends, by the wall clock.
    pub ends: Timestamp,
}

/// A session with what must still hold for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The session.
    pub session: ConsoleSession,
    /// The name of its RAM user; absent for root, and where the user is there no more.
    pub user_name: Option<UserName>,
    /// Whether the account is open, its user may act, and the key or the logon profile it stands on is Active.
    pub holds: bool,
}

fn read(row: Row<'_>) -> Result<ConsoleSession, StoreError> {
    Ok(ConsoleSession {
        account: row.get(0)?,
        token_hash: row.get(1)?,
        user_id: row.get(2)?,
        access_key_id: row.get(3)?,
        stage: row.get(4)?,
        mfa: row.get(5)?,
        create_date: row.get(6)?,
        ends: row.get(7)?,
    })
}

/// The session of a token, and whether it still holds.
pub fn find(tx: &mut Tx<'_>, account: AccountId, token_hash: &[u8]) -> Result<Option<Standing>, StoreError> {
    let sql = "SELECT s.account, s.token_hash, s.user_id, s.access_key_id, s.stage, s.mfa, s.create_date, s.ends, \
               u.user_name, a.deleting, u.status, k.status, p.status FROM console_sessions s \
               JOIN accounts a ON a.account = s.account \
               LEFT JOIN users u ON u.account = s.account AND u.user_id = s.user_id \
               LEFT JOIN access_keys k \
               ON k.account = s.account AND k.user_id = s.user_id AND k.access_key_id = s.access_key_id \
               LEFT JOIN login_profiles p ON p.account = s.account AND p.user_id = s.user_id \
               WHERE s.account = ?1 AND s.token_hash = ?2";
    tx.find(sql, &[account.into(), token_hash.into()], |row| {
        let session = read(row)?;
        let deleting: bool = row.get(9)?;
        let (user, key, profile): (Option<String>, Option<String>, Option<String>) =
            (row.get(10)?, row.get(11)?, row.get(12)?);
        let is_root = session.user_id == UserId::ROOT;
        let user_may = is_root || user.as_deref() == Some("active");
        let proof_holds = match (&session.access_key_id, is_root) {
            (Some(_), _) => key.as_deref() == Some("Active"),
            (None, true) => true,
            (None, false) => profile.as_deref() == Some("Active"),
        };
        Ok(Standing { user_name: row.get(8)?, holds: !deleting && user_may && proof_holds, session })
    })
}

/// A new session.
pub fn insert(tx: &mut Tx<'_>, session: &ConsoleSession) -> Result<(), StoreError> {
    let sql = "INSERT INTO console_sessions (account, token_hash, user_id, access_key_id, stage, mfa, create_date, ends) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let args = [
        session.account.into(),
        session.token_hash.as_slice().into(),
        session.user_id.into(),
        session.access_key_id.as_ref().map(AccessKeyId::as_str).into(),
        session.stage.as_str().into(),
        session.mfa.into(),
        session.create_date.into(),
        session.ends.into(),
    ];
    tx.execute(sql, &args).map(drop)
}

/// Writes how far a session has come. `Absent` if it is over.
pub fn update(tx: &mut Tx<'_>, session: &ConsoleSession) -> Result<(), StoreError> {
    let sql =
        "UPDATE console_sessions SET stage = ?3, mfa = ?4, ends = ?5 WHERE account = ?1 AND token_hash = ?2";
    let args = [
        session.account.into(),
        session.token_hash.as_slice().into(),
        session.stage.as_str().into(),
        session.mfa.into(),
        session.ends.into(),
    ];
    met(tx.execute(sql, &args)?, "console session")
}

/// Ends a session; whether there was one.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, token_hash: &[u8]) -> Result<bool, StoreError> {
    let sql = "DELETE FROM console_sessions WHERE account = ?1 AND token_hash = ?2";
    Ok(tx.execute(sql, &[account.into(), token_hash.into()])? > 0)
}

/// Ends all sessions of an identity.
pub fn delete_of_user(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM console_sessions WHERE account = ?1 AND user_id = ?2";
    tx.execute(sql, &[account.into(), user.into()]).map(drop)
}

/// Ends those of an identity that a password began.
pub fn delete_of_password(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM console_sessions WHERE account = ?1 AND user_id = ?2 AND access_key_id IS NULL";
    tx.execute(sql, &[account.into(), user.into()]).map(drop)
}

/// Forgets a few of those that are over, so that there are never many more than hold.
pub fn delete_ended(
    tx: &mut Tx<'_>,
    account: AccountId,
    now: Timestamp,
    most: usize,
) -> Result<(), StoreError> {
    let sql = "SELECT token_hash FROM console_sessions WHERE account = ?1 AND ends <= ?2 LIMIT ?3";
    let ended: Vec<Vec<u8>> =
        tx.list(sql, &[account.into(), now.into(), rows(most).into()], |row| row.get(0))?;
    for token_hash in &ended {
        delete(tx, account, token_hash)?;
    }
    Ok(())
}

/// Ends all of an account that is being deleted.
pub(in crate::store) fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM console_sessions WHERE account = ?1", &[account.into()]).map(drop)
}

/// Ends all, of all accounts: those of a store that takes another's place.
pub(in crate::store) fn delete_everywhere(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM console_sessions", &[]).map(drop)
}
