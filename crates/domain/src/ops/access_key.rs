//! AccessKey pairs as operations make, switch and delete them, whichever of the two views was called. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::sign::Secret;

use crate::identity::access_key::Status;
use crate::ids::{AccessKeyId, UserId, generate_access_key_secret};
use crate::ops::occasion::Occasion;
use crate::ops::{Cx, recycle_bin, subject};
use crate::store::seal::SecretOf;
use crate::store::tables::access_keys::{self, AccessKey};

/// Makes a pair for an identity of the caller's account; with the secret, which is never shown again.
///
/// # Errors
/// `LimitExceeded.User.AccessKey`.
pub fn create(cx: &mut Cx<'_, '_>, user: UserId) -> ApiResult<(AccessKey, Secret)> {
    let account = cx.caller.account();
    let quotas = &cx.settings.quotas;
    let quota = if user.is_root() { quotas.access_keys_per_account } else { quotas.access_keys_per_user };
    // Inactive keys count: one is kept to be switched on again.
    let held = access_keys::list(cx.tx, account, user)?.len();
    if i64::try_from(held).unwrap_or(i64::MAX) >= quota {
        return Err(ApiError::new(Code::LimitExceeded("User.AccessKey")));
    }
    let access_key_id = AccessKeyId::generate(cx.entropy);
    let secret = generate_access_key_secret(cx.entropy);
    let of = SecretOf::AccessKey(account, &access_key_id);
    let sealed = cx.seal.seal(of, secret.expose().as_bytes(), cx.entropy);
    let key = AccessKey {
        account,
        user_id: user,
        access_key_id,
        sealed_secret: Some(sealed),
        status: Status::Active,
        create_date: cx.now,
        update_date: cx.now,
        last_used_date: None,
        last_used_service: None,
    };
    access_keys::insert(cx.tx, &key)?;
    Ok((key, secret))
}

/// Switches a pair on or off. The pair that signs this very call may be switched off too, as with the vendor; the next
/// call of it is refused.
///
/// # Errors
/// `EntityNotExist.User.AccessKey`.
pub fn update(cx: &mut Cx<'_, '_>, user: UserId, id: &AccessKeyId, status: Status) -> ApiResult<()> {
    let key = subject::find_access_key(cx.tx, cx.caller.account(), user, id)?;
    access_keys::update_status(cx.tx, key.account, user, &key.access_key_id, status, cx.now)?;
    Ok(())
}

/// Moves a pair into the recycle bin. An Active one is deleted as well, and so is the one that signs this very call: the vendor's console
/// asks to disable a key first, its API pages do not, and a program that cleans up should need one call.
///
/// # Errors
/// `EntityNotExist.User.AccessKey`.
pub fn delete(cx: &mut Cx<'_, '_>, user: UserId, id: &AccessKeyId) -> ApiResult<()> {
    let key = subject::find_access_key(cx.tx, cx.caller.account(), user, id)?;
    recycle_bin::recycle_key(cx.tx, &key, cx.now)?;
    Ok(())
}

/// When a pair was last used, and for which service; the service is empty where only the time is known. The row has the
/// day of the last use; the time of day may so far be known in memory alone.
///
/// # Errors
/// `EntityNotExist.User.AccessKey`.
pub fn last_used(cx: &mut Cx<'_, '_>, user: UserId, id: &AccessKeyId) -> ApiResult<(Occasion, String)> {
    let key = subject::find_access_key(cx.tx, cx.caller.account(), user, id)?;
    let stored = (key.last_used_date, key.last_used_service.unwrap_or_default());
    let (at, service) = match cx.last_used.of(key.access_key_id.as_str()) {
        Some((at, product)) if Some(at) > stored.0 => (Some(at), product.name().to_owned()),
        _ => stored,
    };
    Ok((Occasion(at), service))
}
