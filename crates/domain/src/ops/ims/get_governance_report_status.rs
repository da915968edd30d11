//! GetGovernanceReportStatus: how far the governance report of the account is, as a whole and item by item.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Empty, Nested};

use crate::ops::{Cx, Operation, governance};
use crate::report::findings::CheckName;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetGovernanceReportStatus;

shape! {
    /// The answer.
    pub struct GetGovernanceReportStatusResponse {
        /// How far the whole report is: `Completed`.
        WholeReportStatus as whole_report_status: String = "Completed";
        /// How far each item is.
        GovernanceItemsStatus as governance_items_status: Nested<GovernanceItemsStatus> = "";
    }
}

shape! {
    /// How far each item is.
    pub struct GovernanceItemsStatus {
        /// How far an item is.
        GovernanceItemStatus as governance_item_status: Vec<GovernanceItemStatus> = "";
    }
}

shape! {
    /// How far an item is.
    pub struct GovernanceItemStatus {
        /// The item: a check of this server.
        GovernanceItem as governance_item: CheckName = "users_mfa";
        /// How far it is: `Completed`.
        Status as status: String = "Completed";
    }
}

impl Operation for GetGovernanceReportStatus {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetGovernanceReportStatus",
        summary: "Tells how far the governance report is: once asked for, complete.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetGovernanceReportStatus",
        resource: "*",
        errors: &["EntityNotExist.GovernanceReport"],
    };
    const SUMMARY_ZH: &'static str = "查询治理报告的生成状态；请求生成后即为完成。";
    type Request = Empty;
    type Response = GetGovernanceReportStatusResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GetGovernanceReportStatusResponse> {
        governance::read(cx)?;
        let completed = |item: &CheckName| GovernanceItemStatus {
            governance_item: *item,
            status: governance::COMPLETED.to_owned(),
        };
        Ok(GetGovernanceReportStatusResponse {
            whole_report_status: governance::COMPLETED.to_owned(),
            governance_items_status: Nested(GovernanceItemsStatus {
                governance_item_status: CheckName::ALL.iter().map(completed).collect(),
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::report::findings::CheckName;
    use crate::testing::TestApp;

    #[test]
    fn complete_once_it_was_asked_for() {
        let app = TestApp::new();
        assert_eq!(app.refused("GetGovernanceReportStatus", &[]), "EntityNotExist.GovernanceReport");
        app.ok("GenerateGovernanceReport", &[]);
        let status = app.ok("GetGovernanceReportStatus", &[]);
        assert_eq!(status["WholeReportStatus"], "Completed");
        let items = status["GovernanceItemsStatus"]["GovernanceItemStatus"].as_array().unwrap();
        assert_eq!(items.len(), CheckName::ALL.len());
        // Each can be read under the name told here.
        for item in items {
            assert_eq!(item["Status"], "Completed");
            let name = item["GovernanceItem"].as_str().unwrap();
            let report = app.ok("GetGovernanceItemReport", &[("GovernanceItemType", name)]);
            assert_eq!(report["MetricType"], "Number", "{name}");
        }
        let xml = app.xml("GetGovernanceReportStatus", &[]);
        assert!(xml.contains("<GovernanceItemStatus><GovernanceItem>users_mfa</GovernanceItem>"), "{xml}");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "GetGovernanceReportStatus", &[]), "NoPermission");
    }
}
