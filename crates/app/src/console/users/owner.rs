//! Whose keys and devices a page is about: a RAM user's or root's. The operations name a user, and nobody for root.

use ramward_rpc::api::Product;

use super::{home, principal_name};
use crate::console::change::Change;
use crate::console::visit::Visit;

/// Whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The user that the path names.
    User,
    /// Root, who is signed in.
    Root,
}

impl Owner {
    /// The page of the owner.
    pub fn home(self, visit: &Visit<'_>) -> String {
        match self {
            Self::User => home(visit),
            Self::Root => "/console/root".to_owned(),
        }
    }

    /// A change of something of the owner, whom the call names.
    pub fn change(self, visit: &Visit<'_>, title: &str, product: Product, action: &'static str) -> Change {
        let change = Change::new(title, product, action, self.home(visit));
        match self {
            Self::User => change.with("UserPrincipalName", principal_name(visit)),
            Self::Root => change,
        }
    }
}
