//! ListPolicies: the system policies and the account's own, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult};
use ramward_rpc::items::JsonItems;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use super::tag_fields::{self, RequestTag, Tags};
use crate::identity::policy::{PolicyDescription, PolicyName, PolicyType, VersionId};
use crate::identity::role::TaggedType;
use crate::ops::marker::{self, Marker};
use crate::ops::policy::{self, PolicyFacts, PolicyKey};
use crate::ops::{Cx, Operation};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListPolicies;

shape! {
    /// The parameters.
    pub struct ListPoliciesRequest {
        /// Whose policies: `System` or `Custom`; both unless said.
        PolicyType as policy_type: Option<PolicyType> = "Custom";
        /// Where the list goes on: the `Marker` of the answer that was cut.
        Marker as marker: Option<Marker> = "MTpDdXN0b206YQ";
        /// How many policies an answer has at most, 1 to 1000; 100 unless said.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
        /// Only policies that carry all these tags; at most 20. System policies have none.
        Tag as tag: JsonItems<RequestTag> = "";
    }
}

shape! {
    /// The answer.
    pub struct ListPoliciesResponse {
        /// Whether more policies follow.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; present only if it does.
        Marker as marker: Option<Marker> = "MTpDdXN0b206YQ";
        /// The policies.
        Policies as policies: Nested<Policies> = "";
    }
}

shape! {
    /// The policies.
    pub struct Policies {
        /// The policies: system ones by name, then custom ones by name.
        Policy as policy: Vec<ListedPolicy> = "";
    }
}

shape! {
    /// A policy; members in the order of the vendor's sample (help page of ListPolicies, 2024).
    pub struct ListedPolicy {
        /// Its name.
        PolicyName as policy_name: PolicyName = "OSS-Administrator";
        /// Whose it is: `System` or `Custom`.
        PolicyType as policy_type: PolicyType = "Custom";
        /// What it is for; may be empty.
        Description as description: PolicyDescription = "The administrators of OSS";
        /// The version in force.
        DefaultVersion as default_version: VersionId = "v1";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
        /// When it was last changed.
        UpdateDate as update_date: Timestamp = "2015-02-11T03:15:21Z";
        /// To how many users, groups and roles of the account it is attached.
        AttachmentCount as attachment_count: i64 = "3";
        /// The tags of the policy.
        Tags as tags: Nested<Tags> = "";
    }
}

impl Operation for ListPolicies {
    const API: Api = Api {
        product: Product::Ram,
        action: "ListPolicies",
        summary: "Lists the system policies and the account's own.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListPolicies",
        resource: "acs:ram:*:{account}:policy/*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出系统策略和账号的自定义策略。";
    type Request = ListPoliciesRequest;
    type Response = ListPoliciesResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &ListPoliciesRequest) -> ApiResult<ListPoliciesResponse> {
        let account = cx.caller.account();
        let most = usize::try_from(request.max_items.map_or(100, Bounded::get)).unwrap_or_default();
        let after = request.marker.as_ref().map(Marker::key::<PolicyKey>).transpose()?;
        let rows = if request.tag.0.is_empty() {
            policy::list(cx.tx, account, request.policy_type, after.as_ref(), most + 1)?
        } else if request.policy_type == Some(PolicyType::System) {
            Vec::new()
        } else {
            tagged(cx, &request.tag.0, after.as_ref(), most + 1)?
        };
        let (rows, marker) = marker::page(rows, most, |policy| PolicyKey::from(policy));
        let mut policies = Vec::with_capacity(rows.len());
        for found in rows {
            let attachment_count = policy::attachment_count(cx.tx, account, &found)?;
            let tags = match found.policy_type {
                PolicyType::System => Nested(Tags { tag: Vec::new() }),
                PolicyType::Custom => {
                    tag_fields::tags_of(cx.tx, account, TaggedType::Policy, found.policy_name.as_str())?
                }
            };
            policies.push(ListedPolicy {
                policy_name: found.policy_name,
                policy_type: found.policy_type,
                description: found.description,
                default_version: found.default_version,
                create_date: found.create_date,
                update_date: found.update_date,
                attachment_count,
                tags,
            });
        }
        Ok(ListPoliciesResponse {
            is_truncated: marker.is_some(),
            marker,
            policies: Nested(Policies { policy: policies }),
        })
    }
}

/// Custom policies alone have tags.
fn tagged(
    cx: &mut Cx<'_, '_>,
    tags: &[RequestTag],
    after: Option<&PolicyKey>,
    limit: usize,
) -> ApiResult<Vec<PolicyFacts>> {
    let account = cx.caller.account();
    let after = after.map_or("", |after| after.policy_name.as_str());
    let names = tag_fields::list_tagged(cx.tx, account, TaggedType::Policy, tags, after, limit)?;
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        let name = PolicyName::parse(&name).map_err(|_| ApiError::internal("tags of what is no policy"))?;
        found.push(policy::find(cx.tx, account, PolicyType::Custom, &name)?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::policy::system::POLICIES;
    use crate::testing::TestApp;
    use crate::testing::named::DOCUMENT;

    fn names(answer: &Value) -> Vec<String> {
        let policies = answer["Policies"]["Policy"].as_array().unwrap();
        policies.iter().map(|policy| policy["PolicyName"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn of_one_type_or_of_both() {
        let app = TestApp::new();
        let system: Vec<&str> = POLICIES.iter().map(|policy| policy.policy_name).collect();
        assert_eq!(names(&app.ok("ListPolicies", &[])), system);
        assert_eq!(names(&app.ok("ListPolicies", &[("PolicyType", "System")])), system);
        assert_eq!(names(&app.ok("ListPolicies", &[("PolicyType", "Custom")])), Vec::<String>::new());
        app.policy("b");
        app.policy("a");
        assert_eq!(names(&app.ok("ListPolicies", &[("PolicyType", "Custom")])), ["a", "b"]);
        assert_eq!(names(&app.ok("ListPolicies", &[])), [system.as_slice(), &["a", "b"]].concat());
    }

    #[test]
    fn everything_of_each_policy() {
        let app = TestApp::new();
        app.policy("OSS-Administrator");
        app.user("alice");
        app.attach_to_user("alice", "Custom", "OSS-Administrator");
        app.attach_to_user("alice", "System", "AdministratorAccess");
        insta::assert_json_snapshot!(app.ok("ListPolicies", &[("PolicyType", "Custom")]), @r#"
        {
          "IsTruncated": false,
          "Policies": {
            "Policy": [
              {
                "PolicyName": "OSS-Administrator",
                "PolicyType": "Custom",
                "Description": "",
                "DefaultVersion": "v1",
                "CreateDate": "2025-06-15T12:00:00Z",
                "UpdateDate": "2025-06-15T12:00:00Z",
                "AttachmentCount": 1,
                "Tags": {
                  "Tag": []
                }
              }
            ]
          }
        }
        "#);
        let system = app.ok("ListPolicies", &[("PolicyType", "System"), ("MaxItems", "1")]);
        assert_eq!(system["Policies"]["Policy"][0]["PolicyName"], "AdministratorAccess");
        assert_eq!(system["Policies"]["Policy"][0]["AttachmentCount"], 1);
        let xml = app.xml("ListPolicies", &[("PolicyType", "Custom")]);
        assert!(xml.contains("<Policies><Policy><PolicyName>OSS-Administrator</PolicyName>"), "{xml}");
    }

    #[test]
    fn page_by_page_every_policy_once() {
        let app = TestApp::new();
        for name in ["a", "b", "c", "ReadOnlyAccess"] {
            app.policy(name);
        }
        let whole = names(&app.ok("ListPolicies", &[]));
        assert_eq!(whole.len(), POLICIES.len() + 4);
        for size in [1, 2, 5, 6, 9, 1000] {
            let most = size.to_string();
            let mut seen: Vec<String> = Vec::new();
            let mut marker = String::new();
            loop {
                let page = app.ok("ListPolicies", &[("MaxItems", most.as_str()), ("Marker", &marker)]);
                let found = names(&page);
                assert!(found.len() <= size);
                seen.extend(found);
                marker = page["Marker"].as_str().unwrap_or_default().to_owned();
                assert_eq!(page["IsTruncated"], !marker.is_empty());
                if marker.is_empty() {
                    break;
                }
            }
            assert_eq!(seen, whole, "pages of {size}");
        }
    }

    #[test]
    fn by_tags() {
        let app = TestApp::new();
        for (name, tags) in [
            ("a", r#"[{"Key":"team","Value":"x"},{"Key":"env","Value":"prod"}]"#),
            ("b", r#"[{"Key":"team","Value":"y"},{"Key":"env"}]"#),
            ("c", r#"[{"Key":"team","Value":"x"}]"#),
            ("d", "[]"),
        ] {
            app.ok("CreatePolicy", &[("PolicyName", name), ("PolicyDocument", DOCUMENT), ("Tag", tags)]);
        }
        let rows: [(&str, &[&str]); 5] = [
            (r#"[{"Key":"team"}]"#, &["a", "b", "c"]),
            (r#"[{"Key":"team","Value":"x"}]"#, &["a", "c"]),
            (r#"[{"Key":"env"},{"Key":"team","Value":"x"}]"#, &["a"]),
            (r#"[{"Key":"env","Value":""}]"#, &["b"]),
            (r#"[{"Key":"nothing"}]"#, &[]),
        ];
        for (tags, expected) in rows {
            assert_eq!(names(&app.ok("ListPolicies", &[("Tag", tags)])), expected, "{tags}");
            let mut seen = Vec::new();
            let mut marker = String::new();
            loop {
                let page = app.ok("ListPolicies", &[("Tag", tags), ("MaxItems", "1"), ("Marker", &marker)]);
                seen.extend(names(&page));
                marker = page["Marker"].as_str().unwrap_or_default().to_owned();
                if marker.is_empty() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{tags} one by one");
            let system = app.ok("ListPolicies", &[("Tag", tags), ("PolicyType", "System")]);
            assert_eq!(names(&system), Vec::<String>::new());
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("caller");
        let many = format!("[{}]", vec![r#"{"Key":"k"}"#; 21].join(","));
        for (name, value, code) in [
            ("PolicyType", "custom", "InvalidParameter.PolicyType"),
            ("MaxItems", "0", "InvalidParameter.MaxItems.Range"),
            ("MaxItems", "1001", "InvalidParameter.MaxItems.Range"),
            ("Marker", "EXAMPLE", "InvalidParameter.Marker.Format"),
            // "1:123": the marker of a list of users.
            ("Marker", "MToxMjM", "InvalidParameter.Marker.Format"),
            ("Tag", "{}", "InvalidParameter.Tag.Format"),
            ("Tag", many.as_str(), "InvalidParameter.Tag.Length"),
        ] {
            assert_eq!(app.refused("ListPolicies", &[(name, value)]), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "ListPolicies", &[]), "NoPermission");
    }
}
