//! ListUsers in RAM's view: the RAM users of the account, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use super::user_fields::NotedUser;
use crate::identity::user::UserStatusFilter;
use crate::ids::UserId;
use crate::ops::marker::{self, Marker};
use crate::ops::{Cx, Operation};
use crate::store::tables::users;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListUsers;

shape! {
    /// The parameters.
    pub struct ListUsersRequest {
        /// Where the list goes on: the `Marker` of the answer that was cut.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// How many users an answer has at most, 1 to 1000; 100 unless said.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListUsersResponse {
        /// Whether more users follow.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; present only if it does.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// The users.
        Users as users: Nested<Users> = "";
    }
}

shape! {
    /// The users.
    pub struct Users {
        /// The users, by id.
        User as user: Vec<NotedUser> = "";
    }
}

impl Operation for ListUsers {
    const API: Api = Api {
        product: Product::Ram,
        action: "ListUsers",
        summary: "Lists the RAM users of the account.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListUsers",
        resource: "acs:ram:*:{account}:user/*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出账号中的 RAM 用户。";
    type Request = ListUsersRequest;
    type Response = ListUsersResponse;

    /// RAM's view knows no status to ask by, so users that are disabled as a whole are shown like all others.
    fn handle(cx: &mut Cx<'_, '_>, request: &ListUsersRequest) -> ApiResult<ListUsersResponse> {
        let most = usize::try_from(request.max_items.map_or(100, Bounded::get)).unwrap_or_default();
        let after = request.marker.as_ref().map(Marker::key::<UserId>).transpose()?;
        let rows = users::list(cx.tx, cx.caller.account(), after, most + 1, UserStatusFilter::BOTH)?;
        let (rows, marker) = marker::page(rows, most, |user| user.user_id);
        let user = rows.into_iter().map(NotedUser::from).collect();
        Ok(ListUsersResponse { is_truncated: marker.is_some(), marker, users: Nested(Users { user }) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{TestApp, masked};

    #[test]
    fn none_then_one() {
        let app = TestApp::new();
        assert_eq!(app.ok("Ram:ListUsers", &[]), json!({ "IsTruncated": false, "Users": { "User": [] } }));
        app.user("alice");
        insta::assert_json_snapshot!(masked(app.ok("Ram:ListUsers", &[]), &["UserId"]), @r#"
        {
          "IsTruncated": false,
          "Users": {
            "User": [
              {
                "UserId": "…",
                "UserName": "alice",
                "DisplayName": "alice",
                "MobilePhone": "",
                "Email": "",
                "Comments": "",
                "CreateDate": "2025-06-15T12:00:00Z",
                "UpdateDate": "2025-06-15T12:00:00Z"
              }
            ]
          }
        }
        "#);
        let xml = app.xml("Ram:ListUsers", &[("MaxItems", "1")]);
        assert!(xml.contains("<IsTruncated>false</IsTruncated><Users><User><UserId>"), "{xml}");
    }

    #[test]
    fn pages_meet_every_user_once() {
        let app = TestApp::new();
        for number in 0..7 {
            app.user(&format!("user-{number}"));
        }
        for size in ["1", "3", "7", "1000"] {
            let mut seen = Vec::new();
            let mut marker: Option<String> = None;
            loop {
                let mut params = vec![("MaxItems", size)];
                params.extend(marker.as_deref().map(|marker| ("Marker", marker)));
                let page = app.ok("Ram:ListUsers", &params);
                let users = page["Users"]["User"].as_array().unwrap();
                assert!(users.len() <= size.parse().unwrap());
                seen.extend(users.iter().map(|user| user["UserName"].as_str().unwrap().to_owned()));
                marker = page.get("Marker").map(|marker| marker.as_str().unwrap().to_owned());
                assert_eq!(page["IsTruncated"], marker.is_some());
                if marker.is_none() {
                    break;
                }
            }
            seen.sort();
            assert_eq!(
                seen,
                (0..7).map(|number| format!("user-{number}")).collect::<Vec<_>>(),
                "{size} a page"
            );
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let rows = [
            (("MaxItems", "0"), "InvalidParameter.MaxItems.Range"),
            (("MaxItems", "1001"), "InvalidParameter.MaxItems.Range"),
            (("MaxItems", "many"), "InvalidParameter.MaxItems.Format"),
            (("Marker", "EXAMPLE"), "InvalidParameter.Marker.Format"),
        ];
        for (param, code) in rows {
            assert_eq!(app.refused("Ram:ListUsers", &[param]), code, "{param:?}");
        }
        assert_eq!(app.refused_as(&key, "Ram:ListUsers", &[]), "NoPermission");
    }
}
