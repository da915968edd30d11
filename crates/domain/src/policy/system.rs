//! The vendor's own policies, the same in every account: names, meaning and versions as its pages on system policies
//! tell them, in our words; only those that are about identities. Data, no rules.

use std::sync::{Arc, LazyLock};

use super::document::Document;

/// A version of a system policy.
#[derive(Debug, Clone, Copy)]
pub struct SystemVersion {
    /// Its name: `v1`.
    pub version: &'static str,
    /// When it was made.
    pub create_date: &'static str,
    /// Its document.
    pub document: &'static str,
}

/// A system policy.
#[derive(Debug, Clone, Copy)]
pub struct SystemPolicy {
    /// Its name.
    pub policy_name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Its versions, the oldest first. The last is in force.
    pub versions: &'static [SystemVersion],
}

impl SystemPolicy {
    /// The version in force.
    pub fn default_version(&self) -> &SystemVersion {
        self.versions.last().expect("a system policy has a version; a test asks all")
    }
}

/// All of them, by name. Only versions whose text is published are here. Where the vendor does not publish when a version
/// was made, it is the day that its samples show.
pub const POLICIES: &[SystemPolicy] = &[
    SystemPolicy {
        policy_name: "AdministratorAccess",
        description: "Permits every action on every resource of the account.",
        versions: &[SystemVersion {
            version: "v1",
            create_date: BIRTH,
            document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        }],
    },
    SystemPolicy {
        policy_name: "AliyunRAMFullAccess",
        description: "Permits everything in RAM: users, groups, roles, policies and their settings.",
        versions: &[SystemVersion {
            version: "v1",
            create_date: BIRTH,
            document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"}]}"#,
        }],
    },
    SystemPolicy {
        policy_name: "AliyunRAMReadOnlyAccess",
        description: "Permits reading everything in RAM.",
        versions: &[SystemVersion {
            version: "v3",
            create_date: "2025-12-03T00:00:00Z",
            document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:Get*","ram:List*","ram:GenerateCredentialReport","accessanalyzer:Get*","accessanalyzer:List*"],"Resource":"*"}]}"#,
        }],
    },
    SystemPolicy {
        policy_name: "AliyunSTSAssumeRoleAccess",
        description: "Permits assuming roles by STS.",
        versions: &[SystemVersion {
            version: "v1",
            create_date: BIRTH,
            document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"#,
        }],
    },
    SystemPolicy {
        policy_name: "ReadOnlyAccess",
        description: "Permits reading everything in the account.",
        versions: &[SystemVersion {
            version: "v1",
            create_date: BIRTH,
            document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["*:Describe*","*:List*","*:Get*","*:BatchGet*","*:Query*","*:BatchQuery*","actiontrail:LookupEvents","ram:GenerateCredentialReport"],"Resource":"*"}]}"#,
        }],
    },
];

/// The day of creation in the vendor's samples of system policies.
const BIRTH: &str = "2015-04-28T23:59:59Z";

/// The documents in force, in the order of [`POLICIES`].
static IN_FORCE: LazyLock<Vec<Arc<Document>>> = LazyLock::new(|| {
    let read = |policy: &SystemPolicy| {
        Document::parse(policy.default_version().document).expect("a test reads every system policy")
    };
    POLICIES.iter().map(|policy| Arc::new(read(policy))).collect()
});

/// The system policy of that name, case counting.
pub fn find(policy_name: &str) -> Option<&'static SystemPolicy> {
    POLICIES.iter().find(|policy| policy.policy_name == policy_name)
}

/// The document that is in force of the system policy of that name.
pub fn in_force(policy_name: &str) -> Option<Arc<Document>> {
    let place = POLICIES.iter().position(|policy| policy.policy_name == policy_name)?;
    IN_FORCE.get(place).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::policy::PolicyType;
    use crate::policy::{Ask, Compiled, Context, Source};
    use crate::time::Timestamp;

    #[test]
    fn every_version_is_a_document() {
        let mut names: Vec<_> = POLICIES.iter().map(|policy| policy.policy_name).collect();
        assert!(names.is_sorted());
        names.dedup();
        assert_eq!(names.len(), POLICIES.len());
        for policy in POLICIES {
            assert_eq!(policy.default_version().version, policy.versions.last().unwrap().version);
            for version in policy.versions {
                Document::parse(version.document).unwrap();
                Timestamp::parse(version.create_date).unwrap();
            }
            assert_eq!(find(policy.policy_name).unwrap().policy_name, policy.policy_name);
        }
        assert!(find("administratoraccess").is_none());
    }

    #[test]
    fn what_each_permits() {
        let context = Context::default();
        for (policy, permits, not) in [
            ("AdministratorAccess", vec!["ecs:StopInstance", "ram:DeleteUser"], vec![]),
            ("AliyunRAMFullAccess", vec!["ram:DeleteUser", "ims:GetUser"], vec!["sts:AssumeRole"]),
            (
                "AliyunRAMReadOnlyAccess",
                vec!["ims:GetAccountSecurityPracticeReport", "ram:ListUsers", "ram:GenerateCredentialReport"],
                vec!["ram:CreateUser", "oss:GetObject"],
            ),
            ("AliyunSTSAssumeRoleAccess", vec!["sts:AssumeRole"], vec!["ram:GetRole"]),
            ("ReadOnlyAccess", vec!["ram:GetUser", "ecs:DescribeInstances"], vec!["ram:SetPasswordPolicy"]),
        ] {
            let source = Source {
                policy_type: PolicyType::System,
                policy_name: policy.to_owned(),
                version: "v1".to_owned(),
                attached_to: "User",
            };
            let compiled = Compiled::new(vec![(source, in_force(policy).unwrap())]);
            let asked = |action: &str| compiled.decide(&Ask::new(&[action], &["*"], &context)).is_allow();
            for action in permits {
                assert!(asked(action), "{policy} {action}");
            }
            for action in not {
                assert!(!asked(action), "{policy} {action}");
            }
        }
        assert!(in_force("AdministratorAccess").unwrap().permits_everything());
        assert!(!in_force("ReadOnlyAccess").unwrap().permits_everything());
    }
}
