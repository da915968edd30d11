//! The security report: facts, what they are worth, and from which day on a key counts against an account.

pub mod facts;
pub mod score;
pub mod thresholds;
