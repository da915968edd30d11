//! What identities are made of: pure rules and the types of fields. One file per noun; add the next one as a file here.
//! Must not know the store, the wire beyond a field's text, or the time.

pub mod access_key;
pub mod access_key_policy;
mod bounded;
pub mod console_stage;
pub mod domain_name;
pub mod failures;
pub mod group;
pub mod json_web_key;
pub mod json_web_token;
pub mod label;
pub mod level;
pub mod login_profile;
pub mod mfa;
pub mod network;
pub mod oidc_provider;
pub mod password_policy;
pub mod policy;
pub mod qr_code;
pub mod role;
pub mod role_session;
pub mod saml;
pub mod saml_provider;
pub mod security_exception;
pub mod security_preference;
pub mod service_linked_role;
pub mod sign_in_name;
pub(crate) mod text;
pub mod totp;
pub mod user;
pub mod verification;
