//! SearchUsers: the RAM users of the account whose names begin with a text, by name. The vendor's lists go by id and know
//! no names.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use crate::identity::user::{DisplayName, UserName, UserStatus};
use crate::ids::UserId;
use crate::ops::marker::{self, Marker};
use crate::ops::occasion::Occasion;
use crate::ops::{Cx, Operation, account};
use crate::store::tables::users;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SearchUsers;

shape! {
    /// The parameters.
    pub struct SearchUsersRequest {
        /// What the names begin with, in the same case; all names unless said.
        NamePrefix as name_prefix: Option<UserName> = "ali";
        /// Where the list goes on: the `Marker` of the answer that was cut.
        Marker as marker: Option<Marker> = "MTphbGljZQ";
        /// How many users an answer has at most, 1 to 1000; 100 unless said.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct SearchUsersResponse {
        /// Whether more users follow.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; present only if it does.
        Marker as marker: Option<Marker> = "MTphbGljZQ";
        /// The users.
        Users as users: Nested<Users> = "";
    }
}

shape! {
    /// The users.
    pub struct Users {
        /// The users, by name, whatever their status.
        User as user: Vec<FoundUser> = "";
    }
}

shape! {
    /// A user.
    pub struct FoundUser {
        /// The name of the user inside the account.
        UserName as user_name: UserName = "alice";
        /// The logon name.
        UserPrincipalName as user_principal_name: String = "alice@example.onaliyun.com";
        /// The name shown for the user.
        DisplayName as display_name: DisplayName = "Alice";
        /// The user's id.
        UserId as user_id: UserId = "207329002493921234";
        /// Whether the user may act: `active` or `freeze`.
        Status as status: UserStatus = "active";
        /// When the user last logged on to the console; empty for never.
        LastLoginDate as last_login_date: Occasion = "2020-10-12T09:12:00Z";
        /// When the user was made.
        CreateDate as create_date: Timestamp = "2020-10-12T09:12:00Z";
    }
}

impl Operation for SearchUsers {
    const API: Api = Api {
        product: Product::Ramward,
        action: "SearchUsers",
        summary: "Lists the RAM users of the account whose names begin with a text, by name.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ramward:SearchUsers",
        resource: "acs:ram:*:{account}:user/*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "按名称前缀列出账号中的 RAM 用户，按名称排序。";
    type Request = SearchUsersRequest;
    type Response = SearchUsersResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &SearchUsersRequest) -> ApiResult<SearchUsersResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let most = usize::try_from(request.max_items.map_or(100, Bounded::get)).unwrap_or_default();
        let prefix = request.name_prefix.as_ref().map_or("", UserName::as_str);
        // The text right behind a name: a space comes before everything that a name can go on with.
        let after =
            request.marker.as_ref().map(Marker::key::<UserName>).transpose()?.map(|name| format!("{name} "));
        let from = after.as_deref().map_or(prefix, |after| after.max(prefix));
        let mut rows = users::list_names(cx.tx, account.account, from, most + 1)?;
        rows.retain(|(name, _)| name.as_str().starts_with(prefix));
        let (rows, marker) = marker::page(rows, most, |(name, _)| name.clone());
        let mut user = Vec::with_capacity(rows.len());
        for (_, id) in rows {
            user.extend(users::find(cx.tx, account.account, id)?.map(|row| FoundUser {
                user_principal_name: account::principal_name(&account, &row.user_name),
                user_name: row.user_name,
                display_name: row.display_name,
                user_id: row.user_id,
                status: row.status,
                last_login_date: Occasion(row.last_login_date),
                create_date: row.create_date,
            }));
        }
        Ok(SearchUsersResponse { is_truncated: marker.is_some(), marker, users: Nested(Users { user }) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::testing::{TestApp, masked};

    fn names(answer: &Value) -> Vec<&str> {
        let users = answer["Users"]["User"].as_array().unwrap();
        users.iter().map(|user| user["UserName"].as_str().unwrap()).collect()
    }

    #[test]
    fn by_the_beginning_of_the_name_and_page_by_page() {
        let app = TestApp::new();
        for name in ["bob", "ali", "alice", "alice-2", "alice.b", "alice_x", "Alice", "alj", "al"] {
            app.user(name);
        }
        let found = |params: &[(&str, &str)]| {
            let answer = app.ok("SearchUsers", params);
            names(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let of_alice = ["ali", "alice", "alice-2", "alice.b", "alice_x"];
        assert_eq!(found(&[("NamePrefix", "ali")]), of_alice);
        assert_eq!(found(&[("NamePrefix", "alice_x")]), ["alice_x"]);
        assert_eq!(found(&[("NamePrefix", "z")]), [""; 0]);
        assert_eq!(found(&[]).len(), 9);
        for size in ["1", "2", "3", "5"] {
            let mut seen = Vec::new();
            let mut marker = String::new();
            loop {
                let mut params = vec![("NamePrefix", "ali"), ("MaxItems", size)];
                if !marker.is_empty() {
                    params.push(("Marker", &marker));
                }
                let page = app.ok("SearchUsers", &params);
                seen.extend(names(&page).into_iter().map(str::to_owned));
                assert_eq!(page["IsTruncated"], page.get("Marker").is_some());
                match page.get("Marker") {
                    Some(next) => marker = next.as_str().unwrap().to_owned(),
                    None => break,
                }
            }
            assert_eq!(seen, of_alice, "pages of {size}");
        }
    }

    #[test]
    fn what_is_said_of_each() {
        let app = TestApp::new();
        app.user("alice");
        insta::assert_json_snapshot!(masked(app.ok("SearchUsers", &[("NamePrefix", "a")]), &["UserId"]), @r#"
        {
          "IsTruncated": false,
          "Users": {
            "User": [
              {
                "UserName": "alice",
                "UserPrincipalName": "alice@1234567890123456.onaliyun.com",
                "DisplayName": "alice",
                "UserId": "…",
                "Status": "active",
                "LastLoginDate": "",
                "CreateDate": "2025-06-15T12:00:00Z"
              }
            ]
          }
        }
        "#);
        let xml = app.xml("SearchUsers", &[]);
        assert!(xml.contains("<Users><User><UserName>alice</UserName>"), "{xml}");
        let key = app.user_with_key("bob");
        assert_eq!(app.refused_as(&key, "SearchUsers", &[]), "NoPermission");
        let refused = |name, value| app.refused("SearchUsers", &[(name, value)]);
        assert_eq!(refused("NamePrefix", "a b"), "InvalidParameter.NamePrefix.InvalidChars");
        assert_eq!(refused("MaxItems", "0"), "InvalidParameter.MaxItems.Range");
        // "1:a b": no name is so.
        assert_eq!(refused("Marker", "MTphIGI"), "InvalidParameter.Marker.Format");
    }
}
