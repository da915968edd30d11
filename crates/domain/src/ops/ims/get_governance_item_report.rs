//! GetGovernanceItemReport: an item of the governance report with its number and, row by row, whom it is about.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Rule};
use ramward_rpc::items::Items;
use ramward_rpc::shape;
use ramward_rpc::shape::{Any, Kind, Nested, Scalar};
use ramward_rpc::value::Value;

use crate::ops::governance::{self, Column};
use crate::ops::marker::Marker;
use crate::ops::{Cx, Operation};
use crate::report::findings::{CheckName, Place, Sort};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetGovernanceItemReport;

/// How many rows a page has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageRows(usize);

impl PageRows {
    const MOST: usize = 1000;
}

/// A number that travels as a text, as the vendor's SDKs have it.
impl Scalar for PageRows {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "1 to 1000";

    fn parse(text: &str) -> Result<Self, Rule> {
        let rows = usize::try_from(i64::parse(text)?).map_err(|_| Rule::Range)?;
        if (1..=Self::MOST).contains(&rows) { Ok(Self(rows)) } else { Err(Rule::Range) }
    }

    fn value(&self) -> Value {
        Value::text(self.0.to_string())
    }
}

shape! {
    /// The parameters.
    pub struct GetGovernanceItemReportRequest {
        /// The item: a check of this server, as GetGovernanceReportStatus names them.
        GovernanceItemType as governance_item_type: CheckName = "users_mfa";
        /// Where the rows go on: the `Marker` of the answer that was cut.
        Marker as marker: Option<Marker> = "MTphZ2U6MjAyNTQ6MDo";
        /// How many rows an answer has at most; 1000 unless said.
        MaxItems as max_items: Option<PageRows> = "1000";
    }
}

shape! {
    /// The answer; members in the order of the vendor's page.
    pub struct GetGovernanceItemReportResponse {
        /// Of when it is: of now.
        GenerateTime as generate_time: Timestamp = "2020-10-19T15:06:52Z";
        /// What the item's value is: `Number`.
        MetricType as metric_type: String = "Number";
        /// How many subjects break the check, on all pages together.
        MetricValue as metric_value: Any = "100";
        /// What the columns of the rows are; every row has all of them.
        ColumnsSchema as columns_schema: Nested<ColumnsSchema> = "";
        /// The rows, what has lasted longest first.
        ColumnsValue as columns_value: Nested<ColumnsValue> = "";
        /// Whether more rows may follow.
        IsTruncated as is_truncated: bool = "false";
        /// Where the rows go on; only if they may.
        Marker as marker: Option<Marker> = "MTphZ2U6MjAyNTQ6MDo";
    }
}

shape! {
    /// The columns.
    pub struct ColumnsSchema {
        /// A column.
        ColumnSchema as column_schema: Vec<ColumnSchema> = "";
    }
}

shape! {
    /// A column.
    pub struct ColumnSchema {
        /// Its name: `SubjectType`, `UserId`, `UserPrincipalName`, `AccessKeyId` (masked) or `Since`.
        ColumnName as column_name: String = "UserPrincipalName";
        /// What its values are: `String`.
        ColumnType as column_type: String = "String";
    }
}

shape! {
    /// The rows.
    pub struct ColumnsValue {
        /// A row.
        ColumnRow as column_row: Vec<ColumnRow> = "";
    }
}

shape! {
    /// A row.
    pub struct ColumnRow {
        /// The value of each column, in their order; empty for what does not apply or is not known.
        ColumnValue as column_value: Items<Any> = "test@example.onaliyun.com";
    }
}

impl Operation for GetGovernanceItemReport {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetGovernanceItemReport",
        summary: "Tells whom an item of the governance report is about, page by page, as it is now.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetGovernanceItemReport",
        resource: "*",
        errors: &["EntityNotExist.GovernanceReport"],
    };
    const SUMMARY_ZH: &'static str = "分页查询治理报告中某一项所涉及的对象，内容为当前状态。";
    type Request = GetGovernanceItemReportRequest;
    type Response = GetGovernanceItemReportResponse;

    fn handle(
        cx: &mut Cx<'_, '_>,
        request: &GetGovernanceItemReportRequest,
    ) -> ApiResult<GetGovernanceItemReportResponse> {
        let check = request.governance_item_type;
        let after: Option<Place> = request.marker.as_ref().map(Marker::key).transpose()?;
        if after.as_ref().is_some_and(|after| after.sort() != Sort::Age) {
            return Err(ApiError::invalid("Marker", Rule::Format));
        }
        let lens = governance::read(cx)?;
        let total = governance::metric(cx, &lens, check)?;
        let most = request.max_items.map_or(PageRows::MOST, |rows| rows.0);
        let page = governance::page(cx, &lens, check, after, most)?;
        let columns = Column::of(&lens, check);
        let schema = columns
            .iter()
            .map(|column| ColumnSchema {
                column_name: column.name().to_owned(),
                column_type: "String".to_owned(),
            })
            .collect();
        let row = |finding| ColumnRow {
            column_value: Items(
                columns.iter().map(|column| Any(Value::text(column.tell(&lens, finding)))).collect(),
            ),
        };
        Ok(GetGovernanceItemReportResponse {
            generate_time: cx.now,
            metric_type: "Number".to_owned(),
            metric_value: Any(Value::Integer(total)),
            columns_schema: Nested(ColumnsSchema { column_schema: schema }),
            columns_value: Nested(ColumnsValue { column_row: page.findings.iter().map(row).collect() }),
            is_truncated: page.next.is_some(),
            marker: page.next.map(Marker::after),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::TestApp;

    fn report(app: &TestApp, item: &str, more: &[(&str, &str)]) -> Value {
        let mut params = vec![("GovernanceItemType", item)];
        params.extend_from_slice(more);
        app.ok("GetGovernanceItemReport", &params)
    }

    fn rows(report: &Value) -> Vec<Vec<String>> {
        let rows = report["ColumnsValue"]["ColumnRow"].as_array().unwrap().iter();
        rows.map(|row| serde_json::from_value(row["ColumnValue"].clone()).unwrap()).collect()
    }

    #[test]
    fn it_names_whom_the_number_counts() {
        let app = TestApp::new();
        app.ok("GenerateGovernanceReport", &[]);
        let key = app.user_with_key("alice");
        let (id, shown) = (app.shown_id("alice"), key.access_key_id.masked().to_string());
        let root = app.root.access_key_id.masked().to_string();
        let made = "2025-06-15T12:00:00Z";
        app.clock.advance_days(91);
        let old = report(&app, "account_no_old_key", &[]);
        assert_eq!(old["GenerateTime"], "2025-09-14T12:00:00Z");
        assert_eq!((&old["MetricType"], &old["MetricValue"]), (&json!("Number"), &json!(2)));
        let names: Vec<_> = old["ColumnsSchema"]["ColumnSchema"].as_array().unwrap().to_vec();
        assert_eq!(names[2], json!({"ColumnName": "AccessKeyId", "ColumnType": "String"}));
        let since = "2025-09-14T00:00:00Z";
        let upn = TestApp::upn("alice");
        assert_eq!(rows(&old), [["", "<root>", &root, since], [&id, &upn, &shown, since]]);
        assert_eq!(rows(&report(&app, "users_mfa", &[])), [[&*id, &upn, made]]);
        assert_eq!(rows(&report(&app, "root_mfa", &[])), [["Root", made]]);
        assert_eq!(rows(&report(&app, "password_policy", &[])), [["PasswordPolicy", ""]]);
        assert!(rows(&report(&app, "ram_users_exist", &[])).is_empty());
        // No report of then, but of now.
        app.ok(
            "DeleteAccessKey",
            &[("UserPrincipalName", &upn), ("UserAccessKeyId", key.access_key_id.as_str())],
        );
        assert_eq!(report(&app, "account_no_old_key", &[])["MetricValue"], 1);
        let xml = app.xml("GetGovernanceItemReport", &[("GovernanceItemType", "root_mfa")]);
        assert!(
            xml.contains("<ColumnRow><ColumnValue>Root</ColumnValue><ColumnValue>2025-06-15T12:00:00Z</ColumnValue></ColumnRow>"),
            "{xml}"
        );
    }

    #[test]
    fn pages_hold_everybody_once() {
        let app = TestApp::new();
        app.ok("GenerateGovernanceReport", &[]);
        for name in ["a", "b", "c", "d", "e"] {
            app.user(name);
            app.clock.advance_days(1);
        }
        let whole = rows(&report(&app, "users_mfa", &[]));
        assert_eq!(whole.len(), 5);
        for size in ["1", "2", "4", "5"] {
            let (mut seen, mut marker) = (Vec::new(), None::<String>);
            loop {
                let mut more = vec![("MaxItems", size)];
                more.extend(marker.as_deref().map(|marker| ("Marker", marker)));
                let page = report(&app, "users_mfa", &more);
                assert_eq!(page["MetricValue"], 5);
                seen.extend(rows(&page));
                marker = page["Marker"].as_str().map(str::to_owned);
                assert_eq!(page["IsTruncated"], marker.is_some());
                if marker.is_none() {
                    break;
                }
            }
            assert_eq!(seen, whole, "pages of {size}");
        }
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let item = ("GovernanceItemType", "users_mfa");
        assert_eq!(app.refused("GetGovernanceItemReport", &[item]), "EntityNotExist.GovernanceReport");
        app.ok("GenerateGovernanceReport", &[]);
        let alice = app.user_with_key("alice");
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingGovernanceItemType"),
            // The vendor's items are not published but for two, which nothing here could answer.
            (&[("GovernanceItemType", "SSOLoginEnabled")], "InvalidParameter.GovernanceItemType.Range"),
            (&[item, ("MaxItems", "0")], "InvalidParameter.MaxItems.Range"),
            (&[item, ("MaxItems", "1001")], "InvalidParameter.MaxItems.Range"),
            (&[item, ("MaxItems", "many")], "InvalidParameter.MaxItems.Format"),
            (&[item, ("Marker", "?")], "InvalidParameter.Marker.Format"),
            // "1:7": no place of this list.
            (&[item, ("Marker", "MTo3")], "InvalidParameter.Marker.Format"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("GetGovernanceItemReport", params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&alice, "GetGovernanceItemReport", &[item]), "NoPermission");
    }
}
