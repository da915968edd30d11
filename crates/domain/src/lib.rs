//! What identities are and what the security report says of them. No HTTP server, no command line, no async.
//!
//! A module uses those further down this list, never one further up: `service`, `ops`, `authz` and `settings`,
//! `authn`, `endpoint`, `report` and `state`, `store`, `identity`, `arn` and `policy`, then the words everything is said in:
//! `ids`, `entropy`, `time`, and `workers`. The rows stand in the tidy test (`crates/app/tests/it/tidy.rs`).

pub mod arn;
pub mod authn;
pub mod authz;
pub mod endpoint;
pub mod entropy;
pub mod identity;
pub mod ids;
pub mod ops;
pub mod policy;
pub mod report;
pub mod service;
pub mod settings;
pub mod state;
pub mod store;
pub mod time;
pub mod workers;

#[cfg(test)]
pub mod testing;
