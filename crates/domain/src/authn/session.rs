//! Sessions of roles. A session has no row: its role, its secret and its end lie sealed in the security token that its
//! owner brings with every call, so it outlives a restart and is known to every server that has the same seal key.
//! Must not know who may begin one.

use ramward_rpc::sign::Secret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::KeyEntry;
use crate::entropy::Entropy;
use crate::identity::role::RoleName;
use crate::identity::role_session::RoleSessionName;
use crate::ids::{AccessKeyId, AccountId, RoleId, generate_access_key_secret};
use crate::store::seal::{SealKey, Sealed, SecretOf};
use crate::time::Timestamp;

/// What every token begins with; tokens of the vendor do, and some clients tell credentials apart by it.
const PREFIX: &str = "CAIS";
/// More than a token with the longest names and policy takes; nothing longer is opened.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The session of a role: as whom its key calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSession {
    /// The role's id: a role of the same name that was made later is another.
    pub role_id: RoleId,
    /// The role's name.
    pub role_name: RoleName,
    /// What its beginner called it.
    pub session_name: RoleSessionName,
    /// The session policy, a document that was checked when the session began; it only takes away.
    pub policy: Option<String>,
    /// Whom the beginner named as the one behind the session.
    pub source_identity: Option<String>,
    /// When it ends, by the wall clock: clients compare it with theirs.
    pub expires: Timestamp,
}

/// A key and its token, as they are handed out once.
pub struct Issued {
    /// The temporary key's id.
    pub access_key_id: AccessKeyId,
    /// Its secret.
    pub access_key_secret: Secret,
    /// The token; good for nothing without the secret.
    pub security_token: String,
}

/// What a token holds.
#[derive(Serialize, Deserialize)]
struct Content<'a> {
    key: AccessKeyId,
    #[serde(borrow)]
    secret: &'a str,
    account: AccountId,
    role_id: RoleId,
    role_name: RoleName,
    session_name: RoleSessionName,
    policy: Option<String>,
    source_identity: Option<String>,
    expires: Timestamp,
}

/// Makes the key of a session of a role of `account`.
pub fn issue(account: AccountId, session: &RoleSession, seal: &SealKey, entropy: &dyn Entropy) -> Issued {
    let access_key_id = AccessKeyId::generate_temporary(entropy);
    let access_key_secret = generate_access_key_secret(entropy);
    let content = Content {
        key: access_key_id.clone(),
        secret: access_key_secret.expose(),
        account,
        role_id: session.role_id,
        role_name: session.role_name.clone(),
        session_name: session.session_name.clone(),
        policy: session.policy.clone(),
        source_identity: session.source_identity.clone(),
        expires: session.expires,
    };
    // Room first: growing would leave copies of the secret behind.
    let mut text = Zeroizing::new(Vec::with_capacity(MAX_TOKEN_BYTES));
    serde_json::to_writer(&mut *text, &content).expect("a vector takes any text");
    let sealed = seal.seal(SecretOf::SecurityToken, &text, entropy);
    Issued { access_key_id, access_key_secret, security_token: format!("{PREFIX}{}", sealed.to_text()) }
}

/// The key whose token this is; `None` if it is no token of this server. Whether it is over, the caller checks.
pub fn open(token: &str, seal: &SealKey) -> Option<KeyEntry> {
    if token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let sealed = Sealed::from_text(token.strip_prefix(PREFIX)?)?;
    let text = seal.open(SecretOf::SecurityToken, &sealed).ok()?;
    let content: Content<'_> = serde_json::from_slice(&text).ok()?;
    let session = RoleSession {
        role_id: content.role_id,
        role_name: content.role_name,
        session_name: content.session_name,
        policy: content.policy,
        source_identity: content.source_identity,
        expires: content.expires,
    };
    Some(KeyEntry::of_session(content.key, content.account, Secret::from(content.secret), session))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authn::{Caller, Identity};
    use crate::entropy::SeededEntropy;

    fn session() -> RoleSession {
        RoleSession {
            role_id: RoleId::new(300_000_000_000_000_001).unwrap(),
            role_name: RoleName::parse("admin").unwrap(),
            session_name: RoleSessionName::parse("alice@example.com").unwrap(),
            policy: Some(format!("\"{}\"", "\\".repeat(2046))),
            source_identity: Some("alice".to_owned()),
            expires: Timestamp::parse("2025-06-15T13:00:00Z").unwrap(),
        }
    }

    #[test]
    fn a_token_says_what_it_was_made_with() {
        let entropy = SeededEntropy::new(1);
        let seal = SealKey::generate(&entropy);
        let account = AccountId::new(1_234_567_890_123_456).unwrap();
        let issued = issue(account, &session(), &seal, &entropy);
        assert!(AccessKeyId::is_temporary(issued.access_key_id.as_str()), "{}", issued.access_key_id);
        let key = open(&issued.security_token, &seal).unwrap();
        assert_eq!((&key.access_key_id, key.account), (&issued.access_key_id, account));
        assert_eq!(key.secret.as_ref().unwrap().expose(), issued.access_key_secret.expose());
        let caller = Caller { key: key.into() };
        assert_eq!(caller.identity(), Identity::AssumedRole(&session()));
        assert!(!caller.is_root() && !caller.is_operator());
    }

    #[test]
    fn no_other_text_is_a_token() {
        let entropy = SeededEntropy::new(1);
        let seal = SealKey::generate(&entropy);
        let account = AccountId::new(1).unwrap();
        let token = issue(account, &session(), &seal, &entropy).security_token;
        assert!(token.len() < 8 * 1024, "{}", token.len());
        for place in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            assert!(open(&String::from_utf8(changed).unwrap(), &seal).is_none(), "byte {place}");
        }
        for text in ["", "CAIS", &token[1..], &token[..token.len() - 4], &"A".repeat(MAX_TOKEN_BYTES + 1)] {
            assert!(open(text, &seal).is_none());
        }
        assert!(open(&token, &SealKey::generate(&entropy)).is_none(), "another server's token");
        let stranger = seal.seal(SecretOf::AccessKey(account, &"x".parse().unwrap()), b"{}", &entropy);
        assert!(
            open(&format!("{PREFIX}{}", stranger.to_text()), &seal).is_none(),
            "another thing that was sealed"
        );
    }
}
