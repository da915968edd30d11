//! The SQL, one file per table, and [`identities`], which joins several. A function is named after what it does (`find`,
//! `list`, `insert`, `update`, `delete`) and called with its module's name; each statement touches one account. What
//! changes the report or what caches hold says so itself. Must not know operations, wire names of parameters or who may do
//! what.

pub mod access_key_policies;
pub mod access_keys;
pub mod account_settings;
pub mod accounts;
pub mod collect_runs;
pub mod console_sessions;
pub mod disappeared;
pub mod group_members;
pub mod groups;
pub mod identities;
mod kept_rows;
pub mod login_profiles;
mod many;
pub mod mfa_devices;
pub mod mirrored_devices;
pub mod mirrored_users;
pub mod nonces;
pub mod oidc_providers;
pub mod password_history;
pub mod policies;
pub mod policy_attachments;
pub mod policy_uses;
pub mod policy_versions;
pub mod recycled_keys;
pub mod recycled_users;
pub mod report_days;
pub mod report_history;
pub mod report_subjects;
pub mod roles;
pub mod root_passwords;
pub mod saml_assertions;
pub mod saml_providers;
pub mod security_exceptions;
pub mod server;
pub mod tags;
pub mod user_tags;
pub mod users;
pub mod verifications;

use super::error::StoreError;

/// A page's size as the database takes it.
fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A statement that must have met its row.
fn met(changed: usize, what: &'static str) -> Result<(), StoreError> {
    if changed == 0 { Err(StoreError::Absent { what }) } else { Ok(()) }
}
