//! What identities are and what the security report says of them. No HTTP server, no command line, no async.
//!
//! A module uses those further down this list, never one further up: `service`, `ops`, `authz`, `authn`, `state`,
//! `report`, `store`, `settings`, `identity`, then the words everything is said in: `arn`, `ids`, `entropy`, `time`.

pub mod arn;
pub mod authn;
pub mod authz;
pub mod entropy;
pub mod identity;
pub mod ids;
pub mod ops;
pub mod report;
pub mod service;
pub mod settings;
pub mod state;
pub mod store;
pub mod time;
pub mod workers;

#[cfg(test)]
pub mod testing;
