//! Operations of STS 2015-04-01, one file each.

pub mod get_caller_identity;
