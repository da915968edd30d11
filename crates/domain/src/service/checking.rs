//! What is checked of a key and its signature, and of the parameters behind them. Knows no store.

use ramward_rpc::error::{ApiError, ApiResult, Plain};
use ramward_rpc::params::Params;
use ramward_rpc::sign::{self, Scheme};

use super::Call;
use super::Frame;
use super::Record;
use super::call::Signed;
use crate::authn::KeyEntry;
use crate::endpoint::requests::Check;
use crate::endpoint::signed_text::SignedText;
use crate::ops::{AnyOperation, AnyRequest};
use crate::time::{Day, Timestamp};

/// The largest request whose string to sign is repeated in a refusal; the string can be five times as long.
const MAX_EXPLAINED_BYTES: usize = 64 * 1024;

/// The typed request, unless a fault stands in its place.
pub(super) fn read(
    frame: &mut Frame,
    operation: &'static dyn AnyOperation,
    params: &Params<'_>,
) -> ApiResult<Box<dyn AnyRequest>> {
    frame.reached = Check::Fault;
    if let Some(refusal) = frame.fault.as_ref().and_then(|fault| fault.refusal()) {
        return Err(refusal);
    }
    frame.reached = Check::Parameters;
    operation.read(params)
}

/// `today`: by the clock of dates, as uses of keys are noted.
pub(super) fn check_status(key: &KeyEntry, wall: Timestamp, today: Day) -> ApiResult<()> {
    if !key.active {
        return Err(ApiError::new(Plain::InvalidAccessKeyIdInactive));
    }
    if !key.user_active {
        return Err(ApiError::with_message(
            Plain::InvalidAccessKeyIdInactive,
            "Specified access key is disabled. Its user is frozen.",
        ));
    }
    if let Some(days) = key.idle_beyond(today) {
        let message = format!(
            "Specified access key is disabled. It was not used for more than {days} days, which is MaxIdleDaysForAccessKeys of its account; UpdateAccessKey with Status=Active enables it again."
        );
        return Err(ApiError::with_message(Plain::InvalidAccessKeyIdInactive, message));
    }
    if let Some(session) = key.session()
        && session.expires <= wall
    {
        let message =
            format!("Specified SecurityToken is expired. The session ended at {}.", session.expires);
        return Err(ApiError::with_message(Plain::InvalidSecurityTokenExpired, message));
    }
    Ok(())
}

pub(super) fn check_signature(
    call: &Call<'_>,
    params: &Params<'_>,
    signed: &Signed<'_>,
    key: &KeyEntry,
    record: &mut Record,
) -> ApiResult<()> {
    let Some(secret) = &key.secret else {
        return Err(ApiError::with_message(
            Plain::InvalidAccessKeyIdNotFound,
            "Specified access key is not found. It is mirrored here without its secret and can sign nothing.",
        ));
    };
    let incoming = call.incoming(params);
    sign::verify(&incoming, &signed.claim, secret).map_err(|_| {
        if call.query.len() + call.body.len() > MAX_EXPLAINED_BYTES {
            return ApiError::with_message(
                Plain::SignatureDoesNotMatch,
                "Specified signature is not matched with our calculation. server string to sign is:(too long to be shown)",
            );
        }
        let strings = sign::explain(&incoming, &signed.claim);
        let kept = SignedText::keep(signed.claim.scheme, call.method.as_str(), &strings);
        record.signed_text = kept.map(Box::new);
        let message = match signed.claim.scheme {
            // Clients cut this text at its only colon and compare the rest with their own string to sign
            // (aliyun-python-sdk-core 2.16.1), so nothing may follow and no other colon may stand before.
            Scheme::RpcV1 => format!(
                "Specified signature is not matched with our calculation. server string to sign is:{}",
                strings.string_to_sign
            ),
            Scheme::V3 => format!(
                "Specified signature does not match our calculation. server StringToSign is [{}] server CanonicalRequest is [{}]",
                strings.string_to_sign, strings.canonical_request
            ),
        };
        ApiError::with_message(Plain::SignatureDoesNotMatch, message)
    })
}

/// A key that is signed with from elsewhere than its network policy lists is as good as disabled there: the vendor's OSS
/// has one code for both. Only who holds the secret gets as far as this, and the call counts as no use of the key.
pub(super) fn check_network(call: &Call<'_>, key: &KeyEntry) -> ApiResult<()> {
    if key.network_policy.as_ref().is_none_or(|policy| policy.admits(call.peer)) {
        return Ok(());
    }
    let message = format!(
        "Specified access key is disabled for calls from {}: the network policy of the AccessKey or of its account does not list that address.",
        call.peer.to_canonical()
    );
    Err(ApiError::with_message(Plain::InvalidAccessKeyIdInactive, message))
}
