//! ListAccounts: the accounts of this server.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use crate::identity::domain_name::DefaultDomainName;
use crate::ids::AccountId;
use crate::ops::marker::{self, Marker};
use crate::ops::{Cx, Operation};
use crate::store::Total;
use crate::store::tables::accounts;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListAccounts;

shape! {
    /// Which part of the list.
    pub struct ListAccountsRequest {
        /// Where the list goes on: the `Marker` of the answer before.
        Marker as marker: Option<Marker> = "MToxMjM0NTY3ODkwMTIzNDU2";
        /// How many accounts to answer at most. Default: 100.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListAccountsResponse {
        /// The accounts, by id.
        Accounts as accounts: Nested<Accounts> = "";
        /// Whether there are more.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; only if there are more.
        Marker as marker: Option<Marker> = "MToxMjM0NTY3ODkwMTIzNDU2";
    }
}

shape! {
    /// The accounts.
    pub struct Accounts {
        /// The accounts.
        Account as account: Vec<ListedAccount> = "";
    }
}

shape! {
    /// An account.
    pub struct ListedAccount {
        /// Its id.
        AccountId as account_id: AccountId = "1234567890123456";
        /// Its alias: the first part of its domain.
        AccountAlias as account_alias: String = "acme";
        /// The domain that its logon names end in.
        DefaultDomainName as default_domain_name: DefaultDomainName = "acme.onaliyun.com";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2025-06-15T12:00:00Z";
        /// Its status: `Active`, or `Deleting` while DeleteAccount is at it or was interrupted.
        Status as status: String = "Active";
        /// How many RAM users it has.
        Users as users: i64 = "9";
    }
}

impl Operation for ListAccounts {
    const API: Api = Api {
        product: Product::Ramward,
        action: "ListAccounts",
        summary: "Lists the accounts of this server.",
        access: Access::Read,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:ListAccounts",
        resource: "*",
        errors: &[],
    };
    type Request = ListAccountsRequest;
    type Response = ListAccountsResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<ListAccountsResponse> {
        let most = request.max_items.map_or(100, |items| usize::try_from(items.get()).unwrap_or(100));
        let after = request.marker.as_ref().map(Marker::key::<AccountId>).transpose()?;
        let rows = accounts::list(cx.tx, after, most + 1)?;
        let (rows, marker) = marker::page(rows, most, |account| account.account);
        let listed = rows.into_iter().map(|account| ListedAccount {
            account_id: account.account,
            account_alias: account.default_domain.alias().to_owned(),
            default_domain_name: account.default_domain,
            create_date: account.create_date,
            status: if account.deleting { "Deleting" } else { "Active" }.to_owned(),
            users: account.totals.get(Total::Users),
        });
        Ok(ListAccountsResponse {
            accounts: Nested(Accounts { account: listed.collect() }),
            is_truncated: marker.is_some(),
            marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn every_account_once_and_the_operator_is_none() {
        let app = TestApp::new();
        app.user("alice");
        for id in ["3000000000000000", "2000000000000000"] {
            assert_eq!(app.call_as(&app.operator, "CreateAccount", &[("AccountId", id)]).0, 200);
        }
        let (_, first) = app.call_as(&app.operator, "ListAccounts", &[("MaxItems", "2")]);
        insta::assert_json_snapshot!(first["Accounts"], @r#"
        {
          "Account": [
            {
              "AccountId": "1234567890123456",
              "AccountAlias": "1234567890123456",
              "DefaultDomainName": "1234567890123456.onaliyun.com",
              "CreateDate": "2025-06-15T12:00:00Z",
              "Status": "Active",
              "Users": 1
            },
            {
              "AccountId": "2000000000000000",
              "AccountAlias": "2000000000000000",
              "DefaultDomainName": "2000000000000000.onaliyun.com",
              "CreateDate": "2025-06-15T12:00:00Z",
              "Status": "Active",
              "Users": 0
            }
          ]
        }
        "#);
        assert_eq!(first["IsTruncated"], true);
        let marker = first["Marker"].as_str().unwrap();
        let (_, rest) = app.call_as(&app.operator, "ListAccounts", &[("Marker", marker)]);
        assert_eq!(rest["IsTruncated"], false);
        assert_eq!(rest["Accounts"]["Account"][0]["AccountId"], "3000000000000000");
        assert_eq!(rest["Accounts"]["Account"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let refused = |params: &[(&str, &str)]| app.refused_as(&app.operator, "ListAccounts", params);
        assert_eq!(refused(&[("MaxItems", "1001")]), "InvalidParameter.MaxItems.Range");
        assert_eq!(refused(&[("Marker", "x")]), "InvalidParameter.Marker.Format");
        assert_eq!(app.refused("ListAccounts", &[]), "NoPermission");
    }

    #[test]
    fn xml() {
        let app = TestApp::new();
        let answer = app.send(&app.sign(&app.operator, &TestApp::request("ListAccounts", &[]).format("XML")));
        let xml = String::from_utf8(answer.body).unwrap();
        assert!(xml.contains("<AccountId>1234567890123456</AccountId>"), "{xml}");
    }
}
