//! The security report: facts, what they are worth, and from which day on a key counts against an account.

pub mod audit;
pub mod checks;
#[cfg(test)]
mod cost;
pub mod counts;
pub mod exceptions;
pub mod facts;
pub mod findings;
pub mod history;
pub mod ledger;
#[cfg(test)]
mod model;
pub mod plan;
pub mod repair;
pub mod score;
pub mod simulation;
pub mod thresholds;

pub use crate::store::verify::{Difference, verify};

pub use self::audit::audit;
pub use self::counts::facts;
