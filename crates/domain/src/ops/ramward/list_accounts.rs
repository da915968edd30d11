//! ListAccounts: the accounts of this server, by id or by how they do.

use std::collections::BTreeMap;
use std::str::FromStr;

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use crate::identity::domain_name::DefaultDomainName;
use crate::identity::text::word;
use crate::ids::AccountId;
use crate::ops::marker::{self, Marker};
use crate::ops::{Cx, Operation};
use crate::report::counts;
use crate::store::Total;
use crate::store::tables::accounts::{self, Account};
use crate::time::Timestamp;

/// Accounts read at once on the way to the worst.
const AT_ONCE: usize = 500;

word! {
    /// In which order accounts come.
    AccountSort {
        /// By id.
        AccountId = "AccountId",
        /// The lowest score first, among equals by id; without those that are being deleted.
        Score = "Score",
    }
}

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListAccounts;

shape! {
    /// Which part of the list.
    pub struct ListAccountsRequest {
        /// The order. By `Score`, the lowest comes first, each account tells its score and what it fails, and every account
        /// is looked at. Default: `AccountId`.
        SortBy as sort_by: Option<AccountSort> = "Score";
        /// Where the list goes on: the `Marker` of the answer before.
        Marker as marker: Option<Marker> = "MToxMjM0NTY3ODkwMTIzNDU2";
        /// How many accounts to answer at most. Default: 100.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListAccountsResponse {
        /// The accounts, in the order asked for.
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
        /// Its score; only where that is the order.
        Score as score: Option<i64> = "63";
        /// The checks that take points from it, with spaces between; only where the score is the order.
        FailingChecks as failing_checks: Option<String> = "root_mfa password_policy";
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
    const SUMMARY_ZH: &'static str = "列出本服务器上的账号。";
    type Request = ListAccountsRequest;
    type Response = ListAccountsResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<ListAccountsResponse> {
        let most = request.max_items.map_or(100, |items| usize::try_from(items.get()).unwrap_or(100));
        let (listed, marker) = match request.sort_by {
            Some(AccountSort::Score) => worst(cx, request.marker.as_ref(), most)?,
            Some(AccountSort::AccountId) | None => by_id(cx, request.marker.as_ref(), most)?,
        };
        Ok(ListAccountsResponse {
            accounts: Nested(Accounts { account: listed }),
            is_truncated: marker.is_some(),
            marker,
        })
    }
}

type Page = (Vec<ListedAccount>, Option<Marker>);

fn by_id(cx: &mut Cx<'_, '_>, after: Option<&Marker>, most: usize) -> ApiResult<Page> {
    let after = after.map(Marker::key::<AccountId>).transpose()?;
    let rows = accounts::list(cx.tx, after, most + 1)?;
    let (rows, marker) = marker::page(rows, most, |account| account.account);
    Ok((rows.into_iter().map(ListedAccount::from).collect(), marker))
}

/// The accounts with the lowest scores after those of the pages before.
fn worst(cx: &mut Cx<'_, '_>, after: Option<&Marker>, most: usize) -> ApiResult<Page> {
    let after = after.map(Marker::key::<Place>).transpose()?;
    let (today, thresholds, model) = (cx.now.day(), cx.settings.thresholds, &cx.settings.model);
    let mut lowest = BTreeMap::new();
    let mut last: Option<AccountId> = None;
    loop {
        let rows = accounts::list(cx.tx, last, AT_ONCE)?;
        let is_last = rows.len() < AT_ONCE;
        last = rows.last().map(|row| row.account);
        for row in rows.into_iter().filter(|row| !row.deleting) {
            let facts = counts::facts_of(cx.tx, &row, today, thresholds)?;
            let place = Place { score: model.score(&facts), account: row.account };
            if after.is_none_or(|after| place > after) {
                lowest.insert(place, (row, facts));
            }
            if lowest.len() > most + 1 {
                lowest.pop_last();
            }
        }
        if is_last {
            break;
        }
    }
    let (found, marker) = marker::page(lowest.into_iter().collect(), most, |(place, _)| *place);
    let listed = found.into_iter().map(|(place, (row, facts))| {
        let failing = model.ledger(&facts).into_iter().filter(|entry| entry.gave < entry.can);
        let failing: Vec<&str> = failing.map(|entry| entry.check.id).collect();
        ListedAccount {
            score: Some(i64::from(place.score)),
            failing_checks: Some(failing.join(" ")),
            ..ListedAccount::from(row)
        }
    });
    Ok((listed.collect(), marker))
}

/// A place in the order of scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    score: u8,
    account: AccountId,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.score, self.account)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (score, account) = text.split_once('.').ok_or(())?;
        Ok(Self { score: score.parse().map_err(|_| ())?, account: account.parse().map_err(|_| ())? })
    }
}

impl From<Account> for ListedAccount {
    fn from(account: Account) -> Self {
        Self {
            account_id: account.account,
            account_alias: account.default_domain.alias().to_owned(),
            default_domain_name: account.default_domain,
            create_date: account.create_date,
            status: if account.deleting { "Deleting" } else { "Active" }.to_owned(),
            users: account.totals.get(Total::Users),
            score: None,
            failing_checks: None,
        }
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
    fn by_score_the_worst_comes_first_and_each_account_once() {
        let app = TestApp::new();
        app.user("alice");
        for number in 0..6 {
            let id = format!("200000000000000{number}");
            assert_eq!(app.call_as(&app.operator, "CreateAccount", &[("AccountId", &id)]).0, 200);
        }
        let (_, all) = app.call_as(&app.operator, "ListAccounts", &[("SortBy", "Score")]);
        let all = all["Accounts"]["Account"].as_array().unwrap().clone();
        assert_eq!(all.len(), 7);
        assert!(
            all.is_sorted_by_key(|account| (account["Score"].as_i64(), account["AccountId"].to_string()))
        );
        let best = &all[6];
        assert_eq!((&best["AccountId"], &best["Score"]), (&"1234567890123456".into(), &63.into()));
        let report = app.ok("GetAccountSecurityPracticeReport", &[]);
        assert_eq!(report["AccountSecurityPracticeInfo"]["Score"], best["Score"]);
        assert_eq!(best["FailingChecks"], "root_mfa root_no_key users_mfa password_policy");
        let (mut paged, mut marker) = (Vec::new(), None::<String>);
        loop {
            let mut params = vec![("SortBy", "Score"), ("MaxItems", "3")];
            params.extend(marker.as_deref().map(|marker| ("Marker", marker)));
            let (_, page) = app.call_as(&app.operator, "ListAccounts", &params);
            paged.extend(page["Accounts"]["Account"].as_array().unwrap().clone());
            marker = page["Marker"].as_str().map(str::to_owned);
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(paged, all);
        let (_, by_id) = app.call_as(&app.operator, "ListAccounts", &[("MaxItems", "1")]);
        let of_ids = by_id["Marker"].as_str().unwrap();
        let mixed = [("SortBy", "Score"), ("Marker", of_ids)];
        assert_eq!(app.refused_as(&app.operator, "ListAccounts", &mixed), "InvalidParameter.Marker.Format");
        assert_eq!(
            app.refused_as(&app.operator, "ListAccounts", &[("SortBy", "Age")]),
            "InvalidParameter.SortBy.Range"
        );
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
