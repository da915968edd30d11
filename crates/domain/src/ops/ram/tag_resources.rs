//! TagResources in RAM's view: gives policies or roles tags.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::items::{Items, JsonItems};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use super::tagged_resources;
use crate::identity::role::TaggedType;
use crate::ops::request_tag::{self, RequestTag};
use crate::ops::tag::{self, MAX_TAGS};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct TagResources;

shape! {
    /// The parameters: what to tag, and the tags.
    pub struct TagResourcesRequest {
        /// What is tagged.
        ResourceType as resource_type: TaggedType = "role";
        /// The names of policies or roles.
        ResourceNames as resource_names: Items<String> = "ECSAdmin";
        /// The tags; a key that is there gets the new value.
        Tag as tag: JsonItems<RequestTag> = "";
    }
}

impl Operation for TagResources {
    const API: Api = Api {
        product: Product::Ram,
        action: "TagResources",
        summary: "Gives policies or roles tags.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:TagResources",
        resource: "acs:ram:*:{account}:*",
        errors: &[
            "EntityNotExist.Policy",
            "EntityNotExist.Role",
            "LimitExceeded.Policy.Tag",
            "LimitExceeded.Role.Tag",
        ],
    };
    const SUMMARY_ZH: &'static str = "为权限策略或角色添加标签。";
    type Request = TagResourcesRequest;
    type Response = Empty;

    fn target(request: &TagResourcesRequest) -> Target {
        tagged_resources::target(request.resource_type, &request.resource_names)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &TagResourcesRequest) -> ApiResult<Empty> {
        let resources = tagged_resources::find(cx, request.resource_type, &request.resource_names)?;
        tag::check_length("ResourceNames", resources.len(), usize::MAX)?;
        tag::check_length("Tag", request.tag.0.len(), MAX_TAGS)?;
        let tags = request_tag::filters(&request.tag.0);
        tag::set(cx, &resources, &tags)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ops::ram::tagged_resources::{make_policy, make_role};
    use crate::testing::TestApp;

    #[test]
    fn a_key_that_is_there_gets_the_new_value() {
        let app = TestApp::new();
        make_role(&app, "ops");
        let named = [("ResourceType", "role"), ("ResourceNames", "[\"ops\"]")];
        let tags =
            [named[0], named[1], ("Tag", r#"[{"Key":"team","Value":"a"},{"Key":"cost","Value":"1"}]"#)];
        assert_eq!(app.ok("Ram:TagResources", &tags), json!({}));
        let xml =
            app.xml("Ram:TagResources", &[named[0], named[1], ("Tag", r#"[{"Key":"team","Value":"b"}]"#)]);
        assert!(xml.contains("<TagResourcesResponse><RequestId>"), "{xml}");
        let listed = app.ok("Ram:ListTagResources", &named);
        let pairs: Vec<(&str, &str)> = listed["TagResources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| (tag["TagKey"].as_str().unwrap(), tag["TagValue"].as_str().unwrap()))
            .collect();
        assert_eq!(pairs, [("cost", "1"), ("team", "b")]);
    }

    #[test]
    fn refusals() {
        let app = TestApp::with(|settings| settings.quotas.tags_per_user = 2);
        make_role(&app, "ops");
        let key = app.user_with_key("carol");
        let named = [("ResourceType", "role"), ("ResourceNames", "[\"ops\"]")];
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[named[1], ("Tag", r#"[{"Key":"a","Value":"1"}]"#)], "MissingResourceType"),
            (
                &[("ResourceType", "vpc"), named[1], ("Tag", r#"[{"Key":"a","Value":"1"}]"#)],
                "InvalidParameter.ResourceType.Range",
            ),
            (&[named[0], ("Tag", r#"[{"Key":"a","Value":"1"}]"#)], "MissingResourceNames"),
            (&named, "MissingTag"),
            (
                &[named[0], named[1], ("Tag", r#"[{"Key":"a","Value":"1"},{"Key":"a","Value":"2"}]"#)],
                "InvalidParameter.Tag.Format",
            ),
            (
                &[named[0], named[1], ("Tag", r#"[{"Key":"acs:x","Value":"1"}]"#)],
                "InvalidParameter.Tag.1.Key.Format",
            ),
            (
                &[
                    ("ResourceType", "role"),
                    ("ResourceNames", "[\"nobody\"]"),
                    ("Tag", r#"[{"Key":"a","Value":"1"}]"#),
                ],
                "EntityNotExist.Role",
            ),
            (
                &[
                    ("ResourceType", "policy"),
                    ("ResourceNames", "[\"nobody\"]"),
                    ("Tag", r#"[{"Key":"a","Value":"1"}]"#),
                ],
                "EntityNotExist.Policy",
            ),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:TagResources", params), *code, "{params:?}");
        }
        let good = [named[0], named[1], ("Tag", r#"[{"Key":"a","Value":"1"},{"Key":"b","Value":"1"}]"#)];
        assert_eq!(app.refused_as(&key, "Ram:TagResources", &good), "NoPermission");
        app.ok("Ram:TagResources", &good);
        app.ok("Ram:TagResources", &good);
        let one_more = [named[0], named[1], ("Tag", r#"[{"Key":"c","Value":"1"}]"#)];
        assert_eq!(app.refused("Ram:TagResources", &one_more), "LimitExceeded.Role.Tag");
        make_policy(&app, "p");
        let policy = [("ResourceType", "policy"), ("ResourceNames", r#"["p"]"#)];
        assert_eq!(
            app.refused(
                "Ram:TagResources",
                &[
                    policy[0],
                    policy[1],
                    ("Tag", r#"[{"Key":"a","Value":"1"},{"Key":"b","Value":"1"},{"Key":"c","Value":"1"}]"#)
                ]
            ),
            "LimitExceeded.Policy.Tag"
        );
    }
}
