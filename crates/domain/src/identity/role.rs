//! What a RAM role is called and how long a session of it may last. Limits: the vendor's help page of CreateRole (2024 to
//! 2026), in our words. Must not know who may assume it.

use ramward_rpc::error::Rule;
use ramward_rpc::shape::Bounded;

use super::policy::{description, document_of};
use super::text::{characters, is_name_character, length, text, word};

text! {
    /// The name of a role inside its account; it never changes. The vendor's page names letters, digits, '.' and '-';
    /// names that the vendor's own services give have a '_' too.
    RoleName, "1 to 64 letters, digits, '.', '-' and '_'", role_name
}

fn role_name(text: &str) -> Result<(), Rule> {
    length(text, 1, 64)?;
    characters(text, is_name_character)
}

text! {
    /// What a role is for; an empty text clears it.
    RoleDescription, "up to 1024 characters", description, empty is a value
}

/// The longest trust policy of a role, in bytes.
pub const MAX_TRUST_POLICY_BYTES: usize = 4096;

text! {
    /// The trust policy of a role as it was given; whether it means anything is not known here.
    TrustPolicy, "a policy document, up to 4096 bytes", trust_policy
}

fn trust_policy(text: &str) -> Result<(), Rule> {
    document_of(text, MAX_TRUST_POLICY_BYTES)
}

/// The longest that a session of a role may last, in seconds.
pub type MaxSessionDuration = Bounded<3600, 43_200>;

/// What a role has unless it is given another: the least there is.
pub const SHORTEST_MAX_SESSION: MaxSessionDuration = MaxSessionDuration::new(3600).expect("the lower bound");

text! {
    /// The domain of the service that a service-linked role belongs to.
    ServiceName, "1 to 128 letters, digits, '.' and '-'", service_name
}

fn service_name(text: &str) -> Result<(), Rule> {
    length(text, 1, 128)?;
    characters(text, |character| character.is_ascii_alphanumeric() || matches!(character, '.' | '-'))
}

word! {
    /// What has tags beside RAM users.
    TaggedType {
        /// A custom policy.
        Policy = "policy",
        /// A role.
        Role = "role",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let full = "r".repeat(64);
        for text in ["a", "ECSAdmin", "AliyunServiceRoleForX_Suffix", "a.b-c", &full] {
            assert_eq!(RoleName::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(RoleName::parse(""), Err(Rule::Length));
        assert_eq!(RoleName::parse(&"r".repeat(65)), Err(Rule::Length));
        assert_eq!(RoleName::parse("a/b"), Err(Rule::InvalidChars));
        assert_eq!(TrustPolicy::parse(&"x".repeat(4097)), Err(Rule::Length));
        assert!(ServiceName::parse("polardb.aliyuncs.com").is_ok());
        assert_eq!(ServiceName::parse("a_b"), Err(Rule::InvalidChars));
        assert_eq!(MaxSessionDuration::new(3599), None);
        assert!(MaxSessionDuration::new(43_200).is_some());
    }
}
