//! The page of `docs/reference` about policies: what a document may say, what conditions may ask, which system policies
//! there are. `UPDATE=1` writes it anew.

use std::fmt::Write as _;

use ramward_domain::ops::OPERATIONS;
use ramward_domain::policy::condition::Operator;
use ramward_domain::policy::document::{MAX_PATTERN_BYTES, MAX_STATEMENTS, MAX_WILDCARDS};
use ramward_domain::policy::{context, system};
use ramward_rpc::api::Product;

use crate::reference::check;

const HEAD: &str = "# Policies\n\n\
Generated. A policy is JSON: `Version`, always `\"1\"`, and `Statement`, a list. A statement has an `Effect` (`Allow` or \
`Deny`), an `Action` or `NotAction`, a `Resource` or `NotResource`, each a text or a list of texts with the wildcards `*` and `?`, and may have a \
`Condition`. In the trust policy of a role a `Principal` (`RAM`, `Service`, `Federated`) stands in the place of the resource. What is forbidden by \
any policy that counts is forbidden, else what is permitted by any is permitted, else it is not. \
[Decision 0011](../decisions/0011-what-policies-decide.md) has the rest.\n";

#[test]
fn the_page_of_policies() {
    let mut text = String::from(HEAD);
    let _ = writeln!(
        text,
        "\nA document that is none is refused with `MalformedPolicyDocument`, and the message says where. Bounds beside \
         the length: {MAX_STATEMENTS} statements, {MAX_PATTERN_BYTES} bytes and {MAX_WILDCARDS} wildcards of a pattern."
    );
    text.push_str("\n## Conditions\n\n");
    let names: Vec<String> = Operator::names().map(|name| format!("`{name}`")).collect();
    let _ = writeln!(text, "Operators: {}.\n", names.join(", "));
    text.push_str("| Key | Meaning |\n|---|---|\n");
    for (key, meaning) in context::KEYS {
        let _ = writeln!(text, "| `{key}` | {meaning} |");
    }
    text.push_str(
        "\nCreateServiceLinkedRole and DeleteServiceLinkedRole have `ram:ServiceName` too: the service whose role it is.\n",
    );
    text.push_str("\n## System policies\n\n");
    for policy in system::POLICIES {
        let version = policy.default_version();
        let document: serde_json::Value = serde_json::from_str(version.document).unwrap();
        let _ = writeln!(
            text,
            "### {}\n\n{} In force is {}.\n\n```json\n{}\n```\n",
            policy.policy_name,
            policy.description,
            version.version,
            serde_json::to_string_pretty(&document).unwrap()
        );
    }
    text.push_str(
        "## Actions\n\nThe page of each [operation](operations.md) names its action and its resource. `ims:` may stand for `ram:` \
         everywhere. Operations of Ramward itself are also meant by the same name with `ram:`.\n",
    );
    check("policies.md", &text);
}

/// The service before the colon is the one that policies for that product name.
#[test]
fn every_operation_declares_an_action_of_its_product() {
    for operation in OPERATIONS {
        let api = operation.api();
        let (service, name) = api.ram_action.split_once(':').unwrap();
        let expected = match api.product {
            Product::Ims | Product::Ram => "ram",
            Product::Sts => "sts",
            Product::Ramward => "ramward",
        };
        assert_eq!(service, expected, "{}", api.action);
        assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{}", api.action);
        assert!(api.resource == "*" || api.resource.starts_with("acs:"), "{}", api.action);
    }
}
