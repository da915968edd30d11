//! Operations of IMS 2019-08-15, one file each.

pub mod change_password;
pub mod create_access_key;
pub mod create_login_profile;
pub mod create_user;
pub mod delete_access_key;
pub mod delete_login_profile;
pub mod delete_user;
pub mod get_access_key_last_used;
pub mod get_account_security_practice_report;
pub mod get_login_profile;
pub mod get_user;
pub mod list_access_keys;
pub mod list_user_basic_infos;
pub mod list_users;
mod login_profile_fields;
pub mod update_access_key;
pub mod update_login_profile;
pub mod update_user;
mod user_fields;
mod user_page;
