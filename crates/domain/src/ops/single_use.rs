//! Proofs that are for one use: what an identity provider signed begins one session and is remembered for as long as any
//! node would take it. Knows no form of proof.

use ramward_rpc::error::ApiResult;

use super::Cx;
use crate::ids::AccountId;
use crate::store::CLOCKS_DIFFER_SECONDS;
use crate::store::tables::saml_assertions;
use crate::time::Timestamp;

/// How many proofs that are over a call forgets at most: more than one, so that they become fewer.
const FORGOTTEN_PER_CALL: usize = 8;

/// Uses up, with the transaction, what is good until `ends`; `false` if it was used before. `fingerprint` stands for the proof
/// and whose it is.
///
/// # Errors
/// What the store cannot write.
pub fn is_first(
    cx: &mut Cx<'_, '_>,
    account: AccountId,
    fingerprint: &[u8],
    ends: Timestamp,
) -> ApiResult<bool> {
    // The clock of another node may be behind.
    let over = cx.wall.plus_seconds(-CLOCKS_DIFFER_SECONDS);
    saml_assertions::delete_ended(cx.tx, account, over, FORGOTTEN_PER_CALL)?;
    Ok(saml_assertions::insert(cx.tx, account, fingerprint, ends)?)
}
