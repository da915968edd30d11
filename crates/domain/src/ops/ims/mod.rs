//! Operations of IMS 2019-08-15, one file each.

pub mod get_account_security_practice_report;
