//! ListUsersInRecycleBin: the deleted RAM users, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiResult, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Kind, Nested, Scalar};
use ramward_rpc::value::Value;

use super::recycled_fields::{self, UserInRecycleBin};
use crate::identity::user::UserPrincipalName;
use crate::ids::UserId;
use crate::ops::marker::{self, Marker};
use crate::ops::{Cx, Operation, account, recycle_bin};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListUsersInRecycleBin;

/// Which users: those that had this logon name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameFilter(UserPrincipalName);

const EQUALS: &str = "UserPrincipalName eq ";

impl Scalar for NameFilter {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "`UserPrincipalName eq <logon name>`";

    fn parse(text: &str) -> Result<Self, Rule> {
        let name = text.strip_prefix(EQUALS).ok_or(Rule::Format)?;
        UserPrincipalName::parse(name).map(Self).map_err(|_| Rule::Format)
    }

    fn value(&self) -> Value {
        Value::text(format!("{EQUALS}{}", self.0))
    }
}

shape! {
    /// The parameters.
    pub struct ListUsersInRecycleBinRequest {
        /// Only users that had this logon name.
        Filter as filter: Option<NameFilter> = "UserPrincipalName eq alice@example.onaliyun.com";
        /// Where the list goes on: the `Marker` of the answer that was cut.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// How many users an answer has at most; 100 unless said.
        MaxItems as max_items: Option<Bounded<1, 100>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListUsersInRecycleBinResponse {
        /// Whether more users follow.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; present only if it does.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// The users.
        Users as users: Nested<UsersInRecycleBin> = "";
    }
}

shape! {
    /// The users.
    pub struct UsersInRecycleBin {
        /// The users, by id.
        User as user: Vec<UserInRecycleBin> = "";
    }
}

impl Operation for ListUsersInRecycleBin {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListUsersInRecycleBin",
        summary: "Lists the RAM users in the recycle bin.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListUsersInRecycleBin",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出回收站中的 RAM 用户。";
    type Request = ListUsersInRecycleBinRequest;
    type Response = ListUsersInRecycleBinResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<ListUsersInRecycleBinResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let after = request.marker.as_ref().map(Marker::key::<UserId>).transpose()?;
        let most = usize::try_from(request.max_items.map_or(100, Bounded::get)).unwrap_or_default();
        let name = request.filter.as_ref().map(|filter| &filter.0);
        let rows = if name.is_some_and(|name| !account::has_domain(&account, &name.domain)) {
            Vec::new()
        } else {
            let name = name.map(|name| &name.name);
            recycle_bin::list_users(cx.tx, account.account, name, after, most + 1, cx.now)?
        };
        let (rows, marker) = marker::page(rows, most, |row| row.user_id);
        let user = rows.into_iter().map(|row| recycled_fields::user(&account, row)).collect();
        Ok(ListUsersInRecycleBinResponse {
            is_truncated: marker.is_some(),
            marker,
            users: Nested(UsersInRecycleBin { user }),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use crate::testing::TestApp;

    fn names(answer: &Value) -> Vec<String> {
        let users = answer["Users"]["User"].as_array().unwrap();
        users.iter().map(|user| user["DisplayName"].as_str().unwrap().to_owned()).collect()
    }

    fn delete(app: &TestApp, name: &str) {
        app.user(name);
        app.ok("DeleteUser", &[("UserPrincipalName", &TestApp::upn(name))]);
    }

    #[test]
    fn page_by_page_each_once() {
        let app = TestApp::new();
        let none = json!({"IsTruncated": false, "Users": {"User": []}});
        assert_eq!(app.ok("ListUsersInRecycleBin", &[]), none);
        let all: BTreeSet<String> = (0..5).map(|number| format!("user-{number}")).collect();
        for name in &all {
            delete(&app, name);
        }
        app.user("bob");
        for size in ["1", "2", "4", "5", "100"] {
            let mut seen = Vec::new();
            let mut marker: Option<String> = None;
            loop {
                let mut params = vec![("MaxItems", size)];
                params.extend(marker.as_deref().map(|marker| ("Marker", marker)));
                let page = app.ok("ListUsersInRecycleBin", &params);
                seen.extend(names(&page));
                marker = page["Marker"].as_str().map(str::to_owned);
                assert_eq!(page["IsTruncated"], marker.is_some());
                if marker.is_none() {
                    break;
                }
            }
            assert_eq!(seen.len(), all.len(), "{size}");
            assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all, "{size}");
        }
        let xml = app.xml("ListUsersInRecycleBin", &[("MaxItems", "1")]);
        assert!(xml.contains("<Users><User><UserId>"), "{xml}");
    }

    #[test]
    fn those_that_had_a_name_and_those_whose_time_is_not_over() {
        let app = TestApp::new();
        delete(&app, "alice");
        delete(&app, "bob");
        app.clock.advance(86_400);
        delete(&app, "alice");
        let filter = format!("UserPrincipalName eq {}", TestApp::upn("alice"));
        let found = || names(&app.ok("ListUsersInRecycleBin", &[("Filter", &filter)]));
        assert_eq!(found(), ["alice", "alice"]);
        let elsewhere = [("Filter", "UserPrincipalName eq alice@other.onaliyun.com")];
        assert!(names(&app.ok("ListUsersInRecycleBin", &elsewhere)).is_empty());
        app.clock.advance(29 * 86_400);
        assert_eq!(found(), ["alice"]);
        assert_eq!(names(&app.ok("ListUsersInRecycleBin", &[])), ["alice"]);
        app.clock.advance(86_400);
        assert!(found().is_empty());
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        for (name, text, rule) in [
            ("MaxItems", "0", "Range"),
            ("MaxItems", "101", "Range"),
            ("Marker", "x", "Format"),
            ("Filter", "alice", "Format"),
            ("Filter", "UserPrincipalName eq alice", "Format"),
            ("Filter", "DisplayName eq alice@other.onaliyun.com", "Format"),
        ] {
            let code = format!("InvalidParameter.{name}.{rule}");
            assert_eq!(app.refused("ListUsersInRecycleBin", &[(name, text)]), code, "{text}");
        }
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "ListUsersInRecycleBin", &[]), "NoPermission");
    }
}
