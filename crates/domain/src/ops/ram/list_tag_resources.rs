//! ListTagResources in RAM's view: the tags of policies or roles, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::items::{Items, JsonItems};
use ramward_rpc::shape;
use ramward_rpc::shape::Bounded;

use super::tagged_resources;
use crate::identity::role::TaggedType;
use crate::identity::user::{TagKey, TagValue};
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
        /// What is tagged.
        ResourceType as resource_type: TaggedType = "role";
        /// The names of policies or roles.
        ResourceNames as resource_names: Items<String> = "ECSAdmin";
        /// Only resources that carry all these tags; all of their tags are listed.
        Tag as tag: JsonItems<RequestTag> = "";
        /// Where the list goes on: the `NextToken` of the answer that was cut.
        NextToken as next_token: Option<Marker> = "MToxMjM";
        /// How many tags an answer has at most, 1 to 1000; 100 unless said.
        PageSize as page_size: Option<Bounded<1, 1000>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListTagResourcesResponse {
        /// Where the list goes on; present only if it does.
        NextToken as next_token: Option<Marker> = "MToxMjM";
        /// The tags, by resource and key.
        TagResources as tag_resources: Vec<TagResource> = "";
    }
}

shape! {
    /// A tag of a policy or a role.
    pub struct TagResource {
        /// The name of the policy or the role.
        ResourceName as resource_name: String = "ECSAdmin";
        /// What is tagged.
        ResourceType as resource_type: TaggedType = "role";
        /// The key.
        TagKey as tag_key: TagKey = "team";
        /// The value; may be empty.
        TagValue as tag_value: TagValue = "platform";
    }
}

impl Operation for ListTagResources {
    const API: Api = Api {
        product: Product::Ram,
        action: "ListTagResources",
        summary: "Lists the tags of policies or roles.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListTagResources",
        resource: "acs:ram:*:{account}:*",
        errors: &["EntityNotExist.Policy", "EntityNotExist.Role"],
    };
    const SUMMARY_ZH: &'static str = "列出权限策略或角色的标签。";
    type Request = ListTagResourcesRequest;
    type Response = ListTagResourcesResponse;

    fn target(request: &ListTagResourcesRequest) -> Target {
        tagged_resources::target(request.resource_type, &request.resource_names)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &ListTagResourcesRequest) -> ApiResult<ListTagResourcesResponse> {
        let resources = tagged_resources::find(cx, request.resource_type, &request.resource_names)?;
        let among =
            if resources.is_empty() { Among::All(request.resource_type) } else { Among::These(resources) };
        if !request.tag.0.is_empty() {
            tag::check_length("Tag", request.tag.0.len(), MAX_TAGS)?;
        }
        let filters = request_tag::filters(&request.tag.0);
        let most = usize::try_from(request.page_size.map_or(100, Bounded::get)).unwrap_or_default();
        let account = cx.caller.account();
        let (rows, next_token) =
            tag::page(cx.tx, account, &among, &filters, request.next_token.as_ref(), most)?;
        let listed = |row: Listed| match row.of {
            Tagged::Named(resource_type, resource_name) => Some(TagResource {
                resource_name,
                resource_type,
                tag_key: row.tag_key,
                tag_value: row.tag_value,
            }),
            Tagged::User(_) => None,
        };
        let tag_resources = rows.into_iter().filter_map(listed).collect();
        Ok(ListTagResourcesResponse { next_token, tag_resources })
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::ram::tagged_resources::make_role;
    use crate::testing::{TestApp, masked};

    #[test]
    fn of_one() {
        let app = TestApp::new();
        make_role(&app, "ops");
        let named = [("ResourceType", "role"), ("ResourceNames", "[\"ops\"]")];
        app.ok("Ram:TagResources", &[named[0], named[1], ("Tag", r#"[{"Key":"team","Value":"a"}]"#)]);
        insta::assert_json_snapshot!(masked(app.ok("Ram:ListTagResources", &named), &["ResourceId"]), @r#"
        {
          "TagResources": [
            {
              "ResourceName": "ops",
              "ResourceType": "role",
              "TagKey": "team",
              "TagValue": "a"
            }
          ]
        }
        "#);
        let xml = app.xml("Ram:ListTagResources", &named);
        assert!(xml.contains("<TagResources><ResourceName>ops</ResourceName>"), "{xml}");
    }

    #[test]
    fn pages_meet_every_tag_once() {
        let app = TestApp::new();
        let named = [("ResourceType", "role")];
        for number in 0..3 {
            let name = format!("role-{number}");
            make_role(&app, &name);
            let name = format!("[\"{name}\"]");
            let tags = r#"[{"Key":"a"},{"Key":"b","Value":"x"}]"#;
            app.ok("Ram:TagResources", &[named[0], ("ResourceNames", &name), ("Tag", tags)]);
        }
        make_role(&app, "bare");
        let walk = |asked: &[(&str, &str)], size: &str| {
            let mut seen = 0;
            let mut token: Option<String> = None;
            loop {
                let mut params = asked.to_vec();
                params.push(("PageSize", size));
                params.extend(token.as_deref().map(|token| ("NextToken", token)));
                let listed = app.ok("Ram:ListTagResources", &params);
                let tags = listed["TagResources"].as_array().unwrap();
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
            assert_eq!(walk(&[named[0], ("Tag", r#"[{"Key":"b","Value":"x"}]"#)], size), 6, "{size} a page");
            assert_eq!(walk(&[named[0], ("Tag", r#"[{"Key":"b","Value":"y"}]"#)], size), 0, "{size} a page");
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("carol");
        let named = [("ResourceType", "role")];
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingResourceType"),
            (&[named[0], ("ResourceNames", r#"["nobody"]"#)], "EntityNotExist.Role"),
            (&[("ResourceType", "policy"), ("ResourceNames", r#"["nobody"]"#)], "EntityNotExist.Policy"),
            (&[named[0], ("PageSize", "0")], "InvalidParameter.PageSize.Range"),
            (&[named[0], ("PageSize", "1001")], "InvalidParameter.PageSize.Range"),
            (&[named[0], ("NextToken", "EXAMPLE")], "InvalidParameter.NextToken.Format"),
            (&[named[0], ("NextToken", "MTox")], "InvalidParameter.NextToken.Format"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:ListTagResources", params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&key, "Ram:ListTagResources", &named), "NoPermission");
    }
}
