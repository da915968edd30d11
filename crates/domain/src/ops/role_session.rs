//! How a role's session begins, whatever proves that its beginner may: the role, its trust, the key that is handed out.
//! Knows no single operation.

use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::authn::session::{RoleSession, issue};
use crate::identity::role_session::{RoleArn, RoleSessionName, SessionSeconds};
use crate::ops::Cx;
use crate::policy::{Ask, Compiled, Context, Decision, Document, Principal};
use crate::store::Tx;
use crate::store::tables::accounts;
use crate::store::tables::roles::{self, Role};
use crate::time::Timestamp;

/// What a trust document names, whatever proves who asks (samples on the vendor's pages of roles for accounts and for
/// identity providers).
pub const ACTION: &str = "sts:AssumeRole";

/// The longest session policy, in characters (the vendor's page of AssumeRole, 2026; 1024 in 2021).
const MAX_POLICY: usize = 2048;

shape! {
    /// The key of a session.
    pub struct Credentials {
        /// The id of the temporary AccessKey.
        AccessKeyId as access_key_id: String = "STS.NUgYrLnoC37mZZCNnAbez0001";
        /// Its secret; shown here and never again.
        AccessKeySecret as access_key_secret: String = "CVwjCkNzTMupZ8NbTCxCBRq3K16jtc";
        /// The token that goes with every call of the key.
        SecurityToken as security_token: String = "CAISAbZ8NbTCxCBRq3K16jtcUgYrLnoC37mZZCNnAbez";
        /// When the session ends.
        Expiration as expiration: Timestamp = "2025-06-15T13:00:00Z";
    }
}

shape! {
    /// As whom the key calls.
    pub struct AssumedRoleUser {
        /// The ARN of the session.
        Arn as arn: String = "acs:ram::1234567890123456:role/adminrole/alice";
        /// `<RoleId>:<RoleSessionName>`.
        AssumedRoleId as assumed_role_id: String = "344584339364951001:alice";
    }
}

/// What who begins a session wishes for it.
#[derive(Debug)]
pub struct Wishes<'a> {
    /// What it is called.
    pub session_name: &'a RoleSessionName,
    /// For how long.
    pub seconds: Option<SessionSeconds>,
    /// What of the role's permissions it keeps.
    pub policy: Option<&'a str>,
    /// Who is behind it.
    pub source_identity: Option<&'a str>,
}

/// A session that has begun.
pub struct Begun {
    /// Its key.
    pub credentials: Nested<Credentials>,
    /// As whom the key calls.
    pub assumed_role_user: Nested<AssumedRoleUser>,
}

/// The session policy that a request names, checked before anything is looked up. An object without members is none: the
/// vendor's Ansible modules send that wherever they are told none (`get_assume_role` of ansible_alicloud 1.20.0).
///
/// # Errors
/// `InvalidParameter.PolicySize`, `InvalidParameter.PolicyGrammar`.
pub fn session_policy(named: Option<&str>) -> ApiResult<Option<&str>> {
    let Some(text) = named else { return Ok(None) };
    if text.chars().count() > MAX_POLICY {
        let message = format!("The max size of policy string is {MAX_POLICY}.");
        return Err(ApiError::with_message(
            Code::InvalidParameter("PolicySize".into(), Rule::Unsaid),
            message,
        ));
    }
    let members: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(text);
    if members.is_ok_and(|members| members.is_empty()) {
        return Ok(None);
    }
    Document::parse(text).map(|_| Some(text)).map_err(|malformed| {
        let message = format!("Invalid Policy. {malformed}.");
        ApiError::with_message(Code::InvalidParameter("PolicyGrammar".into(), Rule::Unsaid), message)
    })
}

/// The role of that name, of any account.
///
/// # Errors
/// `EntityNotExist.Role`.
pub fn find_role(tx: &mut Tx<'_>, arn: &RoleArn) -> ApiResult<Role> {
    let open = accounts::is_open(tx, arn.account)?;
    let found = if open { roles::find_by_name(tx, arn.account, &arn.name)? } else { None };
    found.ok_or_else(|| {
        ApiError::with_message(Code::EntityNotExist("Role"), format!("The role not exists: {arn}."))
    })
}

/// What the role's trust document says of `principal`: whether it permits, else whether it forbids outright.
///
/// # Errors
/// `InternalError` where the stored document is none.
pub fn is_trusted(
    role: &Role,
    principal: Principal<'_>,
    context: &Context<'_>,
) -> ApiResult<Result<(), Untrusted>> {
    let document = Document::parse_trust(role.trust_policy.as_str()).map_err(|malformed| {
        ApiError::internal(format!("a stored trust document is malformed: {malformed}"))
    })?;
    let trust = Compiled::of_document(document, "Role");
    Ok(match trust.decide(&Ask::of_trust(ACTION, principal, context)) {
        Decision::Allow(_) => Ok(()),
        Decision::ExplicitDeny(_) => Err(Untrusted("ExplicitDeny")),
        Decision::ImplicitDeny => Err(Untrusted("ImplicitDeny")),
    })
}

/// The trust document does not permit it; how that is called on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untrusted(pub &'static str);

/// Begins a session of `role`.
///
/// # Errors
/// `InvalidParameter.DurationSeconds` where it is to last longer than the role allows.
pub fn begin(cx: &Cx<'_, '_>, role: &Role, wishes: &Wishes<'_>) -> ApiResult<Begun> {
    let seconds = wishes.seconds.unwrap_or(SessionSeconds::DEFAULT).get();
    let most = role.max_session_duration.get();
    if seconds > most {
        let code = Code::InvalidParameter("DurationSeconds".into(), Rule::Unsaid);
        let message = format!("The DurationSeconds is invalid. The role allows at most {most} seconds.");
        return Err(ApiError::with_message(code, message));
    }
    let session = RoleSession {
        role_id: role.role_id,
        role_name: role.role_name.clone(),
        session_name: wishes.session_name.clone(),
        policy: wishes.policy.map(str::to_owned),
        source_identity: wishes.source_identity.map(str::to_owned),
        expires: cx.wall.plus_seconds(seconds),
    };
    let issued = issue(role.account, &session, cx.seal, cx.entropy);
    let arn = RoleArn { account: role.account, name: role.role_name.clone() };
    Ok(Begun {
        credentials: Nested(Credentials {
            access_key_id: issued.access_key_id.to_string(),
            access_key_secret: issued.access_key_secret.expose().to_owned(),
            security_token: issued.security_token,
            expiration: session.expires,
        }),
        assumed_role_user: Nested(AssumedRoleUser {
            arn: format!("{arn}/{}", session.session_name),
            assumed_role_id: format!("{}:{}", session.role_id, session.session_name),
        }),
    })
}
