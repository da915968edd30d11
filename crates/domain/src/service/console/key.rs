//! Signing in with an AccessKey, for accounts and people without a password. It is no logon: the key counts as used only by
//! what it signs.

use std::net::IpAddr;
use std::str::FromStr;

use ramward_rpc::error::ApiResult;
use ramward_rpc::sign::Secret;
use subtle::ConstantTimeEq;

use super::{Begun, ConsoleStage, SessionOf, not_signed_in};
use crate::ids::AccessKeyId;
use crate::service::Service;
use crate::time::Clock;

/// Seconds that somebody who signed in with an AccessKey stays signed in; passwords have the account's preference.
pub(super) const SESSION_SECONDS: i64 = 6 * 3600;

impl Service {
    /// Signs in whoever shows an AccessKey with its secret.
    ///
    /// # Errors
    /// One refusal, whatever is wrong with the pair; `Throttling` after too many of them; or the store's.
    pub fn sign_in_with_key(&self, access_key_id: &str, secret: &Secret, peer: IpAddr) -> ApiResult<Begun> {
        let core = &self.core;
        let attempt = self.begin_attempt(&format!("key {access_key_id}"), peer)?;
        let key = match AccessKeyId::from_str(access_key_id) {
            Ok(id) if !AccessKeyId::is_temporary(id.as_str()) => core.key(id.as_str(), true)?,
            _ => None,
        };
        let key = key.filter(|key| {
            let known = key.secret.as_ref().map_or("", Secret::expose).as_bytes();
            let is_equal: bool = known.ct_eq(secret.expose().as_bytes()).into();
            let is_admitted = key.network_policy.as_ref().is_none_or(|policy| policy.admits(peer));
            let is_idle = key.idle_beyond(core.clock.now().day()).is_some();
            is_equal && !known.is_empty() && key.active && key.user_active && is_admitted && !is_idle
        });
        let key = key.ok_or_else(not_signed_in)?;
        core.sign_ins.attempts.give_back(&attempt);
        self.begin_session(SessionOf {
            account: key.account,
            user_id: key.user,
            access_key_id: Some(key.access_key_id.clone()),
            stage: ConsoleStage::Done,
            mfa: false,
            ends: core.wall.now().plus_seconds(SESSION_SECONDS),
        })
    }
}
