//! Operations of STS 2015-04-01, one file each.

pub mod assume_role;
pub mod assume_role_with_oidc;
pub mod assume_role_with_saml;
pub mod get_caller_identity;
#[cfg(test)]
mod tokens_once;
