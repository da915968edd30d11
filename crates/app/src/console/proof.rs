//! That a change comes from a page of this console and not from somebody else's: the browser says from where a form was
//! sent, and a form of somebody signed in carries a value that only pages of that session know. Knows no page.

use data_encoding::HEXLOWER;
use http::header::{HOST, ORIGIN};
use sha2::{Digest, Sha256};

use super::request::PageRequest;
use super::trouble::Trouble;

/// The field of a form that carries the value.
pub const FIELD: &str = "proof";

/// What forms of the session with this token carry: it follows from the token, which no script and no other site can
/// read, and does not lead back to it.
pub fn of_session(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(format!("form of {token}").as_bytes()))
}

/// Refuses what the browser says was sent from another site. Browsers name the origin of every form that changes
/// something; `null` is what a page without one gets, such as one in a sandbox.
pub fn check_origin(request: &PageRequest) -> Result<(), Trouble> {
    let origin = request.header(ORIGIN);
    let host = origin.split_once("://").map(|(_, host)| host);
    if !origin.is_empty() && host != Some(request.header(HOST)) { Err(Trouble::Foreign) } else { Ok(()) }
}
