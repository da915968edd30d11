//! Groups, custom policies and roles in state files, and what is attached to whom. Must not know what a policy means
//! beyond whether it can be read.

mod export;
pub mod record;
mod taking;

pub(super) use self::taking::of_user;
