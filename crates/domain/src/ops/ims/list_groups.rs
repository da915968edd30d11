//! ListGroups: the groups of the account, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use super::group_fields::{Groups, NotedGroup};
use crate::ops::marker::Marker;
use crate::ops::{Cx, Operation, group};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListGroups;

shape! {
    /// The parameters.
    pub struct ListGroupsRequest {
        /// Where the list goes on: the `Marker` of the answer that was cut.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// How many groups an answer has at most, 1 to 1000; 100 unless said.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListGroupsResponse {
        /// Whether more groups follow.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; present only if it does.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// The groups.
        Groups as groups: Nested<Groups> = "";
    }
}

impl Operation for ListGroups {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListGroups",
        summary: "Lists the groups of the account.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListGroups",
        resource: "acs:ram:*:{account}:group/*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出账号中的用户组。";
    type Request = ListGroupsRequest;
    type Response = ListGroupsResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &ListGroupsRequest) -> ApiResult<ListGroupsResponse> {
        let most = request.max_items.map_or(100, Bounded::get);
        let (rows, marker) = group::page(cx.tx, cx.caller.account(), request.marker.as_ref(), most)?;
        let groups = Groups { group: rows.into_iter().map(NotedGroup::from).collect() };
        Ok(ListGroupsResponse { is_truncated: marker.is_some(), marker, groups: Nested(groups) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn pages_meet_every_group_once() {
        let app = TestApp::new();
        let none = json!({ "IsTruncated": false, "Groups": { "Group": [] } });
        assert_eq!(app.ok("ListGroups", &[]), none);
        for number in 0..7 {
            app.ok("Ram:CreateGroup", &[("GroupName", &format!("group-{number}"))]);
        }
        for size in ["1", "3", "7", "1000"] {
            let mut seen = Vec::new();
            let mut marker: Option<String> = None;
            loop {
                let mut params = vec![("MaxItems", size)];
                params.extend(marker.as_deref().map(|marker| ("Marker", marker)));
                let page = app.ok("ListGroups", &params);
                let groups = page["Groups"]["Group"].as_array().unwrap();
                assert!(groups.len() <= size.parse().unwrap());
                seen.extend(groups.iter().map(|group| group["GroupName"].as_str().unwrap().to_owned()));
                marker = page.get("Marker").map(|marker| marker.as_str().unwrap().to_owned());
                assert_eq!(page["IsTruncated"], marker.is_some());
                if marker.is_none() {
                    break;
                }
            }
            seen.sort();
            let expected: Vec<String> = (0..7).map(|number| format!("group-{number}")).collect();
            assert_eq!(seen, expected, "{size} a page");
        }
        let xml = app.xml("ListGroups", &[("MaxItems", "1")]);
        assert!(
            xml.contains("<IsTruncated>true</IsTruncated><Marker>")
                && xml.contains("<Groups><Group><GroupId>")
        );
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let rows = [
            (("MaxItems", "0"), "InvalidParameter.MaxItems.Range"),
            (("MaxItems", "1001"), "InvalidParameter.MaxItems.Range"),
            (("Marker", "EXAMPLE"), "InvalidParameter.Marker.Format"),
        ];
        for (param, code) in rows {
            assert_eq!(app.refused("ListGroups", &[param]), code, "{param:?}");
        }
        assert_eq!(app.refused_as(&key, "ListGroups", &[]), "NoPermission");
    }
}
