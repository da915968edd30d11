//! Ramward's own operations, version 2026-11-01, one file each: what the vendor's surface lacks.

pub mod bind_account_mfa_device;
pub mod create_account;
pub mod delete_account;
pub mod delete_faults;
pub mod delete_security_exception;
pub mod delete_snapshot;
pub mod explain_account_security_practice_report;
pub mod get_request;
pub mod list_account_security_practice_report_history;
pub mod list_accounts;
pub mod list_faults;
pub mod list_requests;
pub mod list_security_exceptions;
pub mod list_security_findings;
pub mod list_snapshots;
pub mod load_snapshot;
pub mod reset_server;
pub mod save_snapshot;
pub mod search_users;
pub mod set_account_password;
pub mod set_clock;
pub mod set_fault;
pub mod set_oidc_provider_keys;
pub mod set_security_exception;
pub mod simulate_account_security_practice_report;
pub mod unbind_account_mfa_device;
