//! What identities are and what the security report says of them. No HTTP, no command line, no async.

pub mod arn;
pub mod entropy;
pub mod identity;
pub mod ids;
pub mod report;
pub mod store;
pub mod time;
