//! ListUsers: the RAM users of the account with all that is known of each, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use super::user_fields::{self, RequestTag, Tags, user_members};
use super::user_page::user_page;
use crate::identity::user::{
    Comments, DisplayName, Email, MobilePhone, ProvisionType, UserStatus, UserStatusFilter,
};
use crate::ids::UserId;
use crate::ops::marker::Marker;
use crate::ops::occasion::Occasion;
use crate::ops::{Cx, Operation, account};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListUsers;

shape! {
    /// The parameters.
    pub struct ListUsersRequest {
        /// Where the list goes on: the `Marker` of the answer that was cut.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// How many users an answer has at most, 1 to 1000; 1000 unless said.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
        /// Which users by status; the active ones unless said. With tags, users of both states are given.
        Status as status: Option<UserStatusFilter> = "active";
        /// Only users that carry all these tags; at most 20.
        Tag as tag: Vec<RequestTag> = "";
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
        User as user: Vec<ListedUser> = "";
    }
}

shape! {
    /// A user; members in the order of the vendor's sample (help page of ListUsers, 2026).
    pub struct ListedUser {
        /// The name shown for the user.
        DisplayName as display_name: DisplayName = "Alice";
        /// The logon name.
        UserPrincipalName as user_principal_name: String = "alice@example.onaliyun.com";
        /// The e-mail address; empty if there is none.
        Email as email: Email = "alice@example.com";
        /// When the user was last changed.
        UpdateDate as update_date: Timestamp = "2020-10-12T09:12:00Z";
        /// The mobile phone number; empty if there is none.
        MobilePhone as mobile_phone: MobilePhone = "86-18688888888";
        /// The user's id.
        UserId as user_id: UserId = "207329002493921234";
        /// The note; empty if there is none.
        Comments as comments: Comments = "This is a cloud computing engineer.";
        /// When the user last logged on to the console; empty for never.
        LastLoginDate as last_login_date: Occasion = "2020-10-12T09:12:00Z";
        /// When the user was made.
        CreateDate as create_date: Timestamp = "2020-10-12T09:12:00Z";
        /// How the user came to be: `Manual`, `SCIM` or `CloudSSO`.
        ProvisionType as provision_type: ProvisionType = "Manual";
        /// Whether the user may act: `active` or `freeze`.
        Status as status: UserStatus = "active";
        /// The tags of the user.
        Tags as tags: Nested<Tags> = "";
    }
}

impl Operation for ListUsers {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListUsers",
        summary: "Lists the RAM users of the account with all that is known of each.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListUsers",
        resource: "acs:ram:*:{account}:user/*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出账号中的 RAM 用户及其详细信息。";
    type Request = ListUsersRequest;
    type Response = ListUsersResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &ListUsersRequest) -> ApiResult<ListUsersResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let most = request.max_items.map_or(1000, Bounded::get);
        let (rows, marker) =
            user_page(cx.tx, account.account, &request.tag, request.status, request.marker.as_ref(), most)?;
        let mut user = Vec::with_capacity(rows.len());
        for row in &rows {
            let tags = user_fields::tags_of(cx.tx, row)?;
            user.push(user_members!(ListedUser, &account, row, status: row.status, tags: tags));
        }
        Ok(ListUsersResponse { is_truncated: marker.is_some(), marker, users: Nested(Users { user }) })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use crate::identity::user::UserStatus;
    use crate::store::tables::users;
    use crate::testing::{TestApp, masked};

    type Filter = &'static [(&'static str, &'static str)];

    fn names(answer: &Value) -> Vec<&str> {
        let users = answer["Users"]["User"].as_array().unwrap();
        users.iter().map(|user| user["DisplayName"].as_str().unwrap()).collect()
    }

    fn freeze(app: &TestApp, upn: &str) {
        let found = app.ok("GetUser", &[("UserPrincipalName", upn)]);
        let (account, id) = (app.account(), found["User"]["UserId"].as_str().unwrap().parse().unwrap());
        app.write(move |tx| {
            let mut user = users::find(tx, account, id)?.unwrap();
            user.status = UserStatus::Freeze;
            users::update(tx, &user)
        });
    }

    #[test]
    fn everything_of_each_user_and_an_empty_list() {
        let app = TestApp::new();
        assert_eq!(app.ok("ListUsers", &[]), json!({"IsTruncated": false, "Users": {"User": []}}));
        let upn = TestApp::upn("alice");
        let params = [
            ("UserPrincipalName", upn.as_str()),
            ("DisplayName", "Alice"),
            ("Tag.1.Key", "team"),
            ("Tag.1.Value", "platform"),
        ];
        app.ok("CreateUser", &params);
        insta::assert_json_snapshot!(masked(app.ok("ListUsers", &[]), &["UserId"]), @r#"
        {
          "IsTruncated": false,
          "Users": {
            "User": [
              {
                "DisplayName": "Alice",
                "UserPrincipalName": "alice@1234567890123456.onaliyun.com",
                "Email": "",
                "UpdateDate": "2025-06-15T12:00:00Z",
                "MobilePhone": "",
                "UserId": "…",
                "Comments": "",
                "LastLoginDate": "",
                "CreateDate": "2025-06-15T12:00:00Z",
                "ProvisionType": "Manual",
                "Status": "active",
                "Tags": {
                  "Tag": [
                    {
                      "TagKey": "team",
                      "TagValue": "platform"
                    }
                  ]
                }
              }
            ]
          }
        }
        "#);
        let xml = app.xml("ListUsers", &[]);
        let tags = "<Tags><Tag><TagKey>team</TagKey><TagValue>platform</TagValue></Tag></Tags>";
        assert!(xml.contains("<Users><User>") && xml.contains(tags), "{xml}");
    }

    #[test]
    fn page_by_page_every_user_once() {
        let app = TestApp::new();
        let all: BTreeSet<String> = (0..7).map(|number| format!("user-{number}")).collect();
        for name in &all {
            app.user(name);
        }
        for size in [1, 2, 3, 6, 7, 8, 1000] {
            let most = size.to_string();
            let mut seen = Vec::new();
            let mut marker: Option<String> = None;
            loop {
                let mut params = vec![("MaxItems", most.as_str())];
                params.extend(marker.as_deref().map(|marker| ("Marker", marker)));
                let page = app.ok("ListUsers", &params);
                let found = names(&page);
                assert!(found.len() <= size);
                seen.extend(found.iter().map(|name| (*name).to_owned()));
                marker = page.get("Marker").map(|marker| marker.as_str().unwrap().to_owned());
                assert_eq!(page["IsTruncated"], marker.is_some());
                if marker.is_none() {
                    break;
                }
                assert_eq!(found.len(), size, "only the last page is short");
            }
            assert_eq!(seen.len(), all.len(), "pages of {size}");
            assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all, "pages of {size}");
        }
    }

    #[test]
    fn by_status_and_by_tags() {
        let app = TestApp::new();
        let rows: [(&str, &[(&str, &str)]); 4] = [
            (
                "a",
                &[("Tag.1.Key", "team"), ("Tag.1.Value", "x"), ("Tag.2.Key", "env"), ("Tag.2.Value", "prod")],
            ),
            (
                "b",
                &[("Tag.1.Key", "team"), ("Tag.1.Value", "y"), ("Tag.2.Key", "env"), ("Tag.2.Value", "prod")],
            ),
            ("c", &[("Tag.1.Key", "team")]),
            ("d", &[]),
        ];
        for (name, tags) in rows {
            let upn = TestApp::upn(name);
            let mut params = vec![("UserPrincipalName", upn.as_str()), ("DisplayName", name)];
            params.extend_from_slice(tags);
            app.ok("CreateUser", &params);
        }
        freeze(&app, &TestApp::upn("b"));
        freeze(&app, &TestApp::upn("d"));
        let rows: &[(Filter, &[&str])] = &[
            (&[], &["a", "c"]),
            (&[("Status", "active")], &["a", "c"]),
            (&[("Status", "freeze")], &["b", "d"]),
            (&[("Status", "active,freeze")], &["a", "b", "c", "d"]),
            (&[("Tag.1.Key", "team")], &["a", "b", "c"]),
            (&[("Tag.1.Key", "team"), ("Status", "active")], &["a", "b", "c"]),
            (&[("Tag.1.Key", "team"), ("Tag.1.Value", "x")], &["a"]),
            (&[("Tag.1.Key", "team"), ("Tag.1.Value", "")], &["c"]),
            (&[("Tag.1.Key", "env"), ("Tag.2.Key", "team"), ("Tag.2.Value", "y")], &["b"]),
            (&[("Tag.1.Key", "env"), ("Tag.2.Key", "nothing")], &[]),
        ];
        for (params, expected) in rows {
            let answer = app.ok("ListUsers", params);
            let found: BTreeSet<&str> = names(&answer).into_iter().collect();
            assert_eq!(found, expected.iter().copied().collect(), "{params:?}");
            // The same through pages of one.
            let mut seen = BTreeSet::new();
            let mut marker = String::new();
            while seen.len() < expected.len() {
                let mut paged = params.to_vec();
                paged.extend([("MaxItems", "1"), ("Marker", &marker)]);
                let page = app.ok("ListUsers", &paged);
                seen.insert(names(&page)[0].to_owned());
                marker = page["Marker"].as_str().unwrap_or_default().to_owned();
            }
            assert!(marker.is_empty(), "{params:?} has no further page");
            assert_eq!(seen.iter().map(String::as_str).collect::<BTreeSet<_>>(), found);
        }
        let frozen = app.ok("ListUsers", &[("Status", "freeze")]);
        assert_eq!(frozen["Users"]["User"][0]["Status"], "freeze");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[("MaxItems", "0")], "InvalidParameter.MaxItems.Range"),
            (&[("MaxItems", "1001")], "InvalidParameter.MaxItems.Range"),
            (&[("MaxItems", "-1")], "InvalidParameter.MaxItems.Range"),
            (&[("MaxItems", "x")], "InvalidParameter.MaxItems.Format"),
            (&[("Marker", "EXAMPLE")], "InvalidParameter.Marker.Format"),
            // "1:alice": the marker of a list whose keys are names.
            (&[("Marker", "MTphbGljZQ")], "InvalidParameter.Marker.Format"),
            (&[("Status", "frozen")], "InvalidParameter.Status.Range"),
            (&[("Tag.1.Key", "aliyun")], "InvalidParameter.Tag.1.Key.Format"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("ListUsers", params), *code, "{params:?}");
        }
        let keys: Vec<String> = (1..=21).map(|number| format!("Tag.{number}.Key")).collect();
        let mut tags: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "k")).collect();
        assert_eq!(app.refused("ListUsers", &tags), "InvalidParameter.Tag.Length");
        tags.pop();
        assert_eq!(names(&app.ok("ListUsers", &tags)), Vec::<&str>::new());
        assert_eq!(app.refused_as(&key, "ListUsers", &[]), "NoPermission");
    }
}
