//! State files: accounts and what belongs to them as JSON Lines, in and out. Knows no file and no server; reads and
//! writes streams.
//!
//! One record a line, `Kind` first; an account stands before what belongs to it, policies and groups before whoever has
//! them. A small file kept by hand may instead be
//! one object, `{"Accounts":[{…,"Users":[…]}]}`.

pub mod export;
pub mod import;
pub mod mirror;
pub mod policies;
pub mod providers;
pub mod record;
mod taking;

#[cfg(test)]
mod between;
#[cfg(test)]
mod tests;
