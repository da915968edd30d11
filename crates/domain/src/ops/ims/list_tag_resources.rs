//! ListTagResources: the tags of users, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::items::Items;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use super::tagged_users;
use crate::identity::user::{TagKey, TagValue, UserPrincipalName, UserResourceType};
use crate::ids::UserId;
use crate::ops::marker::Marker;
use crate::ops::request_tag::{self, RequestTag};
use crate::ops::tag::{self, Among, Listed, MAX_TAGS, Tagged};
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListTagResources;

shape! {
    /// The parameters: whose tags. Without a resource, those of all that carry the tags asked for.
    pub struct ListTagResourcesRequest {
        /// What is tagged; IMS tags users.
        ResourceType as resource_type: UserResourceType = "user";
        /// The ids of users.
        ResourceId as resource_id: Items<UserId> = "207329002493921234";
        /// The logon names of users.
        ResourcePrincipalName as resource_principal_name: Items<UserPrincipalName> = "alice@example.onaliyun.com";
        /// Only resources that carry all these tags; all of their tags are listed.
        Tag as tag: Vec<RequestTag> = "";
        /// Where the list goes on: the `NextToken` of the answer that was cut.
        NextToken as next_token: Option<Marker> = "MToxMjM";
        /// How many tags an answer has at most, 1 to 1000; 100 unless said.
        PageSize as page_size: Option<Bounded<1, 1000>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListTagResourcesResponse {
        /// Whether more tags follow.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; present only if it does.
        NextToken as next_token: Option<Marker> = "MToxMjM";
        /// The tags.
        TagResources as tag_resources: Nested<TagResources> = "";
    }
}

shape! {
    /// The tags.
    pub struct TagResources {
        /// The tags, by user and key.
        TagResource as tag_resource: Vec<TagResource> = "";
    }
}

shape! {
    /// A tag of a user.
    pub struct TagResource {
        /// The id of the user.
        ResourceId as resource_id: UserId = "207329002493921234";
        /// What is tagged.
        ResourceType as resource_type: UserResourceType = "user";
        /// The key.
        TagKey as tag_key: TagKey = "team";
        /// The value; may be empty.
        TagValue as tag_value: TagValue = "platform";
    }
}

impl Operation for ListTagResources {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListTagResources",
        summary: "Lists the tags of users.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListTagResources",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "列出用户的标签。";
    type Request = ListTagResourcesRequest;
    type Response = ListTagResourcesResponse;

    fn target(request: &ListTagResourcesRequest) -> Target {
        tagged_users::target(&request.resource_id, &request.resource_principal_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &ListTagResourcesRequest) -> ApiResult<ListTagResourcesResponse> {
        let resources = tagged_users::find(cx, &request.resource_id, &request.resource_principal_name)?;
        let among = if resources.is_empty() { Among::Users } else { Among::These(resources) };
        if !request.tag.is_empty() {
            tag::check_length("Tag", request.tag.len(), MAX_TAGS)?;
        }
        let filters = request_tag::filters(&request.tag);
        let most = usize::try_from(request.page_size.map_or(100, Bounded::get)).unwrap_or_default();
        let account = cx.caller.account();
        let (rows, next_token) =
            tag::page(cx.tx, account, &among, &filters, request.next_token.as_ref(), most)?;
        let listed = |row: Listed| match row.of {
            Tagged::User(resource_id) => Some(TagResource {
                resource_id,
                resource_type: UserResourceType::User,
                tag_key: row.tag_key,
                tag_value: row.tag_value,
            }),
            Tagged::Named(..) => None,
        };
        let tag_resource = rows.into_iter().filter_map(listed).collect();
        Ok(ListTagResourcesResponse {
            is_truncated: next_token.is_some(),
            next_token,
            tag_resources: Nested(TagResources { tag_resource }),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn of_one() {
        let app = TestApp::new();
        let alice = app.user("alice");
        let named = [("ResourceType", "user"), ("ResourcePrincipalName.1", alice.as_str())];
        app.ok("TagResources", &[named[0], named[1], ("Tag.1.Key", "team"), ("Tag.1.Value", "a")]);
        insta::assert_json_snapshot!(masked(app.ok("ListTagResources", &named), &["ResourceId"]), @r#"
        {
          "IsTruncated": false,
          "TagResources": {
            "TagResource": [
              {
                "ResourceId": "…",
                "ResourceType": "user",
                "TagKey": "team",
                "TagValue": "a"
              }
            ]
          }
        }
        "#);
        let xml = app.xml("ListTagResources", &named);
        assert!(xml.contains("<TagResources><TagResource><ResourceId>"), "{xml}");
    }

    #[test]
    fn pages_meet_every_tag_once() {
        let app = TestApp::new();
        let named = [("ResourceType", "user")];
        for number in 0..3 {
            let upn = app.user(&format!("user-{number}"));
            let name = ("ResourcePrincipalName.1", upn.as_str());
            app.ok(
                "TagResources",
                &[named[0], name, ("Tag.1.Key", "a"), ("Tag.2.Key", "b"), ("Tag.2.Value", "x")],
            );
        }
        app.user("bare");
        let walk = |asked: &[(&str, &str)], size: &str| {
            let mut seen = 0;
            let mut token: Option<String> = None;
            loop {
                let mut params = asked.to_vec();
                params.push(("PageSize", size));
                params.extend(token.as_deref().map(|token| ("NextToken", token)));
                let listed = app.ok("ListTagResources", &params);
                let tags = listed["TagResources"]["TagResource"].as_array().unwrap();
                assert!(tags.len() <= size.parse().unwrap());
                seen += tags.len();
                token = listed.get("NextToken").map(|token| token.as_str().unwrap().to_owned());
                if token.is_none() {
                    return seen;
                }
            }
        };
        for size in ["1", "2", "3", "5", "6", "1000"] {
            assert_eq!(walk(&named, size), 6, "{size} a page");
            assert_eq!(walk(&[named[0], ("Tag.1.Key", "b"), ("Tag.1.Value", "x")], size), 6, "{size} a page");
            assert_eq!(walk(&[named[0], ("Tag.1.Key", "b"), ("Tag.1.Value", "y")], size), 0, "{size} a page");
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("carol");
        let named = [("ResourceType", "user")];
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingResourceType"),
            (&[named[0], ("ResourceId.1", "123456789012345678")], "EntityNotExist.User"),
            (&[named[0], ("PageSize", "0")], "InvalidParameter.PageSize.Range"),
            (&[named[0], ("PageSize", "1001")], "InvalidParameter.PageSize.Range"),
            (&[named[0], ("NextToken", "EXAMPLE")], "InvalidParameter.NextToken.Format"),
            (&[named[0], ("NextToken", "MTox")], "InvalidParameter.NextToken.Format"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("ListTagResources", params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&key, "ListTagResources", &named), "NoPermission");
    }
}
