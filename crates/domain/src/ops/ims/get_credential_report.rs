//! GetCredentialReport: every identity of the account and its credentials as a table, page by page. The vendor's is made
//! at most every four hours and not at all above 3500 RAM users; this one is read when it is asked for and has no such
//! bound.

use std::fmt::Write;

use data_encoding::BASE64;
use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;

use crate::identity::access_key::Status;
use crate::identity::user::UserStatusFilter;
use crate::ids::UserId;
use crate::ops::marker::{self, Marker};
use crate::ops::{Cx, Operation, account};
use crate::store::Total;
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::tables::accounts::Account;
use crate::store::tables::login_profiles;
use crate::store::tables::mfa_devices;
use crate::store::tables::users::{self, User};
use crate::time::{SECONDS_PER_DAY, Timestamp};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetCredentialReport;

/// How many identities a page has: the vendor's bound is 3500 RAM users and root.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReportRows(i64);

impl ReportRows {
    const MOST: i64 = 3501;
}

/// A number that travels as a text, as the vendor's SDKs have it.
impl Scalar for ReportRows {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "1 to 3501";

    fn parse(text: &str) -> Result<Self, Rule> {
        let rows = i64::parse(text)?;
        if (1..=Self::MOST).contains(&rows) { Ok(Self(rows)) } else { Err(Rule::Range) }
    }

    fn value(&self) -> Value {
        Value::text(self.0.to_string())
    }
}

shape! {
    /// The parameters.
    pub struct GetCredentialReportRequest {
        /// How many identities an answer has at most; 3501 unless said.
        MaxItems as max_items: Option<ReportRows> = "3501";
        /// Where the table goes on: the `NextToken` of the answer that was cut.
        NextToken as next_token: Option<Marker> = "MToxMjM";
    }
}

shape! {
    /// The answer.
    pub struct GetCredentialReportResponse {
        /// The table as Base64 of CSV in UTF-8; each page begins with the names of the columns.
        Content as content: String = "dXNlcix1c2VyX2NyZWF0aW9uX3RpbWU=";
        /// When it was made.
        GeneratedTime as generated_time: Timestamp = "2020-10-19T13:53:05Z";
        /// `true` if more identities follow.
        IsTruncated as is_truncated: String = "false";
        /// Where the table goes on; present only if it does.
        NextToken as next_token: Option<Marker> = "MToxMjM";
    }
}

impl Operation for GetCredentialReport {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetCredentialReport",
        summary: "Reads every identity of the account with its password, MFA device and AccessKeys as a CSV table.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetCredentialReport",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "以 CSV 表格读取账号中每个身份的密码、MFA 设备和 AccessKey 的情况。";
    type Request = GetCredentialReportRequest;
    type Response = GetCredentialReportResponse;

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &GetCredentialReportRequest,
    ) -> ApiResult<GetCredentialReportResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let most = usize::try_from(request.max_items.map_or(ReportRows::MOST, |rows| rows.0)).unwrap_or(1);
        let mut table = Table::default();
        let mut room = most;
        let after = match &request.next_token {
            Some(token) => {
                let user = token.key::<i64>().ok().and_then(UserId::new);
                Some(user.ok_or_else(|| ApiError::invalid("NextToken", Rule::Format))?)
            }
            None => {
                root_row(cx, &account, &mut table)?;
                room -= 1;
                None
            }
        };
        let rows = users::list(cx.tx, account.account, after, room + 1, UserStatusFilter::BOTH)?;
        let more = rows.len() > room;
        let (rows, next) = marker::page(rows, room, |user| user.user_id.get());
        // A page that root fills alone goes on before the first user.
        let next = next.or_else(|| more.then(|| Marker::after(UserId::ROOT.get())));
        for user in &rows {
            user_row(cx, &account, user, &mut table)?;
        }
        Ok(GetCredentialReportResponse {
            content: BASE64.encode(table.csv().as_bytes()),
            generated_time: cx.now,
            is_truncated: next.is_some().to_string(),
            next_token: next,
        })
    }
}

/// What does not apply.
const NOT_APPLICABLE: &str = "N/A";
/// What has not happened, or never will.
const NEVER: &str = "-";
/// The keys that every identity has columns for.
const USUAL_KEYS: usize = 2;

/// The table while it grows: how many keys its widest row has is known at its end.
#[derive(Default)]
struct Table {
    rows: Vec<(String, Vec<String>)>,
}

impl Table {
    /// The eight cells before the keys, the four of each key.
    fn row(&mut self, cells: [String; 8], keys: &[AccessKey], last_used: impl Fn(&AccessKey) -> String) {
        let of = |key: &AccessKey| {
            let active = word(key.status == Status::Active);
            format!("TRUE,{active},{},{}", key.update_date, last_used(key))
        };
        self.rows.push((cells.join(","), keys.iter().map(of).collect()));
    }

    fn csv(&self) -> String {
        let widest = self.rows.iter().map(|(_, keys)| keys.len()).max().unwrap_or_default().max(USUAL_KEYS);
        let mut text = String::from(
            "user,user_creation_time,user_last_logon,password_exist,password_active,password_last_changed,\
             password_next_rotation,mfa_active",
        );
        for number in 1..=widest {
            let name = if number > USUAL_KEYS {
                format!("additional_access_key_{}", number - USUAL_KEYS)
            } else {
                format!("access_key_{number}")
            };
            let _written = write!(text, ",{name}_exist,{name}_active,{name}_last_rotated,{name}_last_used");
        }
        text.push('\n');
        for (cells, keys) in &self.rows {
            text.push_str(cells);
            for key in keys {
                text.push(',');
                text.push_str(key);
            }
            for _ in keys.len()..widest {
                text.push_str(",FALSE,N/A,N/A,N/A");
            }
            text.push('\n');
        }
        text
    }
}

fn word(flag: bool) -> &'static str {
    if flag { "TRUE" } else { "FALSE" }
}

fn or_never(at: Option<Timestamp>) -> String {
    at.map_or_else(|| NEVER.to_owned(), |at| at.to_string())
}

fn keys_of(cx: &mut Cx<'_, '_>, account: &Account, user: UserId) -> ApiResult<Vec<AccessKey>> {
    let mut keys = access_keys::list(cx.tx, account.account, user)?;
    for key in &mut keys {
        // The row has the day of the last use; the time of day may so far be known in memory alone.
        let seen = cx.last_used.of(key.access_key_id.as_str()).map(|(at, _)| at);
        key.last_used_date = key.last_used_date.max(seen);
    }
    Ok(keys)
}

fn last_use(key: &AccessKey) -> String {
    or_never(key.last_used_date)
}

/// Root has a password always, and nobody is told more of it.
fn root_row(cx: &mut Cx<'_, '_>, account: &Account, table: &mut Table) -> ApiResult<()> {
    let cells = [
        "<root>".to_owned(),
        account.create_date.to_string(),
        or_never(account.last_login_date),
        word(true).to_owned(),
        NOT_APPLICABLE.to_owned(),
        NOT_APPLICABLE.to_owned(),
        NOT_APPLICABLE.to_owned(),
        word(account.totals.get(Total::RootMfa) > 0).to_owned(),
    ];
    let keys = keys_of(cx, account, UserId::ROOT)?;
    table.row(cells, &keys, last_use);
    Ok(())
}

fn user_row(cx: &mut Cx<'_, '_>, account: &Account, user: &User, table: &mut Table) -> ApiResult<()> {
    let profile = login_profiles::find(cx.tx, account.account, user.user_id)?;
    let name = account::principal_name(account, &user.user_name);
    let console = match profile {
        None => {
            [word(false), NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE].map(str::to_owned)
        }
        Some(profile) => {
            let age = account.password_policy.max_password_age.get();
            let next = profile.password_date.filter(|_| age > 0);
            let next = next.map(|changed| changed.plus_seconds(age * SECONDS_PER_DAY));
            let bound = mfa_devices::find_by_user(cx.tx, account.account, user.user_id)?.is_some();
            [
                word(true).to_owned(),
                word(profile.status == Status::Active).to_owned(),
                or_never(profile.password_date),
                or_never(next),
                word(bound).to_owned(),
            ]
        }
    };
    let [exists, active, changed, next, mfa] = console;
    let made = user.create_date.to_string();
    let cells = [name, made, or_never(user.last_login_date), exists, active, changed, next, mfa];
    let keys = keys_of(cx, account, user.user_id)?;
    table.row(cells, &keys, last_use);
    Ok(())
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use serde_json::Value;

    use crate::ids::UserId;
    use crate::store::tables::access_keys::{self, AccessKey};
    use crate::testing::TestApp;

    /// The lines of a page, with its first.
    fn lines(answer: &Value) -> Vec<String> {
        let content = BASE64.decode(answer["Content"].as_str().unwrap().as_bytes()).unwrap();
        String::from_utf8(content).unwrap().lines().map(str::to_owned).collect()
    }

    fn root_key(app: &TestApp, id: &'static str, used: Option<&'static str>) {
        let account = app.account();
        app.write(move |tx| {
            let mut key = access_keys::find(tx, account, UserId::ROOT, &"testid".parse().unwrap())?.unwrap();
            key.sealed_secret = None;
            key.access_key_id = id.parse().unwrap();
            key.create_date = "2020-01-01T00:00:00Z".parse().unwrap();
            key.last_used_date = used.map(|at| at.parse().unwrap());
            access_keys::insert(tx, &AccessKey { ..key })
        });
    }

    #[test]
    fn each_cell_says_what_is_known() {
        let app = TestApp::new();
        let console = app.user("console");
        let named = ("UserPrincipalName", console.as_str());
        app.ok("CreateLoginProfile", &[named, ("Password", "correct horse")]);
        app.clock.advance_days(1);
        let keys = app.user_with_key("keys");
        app.clock.advance(5);
        app.call_as(&keys, "GetCallerIdentity", &[]);
        app.user("nothing");
        let answer = app.ok("GetCredentialReport", &[]);
        assert_eq!((&answer["IsTruncated"], &answer["NextToken"]), (&"false".into(), &Value::Null));
        assert_eq!(answer["GeneratedTime"], "2025-06-16T12:00:05Z");
        let mut shown = lines(&answer);
        shown[2..].sort();
        insta::assert_snapshot!(shown.join("\n"), @r"
        user,user_creation_time,user_last_logon,password_exist,password_active,password_last_changed,password_next_rotation,mfa_active,access_key_1_exist,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used,access_key_2_exist,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used
        <root>,2025-06-15T12:00:00Z,-,TRUE,N/A,N/A,N/A,FALSE,TRUE,TRUE,2025-06-15T12:00:00Z,2025-06-16T12:00:05Z,FALSE,N/A,N/A,N/A
        console@1234567890123456.onaliyun.com,2025-06-15T12:00:00Z,-,TRUE,TRUE,2025-06-15T12:00:00Z,-,FALSE,FALSE,N/A,N/A,N/A,FALSE,N/A,N/A,N/A
        keys@1234567890123456.onaliyun.com,2025-06-16T12:00:00Z,-,FALSE,N/A,N/A,N/A,N/A,TRUE,TRUE,2025-06-16T12:00:00Z,2025-06-16T12:00:05Z,FALSE,N/A,N/A,N/A
        nothing@1234567890123456.onaliyun.com,2025-06-16T12:00:05Z,-,FALSE,N/A,N/A,N/A,N/A,FALSE,N/A,N/A,N/A,FALSE,N/A,N/A,N/A
        ");
        // With an age limit a password has a day on which it must be changed.
        app.password_policy(r#"{"MaxPasswordAge":30}"#);
        let shown = lines(&app.ok("GetCredentialReport", &[])).join("\n");
        assert!(
            shown.contains("TRUE,TRUE,2025-06-15T12:00:00Z,2025-07-15T12:00:00Z,FALSE,FALSE,N/A"),
            "{shown}"
        );
    }

    #[test]
    fn keys_beyond_the_usual_two_have_columns_of_their_own() {
        let app = TestApp::new();
        root_key(&app, "old-one", None);
        root_key(&app, "old-two", Some("2021-01-01T00:00:00Z"));
        app.user("alice");
        let shown = lines(&app.ok("GetCredentialReport", &[]));
        assert!(shown[0].ends_with(
            ",additional_access_key_1_exist,additional_access_key_1_active,additional_access_key_1_last_rotated,\
             additional_access_key_1_last_used"
        ));
        assert!(shown[1].contains(
            ",TRUE,TRUE,2025-06-15T12:00:00Z,-,TRUE,TRUE,2025-06-15T12:00:00Z,2021-01-01T00:00:00Z,TRUE,TRUE,"
        ));
        let width = shown[0].split(',').count();
        assert!(shown.iter().all(|line| line.split(',').count() == width), "{shown:?}");
    }

    #[test]
    fn pages_of_any_size_hold_everybody_once() {
        let app = TestApp::new();
        for number in 0..7 {
            app.user(&format!("u{number}"));
        }
        let whole = lines(&app.ok("GetCredentialReport", &[]));
        assert_eq!(whole.len(), 1 + 1 + 7);
        for size in [1, 2, 3, 7, 8, 9] {
            let (mut seen, mut token) = (Vec::new(), None::<String>);
            loop {
                let size_text = size.to_string();
                let mut params = vec![("MaxItems", size_text.as_str())];
                params.extend(token.as_deref().map(|token| ("NextToken", token)));
                let page = app.ok("GetCredentialReport", &params);
                let rows = lines(&page);
                assert_eq!(rows[0], whole[0]);
                assert!(rows.len() <= size + 1);
                seen.extend(rows.into_iter().skip(1));
                token = page["NextToken"].as_str().map(str::to_owned);
                assert_eq!(page["IsTruncated"], token.is_some().to_string());
                if token.is_none() {
                    break;
                }
            }
            assert_eq!(seen, whole[1..], "pages of {size}");
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[("MaxItems", "0")], "InvalidParameter.MaxItems.Range"),
            (&[("MaxItems", "3502")], "InvalidParameter.MaxItems.Range"),
            (&[("MaxItems", "many")], "InvalidParameter.MaxItems.Format"),
            (&[("NextToken", "?")], "InvalidParameter.NextToken.Format"),
            // "1:alice" and "1:-1": no tokens of this list.
            (&[("NextToken", "MTphbGljZQ")], "InvalidParameter.NextToken.Format"),
            (&[("NextToken", "MTotMQ")], "InvalidParameter.NextToken.Format"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("GetCredentialReport", params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&alice, "GetCredentialReport", &[]), "NoPermission");
    }

    #[test]
    fn xml() {
        let xml = TestApp::new().xml("GetCredentialReport", &[]);
        assert!(xml.contains("<GetCredentialReportResponse>") && xml.contains("<Content>"), "{xml}");
    }
}
