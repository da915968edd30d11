//! UntagResources: takes tags away from users.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::items::Items;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use super::tagged_users;
use crate::identity::user::{TagKey, UserPrincipalName, UserResourceType};
use crate::ids::UserId;
use crate::ops::tag::{self, MAX_TAGS};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UntagResources;

shape! {
    /// The parameters: from what, and which tags.
    pub struct UntagResourcesRequest {
        /// What is tagged; IMS tags users.
        ResourceType as resource_type: UserResourceType = "user";
        /// The ids of users.
        ResourceId as resource_id: Items<UserId> = "207329002493921234";
        /// The logon names of users.
        ResourcePrincipalName as resource_principal_name: Items<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The keys of the tags; one that is not there is no error.
        TagKey as tag_key: Items<TagKey> = "team";
        /// Whether to take all tags away, whatever keys are given; false unless said.
        All as all: Option<bool> = "false";
    }
}

impl Operation for UntagResources {
    const API: Api = Api {
        product: Product::Ims,
        action: "UntagResources",
        summary: "Takes tags away from users.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:UntagResources",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "移除用户的标签。";
    type Request = UntagResourcesRequest;
    type Response = Empty;

    fn target(request: &UntagResourcesRequest) -> Target {
        tagged_users::target(&request.resource_id, &request.resource_principal_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &UntagResourcesRequest) -> ApiResult<Empty> {
        let resources = tagged_users::find(cx, &request.resource_id, &request.resource_principal_name)?;
        tag::check_length("ResourceId", resources.len(), usize::MAX)?;
        if request.all == Some(true) {
            tag::remove(cx, &resources, None)?;
        } else {
            tag::check_length("TagKey", request.tag_key.0.len(), MAX_TAGS)?;
            tag::remove(cx, &resources, Some(&request.tag_key.0))?;
        }
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn one_then_all() {
        let app = TestApp::new();
        let alice = app.user("alice");
        let named = [("ResourceType", "user"), ("ResourcePrincipalName.1", alice.as_str())];
        app.ok(
            "TagResources",
            &[
                named[0],
                named[1],
                ("Tag.1.Key", "a"),
                ("Tag.1.Value", "1"),
                ("Tag.2.Key", "b"),
                ("Tag.2.Value", "2"),
                ("Tag.3.Key", "c"),
                ("Tag.3.Value", "3"),
            ],
        );
        let left = || {
            let listed = app.ok("ListTagResources", &named);
            listed["TagResources"]["TagResource"].as_array().unwrap().len()
        };
        assert_eq!(app.ok("UntagResources", &[named[0], named[1], ("TagKey.1", "a")]), json!({}));
        assert_eq!(left(), 2);
        app.ok("UntagResources", &[named[0], named[1], ("TagKey.1", "a")]);
        assert_eq!(left(), 2, "a tag that is not there is no error");
        let xml = app.xml("UntagResources", &[named[0], named[1], ("All", "true")]);
        assert!(xml.contains("<UntagResourcesResponse><RequestId>"), "{xml}");
        assert_eq!(left(), 0);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let alice = app.user("alice");
        let key = app.user_with_key("carol");
        let named = [("ResourceType", "user"), ("ResourcePrincipalName.1", alice.as_str())];
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[named[1], ("TagKey.1", "a")], "MissingResourceType"),
            (&[named[0], ("TagKey.1", "a")], "MissingResourceId"),
            (&named, "MissingTagKey"),
            (&[named[0], named[1], ("All", "false")], "MissingTagKey"),
            (&[named[0], named[1], ("All", "some")], "InvalidParameter.All.Format"),
            (&[named[0], named[1], ("TagKey.1", "acs:x")], "InvalidParameter.TagKey.1.Format"),
            (
                &[
                    ("ResourceType", "user"),
                    ("ResourcePrincipalName.1", "nobody@1234567890123456.onaliyun.com"),
                    ("TagKey.1", "a"),
                ],
                "EntityNotExist.User",
            ),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("UntagResources", params), *code, "{params:?}");
        }
        let good = [named[0], named[1], ("TagKey.1", "a")];
        assert_eq!(app.refused_as(&key, "UntagResources", &good), "NoPermission");
    }
}
