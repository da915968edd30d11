//! The domains that logon names end in. Limits: the vendor's page on the default domain name, in our words.
//! Must not know which account has which domain.

use ramward_rpc::error::Rule;

use super::text::{characters, is_name_character, length, text};
use crate::ids::AccountId;

text! {
    /// Any domain a logon name may end in: a default domain, or a domain alias of the account's own.
    DomainName, "up to 126 letters, digits, '.', '-' and '_'", domain_name
}

fn domain_name(text: &str) -> Result<(), Rule> {
    length(text, 1, 126)?;
    characters(text, is_name_character)
}

impl DomainName {
    /// Whether this names `other`; domain names do not care for case.
    pub fn is(&self, other: &DefaultDomainName) -> bool {
        self.as_str().eq_ignore_ascii_case(other.as_str())
    }
}

text! {
    /// The domain every account has: `<AccountAlias>.onaliyun.com`.
    DefaultDomainName,
    "<AccountAlias>.onaliyun.com: up to 64 letters, digits, '.', '_' and '-'; no '-' at the ends of the alias, no '--'",
    default_domain_name
}

text! {
    /// The alias of an account: the first part of its default domain.
    AccountAlias, "1 to 51 letters, digits, '.', '_' and '-'; no '-' at the ends, no '--'", account_alias
}

fn account_alias(text: &str) -> Result<(), Rule> {
    length(text, 1, 64 - SUFFIX.len())?;
    default_domain_name(&format!("{text}{SUFFIX}"))
}

impl AccountAlias {
    /// The default domain that begins with it.
    pub fn to_default_domain(&self) -> DefaultDomainName {
        DefaultDomainName::of_alias(self.as_str()).expect("an alias is what a default domain begins with")
    }
}

const SUFFIX: &str = ".onaliyun.com";

fn default_domain_name(text: &str) -> Result<(), Rule> {
    length(text, 1, 64)?;
    characters(text, is_name_character)?;
    let alias = text.strip_suffix(SUFFIX).ok_or(Rule::Format)?;
    let well_formed = !alias.starts_with('-')
        && !alias.ends_with('-')
        && !alias.contains("--")
        // Not in the vendor's list, but a domain name has no empty label.
        && alias.split('.').all(|label| !label.is_empty());
    if well_formed { Ok(()) } else { Err(Rule::Format) }
}

impl DefaultDomainName {
    /// What an account begins with: its id stands in for the alias.
    pub fn of_account(account: AccountId) -> Self {
        Self::of_alias(&account.to_string()).expect("16 digits are an alias")
    }

    /// The domain of an alias.
    ///
    /// # Errors
    /// The rule that the whole domain breaks.
    pub fn of_alias(alias: &str) -> Result<Self, Rule> {
        Self::parse(&format!("{alias}{SUFFIX}"))
    }

    /// The part before `.onaliyun.com`.
    pub fn alias(&self) -> &str {
        self.as_str().strip_suffix(SUFFIX).unwrap_or_default()
    }

    /// The same as the domain of a logon name.
    pub fn to_domain_name(&self) -> DomainName {
        DomainName::parse(self.as_str()).expect("what a default domain may be, any domain may be")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_domains() {
        let longest = format!("{}{SUFFIX}", "a".repeat(51));
        let too_long = format!("{}{SUFFIX}", "a".repeat(52));
        assert_eq!(longest.len(), 64);
        let rows = [
            ("acme.onaliyun.com", Ok(())),
            ("a.b_c-d.onaliyun.com", Ok(())),
            ("1234567890123456.onaliyun.com", Ok(())),
            (longest.as_str(), Ok(())),
            (too_long.as_str(), Err(Rule::Length)),
            ("", Err(Rule::Length)),
            ("ac me.onaliyun.com", Err(Rule::InvalidChars)),
            ("acme@x.onaliyun.com", Err(Rule::InvalidChars)),
            ("acme.onaliyun.cn", Err(Rule::Format)),
            ("acme", Err(Rule::Format)),
            ("onaliyun.com", Err(Rule::Format)),
            (".onaliyun.com", Err(Rule::Format)),
            ("-acme.onaliyun.com", Err(Rule::Format)),
            ("acme-.onaliyun.com", Err(Rule::Format)),
            ("ac--me.onaliyun.com", Err(Rule::Format)),
            ("ac..me.onaliyun.com", Err(Rule::Format)),
        ];
        for (text, expected) in rows {
            assert_eq!(DefaultDomainName::parse(text).map(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn an_account_begins_with_its_id() {
        let domain = DefaultDomainName::of_account(AccountId::new(42).unwrap());
        assert_eq!(domain.as_str(), "0000000000000042.onaliyun.com");
        assert_eq!(domain.alias(), "0000000000000042");
        assert_eq!(DefaultDomainName::of_alias("-x"), Err(Rule::Format));
    }

    #[test]
    fn case_does_not_tell_domains_apart() {
        let domain = DefaultDomainName::parse("acme.onaliyun.com").unwrap();
        assert!(DomainName::parse("ACME.onAliyun.com").unwrap().is(&domain));
        assert!(!DomainName::parse("acme.onaliyun.co").unwrap().is(&domain));
    }
}
