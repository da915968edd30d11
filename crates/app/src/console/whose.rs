//! Whose report a page is about: the visitor's own account, or, for the operator, the one that the address names. Knows no
//! page.

use super::visit::Visit;

/// Whose report a page is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// The account that the operator named; `None` for an account's own identities.
    named: Option<String>,
}

impl Whose {
    /// Whose it is; `None` if the operator names nobody.
    pub fn of(visit: &Visit<'_>) -> Option<Self> {
        let is_operator = visit.signed_in.as_ref().is_some_and(|one| one.caller.is_operator());
        if !is_operator {
            return Some(Self { named: None });
        }
        let named = visit.query.get("AccountId");
        (!named.is_empty()).then(|| Self { named: Some(named.to_owned()) })
    }

    /// Whether the visitor can repair something there: the operator signs in to no account.
    pub const fn is_own(&self) -> bool {
        self.named.is_none()
    }

    /// The account that the operator named.
    pub fn named(&self) -> Option<&str> {
        self.named.as_deref()
    }

    /// The parameters of a call about it.
    pub fn params<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        self.named.iter().map(|account| ("AccountId", account.as_str())).chain(more.iter().copied()).collect()
    }

    /// The address of another page about it.
    pub fn link(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(self.named.iter().map(|account| ("AccountId", account.as_str())));
        pairs.extend_pairs(query);
        let query = pairs.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}
