//! Ramward's own operations, version 2026-11-01, one file each: what the vendor's surface lacks.

pub mod bind_account_mfa_device;
pub mod create_account;
pub mod delete_account;
pub mod delete_security_exception;
pub mod explain_account_security_practice_report;
pub mod list_account_security_practice_report_history;
pub mod list_accounts;
pub mod list_security_exceptions;
pub mod list_security_findings;
pub mod set_clock;
pub mod set_oidc_provider_keys;
pub mod set_security_exception;
pub mod simulate_account_security_practice_report;
pub mod unbind_account_mfa_device;
