//! UntagResources in RAM's view: takes tags away from policies or roles.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::items::Items;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use super::tagged_resources;
use crate::identity::role::TaggedType;
use crate::identity::user::TagKey;
use crate::ops::tag::{self, MAX_TAGS};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UntagResources;

shape! {
    /// The parameters: from what, and which tags.
    pub struct UntagResourcesRequest {
        /// What is tagged.
        ResourceType as resource_type: TaggedType = "role";
        /// The names of policies or roles.
        ResourceNames as resource_names: Items<String> = "ECSAdmin";
        /// The keys of the tags; one that is not there is no error.
        TagKeys as tag_keys: Items<TagKey> = "team";
        /// Whether to take all tags away, whatever keys are given; false unless said.
        All as all: Option<bool> = "false";
    }
}

impl Operation for UntagResources {
    const API: Api = Api {
        product: Product::Ram,
        action: "UntagResources",
        summary: "Takes tags away from policies or roles.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:UntagResources",
        resource: "acs:ram:*:{account}:*",
        errors: &["EntityNotExist.Policy", "EntityNotExist.Role"],
    };
    const SUMMARY_ZH: &'static str = "移除权限策略或角色的标签。";
    type Request = UntagResourcesRequest;
    type Response = Empty;

    fn target(request: &UntagResourcesRequest) -> Target {
        tagged_resources::target(request.resource_type, &request.resource_names)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &UntagResourcesRequest) -> ApiResult<Empty> {
        let resources = tagged_resources::find(cx, request.resource_type, &request.resource_names)?;
        tag::check_length("ResourceNames", resources.len(), usize::MAX)?;
        if request.all == Some(true) {
            tag::remove(cx, &resources, None)?;
        } else {
            tag::check_length("TagKeys", request.tag_keys.0.len(), MAX_TAGS)?;
            tag::remove(cx, &resources, Some(&request.tag_keys.0))?;
        }
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ops::ram::tagged_resources::make_role;
    use crate::testing::TestApp;

    #[test]
    fn one_then_all() {
        let app = TestApp::new();
        make_role(&app, "ops");
        let named = [("ResourceType", "role"), ("ResourceNames", "[\"ops\"]")];
        app.ok(
            "Ram:TagResources",
            &[
                named[0],
                named[1],
                ("Tag", r#"[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"},{"Key":"c","Value":"3"}]"#),
            ],
        );
        let left = || {
            let listed = app.ok("Ram:ListTagResources", &named);
            listed["TagResources"].as_array().unwrap().len()
        };
        assert_eq!(app.ok("Ram:UntagResources", &[named[0], named[1], ("TagKeys", r#"["a"]"#)]), json!({}));
        assert_eq!(left(), 2);
        app.ok("Ram:UntagResources", &[named[0], named[1], ("TagKeys", r#"["a"]"#)]);
        assert_eq!(left(), 2, "a tag that is not there is no error");
        let xml = app.xml("Ram:UntagResources", &[named[0], named[1], ("All", "true")]);
        assert!(xml.contains("<UntagResourcesResponse><RequestId>"), "{xml}");
        assert_eq!(left(), 0);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        make_role(&app, "ops");
        let key = app.user_with_key("carol");
        let named = [("ResourceType", "role"), ("ResourceNames", "[\"ops\"]")];
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[named[1], ("TagKeys", r#"["a"]"#)], "MissingResourceType"),
            (&[named[0], ("TagKeys", r#"["a"]"#)], "MissingResourceNames"),
            (&named, "MissingTagKeys"),
            (&[named[0], named[1], ("All", "false")], "MissingTagKeys"),
            (&[named[0], named[1], ("All", "some")], "InvalidParameter.All.Format"),
            (&[named[0], named[1], ("TagKeys", r#"["acs:x"]"#)], "InvalidParameter.TagKeys.1.Format"),
            (
                &[("ResourceType", "role"), ("ResourceNames", "[\"nobody\"]"), ("TagKeys", r#"["a"]"#)],
                "EntityNotExist.Role",
            ),
            (
                &[("ResourceType", "policy"), ("ResourceNames", "[\"nobody\"]"), ("TagKeys", r#"["a"]"#)],
                "EntityNotExist.Policy",
            ),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:UntagResources", params), *code, "{params:?}");
        }
        let good = [named[0], named[1], ("TagKeys", r#"["a"]"#)];
        assert_eq!(app.refused_as(&key, "Ram:UntagResources", &good), "NoPermission");
    }
}
