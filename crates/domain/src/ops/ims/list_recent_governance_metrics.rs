//! ListRecentGovernanceMetrics: every item of the governance report with its number.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Any, Empty, Nested};
use ramward_rpc::value::Value;

use crate::ops::{Cx, Operation, governance};
use crate::report::findings::CheckName;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListRecentGovernanceMetrics;

shape! {
    /// The answer; members in the order of the vendor's sample (help page of the operation, 2026).
    pub struct ListRecentGovernanceMetricsResponse {
        /// Of when the numbers are: of now.
        GenerateTime as generate_time: Timestamp = "2025-02-10T02:11:23Z";
        /// The items.
        GovernanceMetrics as governance_metrics: Nested<GovernanceMetrics> = "";
    }
}

shape! {
    /// The items.
    pub struct GovernanceMetrics {
        /// An item.
        GovernanceMetric as governance_metric: Vec<GovernanceMetric> = "";
    }
}

shape! {
    /// An item.
    pub struct GovernanceMetric {
        /// Its name: a check of this server.
        GovernanceItem as governance_item: CheckName = "users_mfa";
        /// What its value is: `Number`.
        MetricType as metric_type: String = "Number";
        /// How many subjects break the check.
        MetricValue as metric_value: Any = "5";
    }
}

impl Operation for ListRecentGovernanceMetrics {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListRecentGovernanceMetrics",
        summary: "Lists the items of the governance report, each with the number of subjects that break it now.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListRecentGovernanceMetrics",
        resource: "*",
        errors: &["EntityNotExist.GovernanceReport"],
    };
    const SUMMARY_ZH: &'static str = "列出治理报告的各项及当前未满足该项的对象数量。";
    type Request = Empty;
    type Response = ListRecentGovernanceMetricsResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<ListRecentGovernanceMetricsResponse> {
        let lens = governance::read(cx)?;
        let mut metrics = Vec::with_capacity(CheckName::ALL.len());
        for item in CheckName::ALL {
            metrics.push(GovernanceMetric {
                governance_item: *item,
                metric_type: "Number".to_owned(),
                metric_value: Any(Value::Integer(governance::metric(cx, &lens, *item)?)),
            });
        }
        Ok(ListRecentGovernanceMetricsResponse {
            generate_time: cx.now,
            governance_metrics: Nested(GovernanceMetrics { governance_metric: metrics }),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::TestApp;

    fn metrics(app: &TestApp) -> Value {
        let listed = app.ok("ListRecentGovernanceMetrics", &[]);
        let items = listed["GovernanceMetrics"]["GovernanceMetric"].as_array().unwrap();
        items
            .iter()
            .map(|item| (item["GovernanceItem"].as_str().unwrap().to_owned(), item["MetricValue"].clone()))
            .collect()
    }

    #[test]
    fn each_number_is_of_now_and_that_of_the_findings() {
        let app = TestApp::new();
        app.ok("GenerateGovernanceReport", &[]);
        app.user_with_key("alice");
        app.user("bob");
        let before = metrics(&app);
        assert_eq!((&before["users_mfa"], &before["key_never_used"]), (&json!(2), &json!(1)));
        assert_eq!((&before["ram_users_exist"], &before["root_key_used_recently"]), (&json!(0), &json!(1)));
        app.clock.advance_days(91);
        let after = metrics(&app);
        assert_eq!((&after["account_no_old_key"], &after["users_no_unused_key"]), (&json!(2), &json!(1)));
        assert_eq!(app.ok("ListRecentGovernanceMetrics", &[])["GenerateTime"], "2025-09-14T12:00:00Z");
        for (item, number) in after.as_object().unwrap() {
            let found = app.ok("ListSecurityFindings", &[("Check", item)]);
            assert_eq!(found["TotalCount"], *number, "{item}");
            let told = app.ok("GetGovernanceItemReport", &[("GovernanceItemType", item)]);
            assert_eq!(told["MetricValue"], *number, "{item}");
            let rows = told["ColumnsValue"]["ColumnRow"].as_array().unwrap().len();
            assert_eq!(json!(rows), *number, "{item}");
        }
    }

    #[test]
    fn refusals_and_xml() {
        let app = TestApp::new();
        assert_eq!(app.refused("ListRecentGovernanceMetrics", &[]), "EntityNotExist.GovernanceReport");
        app.ok("GenerateGovernanceReport", &[]);
        let xml = app.xml("ListRecentGovernanceMetrics", &[]);
        assert!(
            xml.contains("<GovernanceItem>root_mfa</GovernanceItem><MetricType>Number</MetricType><MetricValue>1</MetricValue>"),
            "{xml}"
        );
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "ListRecentGovernanceMetrics", &[]), "NoPermission");
    }
}
