//! DeleteFaults: calls are answered as ever again.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;

use crate::identity::label::Label;
use crate::ops::{Cx, Operation};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteFaults;

shape! {
    /// Which faults.
    pub struct DeleteFaultsRequest {
        /// Only the one of this name. Without it, all.
        FaultName as fault_name: Option<Label> = "slow";
    }
}

shape! {
    /// The answer.
    pub struct DeleteFaultsResponse {
        /// How many there were.
        Deleted as deleted: i64 = "1";
    }
}

impl Operation for DeleteFaults {
    const API: Api = Api {
        product: Product::Ramward,
        action: "DeleteFaults",
        summary: "Deletes one fault, or all.",
        // Faults are in memory alone: nothing is written.
        access: Access::Read,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:DeleteFaults",
        resource: "*",
        errors: &["EntityNotExist.Fault"],
    };
    const SUMMARY_ZH: &'static str = "删除一个或全部预设故障。";
    type Request = DeleteFaultsRequest;
    type Response = DeleteFaultsResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<DeleteFaultsResponse> {
        let deleted = cx.endpoint.faults.delete(request.fault_name.as_ref());
        if deleted == 0 && request.fault_name.is_some() {
            return Err(ApiError::new(Code::EntityNotExist("Fault")));
        }
        Ok(DeleteFaultsResponse { deleted: i64::try_from(deleted).unwrap_or(i64::MAX) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn one_by_name_or_all() {
        let app = TestApp::new();
        for name in ["a", "b", "c"] {
            let params = [("FaultName", name), ("Kind", "InternalError"), ("Operation", "ListUsers")];
            assert_eq!(app.call_as(&app.operator, "SetFault", &params).0, 200);
        }
        let deleted =
            |params: &[(&str, &str)]| app.call_as(&app.operator, "DeleteFaults", params).1["Deleted"].clone();
        assert_eq!(app.refused("ListUsers", &[]), "InternalError");
        assert_eq!(deleted(&[("FaultName", "b")]), 1);
        let refused = |params: &[(&str, &str)]| app.refused_as(&app.operator, "DeleteFaults", params);
        assert_eq!(refused(&[("FaultName", "b")]), "EntityNotExist.Fault");
        assert_eq!(refused(&[("FaultName", "b/")]), "InvalidParameter.FaultName.InvalidChars");
        assert_eq!((deleted(&[]), deleted(&[])), (2.into(), 0.into()));
        app.ok("ListUsers", &[]);
        assert_eq!(app.refused("DeleteFaults", &[]), "NoPermission");
    }
}
