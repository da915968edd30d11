//! GenerateGovernanceReport: asks for the governance report of the account to be made.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::ops::{Cx, Operation, governance};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GenerateGovernanceReport;

shape! {
    /// The answer.
    pub struct GenerateGovernanceReportResponse {
        /// How far it is. The vendor says `Started`, `Progressing` or `Completed`; here it is always `Completed`, because
        /// the report is read from the account as it is when it is asked after.
        State as state: String = "Completed";
    }
}

impl Operation for GenerateGovernanceReport {
    const API: Api = Api {
        product: Product::Ims,
        action: "GenerateGovernanceReport",
        summary: "Asks for the governance report to be made; from then on it can be read, and is always of now.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GenerateGovernanceReport",
        resource: "*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "请求生成治理报告；此后即可读取，内容始终为当前状态。";
    type Request = Empty;
    type Response = GenerateGovernanceReportResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GenerateGovernanceReportResponse> {
        governance::generate(cx)?;
        Ok(GenerateGovernanceReportResponse { state: governance::COMPLETED.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn it_is_ready_at_once_and_can_be_asked_for_again() {
        let app = TestApp::new();
        assert_eq!(app.refused("GetGovernanceReportStatus", &[]), "EntityNotExist.GovernanceReport");
        assert_eq!(app.ok("GenerateGovernanceReport", &[]), json!({"State": "Completed"}));
        assert_eq!(app.ok("GetGovernanceReportStatus", &[])["WholeReportStatus"], "Completed");
        let xml = app.xml("GenerateGovernanceReport", &[]);
        assert!(xml.contains("<State>Completed</State>"), "{xml}");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "GenerateGovernanceReport", &[]), "NoPermission");
    }
}
