//! The wire protocol of Alibaba Cloud RPC products: parameters, signatures, answers.
//!
//! Knows bytes; no clock, no store, no sockets, no async. What an operation means lives in `ramward-domain`.

pub mod api;
pub mod error;
pub mod items;
pub mod json;
pub mod params;
pub mod percent;
pub mod reference;
pub mod request;
pub mod shape;
pub mod sign;
pub mod value;
pub mod xml;
