//! ListUserBasicInfos: the names and ids of the RAM users of the account, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use super::user_fields::RequestTag;
use super::user_page::user_page;
use crate::identity::user::{DisplayName, UserStatus, UserStatusFilter};
use crate::ids::UserId;
use crate::ops::marker::Marker;
use crate::ops::{Cx, Operation, account};
use crate::store::tables::users::User;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListUserBasicInfos;

shape! {
    /// The parameters.
    pub struct ListUserBasicInfosRequest {
        /// Where the list goes on: the `Marker` of the answer that was cut.
        Marker as marker: Option<Marker> = "MToxMjM";
        /// How many users an answer has at most, 1 to 1000; 100 unless said.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
        /// Which users by status; the active ones unless said. With tags, users of both states are given.
        Status as status: Option<UserStatusFilter> = "active";
        /// Only users that carry all these tags; at most 20.
        Tag as tag: Vec<RequestTag> = "";
    }
}

shape! {
    /// The answer.
    pub struct ListUserBasicInfosResponse {
        /// Whether more users follow.
        IsTruncated as is_truncated: bool = "false";
        /// The users.
        UserBasicInfos as user_basic_infos: Nested<UserBasicInfos> = "";
        /// Where the list goes on; present only if it does.
        Marker as marker: Option<Marker> = "MToxMjM";
    }
}

shape! {
    /// The users.
    pub struct UserBasicInfos {
        /// The users, by id.
        UserBasicInfo as user_basic_info: Vec<UserBasicInfo> = "";
    }
}

shape! {
    /// The names of a user; members in the order of the vendor's sample (help page of ListUserBasicInfos, 2026).
    pub struct UserBasicInfo {
        /// The logon name.
        UserPrincipalName as user_principal_name: String = "alice@example.onaliyun.com";
        /// The name shown for the user.
        DisplayName as display_name: DisplayName = "Alice";
        /// The user's id.
        UserId as user_id: UserId = "207329002493921234";
        /// Whether the user may act: `active` or `freeze`.
        Status as status: UserStatus = "active";
    }
}

impl Operation for ListUserBasicInfos {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListUserBasicInfos",
        summary: "Lists the names and ids of the RAM users of the account.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListUserBasicInfos",
        resource: "acs:ram:*:{account}:user/*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出账号中 RAM 用户的名称和 ID。";
    type Request = ListUserBasicInfosRequest;
    type Response = ListUserBasicInfosResponse;

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &ListUserBasicInfosRequest,
    ) -> ApiResult<ListUserBasicInfosResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let most = request.max_items.map_or(100, Bounded::get);
        let (rows, marker) =
            user_page(cx.tx, account.account, &request.tag, request.status, request.marker.as_ref(), most)?;
        let info = |row: User| UserBasicInfo {
            user_principal_name: account::principal_name(&account, &row.user_name),
            display_name: row.display_name,
            user_id: row.user_id,
            status: row.status,
        };
        let user_basic_infos = UserBasicInfos { user_basic_info: rows.into_iter().map(info).collect() };
        Ok(ListUserBasicInfosResponse {
            is_truncated: marker.is_some(),
            user_basic_infos: Nested(user_basic_infos),
            marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{TestApp, masked};

    #[test]
    fn names_and_ids_page_by_page() {
        let app = TestApp::new();
        assert_eq!(
            app.ok("ListUserBasicInfos", &[]),
            json!({"IsTruncated": false, "UserBasicInfos": {"UserBasicInfo": []}})
        );
        app.user("alice");
        insta::assert_json_snapshot!(masked(app.ok("ListUserBasicInfos", &[]), &["UserId"]), @r#"
        {
          "IsTruncated": false,
          "UserBasicInfos": {
            "UserBasicInfo": [
              {
                "UserPrincipalName": "alice@1234567890123456.onaliyun.com",
                "DisplayName": "alice",
                "UserId": "…",
                "Status": "active"
              }
            ]
          }
        }
        "#);
        app.user("bob");
        let first = app.ok("ListUserBasicInfos", &[("MaxItems", "1")]);
        assert_eq!(first["IsTruncated"], true);
        let marker = first["Marker"].as_str().unwrap();
        // A user that is renamed between two pages is neither missed nor given twice.
        let id = first["UserBasicInfos"]["UserBasicInfo"][0]["UserId"].as_str().unwrap();
        app.ok("UpdateUser", &[("UserId", id), ("NewUserPrincipalName", &TestApp::upn("zoe"))]);
        let second = app.ok("ListUserBasicInfos", &[("MaxItems", "1"), ("Marker", marker)]);
        assert_eq!((&second["IsTruncated"], second.get("Marker")), (&json!(false), None));
        assert_ne!(second["UserBasicInfos"]["UserBasicInfo"][0]["UserId"], id);
        let xml = app.xml("ListUserBasicInfos", &[]);
        assert_eq!(xml.matches("<UserBasicInfo>").count(), 2, "{xml}");
    }

    #[test]
    fn a_page_has_a_hundred_unless_said() {
        let app = TestApp::new();
        for number in 0..101 {
            app.user(&format!("u{number}"));
        }
        let count = |params: &[(&str, &str)]| {
            app.ok("ListUserBasicInfos", params)["UserBasicInfos"]["UserBasicInfo"].as_array().unwrap().len()
        };
        assert_eq!((count(&[]), count(&[("MaxItems", "1000")])), (100, 101));
        assert_eq!(count(&[("Status", "freeze")]), 0);
        assert_eq!(count(&[("Tag.1.Key", "team")]), 0);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        assert_eq!(
            app.refused("ListUserBasicInfos", &[("MaxItems", "1001")]),
            "InvalidParameter.MaxItems.Range"
        );
        assert_eq!(app.refused("ListUserBasicInfos", &[("Marker", "x")]), "InvalidParameter.Marker.Format");
        assert_eq!(app.refused("ListUserBasicInfos", &[("Status", "all")]), "InvalidParameter.Status.Range");
        assert_eq!(app.refused_as(&key, "ListUserBasicInfos", &[]), "NoPermission");
    }
}
