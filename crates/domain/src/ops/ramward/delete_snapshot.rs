//! DeleteSnapshot: frees the disk of a saved state.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::label::Label;
use crate::ops::{Cx, Operation, Prepare};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteSnapshot;

shape! {
    /// Which snapshot.
    pub struct DeleteSnapshotRequest {
        /// Its name.
        SnapshotName as snapshot_name: Label = "before-the-test";
    }
}

impl Operation for DeleteSnapshot {
    const API: Api = Api {
        product: Product::Ramward,
        action: "DeleteSnapshot",
        summary: "Deletes a snapshot. The state of the server stays what it is.",
        // A file of its own goes; the store stays as it is.
        access: Access::Read,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:DeleteSnapshot",
        resource: "*",
        errors: &["EntityNotExist.Snapshot"],
    };
    const SUMMARY_ZH: &'static str = "删除快照；服务器的当前状态不变。";
    const SLOW: bool = true;
    type Request = DeleteSnapshotRequest;
    type Response = Empty;

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let is_deleted = cx.store.delete_snapshot(&request.snapshot_name)?;
        if is_deleted { Ok(()) } else { Err(ApiError::new(Code::EntityNotExist("Snapshot"))) }
    }

    fn handle(_: &mut Cx<'_, '_>, _: &Self::Request) -> ApiResult<Empty> {
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn it_is_gone_and_no_other() {
        let app = TestApp::in_a_file();
        for name in ["a", "b"] {
            assert_eq!(app.call_as(&app.operator, "SaveSnapshot", &[("SnapshotName", name)]).0, 200);
        }
        let name = [("SnapshotName", "a")];
        assert_eq!(app.refused("DeleteSnapshot", &name), "NoPermission");
        assert_eq!(app.call_as(&app.operator, "DeleteSnapshot", &name), (200, serde_json::json!({})));
        assert_eq!(app.refused_as(&app.operator, "DeleteSnapshot", &name), "EntityNotExist.Snapshot");
        assert_eq!(app.refused_as(&app.operator, "LoadSnapshot", &name), "EntityNotExist.Snapshot");
        assert_eq!(app.call_as(&app.operator, "LoadSnapshot", &[("SnapshotName", "b")]).0, 200);
        assert_eq!(app.refused_as(&app.operator, "DeleteSnapshot", &[]), "MissingSnapshotName");
        let strange = [("SnapshotName", "a/../b")];
        assert_eq!(
            app.refused_as(&app.operator, "DeleteSnapshot", &strange),
            "InvalidParameter.SnapshotName.InvalidChars"
        );
    }
}
