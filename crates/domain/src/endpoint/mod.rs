//! What a server has for those who develop against it: the last requests with what became of them, and faults on demand.
//! In memory only: a restart forgets it, and no report, key or nonce depends on it. Must not know the store.

pub mod faults;
pub mod requests;
pub mod signed_text;

use self::faults::Faults;
use self::requests::Requests;

/// All of it.
#[derive(Debug)]
pub struct Endpoint {
    /// The last requests.
    pub requests: Requests,
    /// Faults on demand.
    pub faults: Faults,
}
