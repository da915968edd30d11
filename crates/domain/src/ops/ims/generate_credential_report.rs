//! GenerateCredentialReport: asks for the table of all identities and their credentials to be made.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::ops::{Cx, Operation, account};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GenerateCredentialReport;

shape! {
    /// The answer.
    pub struct GenerateCredentialReportResponse {
        /// How far it is. The vendor says `STARTED`, `INPROGRESS` or `COMPLETED`; here it is always `COMPLETED`, because
        /// GetCredentialReport reads the identities as they are when it is called.
        State as state: String = "COMPLETED";
    }
}

impl Operation for GenerateCredentialReport {
    const API: Api = Api {
        product: Product::Ims,
        action: "GenerateCredentialReport",
        summary: "Asks for the credential report to be made; here it is always ready, whatever the account's size.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GenerateCredentialReport",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str =
        "请求生成用户凭证报告；在本服务器上，无论账号规模多大，报告始终可以直接获取。";
    type Request = Empty;
    type Response = GenerateCredentialReportResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GenerateCredentialReportResponse> {
        account::find(cx.tx, cx.caller.account())?;
        Ok(GenerateCredentialReportResponse { state: "COMPLETED".to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn it_is_ready_at_once() {
        let app = TestApp::new();
        assert_eq!(app.ok("GenerateCredentialReport", &[]), json!({"State": "COMPLETED"}));
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "GenerateCredentialReport", &[]), "NoPermission");
    }

    #[test]
    fn xml() {
        let xml = TestApp::new().xml("GenerateCredentialReport", &[]);
        assert!(xml.contains("<State>COMPLETED</State>"), "{xml}");
    }
}
