//! The two ways to learn of an account: which calls each makes, what it must be allowed, which one suits. Makes no call.

use ramward_domain::state::mirror::Plan;
use serde_json::{Value, json};

/// Up to so many users, everything is asked of each: some thousand calls at most.
pub const SMALL_ACCOUNT: u64 = 500;
/// What ListUsers gives at once.
pub const USERS_A_PAGE: u64 = 1000;
/// What ListVirtualMFADevices gives at once.
pub const DEVICES_A_PAGE: u64 = 100;
/// What GetCredentialReport gives at once, root included.
pub const ROWS_A_PAGE: u64 = 3501;

/// An operation and how often a plan calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// The operation.
    pub action: &'static str,
    /// How often, in words.
    pub times: &'static str,
}

const fn listed(action: &'static str, times: &'static str) -> Listed {
    Listed { action, times }
}

/// Which account it is; no permission is needed for it.
pub const WHO: Listed = listed("GetCallerIdentity", "1");

const REPORT: &[Listed] = &[
    listed("GetAccountSecurityPracticeReport", "1"),
    listed("GetPasswordPolicy", "1"),
    listed("GenerateCredentialReport", "1, and again while the report is being made"),
    listed("GetCredentialReport", "1 for each 3501 identities"),
];

const WALK: &[Listed] = &[
    listed("GetAccountSummary", "1"),
    listed("GetAccountSecurityPracticeReport", "1, and once more at the end if the values differ"),
    listed("GetAccountMFAInfo", "1"),
    listed("GetPasswordPolicy", "1"),
    listed("GetSecurityPreference", "1"),
    listed("ListUsers", "1 for each 1000 users"),
    listed("ListVirtualMFADevices", "1 for each 100 devices"),
    listed("GenerateCredentialReport", "1; where allowed, it spares the calls whose answer it has"),
    listed("GetCredentialReport", "1 for each 3501 identities; as above"),
    listed("ListAccessKeys", "1 for each user with keys"),
    listed("GetAccessKeyLastUsed", "1 for each key whose last use is not known yet"),
    listed("GetLoginProfile", "1 for each user with a console logon"),
    listed("GetUserMFAInfo", "1 for each user whose device is not known, until all are found"),
];

/// The calls of a plan, without [`WHO`].
pub fn calls(plan: Plan) -> &'static [Listed] {
    match plan {
        Plan::CredentialReport => REPORT,
        Plan::Walk => WALK,
    }
}

/// The least RAM policy under which the plans find what they look for, in the vendor's policy language.
pub fn policy(plans: &[Plan]) -> Value {
    let mut actions: Vec<String> = plans
        .iter()
        .flat_map(|plan| calls(*plan))
        // RAM and IMS share the service code `ram` in policies (vendor's authorisation pages).
        .map(|listed| format!("ram:{}", listed.action))
        .collect();
    actions.sort_unstable();
    actions.dedup();
    json!({
        "Version": "1",
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}],
    })
}

/// Pages that hold `items`, at least one.
pub const fn pages(items: u64, a_page: u64) -> u64 {
    let pages = items.div_ceil(a_page);
    if pages == 0 { 1 } else { pages }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn every_call_is_one_of_the_vendors() {
        for listed in REPORT.iter().chain(WALK).chain([&WHO]) {
            assert!(catalogue::product_of(listed.action).is_some(), "{}", listed.action);
        }
    }

    #[test]
    fn the_policy_names_each_action_once() {
        let policy = policy(&[Plan::Walk, Plan::CredentialReport]);
        let actions = policy["Statement"][0]["Action"].as_array().unwrap();
        assert_eq!(actions.len(), WALK.len());
        assert!(actions.contains(&"ram:GetCredentialReport".into()));
        assert!(!policy.to_string().contains("GetCallerIdentity"), "needs no permission");
        assert_eq!(
            super::policy(&[Plan::CredentialReport])["Statement"][0]["Action"].as_array().unwrap().len(),
            4
        );
    }

    #[test]
    fn a_page_too_few_is_none() {
        for (items, expected) in [(0, 1), (1, 1), (1000, 1), (1001, 2), (20_000, 20)] {
            assert_eq!(pages(items, USERS_A_PAGE), expected);
        }
    }
}
