//! TagResources: gives users tags.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::items::Items;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use super::tagged_users;
use crate::identity::user::{UserPrincipalName, UserResourceType};
use crate::ids::UserId;
use crate::ops::request_tag::{self, RequestTag};
use crate::ops::tag::{self, MAX_TAGS};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct TagResources;

shape! {
    /// The parameters: what to tag, and the tags.
    pub struct TagResourcesRequest {
        /// What is tagged; IMS tags users.
        ResourceType as resource_type: UserResourceType = "user";
        /// The ids of users.
        ResourceId as resource_id: Items<UserId> = "207329002493921234";
        /// The logon names of users.
        ResourcePrincipalName as resource_principal_name: Items<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The tags; a key that is there gets the new value.
        Tag as tag: Vec<RequestTag> = "";
    }
}

impl Operation for TagResources {
    const API: Api = Api {
        product: Product::Ims,
        action: "TagResources",
        summary: "Gives users tags.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:TagResources",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "LimitExceeded.User.Tag"],
    };
    const SUMMARY_ZH: &'static str = "为用户添加标签。";
    type Request = TagResourcesRequest;
    type Response = Empty;

    fn target(request: &TagResourcesRequest) -> Target {
        tagged_users::target(&request.resource_id, &request.resource_principal_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &TagResourcesRequest) -> ApiResult<Empty> {
        let resources = tagged_users::find(cx, &request.resource_id, &request.resource_principal_name)?;
        tag::check_length("ResourceId", resources.len(), usize::MAX)?;
        tag::check_length("Tag", request.tag.len(), MAX_TAGS)?;
        let tags = request_tag::filters(&request.tag);
        tag::set(cx, &resources, &tags)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;
    use crate::testing::policies::{allow, deny};

    #[test]
    fn a_key_that_is_there_gets_the_new_value() {
        let app = TestApp::new();
        let alice = app.user("alice");
        let named = [("ResourceType", "user"), ("ResourcePrincipalName.1", alice.as_str())];
        let tags = [
            named[0],
            named[1],
            ("Tag.1.Key", "team"),
            ("Tag.1.Value", "a"),
            ("Tag.2.Key", "cost"),
            ("Tag.2.Value", "1"),
        ];
        assert_eq!(app.ok("TagResources", &tags), json!({}));
        let xml = app.xml("TagResources", &[named[0], named[1], ("Tag.1.Key", "team"), ("Tag.1.Value", "b")]);
        assert!(xml.contains("<TagResourcesResponse><RequestId>"), "{xml}");
        let listed = app.ok("ListTagResources", &named);
        let pairs: Vec<(&str, &str)> = listed["TagResources"]["TagResource"]
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
        let alice = app.user("alice");
        let key = app.user_with_key("carol");
        let named = [("ResourceType", "user"), ("ResourcePrincipalName.1", alice.as_str())];
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[named[1], ("Tag.1.Key", "a"), ("Tag.1.Value", "1")], "MissingResourceType"),
            (
                &[("ResourceType", "vpc"), named[1], ("Tag.1.Key", "a"), ("Tag.1.Value", "1")],
                "InvalidParameter.ResourceType.Range",
            ),
            (&[named[0], ("Tag.1.Key", "a"), ("Tag.1.Value", "1")], "MissingResourceId"),
            (&named, "MissingTag"),
            (
                &[
                    named[0],
                    named[1],
                    ("Tag.1.Key", "a"),
                    ("Tag.1.Value", "1"),
                    ("Tag.2.Key", "a"),
                    ("Tag.2.Value", "2"),
                ],
                "InvalidParameter.Tag.Format",
            ),
            (
                &[named[0], named[1], ("Tag.1.Key", "acs:x"), ("Tag.1.Value", "1")],
                "InvalidParameter.Tag.1.Key.Format",
            ),
            (
                &[
                    ("ResourceType", "user"),
                    ("ResourcePrincipalName.1", "nobody@1234567890123456.onaliyun.com"),
                    ("Tag.1.Key", "a"),
                    ("Tag.1.Value", "1"),
                ],
                "EntityNotExist.User",
            ),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("TagResources", params), *code, "{params:?}");
        }
        let good = [
            named[0],
            named[1],
            ("Tag.1.Key", "a"),
            ("Tag.1.Value", "1"),
            ("Tag.2.Key", "b"),
            ("Tag.2.Value", "1"),
        ];
        assert_eq!(app.refused_as(&key, "TagResources", &good), "NoPermission");
        app.ok("TagResources", &good);
        app.ok("TagResources", &good);
        let one_more = [named[0], named[1], ("Tag.1.Key", "c"), ("Tag.1.Value", "1")];
        assert_eq!(app.refused("TagResources", &one_more), "LimitExceeded.User.Tag");
    }

    #[test]
    fn it_takes_permission_on_each_that_is_named() {
        let app = TestApp::new();
        let (alice, bob) = (app.user("alice"), app.user("bob"));
        let key = app.user_with_key("carol");
        app.attach("carol", "tags", &allow("ram:TagResources", "*"));
        app.attach("carol", "not-bob", &deny("ram:TagResources", "acs:ram:*:*:user/bob"));
        let id = app.user_id("bob").to_string();
        let tagging = [("ResourceType", "user"), ("Tag.1.Key", "a")];
        let (alice, bob) =
            (("ResourcePrincipalName.1", alice.as_str()), ("ResourcePrincipalName.2", bob.as_str()));
        assert_eq!(app.call_as(&key, "TagResources", &[tagging[0], tagging[1], alice]).0, 200);
        for named in [&[alice, bob][..], &[alice, ("ResourceId.1", &id)][..], &[bob][..]] {
            let params = [&tagging[..], named].concat();
            assert_eq!(app.refused_as(&key, "TagResources", &params), "NoPermission", "{params:?}");
        }
    }
}
