//! The name that somebody signs in with at the console: `alice@acme.onaliyun.com`, or the account alone for its root
//! identity. Must not know who there is.

use super::domain_name::DefaultDomainName;
use super::user::UserName;
use crate::ids::AccountId;

const SUFFIX: &str = ".onaliyun.com";

/// Which account a sign-in is to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountName {
    /// The one of that id, or of the domain that every account begins with.
    Id(AccountId),
    /// The one of that default domain.
    Domain(DefaultDomainName),
}

impl AccountName {
    /// Reads an account's id, its default domain or its alias; `None` for what is none of them.
    pub fn parse(text: &str) -> Option<Self> {
        let alias = without_suffix(text);
        match alias.parse() {
            Ok(id) => Some(Self::Id(id)),
            Err(_) => DefaultDomainName::of_alias(alias).ok().map(Self::Domain),
        }
    }
}

/// Who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInName {
    /// A RAM user.
    User(UserName, AccountName),
    /// The root identity.
    Root(AccountName),
}

impl SignInName {
    /// Reads `<user>@<account>`, or an account alone; `None` for what can be nobody's name.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().split_once('@') {
            Some((user, account)) => {
                Some(Self::User(UserName::parse(user).ok()?, AccountName::parse(account)?))
            }
            None => AccountName::parse(text.trim()).map(Self::Root),
        }
    }

    /// What attempts under a name are counted by: the same for every way to write it, whether it is anybody's or not.
    pub fn counted_as(text: &str) -> String {
        let (user, account) = text.trim().split_once('@').unwrap_or(("", text.trim()));
        format!("{user}@{}", without_suffix(account).to_ascii_lowercase())
    }
}

fn without_suffix(domain: &str) -> &str {
    let at = domain.len().saturating_sub(SUFFIX.len());
    match (domain.get(..at), domain.get(at..)) {
        (Some(alias), Some(end)) if end.eq_ignore_ascii_case(SUFFIX) => alias,
        _ => domain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_roots_by_domain_alias_and_id() {
        let domain = |text: &str| Some(AccountName::Domain(DefaultDomainName::parse(text).unwrap()));
        let id = Some(AccountName::Id("1234567890123456".parse().unwrap()));
        for (text, account) in [
            ("acme.onaliyun.com", domain("acme.onaliyun.com")),
            ("acme", domain("acme.onaliyun.com")),
            ("acme.ONALIYUN.com", domain("acme.onaliyun.com")),
            ("1234567890123456", id.clone()),
            ("1234567890123456.onaliyun.com", id),
            ("", None),
            (".onaliyun.com", None),
            ("ac me", None),
            ("界", None),
        ] {
            assert_eq!(AccountName::parse(text), account, "{text}");
            assert_eq!(SignInName::parse(text), account.clone().map(SignInName::Root), "{text}");
            let alice = UserName::parse("alice").unwrap();
            let expected = account.map(|account| SignInName::User(alice, account));
            assert_eq!(SignInName::parse(&format!(" alice@{text} ")), expected, "{text}");
        }
        for nobody in ["@acme", "a b@acme", "alice@acme@acme", "alice@"] {
            assert_eq!(SignInName::parse(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn attempts_are_counted_under_one_name_however_it_is_written() {
        for text in ["alice@acme", " alice@Acme.onaliyun.com", "alice@acme.OnAliyun.Com "] {
            assert_eq!(SignInName::counted_as(text), "alice@acme", "{text}");
        }
        assert_ne!(SignInName::counted_as("Alice@acme"), "alice@acme", "names of users care for case");
        assert_eq!(SignInName::counted_as("x y@"), "x y@");
    }
}
