//! Who calls: an AccessKey as the hot path needs it, and the identity behind a verified request. Knows no HTTP.

pub mod nonces;
pub mod session;

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use ramward_rpc::api::Product;
use ramward_rpc::sign::Secret;

use self::session::RoleSession;
use crate::identity::access_key_policy::AccessKeyPolicy;
use crate::identity::user::UserName;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::policy::{Compiled, Document, Malformed};
use crate::time::{Day, Timestamp};

/// An AccessKey with the identity it belongs to, as kept in memory. Status facts are those of the last commit: a commit
/// that changes them removes the entry before it answers.
pub struct KeyEntry {
    /// The key's id.
    pub access_key_id: AccessKeyId,
    /// Whose account. [`AccountId::OPERATOR`] for the operator's keys.
    pub account: AccountId,
    /// Whose identity. [`UserId::ROOT`] for the root identity, [`UserId::NOBODY`] for who is no user.
    pub user: UserId,
    /// The RAM user's name; `None` for root and operator.
    pub user_name: Option<UserName>,
    /// The secret; `None` for a mirrored key, which can sign nothing.
    pub secret: Option<Secret>,
    /// Whether the key is Active.
    pub active: bool,
    /// Whether the user may call at all.
    pub user_active: bool,
    /// What only a temporary key has. Apart, as the next: tens of thousands of entries have neither.
    session: Option<Box<SessionPart>>,
    /// From where the key may sign, where not from anywhere.
    pub network_policy: Option<Box<AccessKeyPolicy>>,
    /// How long the key may rest.
    idle_limit: Option<IdleLimit>,
    /// The UTC day of use that is durable, as days since 1970.
    durable_day: AtomicI64,
    /// The latest use, in seconds since 1970; `i64::MIN` for never.
    last_used: AtomicI64,
    last_product: AtomicU8,
    /// Whether the entry waits to have its latest use written.
    pub(crate) queued: AtomicBool,
}

struct SessionPart {
    session: RoleSession,
    /// The session's own policy, compiled when it is first asked.
    policy: OnceLock<Compiled>,
}

impl KeyEntry {
    /// An entry for a key whose last use is `last_used`.
    pub fn new(
        (access_key_id, account, user): (AccessKeyId, AccountId, UserId),
        user_name: Option<UserName>,
        secret: Option<Secret>,
        (active, user_active): (bool, bool),
        last_used: Option<Timestamp>,
    ) -> Self {
        Self {
            access_key_id,
            account,
            user,
            user_name,
            secret,
            active,
            user_active,
            session: None,
            network_policy: None,
            idle_limit: None,
            durable_day: AtomicI64::new(last_used.map_or(i64::MIN, |at| at.day().0)),
            last_used: AtomicI64::new(last_used.map_or(i64::MIN, Timestamp::seconds)),
            last_product: AtomicU8::new(u8::MAX),
            queued: AtomicBool::new(false),
        }
    }

    /// The entry of a session's key. Its uses are nobody's: no row has it, no report counts it.
    pub fn of_session(
        access_key_id: AccessKeyId,
        account: AccountId,
        secret: Secret,
        session: RoleSession,
    ) -> Self {
        let owner = (access_key_id, account, UserId::NOBODY);
        let session = Some(Box::new(SessionPart { session, policy: OnceLock::new() }));
        Self { session, ..Self::new(owner, None, Some(secret), (true, true), None) }
    }

    /// Stands for the key of a call that needs none.
    pub fn anonymous() -> Self {
        let id = "anonymous".parse().expect("the name has the form of an AccessKey id");
        Self::new((id, AccountId::OPERATOR, UserId::NOBODY), None, None, (true, true), None)
    }

    /// The same entry for a key that may sign only from some addresses.
    #[must_use]
    pub fn with_network_policy(self, network_policy: Option<AccessKeyPolicy>) -> Self {
        Self { network_policy: network_policy.map(Box::new), ..self }
    }

    /// The session, where the key is a temporary one.
    pub fn session(&self) -> Option<&RoleSession> {
        self.session.as_ref().map(|part| &part.session)
    }

    /// The same entry for a key that may rest for so long only.
    #[must_use]
    pub fn with_idle_limit(self, idle_limit: Option<IdleLimit>) -> Self {
        Self { idle_limit, ..self }
    }

    /// The days that the key may rest, if on `day` it has rested for longer.
    pub fn idle_beyond(&self, day: Day) -> Option<i64> {
        let limit = self.idle_limit.as_ref()?;
        // Most calls are not the key's first of the day.
        if self.is_durable_on(day) {
            return None;
        }
        let used = self.last_used.load(Ordering::Relaxed);
        let used = if used == i64::MIN { limit.since } else { Timestamp::from_seconds(used).day() };
        (day.since(used.max(limit.since)) > limit.days).then_some(limit.days)
    }

    /// The policy that the session's beginner gave it, if any; it only takes away.
    ///
    /// # Errors
    /// A document that is none, which no session begins with.
    pub fn session_policy(&self) -> Result<Option<&Compiled>, Malformed> {
        let Some((part, text)) =
            self.session.as_ref().and_then(|part| Some((part, part.session.policy.as_deref()?)))
        else {
            return Ok(None);
        };
        if part.policy.get().is_none() {
            let compiled = Compiled::of_document(Document::parse(text)?, "Session");
            // Another thread may have been faster with the same.
            let _kept = part.policy.set(compiled);
        }
        Ok(part.policy.get())
    }

    /// Notes a use. Returns whether it is later than what was known.
    pub fn note_use(&self, at: Timestamp, product: Product) -> bool {
        if self.last_used.load(Ordering::Relaxed) >= at.seconds() {
            return false;
        }
        self.last_used.fetch_max(at.seconds(), Ordering::Relaxed);
        self.last_product.store(product as u8, Ordering::Relaxed);
        true
    }

    /// The latest use this process saw.
    pub fn last_use(&self) -> Option<(Timestamp, Product)> {
        let product = self.last_product.load(Ordering::Relaxed);
        let product = Product::ALL.into_iter().find(|candidate| *candidate as u8 == product)?;
        Some((Timestamp::from_seconds(self.last_used.load(Ordering::Relaxed)), product))
    }

    /// Whether a use on `day` is written durably.
    pub fn is_durable_on(&self, day: Day) -> bool {
        self.durable_day.load(Ordering::Acquire) >= day.0
    }

    /// Notes that a use on `day` is written durably.
    pub fn set_durable(&self, day: Day) {
        self.durable_day.fetch_max(day.0, Ordering::Release);
    }
}

/// How long a key may rest before it is disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleLimit {
    /// When it was made, or last switched on, by day.
    pub since: Day,
    /// For how many days it may rest; on the day after the last of them it is disabled.
    pub days: i64,
}

impl fmt::Debug for KeyEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyEntry")
            .field("access_key_id", &self.access_key_id.masked())
            .field("account", &self.account)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// How a call reached the server: what conditions of policies may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Where it came from.
    pub peer: IpAddr,
    /// Whether it came over TLS.
    pub secure: bool,
    /// Whether the caller proved a second factor. An AccessKey is one alone; a console session may stand on two.
    pub mfa: bool,
}

/// As whom a key calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity<'a> {
    /// The root identity of an account.
    Root,
    /// A RAM user.
    User {
        /// Its id.
        id: UserId,
        /// Its name.
        name: &'a UserName,
    },
    /// The operator of this server.
    Operator,
    /// The session of a role.
    AssumedRole(&'a RoleSession),
    /// Nobody known: the call needs no key, and what it brings is for its operation to check.
    Anonymous,
}

/// Who was verified.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key that signed.
    pub key: Arc<KeyEntry>,
}

impl Caller {
    /// The caller's account.
    pub fn account(&self) -> AccountId {
        self.key.account
    }

    /// As whom the key calls.
    pub fn identity(&self) -> Identity<'_> {
        match (self.key.session(), &self.key.user_name) {
            (Some(session), _) => Identity::AssumedRole(session),
            (None, Some(name)) => Identity::User { id: self.key.user, name },
            (None, None) if self.is_operator() => Identity::Operator,
            (None, None) if self.is_root() => Identity::Root,
            (None, None) => Identity::Anonymous,
        }
    }

    /// The session of a role that calls, if one does.
    pub fn role_session(&self) -> Option<&RoleSession> {
        self.key.session()
    }

    /// The calling user inside the account; [`UserId::NOBODY`], which no row has, where the caller is none.
    pub fn user(&self) -> UserId {
        self.key.user
    }

    /// Whether this is the operator of the server.
    pub fn is_operator(&self) -> bool {
        self.key.account == AccountId::OPERATOR && self.key.user == UserId::ROOT
    }

    /// Whether this is the root identity of an account.
    pub fn is_root(&self) -> bool {
        !self.is_operator() && self.key.user == UserId::ROOT
    }
}

#[cfg(test)]
mod tests {
    use super::KeyEntry;

    /// 65,536 of them are kept.
    #[test]
    fn an_entry_is_small() {
        assert!(size_of::<KeyEntry>() <= 176, "{} bytes", size_of::<KeyEntry>());
    }
}
