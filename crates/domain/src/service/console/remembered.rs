//! Browsers that are remembered for seven days after a code (EnableSaveMFATicket). Nothing is stored: who it was, with
//! which device and until when lies sealed in what the browser keeps. It spares a code and proves none: a session that
//! stands on it has no second factor. Another password or another binding of the device ends it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Core, Person};
use crate::ids::{AccountId, UserId};
use crate::store::seal::{Sealed, SecretOf};
use crate::time::{Clock, SECONDS_PER_DAY, Timestamp};

/// For how long a browser is remembered (vendor help page of the security preference: seven days).
pub const REMEMBERED_SECONDS: i64 = 7 * SECONDS_PER_DAY;
/// Far more than one takes; nothing longer is opened.
const MAX_BYTES: usize = 1024;

#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Content {
    account: AccountId,
    user: UserId,
    /// The device with its binding, and the password, as a fingerprint.
    proofs: String,
    ends: Timestamp,
}

impl Core {
    /// What the browser of a person who just gave a code keeps; `None` where the account does not let it.
    pub(super) fn remember(&self, person: &Person) -> Option<String> {
        let proofs = proofs(person).filter(|_| person.may_be_remembered())?;
        let (account, user) = person.who();
        let ends = self.wall.now().plus_seconds(REMEMBERED_SECONDS);
        let text = serde_json::to_vec(&Content { account, user, proofs, ends }).ok()?;
        Some(self.seal.seal(SecretOf::RememberedBrowser, &text, &*self.entropy).to_text())
    }
}

/// Whether what a browser kept is of this person, still good and still allowed.
pub(super) fn is_remembered(core: &Core, person: &Person, kept: Option<&str>) -> bool {
    let content = || -> Option<Content> {
        let kept = kept.filter(|kept| kept.len() <= MAX_BYTES)?;
        let text = core.seal.open(SecretOf::RememberedBrowser, &Sealed::from_text(kept)?).ok()?;
        serde_json::from_slice(&text).ok()
    };
    let Some(content) = content().filter(|_| person.may_be_remembered()) else { return false };
    (content.account, content.user) == person.who()
        && Some(content.proofs) == proofs(person)
        && content.ends > core.wall.now()
}

fn proofs(person: &Person) -> Option<String> {
    let device = person.device.as_ref()?;
    let bound = device.activate_date.map_or(0, Timestamp::seconds);
    let password = person.password_hash.as_ref()?.as_str();
    let digest = Sha256::digest(format!("{} {bound} {password}", device.device_name).as_bytes());
    Some(data_encoding::BASE64URL_NOPAD.encode(&digest))
}
