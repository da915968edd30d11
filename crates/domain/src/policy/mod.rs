//! The RAM policy language, version 1: read from text, compiled, asked. The grammar and its operators follow the vendor's
//! pages on policy structure, elements and conditional operators (2025 and 2026), in our words. Must not know who has
//! which policy: rows, callers and operations are the business of those who ask.

pub mod compiled;
pub mod condition;
pub mod context;
pub mod document;
#[cfg(test)]
mod hostile;
mod json;
#[cfg(test)]
mod model;
mod names;
pub mod system;
pub mod wildcard;

pub use self::compiled::{Ask, Compiled, Decision, Principal, Source};
pub use self::context::{Context, Fact};
pub use self::document::{Document, Effect, Malformed};
