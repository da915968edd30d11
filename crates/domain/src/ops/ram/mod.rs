//! Operations of RAM 2015-05-01, one file each. RAM and IMS are two views of the same rows: what both do lives once, in
//! the nouns beside this folder; a file here says how RAM names and answers it.

pub mod bind_mfa_device;
pub mod change_password;
pub mod clear_account_alias;
pub mod create_access_key;
pub mod create_login_profile;
pub mod create_user;
pub mod create_virtual_mfa_device;
pub mod decode_diagnostic_message;
pub mod delete_access_key;
pub mod delete_login_profile;
pub mod delete_user;
pub mod delete_virtual_mfa_device;
pub mod get_access_key_last_used;
pub mod get_account_alias;
pub mod get_login_profile;
pub mod get_password_policy;
pub mod get_security_preference;
pub mod get_user;
pub mod get_user_mfa_info;
pub mod list_access_keys;
pub mod list_users;
pub mod list_virtual_mfa_devices;
pub mod set_account_alias;
pub mod set_password_policy;
pub mod set_security_preference;
pub mod unbind_mfa_device;
pub mod update_access_key;
pub mod update_login_profile;
pub mod update_user;
mod user_fields;
