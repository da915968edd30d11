//! State files: accounts and what belongs to them as JSON Lines, in and out. Knows no file and no server; reads and
//! writes streams.
//!
//! One record a line, `Kind` first; an account stands before what belongs to it, policies and groups before whoever has
//! them. A small file kept by hand may instead be one object, `{"Accounts":[{…,"Users":[…]}]}`.
//!
//! A file says what an account is, not what it was: recycle bins, the history of the report, console sessions and failed
//! attempts to sign in stay out, and so does how much a mirror knew.

pub mod exceptions;
pub mod export;
pub mod import;
pub mod mirror;
pub mod policies;
pub mod providers;
pub mod record;
mod taking;
pub mod verifications;

#[cfg(test)]
mod between;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;
